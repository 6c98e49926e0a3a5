"""Reads who stands where. Places and balances are of one snapshot, so they agree with each other."""

from dataclasses import dataclass
from datetime import datetime

from config import db

SQL = db.folder()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """
    A collector's place in a snapshot.

    ``address`` and ``balance_xp`` are empty for who is not named to others: opted out, or a private page.
    """

    position: int
    place: int
    address: str | None
    balance_xp: int | None
    is_own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """
    The first places of the latest snapshot and those around a collector, in their order.

    ``own`` is empty without XP. ``is_named`` is false for a collector who opted out of being named.
    """

    taken_at: datetime
    collector_count: int
    stands: list[Stand]
    is_named: bool

    @property
    def own(self) -> Stand | None:
        """The place of the collector who was asked for."""
        return next((stand for stand in self.stands if stand.is_own), None)


def get_board(*, collector_id: int | None, first: int, around: int) -> Board | None:
    """
    Return the first places, and so many on both sides of a collector; None before the first snapshot.

    One statement, which reads as many rows as it returns.
    """
    rows = SQL["board"].prepared_rows({"collector_id": collector_id, "first": first, "around": around})
    if not rows:
        return None
    stands = [
        Stand(
            position=row["position"],
            place=row["place"],
            address=row["address"] if row["is_named"] or row["is_own"] else None,
            balance_xp=row["balance_xp"] if row["is_named"] or row["is_own"] else None,
            is_own=row["is_own"],
        )
        for row in rows
        if row["position"] is not None
    ]
    return Board(
        taken_at=rows[0]["taken_at"],
        collector_count=rows[0]["collector_count"],
        stands=stands,
        is_named=not rows[0]["opted_out"],
    )
