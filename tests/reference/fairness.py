"""
Signals of wash trades from facts, computed one pair and one run of sales at a time.

Nothing here imports the engine, so that the two can be held against each other. A sale is known by the source
and key of the event that told it.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TypeAlias

from tests.reference.events import Token
from tests.reference.facts import Facts, Sale

Name: TypeAlias = tuple[str, str]
Evidence: TypeAlias = tuple[tuple[str, int], ...]

MONTH = timedelta(days=30)
SECOND = timedelta(seconds=1)
LONGEST_CYCLE = 5
WEIGHTS = {"buyer_is_seller": 5, "back_and_forth": 3, "bought_three_times": 2, "closed_cycle": 3}


def signals(facts: Facts) -> dict[tuple[Name, str], Evidence]:
    """The signals of all sales with the numbers of their evidence, in order of names."""
    found: dict[tuple[Name, str], Evidence] = {}
    with_units = facts.editions & {hold.token for hold in facts.holds}
    for token, sales in _by_token(facts).items():
        for sale in sales:
            if _seller(facts, sale) == _buyer(facts, sale):
                found[(sale.source, sale.key), "buyer_is_seller"] = ()
        apart = [sale for sale in sales if _seller(facts, sale) != _buyer(facts, sale)]
        found |= _back_and_forth(facts, apart)
        if token not in with_units:
            found |= _three_times(facts, apart)
            found |= _cycles(facts, apart)
    return found


def washed(facts: Facts, *, threshold: int) -> set[Name]:
    """The sales whose signals reach a threshold."""
    scores: dict[Name, int] = defaultdict(int)
    for name, signal in signals(facts):
        scores[name] += WEIGHTS[signal]
    return {name for name, score in scores.items() if score >= threshold}


def _by_token(facts: Facts) -> dict[Token, list[Sale]]:
    """The sales between people, in order, by token."""
    found: dict[Token, list[Sale]] = defaultdict(list)
    for sale in sorted(facts.sales, key=lambda sale: sale.order):
        if not {sale.seller, sale.buyer} & facts.people.custody:
            found[sale.token].append(sale)
    return found


def _seller(facts: Facts, sale: Sale) -> str:
    return facts.people.collector(sale.seller) or sale.seller


def _buyer(facts: Facts, sale: Sale) -> str:
    return facts.people.collector(sale.buyer) or sale.buyer


def _back_and_forth(facts: Facts, sales: list[Sale]) -> Iterator[tuple[tuple[Name, str], Evidence]]:
    for sale in sales:
        others = [
            other
            for other in sales
            if _seller(facts, other) == _buyer(facts, sale)
            and _buyer(facts, other) == _seller(facts, sale)
            and abs(other.at - sale.at) <= MONTH
        ]
        if others:
            nearest = min(others, key=lambda other: (abs(other.at - sale.at), other.at))
            seconds = (nearest.at - sale.at) // SECOND
            yield ((sale.source, sale.key), "back_and_forth"), (("seconds", seconds),)


def _three_times(facts: Facts, sales: list[Sale]) -> Iterator[tuple[tuple[Name, str], Evidence]]:
    for sale in sales:
        told = []
        for what, side in (("bought", _buyer), ("sold", _seller)):
            same = [other.at for other in sales if side(facts, other) == side(facts, sale)]
            if _is_one_of_three(sale, same):
                told.append((what, sum(1 for at in same if abs(at - sale.at) <= MONTH)))
        if told:
            yield ((sale.source, sale.key), "bought_three_times"), tuple(told)


def _is_one_of_three(sale: Sale, instants: list[datetime]) -> bool:
    """Whether some 30 days have the sale and two others."""
    starts = [at for at in instants if at <= sale.at <= at + MONTH]
    return any(sum(start <= at <= start + MONTH for at in instants) >= 3 for start in starts)


def _cycles(facts: Facts, sales: list[Sale]) -> Iterator[tuple[tuple[Name, str], Evidence]]:
    """Each sale with the shortest closed run that it is part of."""
    best: dict[Name, tuple[int, int]] = {}
    for first in range(len(sales)):
        for last in range(first + 1, min(first + LONGEST_CYCLE, len(sales))):
            run = sales[first : last + 1]
            if _is_closed(facts, run):
                told = (len(run), (run[-1].at - run[0].at) // SECOND)
                for sale in run:
                    name = (sale.source, sale.key)
                    best[name] = min(best.get(name, told), told)
    for name, (count, seconds) in best.items():
        yield (name, "closed_cycle"), (("sales", count), ("seconds", seconds))


def _is_closed(facts: Facts, run: list[Sale]) -> bool:
    """Whether a run goes from hand to hand back to its first seller, in time, and leaves nobody richer."""
    hands = all(_buyer(facts, one) == _seller(facts, other) for one, other in pairwise(run))
    back = _buyer(facts, run[-1]) == _seller(facts, run[0])
    if not hands or not back or run[-1].at - run[0].at > MONTH:
        return False
    prices = [sale.price_wei for sale in run]
    known = [price for price in prices if price is not None]
    if len(known) < len(prices):
        return False
    steps = [abs(one - other) for one, other in zip(known, [*known[1:], known[0]], strict=True)]
    return 20 * max(steps) <= max(known)
