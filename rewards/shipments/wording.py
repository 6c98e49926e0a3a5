"""What a shipment says and when it is planned, due and shipped, as people change it before it is approved."""

from dataclasses import dataclass
from datetime import datetime

from config import db
from rewards.shipments.errors import FieldRefused, ShipmentError
from rewards.shipments.models import Shipment
from rewards.shipments.operations import Draft
from rewards.shipments.supervision import lock


@dataclass(frozen=True, kw_only=True)
class Words:
    """Title and message, which collectors read, and the planned instants; None where there is none."""

    title: str
    message: str
    plan_due_at: datetime | None
    approve_by: datetime | None
    ships_at: datetime | None


@db.in_one_transaction
def change(*, slug: str, words: Words, by: str, as_of: datetime) -> bool:
    """
    Give a draft or a plan other words and times, and return whether they differ.

    A plan stays as it is, since its digest is about what it pays; when it is planned again is not said here.
    Raises ShipmentError for what was approved, and FieldRefused for a time that cannot be.
    """
    shipment = lock(slug)
    if shipment.state not in ("draft", "planned"):
        raise ShipmentError(
            f"{slug} is {shipment.state}; what it says and its times were approved with it, and stay. "
            "Nothing was changed."
        )
    wanted = {
        "title": words.title.strip(),
        "message": words.message.strip(),
        "approve_by": words.approve_by,
        "ships_at": words.ships_at,
    }
    if shipment.state == "draft":
        wanted["plan_due_at"] = words.plan_due_at
    changed = {name for name, value in wanted.items() if getattr(shipment, name) != value}
    if not changed:
        return False
    for name in changed:
        setattr(shipment, name, wanted[name])
    check_times(shipment=shipment, changed=changed, as_of=as_of)
    shipment.changed_by = by
    shipment.save(update_fields=[*changed, "changed_by"])
    return True


def check_times(*, shipment: Shipment | Draft, changed: set[str], as_of: datetime) -> None:
    """Raise FieldRefused for a time that was given and comes too early."""
    planned_at = getattr(shipment, "planned_at", None)
    plan_at = shipment.plan_due_at or planned_at or shipment.window_end
    if "plan_due_at" in changed and shipment.plan_due_at and shipment.plan_due_at < shipment.window_end:
        raise FieldRefused("It would be planned before its window closes.", field="plan_due_at")
    for name, would in (("approve_by", "be approved"), ("ships_at", "go out")):
        at = getattr(shipment, name)
        if at is None:
            continue
        if name in changed and at <= as_of:
            raise FieldRefused("This is over already.", field=name)
        is_too_early = at < plan_at if name == "ships_at" else at <= plan_at
        if changed & {name, "plan_due_at"} and is_too_early:
            raise FieldRefused(
                f"It would {would} before it is planned, on {plan_at:%Y-%m-%d %H:%M} UTC.", field=name
            )
