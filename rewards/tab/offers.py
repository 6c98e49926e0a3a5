"""What collectors read about their orders that rest: what one earns an hour, or why it earns nothing."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from rewards.tab import figures, pauses, reasons, terms
from rewards.tab.names import collection_name, thing_name
from rewards.tab.resting import Resting, Standing, reach
from rewards.tab.rows import Order

# Reasons that an order can have now and no line has afterwards.
TITLES = {
    "not_ranked_yet": "From the next hour on",
    "rested_too_short": "Rests too short yet",
}


def order(order: Order) -> str:
    """Say what an order offers: SuperRare #812 listed for 0.9 ETH."""
    thing = thing_name(token=order.token, collection=order.collection, trait=order.trait)
    units = f"{figures.whole(order.units)} of " if order.units > 1 else ""
    if order.side == "listing":
        return f"{units}{thing} listed for {figures.price(order.price)}"
    return f"{figures.price(order.price)} bid for {units}{thing}"


def hourly(resting: Resting) -> str:
    """Write what an order earns an hour; of a pot nobody knows the share beforehand."""
    if not resting.micro_xp_per_hour:
        return "0 XP an hour"
    if any(terms.pot(standing.rule.params) for standing in resting.standings):
        return "A share of the pot"
    return f"{figures.rough_xp(resting.micro_xp_per_hour)} an hour"


def standings(resting: Resting, as_of: datetime) -> list[str]:
    """Say what each rule makes of an order now: the sum of an hour, or what is missing."""
    if not resting.standings:
        return [f"No rule pays for a {resting.order.side} now."]
    return [
        WHY[standing.reason](standing, resting.order, as_of)
        if standing.reason
        else _sum(standing, resting.order)
        for standing in resting.standings
    ]


def missing(resting: Resting) -> str:
    """Name in two or three words why an order earns nothing; empty while it earns."""
    if not resting.standings:
        return "No rule"
    return TITLES.get(resting.standings[0].reason) or reasons.title(resting.standings[0].reason)


def against(resting: Resting) -> str:
    """Write an order's price as a multiple of what the first rule compares it with; empty if it cannot."""
    if not resting.standings or resting.standings[0].ratio_bp is None:
        return ""
    return _ratio(resting.standings[0], resting.order)


def _sum(standing: Standing, order: Order) -> str:
    params = standing.rule.params
    said = f"{figures.rough_xp(params['micro_xp_per_hour'])} an hour"
    if standing.weight_bp != figures.FULL_BP:
        said = f"{said}, {figures.times(standing.weight_bp)}"
    said = f"{said} at {_ratio(standing, order)}"
    if params["rank_weights_bp"]:
        times = figures.rough_ratio(standing.rank_weight_bp, up=False)
        said = f"{said}, × {times} at place {figures.whole(order.place or 0)}"
    pot = terms.pot(params)
    return f"{said}, towards your share of {pot}" if pot else said


def _reference(standing: Standing) -> str:
    return terms.REFERENCES[standing.rule.params["reference"]]


def _ratio(standing: Standing, order: Order) -> str:
    # A listing above what earns must not look as if it were at it, nor a bid below.
    shown = figures.rough_ratio(standing.ratio_bp or 0, up=order.side == "listing")
    return f"{shown} × {_reference(standing)}"


def _paused(standing: Standing, _order: Order, as_of: datetime) -> str:
    pause = standing.rule.pause_at(as_of)
    # The reason stands at the top of the page and at the rule.
    return f"Paused {pauses.when(pause, as_of)}." if pause else "Paused."


def _other_collection(standing: Standing, _order: Order, _as_of: datetime) -> str:
    return f"{standing.rule.title} counts {terms.collections(standing.rule.params)}."


def _stacked(_standing: Standing, order: Order, _as_of: datetime) -> str:
    return f"Behind an older {order.side} of yours on the same thing; they count once."


def _no_rate(_standing: Standing, order: Order, _as_of: datetime) -> str:
    unknown = f"No price of {order.price.currency} in ETH is known today."
    return f"{unknown} Prices in ETH and WETH always count."


def _no_book(standing: Standing, order: Order, _as_of: datetime) -> str:
    return f"{collection_name(order.collection)} had no {_reference(standing)} at the last full hour."


def _price_too_far(standing: Standing, order: Order, _as_of: datetime) -> str:
    reached = reach(standing.rule.params, side=order.side)
    prices = terms.prices(reached, reference=_reference(standing))
    return f"A {order.side} earns {prices}; yours is at {_ratio(standing, order)}."


def _not_among_best(standing: Standing, order: Order, _as_of: datetime) -> str:
    best = terms.best(standing.rule.params, side=order.side)
    return f"Only {best} earn; yours is in place {figures.whole(order.place or 0)}."


def _not_ranked_yet(_standing: Standing, _order: Order, _as_of: datetime) -> str:
    return "Its place among the others is taken at the next full hour."


def _rested_too_short(standing: Standing, _order: Order, as_of: datetime) -> str:
    minimum = figures.duration(standing.rule.params["minimum_rest_seconds"])
    # A part of a minute that is left counts as one, so that the time named is never too short.
    left = -((as_of - standing.rests_from) // timedelta(minutes=1)) * 60
    return f"Earns once it has rested {minimum}, from its beginning on; that is in {figures.duration(left)}."


WHY: Mapping[str, Callable[[Standing, Order, datetime], str]] = {
    "paused": _paused,
    "other_collection": _other_collection,
    "stacked": _stacked,
    "no_rate": _no_rate,
    "no_book": _no_book,
    "price_too_far": _price_too_far,
    "not_among_best": _not_among_best,
    "not_ranked_yet": _not_ranked_yet,
    "rested_too_short": _rested_too_short,
}
