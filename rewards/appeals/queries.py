"""Reads of appeals: those of a collector, and the queue of staff."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from config import db
from rewards.appeals.models import Appeal

SQL = db.folder()

APPEALS = 200

# A round's name, and what names a line within it.
LineName: TypeAlias = tuple[str, int, UUID, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnAppeal:
    """
    An appeal as its collector sees it.

    ``answer`` and ``answered_at`` are empty while it is open. ``correction_xp`` and ``correction_state`` are
    of the correction that came with the answer, if one did: ``draft`` and ``sent_back`` wait, ``approved``
    was made at ``correction_made_at``, ``cancelled`` will not be.
    """

    id: int
    shipment_id: int
    round: str
    round_title: str
    line_collector_id: int
    rule_version_id: int
    subject: UUID
    for_shipment_id: int
    text: str
    opened_at: datetime
    state: str
    answer: str
    answered_at: datetime | None
    correction_xp: int | None
    correction_state: str | None
    correction_made_at: datetime | None

    @property
    def line(self) -> LineName:
        """What names its line."""
        return self.round, self.rule_version_id, self.subject, self.for_shipment_id


def list_own(*, collector_id: int) -> list[OwnAppeal]:
    """The appeals about a collector's lines, the latest first, in one statement."""
    rows = SQL["appeals"].prepared_rows({"collector_id": collector_id, "appeal_limit": APPEALS})
    return [OwnAppeal(**row) for row in rows]


def find_own_line(
    *, collector_id: int, round_slug: str, rule_version_id: int, subject: UUID, for_shipment_id: int
) -> tuple[int, int] | None:
    """The round's number and whose wallet the line came to; None if it is none of the collector's."""
    rows = SQL["own_line"].rows(
        {
            "round": round_slug,
            "collector_id": collector_id,
            "rule_version_id": rule_version_id,
            "subject": subject,
            "for_shipment_id": for_shipment_id,
        }
    )
    return (rows[0]["shipment_id"], rows[0]["collector_id"]) if rows else None


def list_queue(*, limit: int) -> list[Appeal]:
    """Open appeals, the oldest first, then those answered last."""
    found = Appeal.objects.select_related("shipment", "adjustment")
    waiting = list(found.filter(state="open").order_by("id")[:limit])
    return waiting + list(found.filter(state="answered").order_by("-answered_at", "-id")[:limit])
