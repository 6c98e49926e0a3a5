"""Reads of corrections: what they say, what is in their way, and what a collector got by them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from config import db
from rewards.adjustments.models import Adjustment
from rewards.shipments import review
from rewards.shipments.review import Spread

SQL = db.folder()

TOP_ENTRIES = 50
CORRECTIONS = 50
PROBLEMS = 20

SENTENCES = {
    "not_theirs": "{who} takes back no award or correction of this season, or not this collector's.",
    "too_much": "{who} takes back {wanted_xp:,} XP of something of which {has_xp:,} XP are left to take.",
    "short": "{who} would go below zero: {wanted_xp:,} XP are taken, and the collector has {has_xp:,} XP.",
    "collector_limit": "{who} would be given {wanted_xp:,} XP, more than the {has_xp:,} XP that the season "
    "lets one collector have at once.",
    "limit": "It gives {wanted_xp:,} XP, more than the {has_xp:,} XP that the season lets go out at once.",
    "budget": "It takes {wanted_xp:,} XP, more than the {has_xp:,} XP that are left of the season's budget.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """
    An entry to look at, beside what its collector has now.

    ``round_title`` is of the round whose award it takes back, and empty for others. ``is_known`` is false
    for a wallet that no event has named yet.
    """

    number: int
    address: str
    amount_xp: int
    takes_back: str
    reason: str
    evidence: str
    is_known: bool
    balance_xp: int
    round_title: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What a correction gave a collector, or took back where ``amount_xp`` is below zero."""

    adjustment_id: int
    number: int
    amount_xp: int
    reason: str
    evidence: str
    takes_back: str
    title: str
    approved_at: datetime
    author: str
    approved_by: str
    round_title: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrections:
    """The latest corrections of a collector, how many there are in all, and what they come to."""

    correction_count: int
    total_xp: int
    latest: Sequence[Correction]


def list_problems(*, adjustment: Adjustment, limit: int = PROBLEMS) -> list[str]:
    """What is in the way of a correction as the ledger is now, each as a sentence; empty if nothing is."""
    rows = SQL["problems"].rows({"adjustment_id": adjustment.id, "problem_limit": limit})
    return [
        SENTENCES[row["problem"]].format(who=f"Entry {row['number']}, {row['address']},", **row)
        for row in rows
    ]


def list_top(*, adjustment: Adjustment, limit: int = TOP_ENTRIES) -> list[Told]:
    """The entries that move the most XP, the most first."""
    rows = SQL["top"].rows({"adjustment_id": adjustment.id, "entry_limit": limit})
    return [Told(**row) for row in rows]


def count_unknown(*, adjustment: Adjustment) -> int:
    """How many of its wallets no event has named yet."""
    return int(SQL["unknown"].row({"adjustment_id": adjustment.id})["wallet_count"])


def get_spread(*, adjustment: Adjustment) -> Spread:
    """How what it gives is spread over wallets, as a round's awards are."""
    return review.get_spread_of(amounts=SQL["granted"], params={"adjustment_id": adjustment.id})


def list_corrections(*, collector_id: int) -> Corrections:
    """What corrections gave a collector and took back, the latest first, in one statement."""
    rows = SQL["corrections"].prepared_rows({"collector_id": collector_id, "correction_limit": CORRECTIONS})
    counts = rows[0] if rows else {"correction_count": 0, "total_xp": 0}
    correction_count, total_xp = counts["correction_count"], counts["total_xp"]
    for row in rows:
        del row["correction_count"], row["total_xp"]
    return Corrections(
        correction_count=correction_count, total_xp=total_xp, latest=[Correction(**row) for row in rows]
    )
