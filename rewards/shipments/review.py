"""What somebody who is to approve a plan wants to know: how XP is spread, what changed, lines to look at."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from config import db
from rewards.fairness import queries as fairness
from rewards.shipments.models import Shipment
from rewards.shipments.queries import Reason

SQL = db.folder()

PERCENTS = (1, 5, 10, 25, 50, 75, 90, 95, 99)
TOP_AWARDS = 10
WENT_OUT = ("shipping", "halted", "shipped", "sealed")

# 1, 2, 5, 10, 20, 50 … as far as a whole number of XP goes in the database.
BOUNDS = tuple(digit * 10**power for power in range(19) for digit in (1, 2, 5))


@dataclass(frozen=True, kw_only=True)
class Bin:
    """The awards of ``from_xp`` and more, but less than ``below_xp``: how many, and their sum."""

    from_xp: int
    below_xp: int
    award_count: int
    amount_xp: int


@dataclass(frozen=True, kw_only=True)
class Spread:
    """
    How a plan's awards are spread.

    ``percentiles`` are pairs: so many percent of the collectors get so much or less. ``top_xp`` is what the
    ``top_count`` collectors get that are the top hundredth, rounded up to whole collectors. ``bins`` go from
    the least award to the largest without a gap.
    """

    award_count: int
    total_xp: int
    top_count: int
    top_xp: int
    percentiles: list[tuple[int, int]]
    bins: list[Bin]


@dataclass(frozen=True, kw_only=True)
class Flagged:
    """
    What of a plan goes to collectors with a flagged sale in the 90 days before the window ends.

    ``threshold`` is the score from which on a sale is flagged. Where ``is_paid`` their flagged purchases earn
    all the same, since the season has no threshold of its own.
    """

    award_count: int
    amount_xp: int
    threshold: int
    is_paid: bool


@dataclass(frozen=True, kw_only=True)
class TopAward:
    """A large award, by the wallet that stands for its collector; ``earlier_xp`` is empty without one."""

    address: str
    amount_xp: int
    earlier_xp: int | None


@dataclass(frozen=True, kw_only=True)
class Moved:
    """So many collectors, and their XP in the earlier round and in this one."""

    collectors: int = 0
    earlier_xp: int = 0
    later_xp: int = 0

    @property
    def gained(self) -> int:
        """How much more it is, below zero where it is less."""
        return self.later_xp - self.earlier_xp


@dataclass(frozen=True, kw_only=True)
class RulePaid:
    """What a rule pays in this round and paid in the earlier one."""

    slug: str
    title: str
    earlier_xp: int
    later_xp: int

    @property
    def gained(self) -> int:
        """How much more it is, below zero where it is less."""
        return self.later_xp - self.earlier_xp


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What is different from the earlier round, by collectors."""

    earlier: Shipment
    new: Moved
    gone: Moved
    up: Moved
    down: Moved
    same: Moved

    @property
    def gained(self) -> int:
        """How much more all collectors get together, below zero where it is less."""
        return sum(one.gained for one in (self.new, self.gone, self.up, self.down))


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A line to look at, and the wallet that stands for its collector."""

    collector_id: int
    rule_version_id: int
    subject: UUID
    for_shipment_id: int
    rule: str
    reason: str
    address: str


def get_spread(*, shipment: Shipment) -> Spread:
    """How a plan's awards are spread, in two statements."""
    return get_spread_of(amounts=SQL["review_awards"], params={"shipment_id": shipment.id})


def get_spread_of(*, amounts: db.Statement, params: db.Params) -> Spread:
    """How amounts are spread that a statement returns as ``amount_xp``, a row a collector."""
    values: dict[str, Any] = {**params}
    row = SQL["review_spread"].fill(amounts=amounts).row(values | {"percents": list(PERCENTS)})
    found = row.pop("percentiles")
    counted = SQL["review_bins"].fill(amounts=amounts).rows(values | {"bounds": list(BOUNDS)})
    return Spread(
        **row,
        percentiles=list(zip(PERCENTS, found, strict=True)) if found else [],
        bins=_without_gaps(counted),
    )


def get_flagged(*, shipment: Shipment) -> Flagged:
    """What of a plan goes to flagged collectors, by what is known and decided now."""
    own = shipment.season.wash_threshold
    threshold = own or fairness.SHOWN_FROM
    row = (
        SQL["review_flagged"]
        .fill(flagged=fairness.flagged_collectors())
        .row(
            {
                "shipment_id": shipment.id,
                "wash_threshold": threshold,
                "flagged_from": shipment.window_end - fairness.FLAGGED_FOR,
                "flagged_until": shipment.window_end,
            }
        )
    )
    return Flagged(**row, threshold=threshold, is_paid=own is None)


def _without_gaps(counted: Sequence[db.Row]) -> list[Bin]:
    """The bins from the first that has an award to the last, empty ones between them included."""
    if not counted:
        return []
    found = {row["number"]: row for row in counted}
    nothing = {"award_count": 0, "amount_xp": 0}
    return [
        Bin(
            from_xp=BOUNDS[number - 1],
            below_xp=BOUNDS[number] if number < len(BOUNDS) else 2**63,
            award_count=found.get(number, nothing)["award_count"],
            amount_xp=found.get(number, nothing)["amount_xp"],
        )
        for number in range(min(found), max(found) + 1)
    ]


def get_earlier(*, shipment: Shipment) -> Shipment | None:
    """The last round before this one that went out with one of its rules in its season; None without any."""
    went_out = Shipment.objects.filter(
        season_id=shipment.season_id,
        shipmentrule__rule__in=shipment.rules.values("id"),
        state__in=WENT_OUT,
        window_end__lte=shipment.window_end,
    ).exclude(id=shipment.id)
    return went_out.order_by("-window_end", "-id").first()


def list_top_awards(*, shipment: Shipment, earlier: Shipment | None) -> list[TopAward]:
    """The largest awards of a plan, the largest first, beside the same collectors' of an earlier round."""
    rows = SQL["review_top"].rows(_side_by_side(shipment, earlier) | {"award_limit": TOP_AWARDS})
    return [TopAward(**row) for row in rows]


def list_paid_by_rule(*, reasons: Sequence[Reason], earlier: Shipment | None) -> list[RulePaid]:
    """What each rule of the reasons pays, the most first, beside what it paid in an earlier round."""
    rows = SQL["review_rules"].rows({"shipment_id": earlier.id}) if earlier else []
    before = {row["slug"]: row["amount_xp"] for row in rows}
    titles = {row["slug"]: row["title"] for row in rows} | {one.rule: one.title for one in reasons}
    paid = [
        RulePaid(
            slug=slug,
            title=title,
            earlier_xp=before.get(slug, 0),
            later_xp=sum(one.amount_xp for one in reasons if one.rule == slug),
        )
        for slug, title in titles.items()
    ]
    return sorted(paid, key=lambda one: (-one.later_xp, -one.earlier_xp, one.slug))


def get_changes(*, shipment: Shipment, earlier: Shipment) -> Changes:
    """Which collectors are new, gone, up and down against an earlier round."""
    rows = SQL["review_changes"].rows(_side_by_side(shipment, earlier))
    return Changes(earlier=earlier, **_moved(rows))


def _moved(rows: Sequence[db.Row]) -> dict[str, Any]:
    found = {row.pop("change"): Moved(**row) for row in rows}
    return {change: found.get(change, Moved()) for change in ("new", "gone", "up", "down", "same")}


def _side_by_side(shipment: Shipment, earlier: Shipment | None) -> dict[str, Any]:
    # No shipment has the number 0.
    return {"shipment_id": shipment.id, "earlier_id": earlier.id if earlier else 0}


def list_samples(*, shipment: Shipment, reasons: Sequence[Reason]) -> list[Sample]:
    """
    For each rule and reason of a plan a line of each of the two collectors that are looked at.

    Who has lines of the round's own time and late ones has one of each.
    """
    wanted = [
        (one.rule, one.reason, collector_id)
        for one in reasons
        for collector_id in sorted({one.first_collector_id, one.second_collector_id})
    ]
    rules, names, collectors = zip(*wanted, strict=True) if wanted else ((), (), ())
    chosen = {"rules": list(rules), "reasons": list(names), "collectors": list(collectors)}
    return [Sample(**row) for row in SQL["review_samples"].rows({"shipment_id": shipment.id} | chosen)]
