"""What tests of flags say, and the pauses as a table."""

from datetime import datetime
from typing import Any

from rewards.flags import operations as flags
from rewards.flags import queries
from rewards.flags.models import Pause
from tests.tables import Table, day, read, short

NOON = day("2026-03-10 12:00")
LIQUIDITY, LISTING, BIDDING = "liquidity", "liquidity.listing", "liquidity.bidding"


def pause(flag: str = LISTING, *, at: datetime = NOON, reason: str = "Farmed.", **fields: Any) -> Pause:
    """Pause a flag, as ann; from now on, where nothing else is said."""
    return flags.pause(flag=flag, reason=reason, by="ann", as_of=at, **fields)


def resume(flag: str = LISTING, *, at: datetime = NOON, until: datetime | None = None) -> Pause:
    """Resume a flag, as bob; at once, or at the end of a pause that goes on until then."""
    return flags.resume(flag=flag, by="bob", as_of=at, at=until)


def pauses() -> Table:
    """All pauses as they are kept."""
    return read(
        "SELECT * FROM flags_pause",
        flag=lambda row: row["flag_id"],
        starts_at=lambda row: short(row["starts_at"]),
        ends_at=lambda row: short(row["ends_at"]),
        reason=lambda row: row["reason"],
        created_by=lambda row: row["created_by"],
        ended_by=lambda row: row["ended_by"],
    )


def live(flag: str = LISTING, *, start: str = "2026-03-01", end: str = "2026-03-31") -> list[str]:
    """The live spans of a flag, each as ``start → end``."""
    spans = queries.list_live_spans(flag=flag, starts_at=day(start), ends_at=day(end))
    return [f"{short(span.starts_at)} → {short(span.ends_at)}" for span in spans]
