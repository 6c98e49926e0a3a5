"""
XP for listings and bids that rest, computed one order and one stretch of time at a time.

Nothing here imports the engine, so that the two can be held against each other. Within an hour nothing that
counts changes but which orders are there, so a stretch ends where an order, an hour or a live span does.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any, TypeAlias

from tests.reference.events import Event, Token, read
from tests.reference.facts import Facts, Order, day_rates, price_in_wei, scope
from tests.reference.pauses import Off, live_spans

Span: TypeAlias = tuple[datetime, datetime]

HOUR = timedelta(hours=1)
MICROSECOND = timedelta(microseconds=1)
WHOLE_BP = 10_000


@dataclass(frozen=True)
class Resting:
    """An order; ``stacked_until`` is when the earlier orders of its collector on the same thing are gone."""

    order: Order
    placing: Event
    collector: str
    stacked_until: datetime | None

    def ends_at(self, otherwise: datetime) -> datetime:
        """When the order ended, and no later than that."""
        return min(self.order.ended_at or otherwise, otherwise)

    def is_there(self, at: datetime) -> bool:
        """Whether the order rests at an instant."""
        return self.order.placed_at <= at and (self.order.ended_at is None or at < self.order.ended_at)


@dataclass(frozen=True)
class RestingLine:
    """What an order earns, and why."""

    order_key: str
    token: Token | None
    collector: str
    seconds: int
    base_micro_xp: int
    xp: int
    reason: str


@dataclass(frozen=True)
class Market:
    """The orders of a market with what they cost, and the window that is paid for."""

    orders: list[tuple[Order, Event]]
    rates: Mapping[Any, int]
    facts: Facts
    window: Span

    def price_wei(self, placing: Event, at: datetime) -> int | None:
        """What an order costs on the day of an instant; None where no rate is known."""
        return price_in_wei(Event(**{**vars(placing), "at": at}), dict(self.rates))

    def looked_at(self, at: datetime) -> datetime:
        """When the book of an instant's hour was made: as the hour began, or the window in it."""
        return max(at.replace(minute=0, second=0, microsecond=0), self.window[0])

    def best_price(self, collection: str, side: str, at: datetime) -> int | None:
        """The floor, or the top bid, in the book of an instant's hour."""
        seen = self.looked_at(at)
        prices = [
            price
            for order, placing in self.orders
            if (order.collection, order.side) == (collection, side)
            and order.placed_at <= seen
            and (order.ended_at is None or seen < order.ended_at)
            and (price := self.price_wei(placing, seen)) is not None
        ]
        if not prices:
            return None
        return min(prices) if side == "listing" else max(prices)


def market(events: Iterable[Mapping[str, Any]], facts: Facts, window: Span) -> Market:
    """The orders of the facts, each with the event that placed it."""
    ordered = sorted((read(told) for told in events), key=lambda event: event.order)
    placings: dict[tuple[Any, Any], Event] = {}
    for event in ordered:
        if event.kind in ("listing", "bid"):
            placings.setdefault((event.order_key, scope(event)), event)
    return Market(
        orders=[
            (
                order,
                placings[order.order_key, order.token or (order.maker, order.collection, order.trait)],
            )
            for order in facts.orders
        ],
        rates=day_rates(ordered),
        facts=facts,
        window=window,
    )


def resting_lines(
    found: Market, side: str, params: Mapping[str, Any], span: Span, pauses: Iterable[Off]
) -> list[RestingLine]:
    """The lines of a version in its part of the window."""
    resting = resting_orders(found, side, span)
    live = live_spans(pauses, span)
    return [line_of(one, resting, found, params, span, live) for one in resting]


def resting_orders(found: Market, side: str, span: Span) -> list[Resting]:
    """The orders of a side that rest in a span, by when they were placed."""
    orders = [
        (order, placing)
        for order, placing in found.orders
        if order.side == side
        and order.placed_at < span[1]
        and (order.ended_at is None or order.ended_at > max(span[0], order.placed_at))
    ]
    resting: list[Resting] = []
    for order, placing in sorted(orders, key=lambda pair: pair[0].placed_at):
        collector = found.facts.people.collector(order.maker)
        assert collector is not None
        thing = (collector, order.collection, order.token, order.trait)
        earlier = [
            one.ends_at(datetime.max.replace(tzinfo=order.placed_at.tzinfo))
            for one in resting
            if (one.collector, one.order.collection, one.order.token, one.order.trait) == thing
        ]
        resting.append(Resting(order, placing, collector, max(earlier, default=None)))
    return resting


def line_of(
    one: Resting,
    others: list[Resting],
    found: Market,
    params: Mapping[str, Any],
    span: Span,
    live: list[Span],
) -> RestingLine:
    """The line of one order: what each of its stretches weighs, together."""
    counted = weighed = outranked = 0
    for start, end in stretches(one, span, live):
        weight = weight_bp(one, start, found, params)
        if weight:
            rank_weight = rank_weight_bp(one, others, start, found, params)
            microseconds = (end - start) // MICROSECOND
            outranked += microseconds
            if rank_weight:
                counted += microseconds
                weighed += microseconds * weight * rank_weight
    reason = no_reason(one, found, params, span, live, counted, outranked)
    base = Fraction(0)
    if reason is None:
        # Microseconds of an hour, two weights in basis points, micro-XP.
        base = Fraction(weighed * params["micro_xp_per_hour"], 3_600 * 10**6 * WHOLE_BP**2 * 10**6)
    return RestingLine(
        order_key=one.order.order_key,
        token=one.order.token,
        collector=one.collector,
        seconds=counted // 10**6,
        base_micro_xp=int(base * 10**6),
        xp=int(base),
        reason=reason or ("earned" if base >= 1 else "rounds_to_zero"),
    )


def stretches(one: Resting, span: Span, live: list[Span]) -> list[Span]:
    """The time of an order that can count, cut at full hours."""
    found = []
    for live_from, live_until in live:
        start = max(one.order.placed_at, live_from, one.stacked_until or span[0])
        end = one.ends_at(live_until)
        marks = [start]
        while start < end and marks[-1] < end:
            hour = marks[-1].replace(minute=0, second=0, microsecond=0)
            marks.append(min(hour + HOUR, end))
        found += list(pairwise(marks))
    return found


def ratio_bp(one: Resting, at: datetime, found: Market, params: Mapping[str, Any]) -> int | None:
    """The price over the reference in basis points: up for a listing, down for a bid."""
    side = "listing" if params["reference"] == "floor" else "bid"
    reference = found.best_price(one.order.collection, side, at)
    price = found.price_wei(one.placing, at)
    if not reference or price is None:
        return None
    if one.order.side == "listing":
        return -(-price * WHOLE_BP // reference)
    return price * WHOLE_BP // reference


def weight_bp(one: Resting, at: datetime, found: Market, params: Mapping[str, Any]) -> int:
    """What a stretch weighs by the order's price."""
    ratio = ratio_bp(one, at, found, params)
    chosen = params["collections"]
    if ratio is None or (chosen != "all" and one.order.collection not in chosen):
        return 0
    return band_weight_bp(ratio, params, is_listing=one.order.side == "listing")


def band_weight_bp(ratio: int, params: Mapping[str, Any], *, is_listing: bool) -> int:
    """
    The weight at a price. A band is a listing's up to its price and a bid's from its price on.

    So a listing below the first band weighs as much as in it, and a bid above the last one.
    """
    bands: list[tuple[int, int]] = [(band["price_bp"], band["weight_bp"]) for band in params["bands"]]
    (first, first_weight), (last, last_weight) = bands[0], bands[-1]
    if ratio <= first:
        return first_weight if is_listing or ratio == first else 0
    if ratio >= last:
        return last_weight if not is_listing or ratio == last else 0
    if params["shape"] == "linear":
        low, high = next(pair for pair in pairwise(bands) if pair[0][0] <= ratio <= pair[1][0])
        return low[1] + (high[1] - low[1]) * (ratio - low[0]) // (high[0] - low[0])
    if is_listing:
        return next(weight for price, weight in bands if ratio <= price)
    return [weight for price, weight in bands if price <= ratio][-1]


def rank_weight_bp(
    one: Resting, others: list[Resting], at: datetime, found: Market, params: Mapping[str, Any]
) -> int:
    """What a stretch weighs by the order's place among those of its hour."""
    if params["best"] is None:
        return WHOLE_BP
    seen = found.looked_at(at)
    ranked = sorted(
        (
            other
            for other in others
            if other.order.collection == one.order.collection
            and other.is_there(seen)
            and (other.stacked_until is None or other.stacked_until <= seen)
            and weight_bp(other, seen, found, params)
        ),
        key=lambda other: (order_of_price(other, seen, found), other.order.placed_at),
    )
    if one not in ranked[: params["best"]]:
        return 0
    if not params["rank_weights_bp"]:
        return WHOLE_BP
    return int(params["rank_weights_bp"][ranked.index(one)])


def order_of_price(one: Resting, at: datetime, found: Market) -> int:
    """Lower is better: a listing's price, or a bid's below zero."""
    price = found.price_wei(one.placing, at)
    assert price is not None
    return price if one.order.side == "listing" else -price


def no_reason(  # noqa: PLR0911 (a return a reason)
    one: Resting,
    found: Market,
    params: Mapping[str, Any],
    span: Span,
    live: list[Span],
    counted: int,
    outranked: int,
) -> str | None:
    """Why an order earns nothing, the first reason that applies."""
    order, ends_at = one.order, one.ends_at(span[1])
    if params["collections"] != "all" and order.collection not in params["collections"]:
        return "other_collection"
    if one.ends_at(found.window[1]) - order.placed_at < timedelta(seconds=params["minimum_rest_seconds"]):
        return "rested_too_short"
    if counted:
        return None
    if outranked:
        return "not_among_best"
    if one.stacked_until and one.stacked_until >= ends_at:
        return "stacked"
    if not any(found.price_wei(one.placing, at) is not None for at in hours(order.placed_at, one, found)):
        return "no_rate"
    if not any(order.placed_at < until and one.ends_at(until) > since for since, until in live):
        return "paused"
    side = "listing" if params["reference"] == "floor" else "bid"
    within = [at for at in hours(span[0], one, found) if at < span[1]]
    if not any(found.best_price(order.collection, side, at) for at in within):
        return "no_book"
    return "price_too_far"


def hours(since: datetime, one: Resting, found: Market) -> list[datetime]:
    """An instant in each hour of the window in which an order rested, from some time on."""
    at = max(since, one.order.placed_at, found.window[0])
    marks = []
    while at < one.ends_at(found.window[1]):
        marks.append(at)
        at = at.replace(minute=0, second=0, microsecond=0) + HOUR
    return marks
