"""
Purchases under caps and pots, and what is paid of them late, from the documentation alone.

Lines count to the micro-XP, and exact fractions of XP from there. Nothing here imports the engine, so that
the two can be held against each other. Sales differ in instants and prices, so that ties are rare.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from fractions import Fraction
from typing import Any

from tests.reference.facts import Facts
from tests.reference.xp import Rule, Span, drafts_of

Key = tuple[str, str]

MICRO = 10**6


class Tied(Exception):
    """An odd XP of a pot goes to one of two equal lines, which the documentation leaves to their identity."""


@dataclass(frozen=True)
class Bought:
    """A sale that a collector bought: what it is worth, and what caps or a pot leave of that."""

    key: Key
    wallet: str
    collector: str
    at: datetime
    worth: Fraction
    xp: Fraction


@dataclass(frozen=True)
class Late:
    """A difference that is due for a sale, in whole XP: what of it is paid, and what was counted before."""

    bought: Bought
    due: int
    xp: int
    earlier: int


@dataclass
class Paid:
    """What rounds paid and counted for one window so far."""

    counted: dict[Key, int] = field(default_factory=lambda: defaultdict(int))
    amounts: list[tuple[Bought, int]] = field(default_factory=list)

    def note(self, one: Bought, *, counted: int, xp: int) -> None:
        """Add what a line counted and what it paid."""
        self.counted[one.key] += counted
        self.amounts.append((one, xp))


def bounded(facts: Facts, rule: Rule, window: Span) -> list[Bought]:
    """The sales of a window after caps and pot, the earliest first."""
    (version,) = rule.versions
    at = {(sale.source, sale.key): (sale.at, sale.buyer) for sale in facts.sales}
    found = []
    for _, draft in drafts_of(rule, facts, window, frozenset()):
        key = draft.subject[1:3]
        when, buyer = at[key]
        worth = Fraction(int(draft.base * MICRO), MICRO)
        found.append(Bought(key, buyer, draft.collector, when, worth, worth))
    found.sort(key=lambda one: one.at)
    for name, of in capped(version.params):
        left: dict[Hashable, Fraction] = defaultdict(lambda name=name: Fraction(version.params[name]))  # type: ignore[misc]
        cut = []
        for one in found:
            xp = min(one.xp, left[of(one)])
            left[of(one)] -= xp
            cut.append(replace(one, xp=xp))
        found = cut
    if pot := version.params.get("pot_xp"):
        return share(found, pot)
    return [replace(one, xp=Fraction(int(one.xp))) for one in found]


def capped(params: Mapping[str, Any]) -> list[tuple[str, Callable[[Bought], Hashable]]]:
    """The caps of a rule in their order, each with what it bounds together."""
    caps: list[tuple[str, Callable[[Bought], Hashable]]] = [
        ("cap_xp_per_day", lambda one: (one.collector, one.at.date())),
        ("cap_xp_per_collector", lambda one: one.collector),
        ("cap_xp", lambda one: "all"),
    ]
    return [(name, of) for name, of in caps if params.get(name)]


def share(found: list[Bought], pot: int) -> list[Bought]:
    """A pot by largest remainder: whole shares, and one XP more for those that lost most by the rounding."""
    total = sum((one.xp for one in found), Fraction(0))
    if not total:
        return found
    exact = {one.key: pot * one.xp / total for one in found}
    odd = pot - sum(int(one) for one in exact.values())
    rank = {one.key: (exact[one.key] % 1, one.xp) for one in found if one.xp}
    first = sorted((one for one in found if one.xp), key=lambda one: rank[one.key], reverse=True)
    if 0 < odd < len(first) and rank[first[odd - 1].key] == rank[first[odd].key]:
        raise Tied
    lucky = {one.key for one in first[:odd]}
    return [replace(one, xp=Fraction(int(exact[one.key]) + (one.key in lucky))) for one in found]


def paid_first(found: Iterable[Bought], params: Mapping[str, Any]) -> Paid:
    """What the round of the window itself paid; of a line that a cap cut, what it was worth was counted."""
    paid = Paid()
    for one in found:
        paid.note(one, counted=int(one.xp if params.get("pot_xp") else one.worth), xp=int(one.xp))
    return paid


def late(facts: Facts, rule: Rule, window: Span, paid: Paid) -> list[Late]:
    """What a later round pays for the window by what is known now; it is noted as paid."""
    params = rule.versions[0].params
    pot = params.get("pot_xp")
    asked = []
    for one in bounded(facts, rule, window):
        earlier = paid.counted[one.key]
        due = max(int(one.xp if pot else one.worth) - earlier, 0)
        if due:
            asked.append(Late(one, due, due, int(one.xp if pot else one.worth) - due))
    for name, of in [] if pot else capped(params):
        # Who pays now belongs to whoever their wallet belongs to now.
        left: dict[Hashable, int] = defaultdict(lambda name=name: int(params[name]))  # type: ignore[misc]
        for one, xp in paid.amounts:
            now = facts.people.collector(one.wallet)
            assert now is not None
            left[of(replace(one, collector=now))] -= xp
        cut = []
        for each in asked:
            xp = min(each.xp, max(left[of(each.bought)], 0))
            left[of(each.bought)] -= xp
            cut.append(replace(each, xp=xp))
        asked = cut
    for each in asked:
        paid.note(each.bought, counted=each.xp if pot else each.due, xp=each.xp)
    return asked
