"""Takes a shipment from draft to shipped: plan, approve, cut into batches, post, finish."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import DataError, IntegrityError, transaction

from config import db, failpoints
from marketplace.facts import operations as facts
from rewards.fairness import operations as fairness
from rewards.flags import operations as flags
from rewards.ledger import operations as ledger
from rewards.ledger.errors import InsufficientXp, LedgerMismatch
from rewards.rules.models import Rule, Season
from rewards.shipments import changes, late, limits, planning
from rewards.shipments.errors import (
    ApprovalRefused,
    FieldRefused,
    PlanFailed,
    PostFailed,
    ShipmentError,
    UnknownShipment,
)
from rewards.shipments.models import Batch, Shipment, ShipmentRule
from rewards.webhooks import operations as webhooks

SQL = db.folder()

AWARDS_A_BATCH = 2_000

# A batch that was taken up so often without coming through is not tried again until somebody looks.
MOST_ATTEMPTS = 20


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What is known of a shipment before it is planned. Without an audience it is for everybody."""

    slug: str
    season: Season
    title: str
    message: str
    window_start: datetime
    window_end: datetime
    rules: Sequence[Rule]
    plan_due_at: datetime | None
    ships_at: datetime | None
    approve_by: datetime | None = None
    audience: dict[str, Any] = field(default_factory=dict)


@transaction.atomic
def put_draft(*, draft: Draft, author: str) -> str:
    """
    Make a shipment, or change one that is still a draft, and return what was done.

    Of a shipment that is past its draft nothing changes; ShipmentError if something would have to.
    """
    shipment = Shipment.objects.select_for_update().filter(slug=draft.slug).first()
    wanted = {
        "season_id": draft.season.id,
        "title": draft.title,
        "message": draft.message,
        "window_start": draft.window_start,
        "window_end": draft.window_end,
        "ships_at": draft.ships_at,
        "approve_by": draft.approve_by,
        "audience": draft.audience,
    }
    if shipment is None or (shipment.state == "draft" and shipment.plan_due_at is not None):
        # Once it was planned, or could not be, only a person asks for another plan.
        wanted["plan_due_at"] = draft.plan_due_at
    rule_ids = sorted(rule.id for rule in draft.rules)
    if shipment is not None:
        known_rules = sorted(ShipmentRule.objects.filter(shipment=shipment).values_list("rule_id", flat=True))
        if known_rules == rule_ids and all(getattr(shipment, name) == wanted[name] for name in wanted):
            return "unchanged"
        if shipment.state != "draft":
            raise ShipmentError(f"is {shipment.state} already, so it can no longer be changed")
    done = "changed" if shipment else "new"
    if shipment is None:
        shipment = Shipment(slug=draft.slug, author=author)
    else:
        shipment.changed_by = author
    for name, value in wanted.items():
        setattr(shipment, name, value)
    shipment.save()
    ShipmentRule.objects.filter(shipment=shipment).delete()
    try:
        with transaction.atomic():
            ShipmentRule.objects.bulk_create(
                ShipmentRule(
                    shipment=shipment,
                    rule_id=rule_id,
                    window_start=draft.window_start,
                    window_end=draft.window_end,
                )
                for rule_id in rule_ids
            )
    except IntegrityError as error:
        if "rule_pays_a_time_once" not in str(error):
            raise
        raise ShipmentError("has a rule that another shipment pays for a part of the same window") from error
    return done


def make_draft(*, draft: Draft, author: str) -> None:
    """
    Make a shipment that is not there yet.

    FieldRefused says of a name or a rule that it cannot be; ``put_draft`` would change who has the name.
    """
    taken = FieldRefused(f"A shipment is called {draft.slug} already.", field="slug")
    if Shipment.objects.filter(slug=draft.slug).exists():
        raise taken
    try:
        put_draft(draft=draft, author=author)
    except IntegrityError as error:
        # Somebody gave another one the name since.
        raise taken from error
    except ShipmentError as error:
        raise FieldRefused(_paid_twice(draft) or f"{draft.slug} {error}.", field="rules") from error


def _paid_twice(draft: Draft) -> str:
    """Say which of a draft's rules is paid by which other shipments for a part of its window."""
    others = ShipmentRule.objects.filter(
        rule__in=draft.rules,
        counts=True,
        window_start__lt=draft.window_end,
        window_end__gt=draft.window_start,
    )
    found = list(others.select_related("rule", "shipment").order_by("window_start", "rule__slug"))
    if not found:
        return ""
    other = found[0].shipment
    paid = ", ".join(sorted(one.rule.title for one in found if one.shipment_id == other.id))
    return (
        f"{other.slug} pays {paid} from {other.window_start:%Y-%m-%d %H:%M} to "
        f"{other.window_end:%Y-%m-%d %H:%M} UTC already, and a rule pays for a time once. Choose another "
        "window or other rules, or cancel that shipment."
    )


def request_plan(*, slug: str, as_of: datetime) -> None:
    """Put the planning of a shipment on the work list, due at once. Raises ShipmentError."""
    changed = Shipment.objects.filter(slug=slug, state__in=["draft", "planned"]).update(
        plan_due_at=as_of, problem=""
    )
    if not changed:
        raise ShipmentError(
            f"{get(slug=slug).slug} is {get(slug=slug).state}; only a draft or a plan is planned."
        )


def plan(*, slug: str, as_of: datetime) -> Shipment | None:
    """
    Work out who gets what and why, and write it down with its digest (P7).

    What came late for rounds before is paid along, as differences with lines of their own (P13).
    Boosts, lines and awards of an earlier plan are replaced. Facts stand still meanwhile. Returns None
    when somebody else is planning it at the moment. Raises PlanFailed, and then nothing is written but
    the problem's sentence on the shipment.
    """
    try:
        with transaction.atomic():
            shipment = _lock(slug=slug, states=["draft", "planned"], skip_locked=True)
            if shipment is None:
                return None
            facts.stand_still()
            fairness.refresh()
            inputs = planning.list_inputs(shipment=shipment)
            others = late.look_at_others(shipment=shipment, inputs=inputs)
            planning.write(shipment=shipment, as_of=as_of, inputs=inputs, others=others)
            return shipment
    except DataError as error:
        problem = (
            "A number grew beyond what XP can be: a rule pays far too much for one sale or hold. "
            f"Nothing was planned. PostgreSQL says: {str(error).splitlines()[0]}."
        )
        Shipment.objects.filter(slug=slug).update(problem=problem, plan_due_at=None)
        raise PlanFailed(problem) from error


def list_due_plans(*, as_of: datetime, troubled: Sequence[str]) -> dict[str, datetime]:
    """
    The shipments to plan, in order, and since when; one waits for earlier ones that share a rule with it.

    Nobody waits for those in ``troubled``, which were tried and did not come through.
    """
    rows = SQL["due_plans"].rows({"as_of": as_of, "troubled": list(troubled)})
    return {row["slug"]: row["plan_due_at"] for row in rows}


def claim_plan(*, slug: str, as_of: datetime) -> datetime | None:
    """Lock a shipment that is to be planned, and return since when; None if it is not, or somebody has it."""
    found = SQL["claim_plan"].rows({"slug": slug, "as_of": as_of})
    return found[0]["plan_due_at"] if found else None


def note_plan_problem(*, slug: str, problem: str, as_of: datetime, is_last: bool) -> None:
    """Say on a shipment why it is not planned; after the last try it waits for a person."""
    noted = Shipment.objects.filter(slug=slug, state__in=["draft", "planned"], plan_due_at__lte=as_of)
    noted.update(problem=problem, **({"plan_due_at": None} if is_last else {}))


@db.in_one_transaction
def approve(
    *,
    slug: str,
    digest: str,
    approver: str,
    as_of: datetime,
    looked_at: datetime | None = None,
    words: str | None = None,
) -> Shipment:
    """
    Approve the plan with that digest (P8) and set its XP aside from the season's budget (P11).

    ``digest`` may be its first twelve characters or more. ``looked_at`` is when the plan that the approver
    looked at was made: one that was made again since is another plan, even if it came out equal. ``words`` is
    the ``words_digest`` of what they read with it, or its first twelve characters or more.
    Raises ApprovalRefused when the plan is
    another one, its rules or words changed since, the approver wrote or changed it, or the budget does not
    suffice.
    Approving what the same person approved before changes nothing.
    """
    flags.stand_still()
    shipment = _lock(slug=slug)
    assert shipment is not None
    matches = len(digest) >= 12 and (shipment.plan_digest or "").startswith(digest)
    if shipment.approved_by == approver and matches:
        return shipment
    if shipment.state != "planned":
        raise ApprovalRefused(f"{slug} is {shipment.state}; only a plan can be approved.")
    _refuse_another(shipment, matches=matches, looked_at=looked_at, words=words)
    _refuse_authors(shipment, approver=approver)
    changed = changes.list_changes(shipment=shipment)
    if changed:
        raise ApprovalRefused(f"{slug} has to be planned again: {'; '.join(changed)}.")
    # A limit that is being changed counts, or counts from the next approval on.
    Season.objects.select_for_update(no_key=True).get(id=shipment.season_id)
    if excesses := limits.list_excesses(shipment=shipment):
        sentences = " ".join(excess.sentence for excess in excesses)
        raise ApprovalRefused(f"{slug} is over a limit. {sentences} Nothing was approved.")
    assert shipment.total_xp is not None
    if shipment.total_xp:
        _move_budget(shipment=shipment, amount_xp=shipment.total_xp, as_of=as_of)
    shipment.state = "approved"
    shipment.approved_by = approver
    shipment.approved_at = as_of
    shipment.save()
    return shipment


def _refuse_another(
    shipment: Shipment, *, matches: bool, looked_at: datetime | None, words: str | None
) -> None:
    """Refuse an approval of another plan, or of other words, than those that are there now."""
    slug = shipment.slug
    if not matches:
        raise ApprovalRefused(
            f"The plan of {slug} has the digest {shipment.plan_digest}; yours is another one (or has fewer "
            "than 12 characters). Look at the plan that is there now."
        )
    if looked_at is not None and shipment.planned_at != looked_at:
        raise ApprovalRefused(
            f"{slug} was planned again since you opened it, with the same digest. Read what was said "
            "meanwhile, and approve it from the page as it is now."
        )
    if words is not None and not (len(words) >= 12 and shipment.words_digest.startswith(words)):
        raise ApprovalRefused(
            f"What {slug} says, whom it is for or its times were changed since you opened it. Read them, and "
            "approve it from the page as it is now."
        )


def _refuse_authors(shipment: Shipment, *, approver: str) -> None:
    slug = shipment.slug
    if approver == shipment.changed_by:
        raise ApprovalRefused(f"{approver} changed {slug} last; somebody else has to approve it.")
    if approver == shipment.author:
        raise ApprovalRefused(f"{approver} wrote {slug}; somebody else has to approve it.")


def _move_budget(*, shipment: Shipment, amount_xp: int, as_of: datetime) -> None:
    """Set a shipment's XP aside. From here on nothing but its awards can use it."""
    try:
        ledger.transfer(
            key=f"reserve:{shipment.id}",
            debit=ledger.Holder("season", shipment.season_id),
            credit=ledger.Holder("shipment", shipment.id),
            amount_xp=amount_xp,
            reason="reserve",
            posted_at=as_of,
            shipment_id=shipment.id,
        )
    except InsufficientXp as error:
        raise ApprovalRefused(
            f"{shipment.slug} would pay {amount_xp:,} XP, more than is left of the season's budget. "
            "Nothing was approved."
        ) from error


@db.in_one_transaction
def cancel(*, slug: str, as_of: datetime) -> Shipment:
    """
    Call a shipment off before it ships, and give XP that was set aside back to the season.

    It takes turns with approvals: a plan may reckon with what this one was to pay. Raises ShipmentError,
    also while another round that was approved pays late for its time.
    """
    flags.stand_still()
    shipment = _lock(slug=slug)
    assert shipment is not None
    if shipment.state == "cancelled":
        return shipment
    if shipment.state not in ("draft", "planned", "approved"):
        raise ShipmentError(f"{slug} is {shipment.state}; what ships is not called off. Nothing was changed.")
    payers = late.list_payers(shipment=shipment)
    if payers:
        raise ShipmentError(
            f"{slug} is not called off while {', '.join(payers)} pays late for its time: another round for "
            "that time would pay the same again. Nothing was changed."
        )
    if shipment.state == "approved" and shipment.total_xp:
        ledger.transfer(
            key=f"release:{shipment.id}",
            debit=ledger.Holder("shipment", shipment.id),
            credit=ledger.Holder("season", shipment.season_id),
            amount_xp=shipment.total_xp,
            reason="release",
            posted_at=as_of,
            shipment_id=shipment.id,
        )
    ShipmentRule.objects.filter(shipment=shipment).update(counts=False)
    shipment.state, shipment.cancelled_at, shipment.plan_due_at = "cancelled", as_of, None
    shipment.save()
    return shipment


@db.in_one_transaction
def start(*, slug: str, as_of: datetime, batch_size: int = AWARDS_A_BATCH) -> Shipment:
    """
    Begin to ship: cut the awards into batches, the work list of the workers.

    Of a shipment that is shipping or shipped already nothing changes. Raises ShipmentError.
    """
    shipment = _lock(slug=slug)
    assert shipment is not None
    if shipment.state in ("shipping", "shipped", "sealed"):
        return shipment
    if shipment.state != "approved":
        raise ShipmentError(f"{slug} is {shipment.state}; only an approved shipment ships.")
    SQL["cut_batches"].run({"shipment_id": shipment.id, "batch_size": batch_size})
    shipment.state, shipment.shipping_at = "shipping", as_of
    shipment.save()
    return shipment


def post_batch(*, batch_id: int, as_of: datetime) -> bool:
    """
    Post one batch to the ledger, exactly once however often this is called (P9).

    Returns False when there was nothing to do: it is done, somebody else is at it, or its shipment is
    halted. An error leaves the batch as it was, notes the problem, and is raised as PostFailed; after
    20 tries the batch is failed and waits for a person.
    """
    lease = as_of + timedelta(seconds=settings.BATCH_LEASE_SECONDS)
    if not SQL["claim_batch"].run({"batch_id": batch_id, "leased_until": lease}):
        return False
    failpoints.reach("batch.claimed")
    try:
        return _post_locked(batch_id=batch_id, as_of=as_of)
    except (LedgerMismatch, InsufficientXp, IntegrityError, PostFailed) as error:
        batch = Batch.objects.get(id=batch_id)
        state = "failed" if batch.attempts >= MOST_ATTEMPTS else "pending"
        Batch.objects.filter(id=batch_id, state="pending").update(problem=str(error), state=state)
        raise PostFailed(f"Batch {batch.number}: {error}") from error


@db.in_one_transaction
def _post_locked(*, batch_id: int, as_of: datetime) -> bool:
    """The transaction of one batch: lock it, post its awards, mark it done."""
    found = SQL["lock_batch"].rows({"batch_id": batch_id})
    if not found:
        return False
    batch = found[0]
    if batch["attempts"] > MOST_ATTEMPTS:
        # An error would have failed it by now: nobody who took it up lived to report one.
        raise PostFailed(f"It was taken up {MOST_ATTEMPTS} times, and never came through or said why.")
    SQL["wait_for_halt"].row({"shipment_id": batch["shipment_id"]})
    # A shared lock, so that the shipment cannot be halted between this look and the commit, by SQL either.
    state = (
        Shipment.objects.raw(
            "SELECT id, state FROM shipments_shipment WHERE id = %s FOR SHARE", [batch["shipment_id"]]
        )[0]
    ).state
    if state != "shipping":
        return False
    failpoints.reach("batch.before_post")
    posted = ledger.post(entries=SQL["batch_entries"], params=batch, posted_at=as_of)
    failpoints.reach("batch.posted")
    if posted.new + posted.known != batch["award_count"]:
        raise PostFailed(
            f"{posted.new + posted.known} awards were found where {batch['award_count']} were cut; "
            "nothing was posted"
        )
    webhooks.announce_all(kind="award.posted", messages=SQL["batch_messages"], params=batch, at=as_of)
    Batch.objects.filter(id=batch_id).update(state="done", done_at=as_of, leased_until=None, problem="")
    failpoints.reach("batch.marked")
    return True


@transaction.atomic
def finish(*, as_of: datetime, shipment_id: int | None = None) -> int:
    """Mark what has no batch left to do as shipped, announce it, and return how many shipments that were."""
    shipped = SQL["finish"].rows({"shipment_id": shipment_id, "as_of": as_of})
    if shipped:
        webhooks.announce_all(
            kind="round.shipped",
            messages=SQL["shipped_messages"],
            params={"shipment_ids": [row["id"] for row in shipped]},
            at=as_of,
            is_kept=True,
        )
    return len(shipped)


def lease_batches(*, as_of: datetime) -> list[int]:
    """The batches whose hints are to be sent now, noted as sent for the length of a lease."""
    lease = as_of + timedelta(seconds=settings.BATCH_LEASE_SECONDS)
    return [row["id"] for row in SQL["lease_batches"].rows({"as_of": as_of, "leased_until": lease})]


def get(*, slug: str) -> Shipment:
    """The shipment by that name. Raises UnknownShipment."""
    try:
        return Shipment.objects.get(slug=slug)
    except Shipment.DoesNotExist:
        raise UnknownShipment(slug) from None


def _lock(*, slug: str, states: Sequence[str] | None = None, skip_locked: bool = False) -> Shipment | None:
    """Lock a shipment's row; None if ``skip_locked`` and somebody else has it. Raises ShipmentError."""
    shipment = Shipment.objects.select_for_update(skip_locked=skip_locked).filter(slug=slug).first()
    if shipment is None:
        get(slug=slug)
        return None
    if states is not None and shipment.state not in states:
        raise ShipmentError(f"{slug} is {shipment.state}; only a draft or a plan is planned.")
    return shipment
