"""Gathers what the page of a shipment shows of its plan: budget, spread, what changed, lines in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.core.cache import cache

from rewards.admin import charts
from rewards.admin.charts import Histogram
from rewards.ledger import queries as ledger
from rewards.ledger.operations import Holder
from rewards.shipments import changes, queries, review
from rewards.shipments.models import Batch, Shipment
from rewards.shipments.operations import MOST_ATTEMPTS
from rewards.shipments.queries import Progress, Reason
from rewards.shipments.review import Changes, Flagged, RulePaid, Spread, TopAward
from rewards.tab import figures
from rewards.tab import queries as tab
from rewards.tab.rows import Line

# The grid of batches: squares in so many columns, their side with the gap, and troubled ones that are named.
COLUMNS = 50
SIDE = 14
TROUBLED = 20

# The share of the budget is drawn in so many parts.
PARTS = 1_000


@dataclass(frozen=True, kw_only=True)
class Budget:
    """A season's budget beside what a plan would take of it; in parts of a bar's thousand, too."""

    budget_xp: int
    left_xp: int
    total_xp: int

    @property
    def is_over(self) -> bool:
        """Whether the plan would take more than there is."""
        return self.total_xp > self.left_xp

    @property
    def stays_xp(self) -> int:
        """What is left after it, below zero where it does not suffice."""
        return self.left_xp - self.total_xp

    @property
    def spent_part(self) -> int:
        """What has left the budget before."""
        return self._part(self.budget_xp - self.left_xp)

    @property
    def total_part(self) -> int:
        """What the plan would take, as far as the bar goes; a little is seen, too."""
        return min(max(self._part(self.total_xp), 4 if self.total_xp else 0), PARTS - self.spent_part)

    def _part(self, amount_xp: int) -> int:
        return amount_xp * PARTS // self.budget_xp if self.budget_xp else PARTS


@dataclass(frozen=True, kw_only=True)
class Told:
    """Lines to look at that share rule and reason, each with the wallet of its collector."""

    reason: Reason
    lines: list[tuple[str, Line]]


@dataclass(frozen=True, kw_only=True)
class Review:
    """What a reviewer looks at. ``changes`` is empty for the first round, ``chart`` without an award."""

    spread: Spread
    chart: Histogram | None
    top_awards: list[TopAward]
    changes: Changes | None
    rules: list[RulePaid]
    reasons: list[Reason]
    told: list[Told]
    flagged: Flagged

    @property
    def unpaid(self) -> list[Reason]:
        """The reasons for no XP, the most lines first."""
        return sorted(
            (one for one in self.reasons if one.reason != "earned"), key=lambda one: (-one.lines, one.rule)
        )

    @property
    def unpaid_count(self) -> int:
        """How many lines bring nothing."""
        return sum(one.lines for one in self.unpaid)


def get_review(*, shipment: Shipment) -> Review | None:
    """All of it, in as many statements whatever the size of the plan; None before there is one."""
    if shipment.plan_digest is None:
        return None
    earlier = review.get_earlier(shipment=shipment)
    # What a plan wrote never changes, so it is summed up once for as long as nobody plans again.
    key = f"review-{shipment.id}-{earlier.id if earlier else 0}-{shipment.plan_digest}"
    summed: dict[str, Any] | None = cache.get(key)
    if summed is None:
        summed = _sum_up(shipment, earlier)
        cache.set(key, summed, timeout=None)
    # What is known of sales and decided about them changes without another plan.
    flagged = review.get_flagged(shipment=shipment)
    return Review(**summed, told=_tell(shipment, summed["reasons"]), flagged=flagged)


def _sum_up(shipment: Shipment, earlier: Shipment | None) -> dict[str, Any]:
    """What takes a look at all awards and lines."""
    spread = review.get_spread(shipment=shipment)
    reasons = queries.list_reasons(shipment=shipment)
    return {
        "spread": spread,
        "chart": charts.histogram(spread),
        "top_awards": review.list_top_awards(shipment=shipment, earlier=earlier),
        "changes": review.get_changes(shipment=shipment, earlier=earlier) if earlier else None,
        "rules": review.list_paid_by_rule(reasons=reasons, earlier=earlier),
        "reasons": reasons,
    }


def _tell(shipment: Shipment, reasons: Sequence[Reason]) -> list[Told]:
    """The lines that are looked at, in the words that their collectors read."""
    samples = review.list_samples(shipment=shipment, reasons=reasons)
    names = [(one.collector_id, one.rule_version_id, one.subject, one.for_shipment_id) for one in samples]
    lines = tab.list_lines(shipment_id=shipment.id, names=names)
    by_name = {(one.rule, one.reason): one for one in reasons}
    pairs = zip(samples, lines, strict=True)
    return [
        Told(reason=by_name[name], lines=[(sample.address, line) for sample, line in alike])
        for name, alike in groupby(pairs, key=lambda pair: (pair[0].rule, pair[0].reason))
    ]


@dataclass(frozen=True, kw_only=True)
class Square:
    """A batch as a square of the grid: its place, its state, and what it stands for as text."""

    x: int
    y: int
    state: str
    title: str


@dataclass(frozen=True, kw_only=True)
class Flight:
    """How far a shipment is: its sums, a grid of its batches, and those that somebody has to look at."""

    progress: Progress
    squares: list[Square]
    width: int
    height: int
    retried_count: int
    troubled: list[Batch]
    most_attempts: int = MOST_ATTEMPTS

    @property
    def announced(self) -> int:
        """The tenths of the awards that are posted, at which a screen reader is told."""
        return self.progress.awards_done * 10 // self.progress.awards if self.progress.awards else 0


def get_flight(*, shipment: Shipment) -> Flight | None:
    """How far the batches are, in two statements; None before they are cut."""
    batches = list(shipment.batches.order_by("number"))
    if not batches:
        return None
    columns = min(len(batches), COLUMNS)
    return Flight(
        progress=queries.get_progress(shipment=shipment),
        squares=[_square(place, batch, columns=columns) for place, batch in enumerate(batches)],
        width=columns * SIDE,
        height=-(-len(batches) // columns) * SIDE,
        retried_count=sum(1 for batch in batches if batch.attempts > 1),
        troubled=[batch for batch in batches if batch.state != "done" and batch.problem][:TROUBLED],
    )


def _square(place: int, batch: Batch, *, columns: int) -> Square:
    tries = figures.counted(batch.attempts, "try", "tries")
    awards = figures.counted(batch.award_count, "award")
    return Square(
        x=place % columns * SIDE,
        y=place // columns * SIDE,
        state="trying" if batch.state == "pending" and batch.attempts else batch.state,
        title=f"Batch {batch.number}: {batch.state}, {awards}, {tries}",
    )


def get_budget(*, shipment: Shipment) -> Budget:
    """The season's budget beside the plan's total."""
    return Budget(
        budget_xp=shipment.season.budget_xp,
        left_xp=ledger.get_balance(holder=Holder("season", shipment.season_id)),
        total_xp=shipment.total_xp or 0,
    )


def list_stale(*, shipment: Shipment) -> list[str]:
    """What changed since a plan that waits for approval was made, each as a sentence."""
    if shipment.state != "planned":
        return []
    return [f"{said[0].upper()}{said[1:]}." for said in changes.list_changes(shipment=shipment)]
