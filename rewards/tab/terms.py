"""What a version of a rule pays, for what and up to how much, in sentences."""

from collections.abc import Callable, Mapping
from datetime import datetime

from rewards.tab import figures
from rewards.tab.growth import steps
from rewards.tab.names import collection_name, listed
from rewards.tab.resting import Reach, reach
from rewards.tab.rows import Params, RuleVersion

REFERENCES = {"floor": "floor", "top_bid": "top bid"}


def rule(rule: RuleVersion) -> list[str]:
    """Say in a few sentences what a version of a rule pays."""
    say = RULES.get(rule.kind)
    return say(rule.params) if say else []


def _purchase(params: Params) -> list[str]:
    sells = params.get("pays") == "seller"
    deal = "sale" if sells else "purchase"
    parts = []
    if params.get("micro_xp_per_purchase"):
        parts.append(f"{figures.micro_xp(params['micro_xp_per_purchase'])} a {deal}")
    if params.get("micro_xp_per_eth"):
        parts.append(f"{figures.micro_xp(params['micro_xp_per_eth'])} per ETH of its price")
    said = [f"{listed(parts)}{', for who sells' if sells else ''}." if parts else "Nothing for now."]
    if int(params.get("minimum_price_wei", 0)) > 0:
        said.append(f"From a price of {figures.eth(int(params['minimum_price_wei']))} on.")
    if params.get("sales") == "first":
        said.append("Only the first sale of a token.")
    if params.get("sales") == "resale":
        said.append("Only resales.")
    return [*said, *limits(params), f"Counts {collections(params)}."]


def _holding(params: Params) -> list[str]:
    said = [f"{figures.micro_xp(params['micro_xp_per_token_day'])} a day for each token you hold."]
    if params.get("curve"):
        said.append(f"The longer, the more: {curve(params)}.")
    if params.get("minimum_days"):
        said.append(f"From {figures.days(params['minimum_days'])} of holding on.")
    return [*said, *limits(params), f"Counts {collections(params)}."]


def _listing(params: Params) -> list[str]:
    return _resting(params, side="listing")


def _bidding(params: Params) -> list[str]:
    return _resting(params, side="bid")


def _resting(params: Params, *, side: str) -> list[str]:
    reference = REFERENCES[params["reference"]]
    hour = f"{figures.micro_xp(params['micro_xp_per_hour'])} an hour for each {side} that rests"
    said = [f"{hour}, priced {prices(reach(params, side=side), reference=reference)}."]
    if params["shape"] == "linear" or len({band["weight_bp"] for band in params["bands"]}) > 1:
        said.append(f"The nearer, the more: {bands(params, side=side)}.")
    if params["minimum_rest_seconds"]:
        said.append(f"From {figures.duration(params['minimum_rest_seconds'])} of rest on.")
    if params["best"]:
        ranked = ", the better its place the more" if params["rank_weights_bp"] else ""
        said.append(f"Only {best(params, side=side)}{ranked}.")
    said.append(f"Several {side}s on one thing count once.")
    return [*said, *limits(params), f"Counts {collections(params)}."]


def prices(reach: Reach, *, reference: str) -> str:
    """Name the prices that earn: up to 1.5 × floor."""
    if reach.from_bp is not None and reach.to_bp is not None:
        return f"from {figures.ratio(reach.from_bp)} to {figures.ratio(reach.to_bp)} × {reference}"
    if reach.to_bp is not None:
        return f"up to {figures.ratio(reach.to_bp)} × {reference}"
    return f"from {figures.ratio(reach.from_bp or 0)} × {reference} on"


def best(params: Params, *, side: str) -> str:
    """Name the orders that earn where not all do: the 200 lowest of a collection."""
    return (
        f"the {figures.whole(params['best'])} {'lowest' if side == 'listing' else 'highest'} of a collection"
    )


def bands(params: Params, *, side: str) -> str:
    """Write the weights of prices: ×1 up to 1.5 and ×0.5 up to 3."""
    points = [
        (figures.multiplier(band["weight_bp"]), figures.ratio(band["price_bp"])) for band in params["bands"]
    ]
    if params["shape"] == "linear":
        return f"evenly between {listed(f'{weight} at {price}' for weight, price in points)}"
    if side == "listing":
        return listed(f"{weight} up to {price}" for weight, price in points)
    return listed(f"{weight} from {price} on" for weight, price in points)


def _cohort(params: Params) -> list[str]:
    said = f"{figures.micro_xp(params['micro_xp'])}, once, for everyone on the list “{params['cohort']}”."
    return [said, *limits(params)]


def _hold_boost(params: Params) -> list[str]:
    if params.get("mode") == "each_token":
        said = "Multiplies what a token earns you by how long you have held it"
    else:
        said = "Multiplies what you earn by your longest hold"
    return [f"{said}: {curve(params)}.", f"Counts {collections(params)}."]


RULES: Mapping[str, Callable[[Params], list[str]]] = {
    "purchase": _purchase,
    "holding": _holding,
    "listing": _listing,
    "bidding": _bidding,
    "cohort": _cohort,
    "hold_boost": _hold_boost,
}


def curve(params: Params) -> str:
    """Write a curve: ×1.25 from 90 days on, ×1.5 from 180."""
    points = [step for step in steps(params) if step.days > 0]
    if params.get("shape") == "linear":
        reached = [f"{figures.multiplier(step.boost_bp)} at {figures.days(step.days)}" for step in points]
        return f"rising evenly to {listed(reached)}"
    return listed(f"{figures.multiplier(step.boost_bp)} from {figures.days(step.days)} on" for step in points)


def collections(params: Params) -> str:
    """Name the collections that a rule counts."""
    chosen = params.get("collections", {"of": "all"})
    if chosen["of"] == "named":
        return listed(collection_name(slug) for slug in chosen["slugs"])
    if chosen["of"] == "verified":
        return "verified collections"
    if chosen["of"] == "top_volume":
        count = chosen["count"]
        most = "the most traded collection" if count == 1 else f"the {count} most traded collections"
        buyers = chosen.get("minimum_buyers", 0)
        return f"{most} with at least {figures.counted(buyers, 'buyer')}" if buyers > 1 else most
    return "all collections"


def limits(params: Params) -> list[str]:
    """Say what bounds a rule: its caps, or the pot that all share."""
    said = [f"At most {cap}." for cap in caps(params)]
    if pot(params):
        said.append(f"All share {pot(params)}, each by what they would have earned.")
    return said


def caps(params: Params) -> list[str]:
    """Name a rule's caps: 100 XP a day."""
    named = (
        ("cap_xp_per_day", "a day"),
        ("cap_xp_per_collector", "a round"),
        ("cap_xp", "a round for all collectors together"),
    )
    return [f"{figures.xp(params[name])} {per}" for name, per in named if params.get(name)]


def pot(params: Params) -> str:
    """Name the pot that a rule shares out: 20,000 XP a round. Empty where it has none."""
    if params.get("pot_xp_per_day"):
        return f"{figures.xp(params['pot_xp_per_day'])} a day"
    if params.get("pot_xp"):
        return f"{figures.xp(params['pot_xp'])} a round"
    return ""


def audience(filters: Params) -> str:
    """Name the collectors that a round is for: those who bought something in its time."""
    said = []
    if filters.get("bought_in_window"):
        said.append("bought something in its time")
    if int(filters.get("minimum_spend_wei") or 0):
        said.append(f"spent at least {figures.eth(int(filters['minimum_spend_wei']))} in its time")
    if filters.get("in_cohort"):
        said.append(f"are on the list “{filters['in_cohort']}”")
    if filters.get("not_in_cohort"):
        said.append(f"are not on the list “{filters['not_in_cohort']}”")
    if filters.get("first_seen_before"):
        said.append(f"were here before {figures.since(datetime.fromisoformat(filters['first_seen_before']))}")
    if filters.get("random_share_bp"):
        percent = figures.decimal(filters["random_share_bp"], places=2)
        said.append(f"were drawn by lot, {percent} of 100")
    return f"those who {listed(said)}" if said else "everybody"
