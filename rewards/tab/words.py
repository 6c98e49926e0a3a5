"""Everything that a collector reads about rules, lines, boosts and reasons: typed rows in, text out."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from rewards.tab import figures
from rewards.tab.growth import Standing, Step, steps
from rewards.tab.rows import Boost, Line, Params, Round, RuleVersion, Token

# How collections write themselves, where a slug in title case would read badly.
SPELLINGS = {
    "superrare": "SuperRare",
    "mooncats": "MoonCats",
    "mooncatrescue": "MoonCats",
    "knownorigin": "KnownOrigin",
    "cryptopunks": "CryptoPunks",
    "boredapeyachtclub": "Bored Ape Yacht Club",
}

# Currencies whose price is the price in ETH.
IN_ETH = {"ETH", "WETH"}

REASONS = {
    "own_wallets": "Between your own wallets",
    "other_collection": "Other collections",
    "no_rate": "No rate for the currency",
    "below_minimum": "Below the minimum price",
    "rounds_to_zero": "Less than 1 XP",
    "under_minimum_days": "Not held long enough yet",
    "once_per_collector": "Paid once to each collector",
    "already_paid": "Paid in an earlier round",
}


def collection_name(slug: str) -> str:
    """Write a collection's name from its slug."""
    return SPELLINGS.get(slug) or slug.replace("-", " ").replace("_", " ").title()


def token_name(token: Token) -> str:
    """Name a token: SuperRare #812. The middle of a very long id is left out."""
    number = token.token_id
    if len(number) > 12:
        number = f"{number[:5]}…{number[-4:]}"
    return f"{collection_name(token.collection)} #{number}"


def happened(line: Line) -> str:
    """Say what a line is about."""
    if line.rule.kind == "cohort":
        return f"On the list “{line.rule.params['cohort']}”"
    subject = token_name(line.token) if line.token else "A token"
    if line.rule.kind == "holding":
        if line.reason == "under_minimum_days" or not line.counted:
            return f"Held {subject}"
        return f"Held {subject} for {_token_days(line)} of this round"
    units = f"{figures.whole(line.units)} of " if line.units > 1 else ""
    return f"Bought {units}{subject}{_paid(line)}"


def _paid(line: Line) -> str:
    if line.price is None:
        return ""
    paid = f" for {figures.price(line.price)}"
    if line.price.currency in IN_ETH or line.counted is None:
        return paid
    return f"{paid} ({figures.decimal(line.counted, places=18, significant=4)} ETH)"


def _token_days(line: Line) -> str:
    tenths = (line.counted or 0) * 10 // figures.DAY_SECONDS
    noun = "day" if line.units == 1 else "token-day"
    return f"{figures.decimal(tenths, places=1)} {noun}{'' if tenths == 10 else 's'}"


def sum_of(line: Line) -> str:
    """Write a line's sum: base × boost = XP. A part of an XP is dropped, once a line."""
    base_xp = figures.base_xp(
        base_micro_xp=line.base_micro_xp, boost_bp=line.boost_bp, amount_xp=line.amount_xp
    )
    exact = line.base_micro_xp * line.boost_bp == line.amount_xp * figures.MICRO * figures.FULL_BP
    rounded = "" if exact else ", rounded down"
    if line.boost_bp == figures.FULL_BP:
        return base_xp if exact else f"{base_xp} = {figures.xp(line.amount_xp)}{rounded}"
    times = figures.multiplier(line.boost_bp).replace("×", "× ")
    return f"{base_xp} {times} = {figures.xp(line.amount_xp)}{rounded}"


def boosted_by(line: Line) -> str:
    """Name the holds behind a line's boost: held SuperRare #377 for 203 days."""
    if not line.boosts:
        return ""
    holds = (f"{token_name(boost.token)} for {figures.days(boost.hold_days)}" for boost in line.boosts)
    return f"held {listed(holds)}"


def reason_title(reason: str) -> str:
    """Name a reason for no XP, above the lines that share it."""
    return REASONS.get(reason, reason.replace("_", " ").capitalize())


def why_nothing(line: Line, as_of: datetime) -> str:
    """Say why a line earned nothing, with the number, and what would change it."""
    say = WHY.get(line.reason)
    return say(line, as_of) if say else f"{reason_title(line.reason)}."


def _own_wallets(_line: Line, _as_of: datetime) -> str:
    return "Buyer and seller are the same collector. A purchase counts when somebody else sells."


def _other_collection(line: Line, _as_of: datetime) -> str:
    return f"This rule counts {collections(line.rule.params)}."


def _no_rate(line: Line, _as_of: datetime) -> str:
    day = f" on {figures.date(line.at)}" if line.at else ""
    currency = line.price.currency if line.price else "its currency"
    return f"No price of {currency} in ETH is known{day}. Prices in ETH and WETH always count."


def _below_minimum(line: Line, _as_of: datetime) -> str:
    minimum = figures.eth(int(line.rule.params["minimum_price_wei"]))
    return f"A purchase earns from {minimum} on."


def _rounds_to_zero(line: Line, _as_of: datetime) -> str:
    if line.boost_bp != figures.FULL_BP:
        times = figures.multiplier(line.boost_bp).replace("×", "× ")
        return f"{figures.micro_xp(line.base_micro_xp)} {times} stays below 1 XP, and XP comes whole."
    return f"{figures.micro_xp(line.base_micro_xp)} stays below 1 XP, and XP comes whole."


def _under_minimum_days(line: Line, as_of: datetime) -> str:
    minimum = int(line.rule.params["minimum_days"])
    hold_days = line.hold_days or 0
    if line.at is None or line.at + timedelta(days=hold_days + 1) <= line.window_end:
        held = f"Held {figures.days(hold_days)}, until it moved on."
        return f"{held} A hold earns from {figures.days(minimum)} on."
    reached = _on(line.at + timedelta(days=minimum), as_of)
    return f"Held {figures.days(hold_days)}. From {figures.days(minimum)} on this hold earns XP; {reached}."


def _once_per_collector(_line: Line, _as_of: datetime) -> str:
    return "This XP goes to each collector once, however many of their wallets are on the list."


def _already_paid(_line: Line, _as_of: datetime) -> str:
    return "An earlier round paid for it. Nothing is paid twice."


WHY: Mapping[str, Callable[[Line, datetime], str]] = {
    "own_wallets": _own_wallets,
    "other_collection": _other_collection,
    "no_rate": _no_rate,
    "below_minimum": _below_minimum,
    "rounds_to_zero": _rounds_to_zero,
    "under_minimum_days": _under_minimum_days,
    "once_per_collector": _once_per_collector,
    "already_paid": _already_paid,
}


def boost(boost: Boost, as_of: datetime) -> str:
    """Say what a hold did for a collector's XP in a round, or what it lacked."""
    if boost.boost_bp > figures.FULL_BP:
        return f"{token_name(boost.token)}, held {figures.days(boost.hold_days)}, boosts your XP here."
    following = next((step for step in steps(boost.rule.params) if step.days > boost.hold_days), None)
    held = f"{token_name(boost.token)}: held {figures.days(boost.hold_days)}."
    if following is None:
        return held
    reached = _on(boost.started_at + timedelta(days=following.days), as_of)
    times = figures.multiplier(following.boost_bp)
    return f"{held} From {figures.days(following.days)} on this hold boosts your XP {times}; {reached}."


def _on(at: datetime, as_of: datetime) -> str:
    return f"that is on {figures.date(at)}" if at > as_of else f"the day for that was {figures.date(at)}"


def reached(step: Step) -> str:
    """Say where on a curve a step lies."""
    return "at the start" if step.days == 0 else f"at {figures.days(step.days)}"


def days_to_go(standing: Standing, as_of: datetime) -> str:
    """Say when a hold reaches its next step: 12 days to go."""
    if standing.following_at is None:
        return "At the top of the curve"
    left = standing.following_at - as_of
    if left < timedelta(days=1):
        return "less than a day to go"
    return f"{figures.days(left.days)} to go"


def collections(params: Params) -> str:
    """Name the collections that a rule counts."""
    chosen = params.get("collections", {"of": "all"})
    if chosen["of"] == "named":
        return listed(collection_name(slug) for slug in chosen["slugs"])
    if chosen["of"] == "top_volume":
        count = chosen["count"]
        most = "the most traded collection" if count == 1 else f"the {count} most traded collections"
        buyers = chosen.get("minimum_buyers", 0)
        return f"{most} with at least {figures.counted(buyers, 'buyer')}" if buyers > 1 else most
    return "all collections"


def listed(names: Iterable[str]) -> str:
    """Join names: SuperRare, MoonCats and KnownOrigin."""
    *first, last = list(names)
    return f"{', '.join(first)} and {last}" if first else last


def rule(rule: RuleVersion) -> list[str]:
    """Say in a few sentences what a version of a rule pays."""
    say = RULES.get(rule.kind)
    return say(rule.params) if say else []


def _purchase(params: Params) -> list[str]:
    parts = []
    if params.get("micro_xp_per_purchase"):
        parts.append(f"{figures.micro_xp(params['micro_xp_per_purchase'])} a purchase")
    if params.get("micro_xp_per_eth"):
        parts.append(f"{figures.micro_xp(params['micro_xp_per_eth'])} per ETH of its price")
    said = [f"{listed(parts)}." if parts else "Nothing for now."]
    if int(params.get("minimum_price_wei", 0)) > 0:
        said.append(f"From a price of {figures.eth(int(params['minimum_price_wei']))} on.")
    return [*said, f"Counts {collections(params)}."]


def _holding(params: Params) -> list[str]:
    said = [f"{figures.micro_xp(params['micro_xp_per_token_day'])} a day for each token you hold."]
    if params.get("curve"):
        said.append(f"The longer, the more: {curve(params)}.")
    if params.get("minimum_days"):
        said.append(f"From {figures.days(params['minimum_days'])} of holding on.")
    return [*said, f"Counts {collections(params)}."]


def _cohort(params: Params) -> list[str]:
    return [f"{figures.micro_xp(params['micro_xp'])}, once, for everyone on the list “{params['cohort']}”."]


def _hold_boost(params: Params) -> list[str]:
    if params.get("mode") == "each_token":
        said = "Multiplies what a token earns you by how long you have held it"
    else:
        said = "Multiplies what you earn by your longest hold"
    return [f"{said}: {curve(params)}.", f"Counts {collections(params)}."]


RULES: Mapping[str, Callable[[Params], list[str]]] = {
    "purchase": _purchase,
    "holding": _holding,
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


def rule_state(rule: RuleVersion, as_of: datetime) -> str:
    """Say in a word or two whether a rule is in force."""
    if rule.ends_at <= as_of:
        return f"ended {figures.date(rule.ends_at)}"
    if rule.in_force_from > as_of:
        return f"from {figures.date(rule.in_force_from)}"
    return "on"


def round_state(received: Round) -> str:
    """Say how far a round has come for its collector; empty once its XP is in the balance."""
    if received.award_xp == 0 or received.posted_at is not None:
        return ""
    if received.state == "halted":
        return "Held back for a check. Nothing that you earned is lost."
    return "On its way to your balance."


def no_round_yet(next_round_at: datetime | None, as_of: datetime) -> str:
    """Say to somebody without rounds when the first may come, and what it will show."""
    due = ""
    if next_round_at is not None:
        on = f"is due on {figures.date(next_round_at)}" if next_round_at > as_of else "is being prepared"
        due = f"The next round {on}. "
    return f"{due}What a round brings is listed here line by line, and what earns nothing with the reason."


def next_round(next_round_at: datetime | None, as_of: datetime) -> str:
    """Say when the next round comes."""
    if next_round_at is None:
        return "Not set yet"
    return figures.date(next_round_at) if next_round_at > as_of else "Being prepared"
