"""
The way of XP from events to the ledger, top to bottom, as the work list in PostgreSQL has it.

Everything here can be called again at any time, by anybody, any number of times: each step looks at the
rows and does what is left to do. Celery messages are only hints to call it (P9).
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from config import db, failpoints
from marketplace.facts import operations as facts
from rewards.adjustments import audit as adjustment_audit
from rewards.fairness import operations as fairness
from rewards.hints import operations as outbox
from rewards.hints import queries as hints
from rewards.identity import audit as identity_audit
from rewards.identity import operations as identity
from rewards.ledger import queries as ledger
from rewards.ledger.audit import Finding
from rewards.ledger.errors import InsufficientXp
from rewards.notices import operations as notices
from rewards.series import operations as series
from rewards.shipments import audit as shipment_audit
from rewards.shipments import operations as shipments
from rewards.shipments.errors import ShipmentError
from rewards.shipments.models import Shipment
from rewards.standings import operations as standings
from rewards.webhooks import delivering
from rewards.webhooks import operations as webhooks

logger = logging.getLogger("holdfast.pipeline")

SQL = db.folder()

# The keys of hints: to take in events, to send mails, and to plan a shipment by its name.
SETTLE, MAIL, PLAN = "settle", "mail", "plan:"

# After so many tries planning waits for a person, and after the first few no later round waits for it.
MOST_TRIES, PATIENT_TRIES = 20, 3


@dataclass(frozen=True, kw_only=True)
class Due:
    """The work that is due: hints to send, each for one task."""

    events: bool
    mails: bool
    plans: list[str]
    batches: list[int]
    endpoints: list[int]


def list_due(*, as_of: datetime) -> Due:
    """
    What is due at an instant. Makes the drafts of series, starts and closes shipments whose time has come,
    forwards XP that they paid to wallets that were joined to a collector since they were planned, and counts
    places anew.

    Hints are noted as sent for the length of a lease, so that two sweepers do not send twice. What fails
    for one shipment stops no other.
    """
    look = SQL["look"].row(
        {
            "as_of": as_of,
            "kept": identity.KEPT,
            "standings_every": timedelta(minutes=settings.STANDINGS_MINUTES),
            "webhooks_kept_since": webhooks.get_kept_since(as_of=as_of),
        }
    )
    if look["series_due"] and series.make_due(as_of=as_of):
        # What was due for long is planned at once.
        look["plans"] = True
    if look["starts"]:
        _start_due(as_of=as_of)
    batches: list[int] = []
    if look["shipping"] or look["starts"]:
        shipments.finish(as_of=as_of)
        batches = shipments.lease_batches(as_of=as_of)
    _do_small_work(look, as_of=as_of)
    hints_due: dict[str, datetime] = {}
    if look["events_since"] is not None:
        hints_due[SETTLE] = look["events_since"]
    if look["mail_since"] is not None:
        hints_due[MAIL] = look["mail_since"]
    if look["plans"]:
        troubled = hints.list_troubled(prefix=PLAN, attempts=PATIENT_TRIES)
        due = shipments.list_due_plans(as_of=as_of, troubled=troubled)
        hints_due |= {f"{PLAN}{slug}": due_at for slug, due_at in due.items()}
    leased = outbox.lease(due=hints_due, as_of=as_of)
    return Due(
        events=SETTLE in leased,
        mails=MAIL in leased,
        plans=[key.removeprefix(PLAN) for key in leased if key.startswith(PLAN)],
        batches=batches,
        endpoints=delivering.lease(as_of=as_of) if look["webhooks"] else [],
    )


def _do_small_work(look: db.Row, *, as_of: datetime) -> None:
    """What takes a statement or two, and no task of its own."""
    if look["joined_xp"]:
        _forward(as_of=as_of)
    if look["old_sign_ins"]:
        identity.prune(as_of=as_of)
    if look["old_webhooks"]:
        webhooks.prune_step(as_of=as_of)
    if look["standings"]:
        standings.take(as_of=as_of)
    if look["untold"]:
        notices.tell(as_of=as_of)


def _start_due(*, as_of: datetime) -> None:
    """
    Start the approved shipments whose time has come, the longest due first.

    One that was approved after its deadline waits for somebody to ship it.
    """
    in_time = Q(approve_by=None) | Q(approved_at__lt=F("approve_by"))
    due = Shipment.objects.filter(in_time, state="approved", ships_at__lte=as_of).order_by("ships_at", "id")
    for slug in due.values_list("slug", flat=True):
        try:
            shipments.start(slug=slug, as_of=as_of)
        except ShipmentError as error:
            # Somebody cancelled it between the two statements; its row says so.
            logger.info("%s", error)
        except Exception:
            # The others go on. This one is tried again by the next sweep.
            logger.exception("%s could not be started. Nothing of it was paid; it is tried again.", slug)


def _forward(*, as_of: datetime) -> None:
    try:
        identity.forward(as_of=as_of)
    except InsufficientXp:
        # The sentence is left out: an account's number in a log would tell who was joined to somebody.
        logger.info("XP of a joined wallet is being moved by somebody else; the next sweep looks again.")


def settle(*, as_of: datetime) -> facts.Refreshed:
    """Take what came in into the facts, and look at the sales that are others since."""
    done = facts.refresh(as_of=as_of)
    fairness.refresh()
    return done


def plan(*, slug: str, as_of: datetime) -> Shipment | None:
    """Plan a shipment on facts that have everything that came in; None if somebody is planning it."""
    settle(as_of=as_of)
    return shipments.plan(slug=slug, as_of=as_of)


def plan_if_due(*, slug: str, as_of: datetime) -> Shipment | None:
    """
    Plan a shipment if that is still due: a hint that comes twice plans once.

    What goes wrong is noted on the shipment and raised. After 20 tries it is no longer due, and waits for
    a person: also if nobody who took it up lived to say what went wrong.
    """
    with transaction.atomic():
        due_at = shipments.claim_plan(slug=slug, as_of=as_of)
        if due_at is None:
            return None
        tries = outbox.take_up(key=f"{PLAN}{slug}", due_at=due_at, as_of=as_of)
    if tries > MOST_TRIES:
        problem = f"Planning was taken up {MOST_TRIES} times, and never came through or said why."
        shipments.note_plan_problem(slug=slug, problem=problem, as_of=as_of, is_last=True)
        return None
    try:
        planned = plan(slug=slug, as_of=as_of)
    except Exception as error:
        problem = (
            f"Planning failed, {tries} of {MOST_TRIES} tries so far. Nothing was planned. "
            f"The error is {type(error).__name__}: {error}"
        )
        shipments.note_plan_problem(slug=slug, problem=problem, as_of=as_of, is_last=tries == MOST_TRIES)
        raise
    outbox.settle(key=f"{PLAN}{slug}")
    return planned


def post(*, batch_id: int, as_of: datetime) -> bool:
    """Post one batch, and close its shipment when it was the last."""
    posted = shipments.post_batch(batch_id=batch_id, as_of=as_of)
    if posted:
        failpoints.reach("batch.committed")
        shipments.finish(as_of=as_of)
    return posted


def list_findings() -> list[Finding]:
    """Every row, from plans to the ledger, that breaks a promise; empty if all is well."""
    return [
        *shipment_audit.list_findings(),
        *adjustment_audit.list_findings(),
        *identity_audit.list_findings(),
        *ledger.list_findings(),
    ]
