"""Reads of notices, and their words."""

from dataclasses import dataclass
from datetime import datetime

from rewards.notices.models import Notice, Recipient
from rewards.shipments.models import Shipment

STILL = {"approve": ["planned"], "overdue": ["draft", "planned"]}


@dataclass(frozen=True, kw_only=True)
class Told:
    """A notice in words."""

    notice: Notice
    title: str
    detail: str


def list_unseen(*, name: str, as_of: datetime) -> list[Told]:
    """What somebody was told, did not say they saw, and is still so; the oldest first."""
    found = Recipient.objects.filter(user__username=name, seen_at=None).select_related("notice__shipment")
    return [
        in_words(one.notice, as_of=as_of)
        for one in found.order_by("notice_id")
        if is_still_so(one.notice, as_of=as_of)
    ]


def is_still_so(notice: Notice, *, as_of: datetime) -> bool:
    """Whether the shipment still waits as the notice says; another plan, or a deadline, has its own."""
    shipment = notice.shipment
    if shipment.state not in STILL[notice.kind]:
        return False
    if notice.kind == "overdue":
        is_this_deadline = notice.key.endswith(f":{shipment.approve_by:%Y-%m-%d %H:%M:%S}")
        return shipment.is_overdue(as_of=as_of) and is_this_deadline
    is_this_plan = notice.key.endswith(f":{(shipment.plan_digest or '')[:12]}")
    return is_this_plan and not shipment.is_overdue(as_of=as_of)


def in_words(notice: Notice, *, as_of: datetime) -> Told:
    """What the notice says at an instant, with the time that is left."""
    shipment = notice.shipment
    if notice.kind == "overdue":
        return Told(
            notice=notice,
            title=f"{shipment.title} is overdue",
            detail="Its deadline passed without an approval. It no longer goes out by itself.",
        )
    detail = f"{shipment.total_xp or 0:,} XP to {shipment.award_count or 0:,} collectors. "
    return Told(
        notice=notice,
        title=f"{shipment.title} waits for your approval",
        detail=detail + time_left(shipment, as_of=as_of),
    )


def time_left(shipment: Shipment, *, as_of: datetime) -> str:
    """The deadline of a shipment with the whole days or hours that are left; nothing without one."""
    if shipment.approve_by is None:
        return ""
    if shipment.is_overdue(as_of=as_of):
        return "Its deadline passed, so it no longer goes out by itself."
    left = shipment.approve_by - as_of
    whole, unit = (left.days, "day") if left.days else (left.seconds // 3600, "hour")
    in_time = f"in {whole} {unit}{'' if whole == 1 else 's'}" if whole else "within the hour"
    return (
        f"Approve it by {shipment.approve_by:%Y-%m-%d %H:%M} UTC, {in_time}, or it does not go out by itself."
    )
