"""Reads of fairness: which sales count as wash trades, the queue of those to look at, and who has them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from config import db
from config.db import Statement

SQL = db.folder()

# From this score on a sale is shown to staff where its season says nothing.
SHOWN_FROM = 3

# A wallet counts as flagged for so long after its last flagged sale.
FLAGGED_FOR = timedelta(days=90)

QUEUE = 50


@dataclass(frozen=True, kw_only=True)
class FlaggedSale:
    """
    A sale that signals speak against, with the evidence of each by its name.

    ``price_wei`` is empty where no rate is known. ``verdict`` and what goes with it are empty until somebody
    decided.
    """

    key: UUID
    at: datetime
    collection: str
    token_id: str
    seller: str
    buyer: str
    price_wei: int | None
    score: int
    signals: dict[str, dict[str, Any]]
    verdict: str | None
    reason: str | None
    decided_by: str | None
    decided_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Counted:
    """How many sales have a signal."""

    signal: str
    sales: int


def washed() -> Statement:
    """The keys of the sales that count as wash trades, by the value ``wash_threshold``; none without one."""
    return SQL["washed"]


def get_score(*, sale_key: UUID) -> int:
    """What the signals of a sale come to."""
    return int(SQL["score"].row({"sale_key": sale_key})["score"])


def get_decided(*, before: datetime) -> str:
    """A digest of what was decided about sales before an instant: another one where something else was."""
    return str(SQL["decided"].row({"before": before})["digest"])


def list_flagged(*, threshold: int | None, decided: bool, after: UUID | None = None) -> list[FlaggedSale]:
    """
    The sales of at least the threshold, newest first: those that wait for a decision, or the decided ones.

    ``after`` is the key of the last sale of the page before.
    """
    rows = SQL["flagged"].rows(
        {
            "threshold": threshold or SHOWN_FROM,
            "decided": decided,
            "after": after,
            "most": QUEUE,
        }
    )
    return [
        FlaggedSale(**row | {"price_wei": None if row["price_wei"] is None else int(row["price_wei"])})
        for row in rows
    ]


def count_waiting(*, threshold: int | None) -> int:
    """How many sales of at least the threshold nobody has decided about."""
    return int(SQL["waiting"].row({"threshold": threshold or SHOWN_FROM})["waiting"])


def count_by_signal() -> list[Counted]:
    """How many sales have each signal, the most first."""
    return [Counted(**row) for row in SQL["by_signal"].rows()]


def list_event_keys(*, threshold: int) -> list[str]:
    """The keys of the events that told the sales which count as wash trades, in order."""
    rows = SQL["event_keys"].fill(washed=SQL["washed"]).rows({"wash_threshold": threshold})
    return sorted(row["key"] for row in rows)


def flagged_collectors() -> Statement:
    """Who was a side of a flagged sale from ``flagged_from`` to before ``flagged_until``."""
    return SQL["flagged_collectors"].fill(washed=SQL["washed"])
