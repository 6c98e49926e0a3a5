"""What people do to a shipment by hand and say with it: send a plan back, halt, go on, retry, call off."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from config import db
from rewards.shipments import operations
from rewards.shipments.errors import ShipmentError, UnknownShipment
from rewards.shipments.models import Comment, Shipment

SQL = db.folder()

# So many batches are named one by one in a comment.
NAMED_BATCHES = 12


@db.in_one_transaction
def send_back(*, slug: str, comment: str, by: str, as_of: datetime) -> Shipment:
    """
    Make a plan a draft again, with what is wrong with it. Nobody can approve it until it is planned again.

    What the plan wrote stays to look at until then. Raises ShipmentError, for a second call too.
    """
    text = _said(comment, "A plan that is sent back needs a comment; whoever plans it again reads it.")
    shipment = lock(slug)
    if shipment.state != "planned":
        raise ShipmentError(f"{slug} is {shipment.state}; only a plan is sent back. Nothing was changed.")
    shipment.state, shipment.plan_due_at = "draft", None
    shipment.save(update_fields=["state", "plan_due_at"])
    _note(shipment, kind="sent_back", text=text, by=by, as_of=as_of)
    return shipment


@db.in_one_transaction
def change_audience(*, slug: str, filters: dict[str, Any], by: str, as_of: datetime) -> bool:
    """
    Give a draft other filters, as ``audience.stored`` has them, and return whether they differ.

    A plan was made for others, so it becomes a draft again, with a word why, and nobody can approve it until
    it is planned again. Raises ShipmentError for what was approved.
    """
    shipment = lock(slug)
    if shipment.state not in ("draft", "planned"):
        raise ShipmentError(f"{slug} is {shipment.state}; whom it is for stays. Nothing was changed.")
    if shipment.audience == filters:
        return False
    was_planned = shipment.state == "planned"
    shipment.audience, shipment.state, shipment.changed_by = filters, "draft", by
    if was_planned:
        shipment.plan_due_at = None
    shipment.save(update_fields=["audience", "state", "changed_by", "plan_due_at"])
    if was_planned:
        text = "Whom it is for was changed; it has to be planned again."
        _note(shipment, kind="sent_back", text=text, by=by, as_of=as_of)
    return True


@db.in_one_transaction
def halt(*, slug: str, reason: str, by: str, as_of: datetime) -> Shipment:
    """
    Let nothing more of a shipment be posted. What is being posted at the moment is posted whole first.

    Of one that is halted already nothing changes. Raises ShipmentError.
    """
    text = _said(reason, "A halt needs a reason; whoever lets it go on reads it.")
    SQL["wait_for_posts"].row({"shipment_id": operations.get(slug=slug).id})
    shipment = lock(slug)
    if shipment.state == "halted":
        return shipment
    if shipment.state != "shipping":
        raise ShipmentError(f"{slug} is {shipment.state}; only what is shipping is halted.")
    shipment.state = "halted"
    shipment.save(update_fields=["state"])
    _note(shipment, kind="halted", text=text, by=by, as_of=as_of)
    return shipment


@db.in_one_transaction
def go_on(*, slug: str, reason: str, by: str, as_of: datetime) -> Shipment:
    """
    Let a halted shipment go on where it was. The sweeper sends the hints of what is left to do.

    Of one that is shipping already nothing changes. Raises ShipmentError.
    """
    text = _said(reason, "To go on needs a word on what was found; it stays with the round.")
    shipment = lock(slug)
    if shipment.state == "shipping":
        return shipment
    if shipment.state != "halted":
        raise ShipmentError(f"{slug} is {shipment.state}; only what is halted goes on.")
    shipment.state = "shipping"
    shipment.save(update_fields=["state"])
    SQL["hint_at_once"].run({"shipment_id": shipment.id})
    # The last batch may have been the one that the halt let come through.
    operations.finish(as_of=as_of, shipment_id=shipment.id)
    _note(shipment, kind="went_on", text=text, by=by, as_of=as_of)
    shipment.refresh_from_db()
    return shipment


@db.in_one_transaction
def retry_failed(*, slug: str, by: str, as_of: datetime) -> list[int]:
    """
    Put failed batches back on the work list, with all their tries, and return their numbers.

    What had failed them is kept as a comment. Again, when none is failed, nothing changes. Raises
    ShipmentError.
    """
    shipment = lock(slug)
    if shipment.state not in ("shipping", "halted"):
        raise ShipmentError(f"{slug} is {shipment.state}; only batches of what ships are tried again.")
    rows = SQL["retry_failed"].rows({"shipment_id": shipment.id})
    failed = sorted((row["number"], row["problem"]) for row in rows)
    if failed:
        text = f"{_named([number for number, _ in failed])}. The first had failed with: {failed[0][1]}"
        _note(shipment, kind="tried_again", text=text, by=by, as_of=as_of)
    return [number for number, _ in failed]


@db.in_one_transaction
def call_off(*, slug: str, reason: str, by: str, as_of: datetime) -> Shipment:
    """Cancel what does not ship yet, with the reason; again changes nothing. Raises ShipmentError."""
    text = _said(reason, "To cancel a round needs a reason; it stays with the round.")
    if lock(slug).state == "cancelled":
        return operations.get(slug=slug)
    shipment = operations.cancel(slug=slug, as_of=as_of)
    _note(shipment, kind="called_off", text=text, by=by, as_of=as_of)
    return shipment


def say(*, slug: str, text: str, by: str, as_of: datetime) -> Comment:
    """Keep what somebody says of a shipment, such as an answer to who sent it back. Raises ShipmentError."""
    said = _said(text, "A comment says something.")
    return _note(operations.get(slug=slug), kind="said", text=said, by=by, as_of=as_of)


def _said(text: str, missing: str) -> str:
    if not text.strip():
        raise ShipmentError(missing)
    return text.strip()


def lock(slug: str) -> Shipment:
    """The shipment by that name, locked until the transaction ends. Raises UnknownShipment."""
    shipment = Shipment.objects.select_for_update().filter(slug=slug).first()
    if shipment is None:
        raise UnknownShipment(slug)
    return shipment


def _note(shipment: Shipment, *, kind: str, text: str, by: str, as_of: datetime) -> Comment:
    return Comment.objects.create(
        shipment=shipment,
        kind=kind,
        text=text,
        plan_digest=shipment.plan_digest,
        written_by=by,
        written_at=as_of,
    )


def _named(numbers: Sequence[int]) -> str:
    """Name batches: Batch 3; Batches 3, 5; of many the first, and how many more."""
    named = ", ".join(str(number) for number in numbers[:NAMED_BATCHES])
    more = len(numbers) - NAMED_BATCHES
    return f"{'Batch' if len(numbers) == 1 else 'Batches'} {named}{f' and {more:,} more' if more > 0 else ''}"
