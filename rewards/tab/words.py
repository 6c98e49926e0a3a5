"""What collectors read about lines, boosts, rules and rounds: typed rows in, text out."""

from datetime import datetime, timedelta

from rewards.tab import figures, pauses, terms
from rewards.tab.growth import Standing, Step, steps
from rewards.tab.names import listed, thing_name, token_name
from rewards.tab.resting import SIDES
from rewards.tab.rows import Boost, Coming, Line, Pause, Round, RuleVersion

# Events that can come late, as a sentence begins with them.
TOLD = {
    "mint": "A mint",
    "transfer": "A transfer",
    "sale": "A sale",
    "listing": "A listing",
    "bid": "A bid",
}

# Currencies whose price is the price in ETH.
IN_ETH = {"ETH", "WETH"}

# What changes of a balance are called, by the reason of their transfer.
CHANGES = {
    "award": "Award",
    "joined": "Moved with a linked wallet",
    "grant": "Correction, given",
    "reversal": "Correction, taken back",
}


def happened(line: Line) -> str:
    """Say what a line is about."""
    if line.rule.kind == "cohort":
        return f"On the list “{line.rule.params['cohort']}”"
    if line.rule.kind in SIDES:
        return f"{_offered(line)}{_rested(line)}"
    subject = token_name(line.token) if line.token else "A token"
    if line.rule.kind == "holding":
        if line.reason in ("under_minimum_days", "paused") or not line.counted:
            return f"Held {subject}"
        return f"Held {subject} for {_token_days(line)} of {round_of(line)}"
    units = f"{figures.whole(line.units)} of " if line.units > 1 else ""
    did = "Sold" if line.rule.params.get("pays") == "seller" else "Bought"
    return f"{did} {units}{subject}{_paid(line)}"


def _offered(line: Line) -> str:
    thing = thing_name(token=line.token, collection=line.collection, trait=line.trait)
    units = f"{figures.whole(line.units)} of " if line.units > 1 else ""
    price = f" {figures.price(line.price)}" if line.price else ""
    if line.rule.kind == "listing":
        return f"Listed {units}{thing}{' for' if price else ''}{price}"
    return f"Bid{price} for {units}{thing}"


def _rested(line: Line) -> str:
    """What counted of an order's rest; where nothing did, the reason says why."""
    if line.reason in ("rested_too_short", "other_collection") or not line.counted:
        return ""
    return f": rested {figures.duration(line.counted)}"


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
    """
    Write a line's sum: base × boost = XP, and what a cap took off. A part of an XP is dropped, once a line.

    A line of a rule with a pot says by how much it shares in it.
    """
    times = "" if line.boost_bp == figures.FULL_BP else f" {figures.times(line.boost_bp)}"
    pot = terms.pot(line.rule.params)
    if pot:
        share = f"Counts as {figures.rough_xp(line.base_micro_xp)}{times}: your share of {pot}"
        return f"{share}{_less_earlier(line)}"
    earlier_xp = line.late.earlier_xp if line.late else 0
    whole_xp = earlier_xp + line.amount_xp + line.cut_xp
    base_xp = figures.base_xp(base_micro_xp=line.base_micro_xp, boost_bp=line.boost_bp, amount_xp=whole_xp)
    exact = line.base_micro_xp * line.boost_bp == whole_xp * figures.MICRO * figures.FULL_BP
    said = f"{base_xp}{times}"
    if times or not exact:
        said = f"{said} = {figures.xp(whole_xp)}{'' if exact else ', rounded down'}"
    said = f"{said}{_less_earlier(line)}"
    return f"{said}, {_over_cap(line)}" if line.cut_xp else said


def late(line: Line) -> str:
    """Say which round a late line is for, and what came late; empty for other lines."""
    if line.late is None:
        return ""
    said = f"Late, for {round_of(line)}."
    if line.late.told_kind in TOLD and line.late.told_at and line.late.told_on:
        on = f"of {figures.date(line.late.told_at)} came in on {figures.date(line.late.told_on)}"
        return f"{said} {TOLD[line.late.told_kind]} {on}."
    return f"{said} More is known of its time now than when it was paid."


def round_of(line: Line) -> str:
    """Name the round whose time a line is about."""
    return f"“{line.late.round_title}”" if line.late else "this round"


def _less_earlier(line: Line) -> str:
    if line.late is None or not line.late.earlier_xp:
        return ""
    return f", less {figures.xp(line.late.earlier_xp)} counted before"


def _over_cap(line: Line) -> str:
    caps = terms.caps(line.rule.params)
    of = f"the cap{'' if len(caps) == 1 else 's'} of {listed(caps)}" if caps else "the cap"
    return f"{figures.xp(line.cut_xp)} over {of}"


def boosted_by(line: Line) -> str:
    """Name the holds behind a line's boost: held SuperRare #377 for 203 days."""
    if not line.boosts:
        return ""
    holds = (f"{token_name(boost.token)} for {figures.days(boost.hold_days)}" for boost in line.boosts)
    return f"held {listed(holds)}"


def when(line: Line) -> str:
    """Say what the day of a line's event is; empty where the line speaks of a stretch of time."""
    if line.at is None or line.rule.kind not in ("purchase", *SIDES):
        return ""
    return " on" if line.rule.kind == "purchase" else ", placed"


def boost(boost: Boost, as_of: datetime) -> str:
    """Say what a hold did for a collector's XP in a round, or what it lacked."""
    if boost.boost_bp > figures.FULL_BP:
        return f"{token_name(boost.token)}, held {figures.days(boost.hold_days)}, boosts your XP here."
    following = next((step for step in steps(boost.rule.params) if step.days > boost.hold_days), None)
    held = f"{token_name(boost.token)}: held {figures.days(boost.hold_days)}."
    if following is None:
        return held
    reached = figures.on(boost.started_at + timedelta(days=following.days), as_of)
    times = figures.multiplier(following.boost_bp)
    return f"{held} From {figures.days(following.days)} on this hold boosts your XP {times}; {reached}."


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


def rule_state(rule: RuleVersion, as_of: datetime) -> str:
    """Say in a word or two whether a rule is in force."""
    if rule.ends_at <= as_of:
        return f"ended {figures.date(rule.ends_at)}"
    if rule.in_force_from > as_of:
        return f"from {figures.date(rule.in_force_from)}"
    return "paused" if rule.pause_at(as_of) else "on"


def pause(pause: Pause, as_of: datetime) -> str:
    """Say since when and until when something is paused, and why."""
    return f"{pauses.when(pause, as_of)}. {pauses.why(pause)} Nothing that you earned is lost."


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


def due(coming: Coming, as_of: datetime) -> str:
    """Say when a round that has not gone out is due: 3 May 2019, in 12 days."""
    if coming.due_at <= as_of:
        return "Being prepared"
    left = coming.due_at - as_of
    soon = "in less than a day" if left < timedelta(days=1) else f"in {figures.days(left.days)}"
    return f"{figures.date(coming.due_at)}, {soon}"


def change(reason: str) -> str:
    """Say what kind of change of a balance a reason is."""
    return CHANGES.get(reason, reason.replace("_", " ").capitalize())
