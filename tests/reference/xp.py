"""
XP from facts and rules, computed one line at a time, with fractions until the one rounding.

Nothing here imports the engine, so that the two can be held against each other.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fractions import Fraction
from math import prod
from typing import Any, TypeAlias

from tests.reference.events import Token
from tests.reference.facts import Facts, Sale
from tests.reference.hands import Hold

Subject: TypeAlias = tuple[Any, ...]
Thing: TypeAlias = tuple[Any, ...]
Span: TypeAlias = tuple[datetime, datetime]

FLAT_BP = 10_000
DAY = timedelta(days=1)
MICROSECONDS_A_DAY = 86_400_000_000


@dataclass(frozen=True)
class Version:
    """The numbers of a rule for a time; ``in_force_until`` is None while no other version follows."""

    in_force_from: datetime
    in_force_until: datetime | None
    params: Mapping[str, Any]


@dataclass(frozen=True)
class Rule:
    """A rule with its versions, oldest first; their number is their place, counted from 1."""

    slug: str
    kind: str
    versions: Sequence[Version]

    def spans(self, window: Span) -> list[tuple[int, Version, Span]]:
        """Each version that is in force at some time in the window, with its number and that time."""
        found = []
        for number, version in enumerate(self.versions, start=1):
            start = max(window[0], version.in_force_from)
            end = min(window[1], version.in_force_until or window[1])
            if start < end:
                found.append((number, version, (start, end)))
        return found


@dataclass(frozen=True)
class Line:
    """
    One reason for XP, or for none; ``reason`` is ``earned`` where there is some.

    ``thing`` is what differences are taken by when more is known later: a sale, or a token.
    """

    rule: str
    version: int
    collector: str
    subject: Subject
    base_micro_xp: int
    boost_bp: int
    xp: int
    reason: str
    thing: Thing = ()


@dataclass(frozen=True)
class Boost:
    """What a boost rule gives a collector, for one token or for all lines."""

    rule: str
    version: int
    collector: str
    token: Token | None
    hold_days: int
    boost_bp: int


@dataclass(frozen=True)
class Plan:
    """What a shipment would pay, and why. ``awards`` is XP by collector."""

    lines: list[Line]
    boosts: list[Boost]
    awards: dict[str, int]


@dataclass(frozen=True)
class Draft:
    """A line before it is boosted: its exact base in XP, or the reason why it has none."""

    collector: str
    subject: Subject
    token: Token | None
    base: Fraction = Fraction(0)
    reason: str | None = None
    thing: Thing = ()


def plan(
    facts: Facts,
    rules: Iterable[Rule],
    window: Span,
    paid: AbstractSet[tuple[str, str]] = frozenset(),
    washed: AbstractSet[tuple[str, str]] = frozenset(),
) -> Plan:
    """
    The plan of a shipment over a window. ``paid`` has (cohort rule, wallet) of earlier shipments, ``washed``
    the source and key of sales that are wash trades.
    """
    facts = replace(facts, washed=washed)
    ordered = sorted(rules, key=lambda rule: rule.slug)
    boosts = [
        boost for rule in ordered if rule.kind == "hold_boost" for boost in boosts_of(rule, facts, window)
    ]
    boosted = {rule.slug: boosted_rules(rule, window) for rule in ordered if rule.kind == "hold_boost"}
    lines = []
    for rule in ordered:
        for number, draft in drafts_of(rule, facts, window, paid):
            multipliers = [
                boost.boost_bp
                for boost in boosts
                if boost.collector == draft.collector
                and boost.token in (None, draft.token)
                and (not boosted[boost.rule] or rule.slug in boosted[boost.rule])
            ]
            lines.append(line(rule, number, draft, multipliers))
    awards: dict[str, int] = defaultdict(int)
    for one in lines:
        if one.xp:
            awards[one.collector] += one.xp
    return Plan(sorted(lines, key=repr), sorted(boosts, key=repr), dict(awards))


def line(rule: Rule, version: int, draft: Draft, multipliers: list[int]) -> Line:
    """The line that a draft becomes with its boosts, rounded down once."""
    boost_bp = FLAT_BP if draft.reason else combined(multipliers)
    xp = int(draft.base * boost_bp / FLAT_BP)
    return Line(
        rule=rule.slug,
        version=version,
        collector=draft.collector,
        subject=draft.subject,
        base_micro_xp=int(draft.base * 10**6),
        boost_bp=boost_bp,
        xp=xp,
        reason=draft.reason or ("earned" if xp else "rounds_to_zero"),
        thing=draft.thing,
    )


def combined(multipliers: list[int]) -> int:
    """Several boosts as one, rounded down to whole basis points at the end."""
    if not multipliers:
        return FLAT_BP
    return prod(multipliers) // int(FLAT_BP ** (len(multipliers) - 1))


def drafts_of(
    rule: Rule, facts: Facts, window: Span, paid: AbstractSet[tuple[str, str]]
) -> list[tuple[int, Draft]]:
    """The drafts of a rule's lines, each with the number of the version that it comes from."""
    drafts = []
    if rule.kind == "cohort":
        for number, version in opening(rule, window):
            drafts += [(number, draft) for draft in cohort_drafts(rule, version.params, facts, paid)]
        return drafts
    for number, version, span in rule.spans(window):
        if rule.kind == "purchase":
            drafts += [(number, draft) for draft in purchase_drafts(version.params, facts, window, span)]
        if rule.kind == "holding":
            drafts += [(number, draft) for draft in holding_drafts(version.params, facts, window, span)]
    return drafts


# Collections


def chosen_collections(params: Mapping[str, Any], facts: Facts, window: Span) -> set[str]:
    """The slugs that a rule's ``collections`` mean: ``all``, a list, or the top by volume."""
    chosen = params["collections"]
    if chosen == "all":
        return {hold.collection for hold in facts.holds} | {sale.collection for sale in facts.sales}
    if isinstance(chosen, list):
        return set(chosen)
    return set(top_collections(facts, window[0], **chosen["top_volume"]))


def top_collections(facts: Facts, as_of: datetime, count: int, minimum_buyers: int) -> list[str]:
    """The collections with the most volume in the 30 days before an instant, own sales left out."""
    volume_wei: dict[str, int] = defaultdict(int)
    buyers: dict[str, set[str]] = defaultdict(set)
    for sale in facts.sales:
        buyer, seller = facts.people.collector(sale.buyer), facts.people.collector(sale.seller)
        recent = as_of - 30 * DAY <= sale.at < as_of
        if (sale.source, sale.key) in facts.washed:
            continue
        if recent and (buyer is None or buyer != seller):
            volume_wei[sale.collection] += sale.price_wei or 0
            if buyer is not None:
                buyers[sale.collection].add(buyer)
    ranked = sorted(volume_wei, key=lambda slug: (-volume_wei[slug], slug.encode()))
    able = [slug for slug in ranked if volume_wei[slug] > 0 and len(buyers[slug]) >= minimum_buyers]
    return able[:count]


# Purchases


def purchase_drafts(params: Mapping[str, Any], facts: Facts, window: Span, span: Span) -> list[Draft]:
    """A draft for each sale in the span that a collector bought."""
    collections = chosen_collections(params, facts, window)
    drafts = []
    for sale in facts.sales:
        buyer = facts.people.collector(sale.buyer)
        if buyer is not None and span[0] <= sale.at < span[1]:
            reason = purchase_reason(sale, buyer, params, collections, facts)
            drafts.append(
                Draft(
                    collector=buyer,
                    subject=("sale", sale.source, sale.key),
                    token=sale.token,
                    base=Fraction(0) if reason else purchase_base(sale, params),
                    reason=reason,
                    thing=sale.trade,
                )
            )
    return drafts


def purchase_reason(
    sale: Sale, buyer: str, params: Mapping[str, Any], collections: set[str], facts: Facts
) -> str | None:
    """Why a sale earns nothing, the first reason that applies."""
    if facts.people.collector(sale.seller) == buyer:
        return "own_wallets"
    if (sale.source, sale.key) in facts.washed:
        return "wash_trade"
    if sale.collection not in collections:
        return "other_collection"
    if sale.price_wei is None:
        needs_rate = params["micro_xp_per_eth"] > 0 or params["minimum_price_wei"] > 0
        return "no_rate" if needs_rate else None
    if sale.price_wei < params["minimum_price_wei"]:
        return "below_minimum"
    return None


def purchase_base(sale: Sale, params: Mapping[str, Any]) -> Fraction:
    """XP for a purchase: so much for each and so much for an ETH of its price."""
    micro_xp = params["micro_xp_per_purchase"] + Fraction(
        params["micro_xp_per_eth"] * (sale.price_wei or 0), 10**18
    )
    return Fraction(micro_xp, 10**6)


# Holding


def holding_drafts(params: Mapping[str, Any], facts: Facts, window: Span, span: Span) -> list[Draft]:
    """A draft for each hold that overlaps the span, its pieces together."""
    collections = chosen_collections(params, facts, window)
    pieces: dict[tuple[Any, str], list[Hold]] = defaultdict(list)
    for hold in facts.holds:
        start, end = overlap(hold, span)
        if start < end:
            pieces[hold.key, hold.collector].append(hold)
    drafts = []
    for (key, collector), holds in pieces.items():
        reason = None
        if holds[0].collection not in collections:
            reason = "other_collection"
        elif max(age_days(hold, window) for hold in holds) < params["minimum_days"]:
            reason = "under_minimum_days"
        base = sum((holding_base(hold, span, params) for hold in holds), Fraction(0))
        drafts.append(
            Draft(
                collector=collector,
                subject=("hold", key, collector),
                token=holds[0].token,
                base=Fraction(0) if reason else base,
                reason=reason,
                thing=holds[0].token,
            )
        )
    return drafts


def overlap(hold: Hold, span: Span) -> Span:
    """The time that a hold and a span share; empty or turned around where they share none."""
    return max(hold.started_at, span[0]), min(hold.ended_at or span[1], span[1])


def age_days(hold: Hold, window: Span) -> int:
    """The whole days of a hold at its end, or at the end of the window if that comes first."""
    return (min(hold.ended_at or window[1], window[1]) - hold.started_at) // DAY


def holding_base(hold: Hold, span: Span, params: Mapping[str, Any]) -> Fraction:
    """XP for the time of a hold in a span: each microsecond counts by the age that the hold has then."""
    start, end = overlap(hold, span)
    steps = [(0, FLAT_BP), *((step["days"], step["bp"]) for step in params["curve"])]
    weighted = 0
    for number, (days, bp) in enumerate(steps):
        counts_from = max(start, hold.started_at + days * DAY)
        counts_until = end
        if number + 1 < len(steps):
            counts_until = min(end, hold.started_at + steps[number + 1][0] * DAY)
        if counts_from < counts_until:
            weighted += (counts_until - counts_from) // timedelta(microseconds=1) * bp
    return Fraction(
        hold.quantity * weighted * params["micro_xp_per_token_day"], FLAT_BP * MICROSECONDS_A_DAY * 10**6
    )


# Cohorts


def cohort_drafts(
    rule: Rule, params: Mapping[str, Any], facts: Facts, paid: AbstractSet[tuple[str, str]]
) -> list[Draft]:
    """A draft for each listed wallet that is known; the smallest of a collector's pays, once and for all."""
    people = facts.people
    paid_collectors = {people.collector(wallet) for slug, wallet in paid if slug == rule.slug}
    drafts = []
    served = set()
    for wallet in sorted(set(params["wallets"]) & people.known):
        collector = people.collector(wallet)
        if collector is None:
            continue
        reason = None
        if collector in served:
            reason = "once_per_collector"
        elif collector in paid_collectors:
            reason = "already_paid"
        served.add(collector)
        base = Fraction(0) if reason else Fraction(params["micro_xp"], 10**6)
        drafts.append(Draft(collector, ("wallet", wallet), None, base, reason))
    return drafts


# Boosts


def boosted_rules(rule: Rule, window: Span) -> list[str]:
    """The rules that a boost multiplies; none named means all."""
    return [slug for _, version in opening(rule, window) for slug in version.params["boosts"]]


def opening(rule: Rule, window: Span) -> list[tuple[int, Version]]:
    """The version that counts for a whole window, with its number: the first that is in force in it."""
    return [(number, version) for number, version, _ in rule.spans(window)[:1]]


def boosts_of(rule: Rule, facts: Facts, window: Span) -> list[Boost]:
    """What a boost rule gives, to each collector or to each collector's tokens."""
    found = []
    for number, version in opening(rule, window):
        collections = chosen_collections(version.params, facts, window)
        each_token = version.params["mode"] == "each_token"
        days: dict[tuple[str, Token | None], int] = {}
        for hold in facts.holds:
            counts = overlaps(hold, window) if each_token else is_held_at(hold, window[1])
            if counts and hold.collection in collections:
                whose = (hold.collector, hold.token if each_token else None)
                days[whose] = max(days.get(whose, 0), age_days(hold, window))
        for (collector, token), most in days.items():
            boost_bp = curve_bp(version.params, most)
            # A token that boosts nothing is not worth a word; a collector hears what the best hold lacks.
            if token is None or boost_bp != FLAT_BP:
                found.append(Boost(rule.slug, number, collector, token, most, boost_bp))
    return found


def overlaps(hold: Hold, window: Span) -> bool:
    """Whether a hold shares some time with a window."""
    start, end = overlap(hold, window)
    return start < end


def is_held_at(hold: Hold, end: datetime) -> bool:
    """Whether a collector still has the token when the window ends."""
    return hold.started_at < end and (hold.ended_at is None or hold.ended_at >= end)


def curve_bp(params: Mapping[str, Any], days: int) -> int:
    """The multiplier in basis points after so many days: steps, or straight lines between points."""
    reached = [point for point in params["curve"] if point["days"] <= days]
    ahead = [point for point in params["curve"] if point["days"] > days]
    if not reached:
        return FLAT_BP
    last = reached[-1]
    if params["shape"] == "steps" or not ahead:
        return int(last["bp"])
    rise = Fraction(ahead[0]["bp"] - last["bp"], ahead[0]["days"] - last["days"])
    return int(last["bp"] + rise * (days - last["days"]))
