"""Why a line brought no XP: what was missing, the number, and what would change it."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from rewards.tab import evidence, figures, pauses, terms
from rewards.tab.names import collection_name
from rewards.tab.resting import SIDES, reach
from rewards.tab.rows import Line

REASONS = {
    "own_wallets": "Between your own wallets",
    "wash_trade": "Looks like a wash trade",
    "other_collection": "Other collections",
    "not_first_sale": "Not the first sale",
    "not_resale": "Not a resale",
    "no_rate": "No rate for the currency",
    "below_minimum": "Below the minimum price",
    "rounds_to_zero": "Less than 1 XP",
    "under_minimum_days": "Not held long enough yet",
    "rested_too_short": "Rested too short",
    "stacked": "Behind an order of your own",
    "no_book": "No price to compare with",
    "price_too_far": "Price too far off",
    "not_among_best": "Not among the best",
    "over_cap": "Over the cap",
    "paused": "Paused",
    "not_in_audience": "For other collectors",
    "once_per_collector": "Paid once to each collector",
    "already_paid": "Paid in an earlier round",
}


def title(reason: str) -> str:
    """Name a reason for no XP, above the lines that share it."""
    return REASONS.get(reason, reason.replace("_", " ").capitalize())


def why_nothing(line: Line, as_of: datetime) -> str:
    """Say why a line earned nothing, with the number, and what would change it."""
    say = WHY.get(line.reason)
    return say(line, as_of) if say else f"{title(line.reason)}."


def _round(line: Line) -> str:
    return "that round" if line.late else "this round"


def _sells(line: Line) -> bool:
    return line.rule.params.get("pays") == "seller"


def _own_wallets(line: Line, _as_of: datetime) -> str:
    deal = (
        "sale counts when somebody else buys" if _sells(line) else "purchase counts when somebody else sells"
    )
    return f"Buyer and seller are the same collector. A {deal}."


def _wash_trade(line: Line, _as_of: datetime) -> str:
    said = evidence.sentences(line.evidence)
    why = " ".join(said) if said else "Our staff looked at it and took it for one."
    return f"{why} A sale that looks like a wash trade earns nothing. {evidence.REPORT}"


def _other_collection(line: Line, _as_of: datetime) -> str:
    return f"This rule counts {terms.collections(line.rule.params)}."


def _not_first_sale(_line: Line, _as_of: datetime) -> str:
    return "The token had been sold before. This rule counts only the first sale of a token."


def _not_resale(_line: Line, _as_of: datetime) -> str:
    return "This was the first sale of the token. This rule counts only resales."


def _no_rate(line: Line, _as_of: datetime) -> str:
    currency = line.price.currency if line.price else "its currency"
    day = f" on {figures.date(line.at)}" if line.at else ""
    known = " on any day that it rested" if line.rule.kind in SIDES else day
    return f"No price of {currency} in ETH is known{known}. Prices in ETH and WETH always count."


def _below_minimum(line: Line, _as_of: datetime) -> str:
    minimum = figures.eth(int(line.rule.params["minimum_price_wei"]))
    return f"A {'sale' if _sells(line) else 'purchase'} earns from {minimum} on."


def _rounds_to_zero(line: Line, _as_of: datetime) -> str:
    base = figures.micro_xp(line.base_micro_xp)
    if line.boost_bp != figures.FULL_BP:
        base = f"{base} {figures.times(line.boost_bp)}"
    pot = terms.pot(line.rule.params)
    if pot:
        return f"Counts as {base}. Its share of {pot} stays below 1 XP, and XP comes whole."
    return f"{base} stays below 1 XP, and XP comes whole."


def _under_minimum_days(line: Line, as_of: datetime) -> str:
    minimum = int(line.rule.params["minimum_days"])
    hold_days = line.hold_days or 0
    if line.at is None or line.at + timedelta(days=hold_days + 1) <= line.window_end:
        held = f"Held {figures.days(hold_days)}, until it moved on."
        return f"{held} A hold earns from {figures.days(minimum)} on."
    reached = figures.on(line.at + timedelta(days=minimum), as_of)
    return f"Held {figures.days(hold_days)}. From {figures.days(minimum)} on this hold earns XP; {reached}."


def _rested_too_short(line: Line, _as_of: datetime) -> str:
    minimum = figures.duration(line.rule.params["minimum_rest_seconds"])
    return f"It rested less than {minimum}. From {minimum} on a {SIDES[line.rule.kind]} earns XP."


def _stacked(line: Line, _as_of: datetime) -> str:
    side = SIDES[line.rule.kind]
    return f"An older {side} of yours on the same thing rested all the while, and they count once."


def _no_book(line: Line, _as_of: datetime) -> str:
    reference = terms.REFERENCES[line.rule.params["reference"]]
    where = collection_name(line.collection) if line.collection else "The collection"
    return f"{where} had no {reference} while it rested. The {reference} is taken at each full hour."


def _price_too_far(line: Line, _as_of: datetime) -> str:
    params, side = line.rule.params, SIDES[line.rule.kind]
    prices = terms.prices(reach(params, side=side), reference=terms.REFERENCES[params["reference"]])
    return f"A {side} earns {prices}, hour by hour. In no hour of {_round(line)} was this one so."


def _not_among_best(line: Line, _as_of: datetime) -> str:
    best = terms.best(line.rule.params, side=SIDES[line.rule.kind])
    at_none = f"At none of {_round(line)} was this one among them."
    return f"Only {best} earn, as they stand at each full hour. {at_none}"


def _over_cap(line: Line, _as_of: datetime) -> str:
    caps = terms.caps(line.rule.params)
    if len(caps) != 1:
        return f"{figures.xp(line.cut_xp)} over the caps of this rule, which earlier lines had reached."
    anew = "day" if line.rule.params.get("cap_xp_per_day") else "round"
    return (
        f"Its {figures.xp(line.cut_xp)} are over the cap of {caps[0]}, which earlier lines had reached. "
        f"The next {anew} begins anew."
    )


def _paused(line: Line, as_of: datetime) -> str:
    earlier_first = sorted(line.rule.pauses, key=lambda pause: pause.starts_at)
    said = " ".join(pauses.sentence(pause, as_of) for pause in earlier_first) or "The rule was paused."
    outside = "the pauses" if len(earlier_first) > 1 else "the pause"
    return f"{said} Nothing earned outside {outside} is lost."


def _not_in_audience(line: Line, _as_of: datetime) -> str:
    return f"{_round(line).capitalize()} was for {terms.audience(line.audience)}."


def _once_per_collector(_line: Line, _as_of: datetime) -> str:
    return "This XP goes to each collector once, however many of their wallets are on the list."


def _already_paid(_line: Line, _as_of: datetime) -> str:
    return "An earlier round paid for it. Nothing is paid twice."


WHY: Mapping[str, Callable[[Line, datetime], str]] = {
    "own_wallets": _own_wallets,
    "wash_trade": _wash_trade,
    "other_collection": _other_collection,
    "not_first_sale": _not_first_sale,
    "not_resale": _not_resale,
    "no_rate": _no_rate,
    "below_minimum": _below_minimum,
    "rounds_to_zero": _rounds_to_zero,
    "under_minimum_days": _under_minimum_days,
    "rested_too_short": _rested_too_short,
    "stacked": _stacked,
    "no_book": _no_book,
    "price_too_far": _price_too_far,
    "not_among_best": _not_among_best,
    "over_cap": _over_cap,
    "paused": _paused,
    "not_in_audience": _not_in_audience,
    "once_per_collector": _once_per_collector,
    "already_paid": _already_paid,
}
