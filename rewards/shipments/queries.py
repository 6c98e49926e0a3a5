"""Reads of shipments: how far they are, what a plan says, and the rows of an export."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from config import db
from rewards.shipments.models import Comment, Shipment

SQL = db.folder()

# So many rows of an export are in memory at a time.
ROWS_AT_A_TIME = 2_000


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a shipment is in its batches."""

    batches: int
    done: int
    failed: int
    awards: int
    awards_done: int
    xp_done: int
    attempts: int


@dataclass(frozen=True, kw_only=True)
class Reason:
    """
    How many lines of a rule have a reason, of how many collectors, and their XP together.

    The two collectors are those whose lines are looked at; they may be one.
    """

    rule: str
    title: str
    reason: str
    lines: int
    collectors: int
    amount_xp: int
    first_collector_id: int
    second_collector_id: int


@dataclass(frozen=True, kw_only=True)
class LateSum:
    """What a plan pays late for a round before: how many lines, of how many collectors, and their XP."""

    late_for: str
    lines: int
    collectors: int
    amount_xp: int


def get_progress(*, shipment: Shipment) -> Progress:
    """How far the batches of a shipment are; all zero before it ships."""
    return Progress(**SQL["progress"].row({"shipment_id": shipment.id}))


def list_reasons(*, shipment: Shipment) -> list[Reason]:
    """
    What a plan's lines say, by rule and reason, the most XP first.

    Whose lines are looked at the plan's digest decides: everybody sees the same, and nobody knew before.
    """
    digest = (shipment.plan_digest or "").ljust(64, "0")
    first, second = (int(digest[place : place + 15], 16) for place in (0, 32))
    rows = SQL["reasons"].rows({"shipment_id": shipment.id, "first_mark": first, "second_mark": second})
    for row in rows:
        row["first_collector_id"] = row.pop("first_nearest") ^ first
        row["second_collector_id"] = row.pop("second_nearest") ^ second
    return [Reason(**row) for row in rows]


def list_late_sums(*, shipment: Shipment) -> list[LateSum]:
    """What a plan pays for the time of rounds before, the earliest first; its reasons count it too."""
    return [LateSum(**row) for row in SQL["late_sums"].rows({"shipment_id": shipment.id})]


def list_problems(*, shipment: Shipment) -> list[str]:
    """What went wrong with batches that are not done, a sentence each."""
    troubled = shipment.batches.exclude(state="done").exclude(problem="").order_by("number")
    return [f"Batch {batch.number}, {batch.attempts} tries: {batch.problem}" for batch in troubled]


def list_comments(*, shipment: Shipment) -> list[Comment]:
    """What was said of a shipment, the latest first."""
    return list(shipment.comments.order_by("-id"))


def iterate_export(*, shipment: Shipment, what: str) -> Iterator[dict[str, Any]]:
    """The rows of a shipment's ``lines`` or ``awards`` by address, streamed in bounded memory."""
    statement = SQL[f"export_{what}"]
    with transaction.atomic():
        connection.ensure_connection()
        with connection.connection.cursor(name=f"export_{what}") as cursor:
            cursor.itersize = ROWS_AT_A_TIME
            cursor.execute(statement.composed(), {"shipment_id": shipment.id})
            names: list[str] | None = None
            for row in cursor:
                names = names or [column.name for column in cursor.description]
                yield dict(zip(names, row, strict=True))
