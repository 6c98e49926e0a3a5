"""Opens and answers appeals: a collector says that a line is wrong, and staff say what they found."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from config import db
from marketplace.registry.models import Wallet
from rewards.adjustments import operations as adjustments
from rewards.adjustments.models import Adjustment
from rewards.adjustments.sheet import Row
from rewards.appeals.errors import AppealError, AppealRefused, UnknownAppeal
from rewards.appeals.models import MOST_LETTERS, MOST_OPEN, Appeal
from rewards.identity.queries import SignedIn
from rewards.webhooks import operations as webhooks

SQL = db.folder()

REFUSALS = {
    "line_has_one_open_appeal": "You have reported this line already, and it waits for an answer.",
    "few_appeals_are_open": f"{MOST_OPEN} of your reports wait for an answer. You can send another once one "
    "of them is answered.",
}


def open_appeal(
    *,
    signed_in: SignedIn,
    round_slug: str,
    rule_version_id: int,
    subject: UUID,
    for_shipment_id: int,
    text: str,
    as_of: datetime,
) -> Appeal:
    """
    Keep what a collector says is wrong with a line of its own.

    :raises UnknownAppeal: the collector has no such line, in a round that went out.
    :raises AppealRefused: nothing or too much is said, the line was appealed and not answered yet, or
        too many appeals of the collector are open.
    """
    said = _said(text, "Say in a sentence what is wrong, so that somebody can look.", AppealRefused)
    rows = SQL["own_line"].rows(
        {
            "round": round_slug,
            "collector_id": signed_in.collector_id,
            "rule_version_id": rule_version_id,
            "subject": subject,
            "for_shipment_id": for_shipment_id,
        }
    )
    if not rows:
        raise UnknownAppeal("You have no such line. Nothing was sent.")
    line = rows[0]
    try:
        with transaction.atomic():
            return Appeal.objects.create(
                collector_id=signed_in.collector_id,
                wallet_id=signed_in.wallet_id,
                shipment_id=line["shipment_id"],
                line_collector_id=line["collector_id"],
                rule_version_id=line["rule_version_id"],
                subject=line["subject"],
                for_shipment_id=line["for_shipment_id"],
                text=said,
                opened_at=as_of,
            )
    except IntegrityError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        refused = REFUSALS.get(getattr(diagnosis, "constraint_name", ""))
        if refused is None:
            raise
        raise AppealRefused(f"{refused} Nothing was sent.") from error


@transaction.atomic
def answer(*, appeal_id: int, text: str, by: str, as_of: datetime, grant_xp: int | None = None) -> Appeal:
    """
    Answer an appeal, once; with ``grant_xp`` a correction is written that a second person approves.

    All of it is one transaction, and endpoints are told in it. Raises AppealError for one that is answered,
    and AdjustmentError where the correction cannot be written.
    """
    said = _said(text, "An appeal is answered in words; the collector reads them.", AppealError)
    appeal = Appeal.objects.select_for_update(of=("self",)).select_related("shipment__season")
    appeal_now = appeal.filter(id=appeal_id).first()
    if appeal_now is None:
        raise UnknownAppeal(f"There is no appeal with the number {appeal_id}.")
    if appeal_now.state != "open":
        raise AppealError(
            f"{appeal_now.answered_by} answered appeal {appeal_id} before; that stays. Nothing was changed."
        )
    if grant_xp is not None:
        appeal_now.adjustment = _correct(appeal_now, said=said, by=by, as_of=as_of, grant_xp=grant_xp)
    appeal_now.state, appeal_now.answer = "answered", said
    appeal_now.answered_by, appeal_now.answered_at = by, as_of
    appeal_now.save()
    _announce(appeal_now)
    return appeal_now


def _announce(appeal: Appeal) -> None:
    """
    Tell that an appeal has its answer, and whom it concerns; what was said is for the collector alone.

    The wallet is the one that stands for whoever has the line now; the wallet of the line may be a linked
    one, and stays unnamed.
    """
    assert appeal.answered_at is not None
    owner = Wallet.objects.filter(id=appeal.line_collector_id).values("collector_id")
    stands = Wallet.objects.get(id=owner[:1])
    data = {
        "appeal": appeal.id,
        "round": appeal.shipment.slug,
        "title": appeal.shipment.title,
        "wallet": stands.address,
        "opened_at": webhooks.instant(appeal.opened_at),
    }
    webhooks.announce(kind="appeal.answered", key=f"appeal:{appeal.id}", data=data, at=appeal.answered_at)


def _correct(appeal: Appeal, *, said: str, by: str, as_of: datetime, grant_xp: int) -> Adjustment:
    """Write the correction that comes with an answer; the collector reads the answer as its reason."""
    row = Row(
        line=1,
        address=Wallet.objects.get(id=appeal.line_collector_id).address,
        amount_xp=grant_xp,
        reason=said,
        evidence=f"Appeal {appeal.id} on a line of {appeal.shipment.slug}.",
    )
    return adjustments.write(
        season=appeal.shipment.season, title=f"Appeal {appeal.id}", rows=[row], author=by, as_of=as_of
    )


def _said(text: str, missing: str, refused: type[AppealError]) -> str:
    said = text.strip()
    if not said or "\0" in said:
        raise refused(missing)
    if len(said) > MOST_LETTERS:
        raise refused(f"That is more than {MOST_LETTERS:,} letters. Nothing was sent.")
    return said
