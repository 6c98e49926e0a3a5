"""
Writes the rows of one batch, inside the caller's transaction.

Rows are copied straight in, which is quickest and fails as a whole on a known key; then they go through a
staging table, where each is judged.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from psycopg import errors

from config import db

SQL = db.folder()


@dataclass(frozen=True, kw_only=True)
class Conflict:
    """A row whose event was accepted before with another content; ``place`` is its place in the batch."""

    place: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class Staged:
    """What became of a batch that went through staging."""

    new_count: int
    known_count: int
    moved_count: int
    conflicts: list[Conflict]


@dataclass(frozen=True, kw_only=True)
class Batch:
    """A batch that was opened, with its rows in COPY's text form as ``rows.row`` makes them."""

    id: int
    rows: Sequence[str]
    fingerprint: UUID | None

    def copy(self) -> bool:
        """Copy the rows straight into the inbox; false, with nothing written, where a key is known."""
        end = f"\t{self.id}\n"
        try:
            with transaction.atomic():
                # A row begins with its id. Ordered by it, two ingests of the same events wait for each
                # other and never in a circle.
                _copy_in("copy_events", end.join(sorted(self.rows)) + end)
        except errors.UniqueViolation:
            return False
        return True

    def stage(self, *, new_places: set[int] | None = None) -> Staged:
        """
        Take the rows in by way of a staging table, and close the batch.

        ``new_places`` gets the places of the rows that were new; it is left out where only numbers count.
        """
        end = f"\t{self.id}\n"
        SQL["make_staging"].run()
        _copy_in("copy_staging", "".join(f"{place}\t{row}{end}" for place, row in enumerate(self.rows)))
        SQL["analyze_staging"].run()
        new_count = SQL["take_in_staged"].run()
        params = {"batch_id": self.id}
        counts = SQL["count_staged"].fill(judged=SQL["judge_staged"]).row(params)
        conflicts: list[Conflict] = []
        if counts["conflict_count"]:
            rows = SQL["staged_conflicts"].fill(judged=SQL["judge_staged"]).rows(params)
            conflicts = [_conflict(row) for row in rows]
        if new_places is not None:
            new_places |= {row["place"] for row in SQL["judge_staged"].rows(params) if row["is_new"]}
        SQL["drop_staging"].run()
        self._close(new_count, counts["moved_count"], None if conflicts else self.fingerprint)
        return Staged(
            new_count=new_count,
            known_count=counts["known_count"],
            moved_count=counts["moved_count"],
            conflicts=conflicts,
        )

    def _close(self, new_count: int, moved_count: int, fingerprint: UUID | None) -> None:
        if new_count or fingerprint:
            SQL["close_batch"].run(
                {
                    "batch_id": self.id,
                    "event_count": new_count,
                    "moved_count": moved_count,
                    "fingerprint": fingerprint,
                }
            )
        else:
            SQL["drop_batch"].run({"batch_id": self.id})


def open_batch(*, rows: Sequence[str], format_name: str, fingerprint: UUID | None) -> Batch | None:
    """Open a batch; None where another ingest has just taken in the same bytes."""
    opened = SQL["open_batch"].rows(
        {"format": format_name, "fingerprint": fingerprint, "told_count": len(rows)}
    )
    return Batch(id=opened[0]["id"], rows=rows, fingerprint=fingerprint) if opened else None


def _conflict(row: dict[str, Any]) -> Conflict:
    return Conflict(
        place=row["place"],
        reason=(
            f"{row['source']} {row['key']} came before with another {row['fields']}; what came first stands."
        ),
    )


def _copy_in(name: str, text: str) -> None:
    with connection.cursor() as cursor, cursor.copy(SQL[name].composed()) as copy:
        copy.write(text)
