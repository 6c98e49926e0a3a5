"""What an order that rests earns an hour under a rule, as the engine weighs it, or why it earns nothing."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from rewards.tab.figures import FULL_BP
from rewards.tab.rows import Order, Params, RuleVersion

SIDES = {"listing": "listing", "bidding": "bid"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """The prices that earn, as multiples of the reference; empty where there is no such end."""

    from_bp: int | None
    to_bp: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """
    An order under a rule.

    ``reason`` is empty while it earns ``micro_xp_per_hour``. ``ratio_bp`` is its price as a multiple of the
    reference, and empty where one of the two is not known. ``rests_from`` is when it has rested long enough.
    """

    rule: RuleVersion
    reason: str
    ratio_bp: int | None
    weight_bp: int
    rank_weight_bp: int
    micro_xp_per_hour: int
    rests_from: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Resting:
    """An order as the page shows it: every rule that pays for it, or else the first and its reason."""

    order: Order
    standings: list[Standing]

    @property
    def micro_xp_per_hour(self) -> int:
        """What it earns an hour by all rules together."""
        return sum(standing.micro_xp_per_hour for standing in self.standings)


def rules_in_force(rules: Sequence[RuleVersion], *, at: datetime) -> list[RuleVersion]:
    """Return the rules that pay for orders that rest, paused or not."""
    return [rule for rule in rules if rule.kind in SIDES and rule.is_in_force(at)]


def resting(order: Order, *, rules: Sequence[RuleVersion], at: datetime) -> Resting:
    """Say where an order stands: what each rule of its side makes of it."""
    standings = [standing(rule, order=order, at=at) for rule in rules if SIDES[rule.kind] == order.side]
    earning = [found for found in standings if not found.reason]
    return Resting(order=order, standings=earning or standings[:1])


def standing(rule: RuleVersion, *, order: Order, at: datetime) -> Standing:
    """Say what a rule makes of an order at an instant."""
    params = rule.params
    reference_wei = order.top_bid_wei if params["reference"] == "top_bid" else order.floor_wei
    ratio = ratio_bp(order.side, price_wei=order.price_wei, reference_wei=reference_wei)
    weight = 0 if ratio is None else weight_bp(params, side=order.side, ratio=ratio)
    rank_weight = rank_weight_bp(params, place=order.place)
    rests_from = order.placed_at + timedelta(seconds=params["minimum_rest_seconds"])
    micro_xp = params["micro_xp_per_hour"] * weight * rank_weight // FULL_BP**2
    reason = (
        _left_out(rule, order=order, at=at)
        or _unpriced(order, reference_wei=reference_wei)
        or ("price_too_far" if weight == 0 else "")
        or (_off_the_ranks(order) if rank_weight == 0 else "")
        or ("rested_too_short" if rests_from > at else "")
    )
    return Standing(
        rule=rule,
        reason=reason,
        ratio_bp=ratio,
        weight_bp=weight,
        rank_weight_bp=rank_weight,
        micro_xp_per_hour=0 if reason else micro_xp,
        rests_from=rests_from,
    )


def _left_out(rule: RuleVersion, *, order: Order, at: datetime) -> str:
    """Why a rule looks at no price of the order at all."""
    chosen = rule.params.get("collections", {"of": "all"})
    if chosen["of"] == "named" and order.collection not in chosen["slugs"]:
        return "other_collection"
    if chosen["of"] == "verified" and not order.verified:
        return "other_collection"
    if rule.pause_at(at):
        return "paused"
    return "stacked" if order.is_stacked else ""


def _unpriced(order: Order, *, reference_wei: int | None) -> str:
    if order.price_wei is None:
        return "no_rate"
    return "" if reference_wei else "no_book"


def _off_the_ranks(order: Order) -> str:
    return "not_among_best" if order.place is not None else "not_ranked_yet"


def ratio_bp(side: str, *, price_wei: int | None, reference_wei: int | None) -> int | None:
    """A price as a multiple of the reference: a listing's rounded up, a bid's rounded down."""
    if price_wei is None or not reference_wei:
        return None
    scaled = price_wei * FULL_BP
    return -(-scaled // reference_wei) if side == "listing" else scaled // reference_wei


def weight_bp(params: Params, *, side: str, ratio: int) -> int:
    """The weight of a price; rewards/rules/kinds/sql/resting_weighed.sql says the same in SQL."""
    prices = [band["price_bp"] for band in params["bands"]]
    weights = [band["weight_bp"] for band in params["bands"]]
    around = [*weights, 0] if side == "listing" else [0, *weights]
    if params["shape"] == "steps" or not prices[0] <= ratio < prices[-1]:
        find = bisect_left if side == "listing" else bisect_right
        return int(around[find(prices, ratio)])
    after = bisect_right(prices, ratio)
    rise, way = weights[after] - weights[after - 1], prices[after] - prices[after - 1]
    return int(weights[after - 1] + rise * (ratio - prices[after - 1]) // way)


def rank_weight_bp(params: Params, *, place: int | None) -> int:
    """The weight of a place by price; zero beyond the best that earn."""
    if params["best"] is None:
        return FULL_BP
    if place is None or place > params["best"]:
        return 0
    return int(params["rank_weights_bp"][place - 1]) if params["rank_weights_bp"] else FULL_BP


def reach(params: Params, *, side: str) -> Reach:
    """The prices from the first that earns to the last."""
    prices = [band["price_bp"] for band in params["bands"]]
    earning = [place for place, band in enumerate(params["bands"]) if band["weight_bp"] > 0]
    if not earning:
        return Reach(from_bp=None, to_bp=None)
    first, last = earning[0], earning[-1]
    linear = params["shape"] == "linear"
    if side == "listing":
        return Reach(
            from_bp=prices[first - 1] if first else None,
            to_bp=prices[min(last + 1, len(prices) - 1)] if linear else prices[last],
        )
    return Reach(
        from_bp=prices[max(first - 1, 0)] if linear else prices[first],
        to_bp=prices[last + 1] if last + 1 < len(prices) else None,
    )
