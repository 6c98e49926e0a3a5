"""Searches, for each rule, the cheapest of the simple strategies; each is played through the real engine."""

import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from fractions import Fraction
from random import Random
from typing import Any, TypeAlias

from config import db
from marketplace.facts import operations as facts
from marketplace.inbox import operations as inbox
from marketplace.registry.models import Collection
from rewards.fairness import operations as fairness
from rewards.farming import scratch, strategies
from rewards.farming.costs import Costs, Market
from rewards.farming.farm import OPENS_AT, Farm, Told, somebody, wallet
from rewards.farming.rules import Tried
from rewards.farming.strategies import Strategy
from rewards.flags.queries import Span
from rewards.rules import queries as rules
from rewards.rules.kinds import KINDS
from rewards.rules.queries import VersionInWindow
from rewards.shipments import planning
from rewards.shipments.models import Shipment
from rewards.shipments.planning import Input

SQL = db.folder()

# So often the best that was found is varied, in search of a better one nearby.
REFINEMENTS = 6

DAY = timedelta(days=1)

# The number of the rule's version in the empty market; those of its boosts follow.
RULE = 1

Progress: TypeAlias = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Harvest:
    """What a strategy earned in a round of ``days`` days, and what it cost."""

    strategy: Strategy
    days: int
    wallets: int
    earned_xp: int
    fees_wei: int
    capital_wei: int
    is_cut: bool
    is_outranked: bool
    boost_bp: int

    @property
    def wei_per_1000_xp(self) -> int:
        """The fees for 1,000 XP, rounded up to a wei."""
        return -(-self.fees_wei * 1000 // self.earned_xp)

    @property
    def xp_a_day(self) -> int:
        """XP a day, rounded down."""
        return self.earned_xp // self.days


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """
    What 1,000 XP of a rule cost at least.

    ``cheapest`` is by as few wallets as it takes; empty where nothing that was tried earns, and ``why`` says
    then what that means. ``reach`` is the same by so many wallets. ``bounds`` say what keeps a farmer from
    more. ``is_too_cheap`` is true where it costs less than ``alarm_wei``.
    """

    tried: Tried
    cheapest: Harvest | None
    reach: Harvest | None = None
    bounds: Sequence[str] = field(default=())
    strategies: int = 0
    why: str = ""
    alarm_wei: int | None = None

    @property
    def is_too_cheap(self) -> bool:
        """Whether a farmer gets 1,000 XP for less than the season allows."""
        return (
            self.cheapest is not None
            and self.alarm_wei is not None
            and self.cheapest.wei_per_1000_xp < self.alarm_wei
        )


def check(
    *,
    tried: Sequence[Tried],
    costs: Costs,
    market: Market,
    wallets: int = 10,
    seed: int = 1,
    alarm_wei: int | None = None,
    progress: Progress | None = None,
) -> list[Verdict]:
    """
    What 1,000 XP of each rule cost at least, by a small grid of strategies and a search around the best.

    The same arguments give the same answer. ``alarm_wei`` stands in for the season's. Everything happens in
    an empty market of its own, which is rolled back. The real one is not read, and its facts are kept from
    being refreshed for no longer than one strategy takes.
    """
    tell = progress or (lambda _: None)
    with scratch.market():
        return [
            _judge(
                one,
                costs=costs,
                market=replace(market, days=min(one.round_days, market.days)),
                wallets=wallets,
                random=Random(f"{seed}:{one.slug}"),  # noqa: S311 (it searches, and has to be repeatable)
                alarm_wei=one.alarm_wei if alarm_wei is None else alarm_wei,
                tell=tell,
            )
            for one in tried
        ]


def _judge(
    one: Tried,
    *,
    costs: Costs,
    market: Market,
    wallets: int,
    random: Random,
    alarm_wei: int | None,
    tell: Progress,
) -> Verdict:
    if one.kind == "cohort":
        return Verdict(
            tried=one, cheapest=None, why="It pays a list that staff made; nothing can be done for it."
        )
    if KINDS[one.kind].boosts:
        why = "It pays nothing by itself; the rules that it multiplies are tried with it."
        return Verdict(tried=one, cheapest=None, why=why)
    count = 0

    def harvest(strategy: Strategy, by: int) -> Harvest:
        nonlocal count
        count += 1
        tell(f"{one.slug}: strategy {count}")
        return play(one, strategy, costs=costs, market=market, wallets=by)

    grid = strategies.list_for(
        kind=one.kind,
        params=one.params,
        market=market,
        collection=_collection(one.params),
        is_filtered=one.wash_threshold is not None,
    )
    found = [harvest(strategy, strategy.least_wallets) for strategy in grid]
    best = min((each for each in found if each.earned_xp), key=_by_cost, default=None)
    if best is None:
        return Verdict(
            tried=one, cheapest=None, strategies=count, why="No strategy that was tried earns anything."
        )
    for _ in range(REFINEMENTS):
        other = harvest(best.strategy.vary(random), best.wallets)
        if other.earned_xp and _by_cost(other) < _by_cost(best):
            best = other
    reach = harvest(best.strategy, max(wallets, best.wallets))
    return Verdict(
        tried=one,
        cheapest=best,
        reach=reach,
        bounds=[*_bounds(one, best=best, reach=reach)],
        strategies=count,
        alarm_wei=alarm_wei,
    )


def _by_cost(harvest: Harvest) -> tuple[Fraction, int, int]:
    """Cheaper first, then more XP, then less capital."""
    return (
        Fraction(harvest.fees_wei, harvest.earned_xp),
        -harvest.earned_xp,
        harvest.capital_wei,
    )


def play(one: Tried, strategy: Strategy, *, costs: Costs, market: Market, wallets: int) -> Harvest:
    """
    Play a strategy in the empty market that is open, plan a round on it, and see what it earned.

    With a threshold in the rule's season, what the signals flag earns what a flagged sale earns.
    """
    farm = Farm(market=market, costs=costs, collection=strategy.collection, wallets=wallets)
    strategy.play(farm)
    closes_at = farm.closes_at
    with scratch.trial():
        around = _surroundings(one, market=market, wallets=wallets, closes_at=closes_at)
        report = inbox.accept(events=[*around, *farm.told.events])
        assert report.is_clean, report.problems[:3]
        facts.refresh(as_of=closes_at)
        if one.wash_threshold is not None:
            fairness.refresh()
        Collection.objects.update(verified=True)
        shipment = Shipment.objects.create(
            slug=f"farm-{uuid.uuid4()}",
            season_id=0,
            title="Farm check",
            window_start=OPENS_AT,
            window_end=closes_at,
            author="farm check",
            created_at=closes_at,
        )
        inputs = [
            _input(each, number, closes_at=closes_at, wash_threshold=one.wash_threshold)
            for number, each in enumerate([one, *one.boosts], 1)
        ]
        planning.write(shipment=shipment, as_of=closes_at, inputs=inputs)
        earned = SQL["farmed"].row(
            {
                "shipment_id": shipment.id,
                "rule_version_id": RULE,
                "wallets": [wallet(number) for number in range(wallets)],
            }
        )
    return Harvest(
        strategy=strategy,
        days=market.days,
        wallets=wallets,
        fees_wei=farm.fees_wei,
        capital_wei=farm.capital_wei,
        **earned,
    )


def _input(one: Tried, number: int, *, closes_at: Any, wash_threshold: int | None) -> Input:
    """A rule in force and live in all of the round."""
    version = VersionInWindow(
        id=number,
        rule_id=number,
        slug=one.slug,
        kind=KINDS[one.kind],
        title=one.title,
        number=1,
        params=one.params,
        starts_at=OPENS_AT,
        ends_at=closes_at,
    )
    return Input(
        version=version,
        collections=rules.get_eligible_collections(
            params=one.params, window_start=OPENS_AT, wash_threshold=wash_threshold
        ),
        live=[Span(starts_at=OPENS_AT, ends_at=closes_at)],
        wash_threshold=wash_threshold,
    )


def _collection(params: dict[str, Any]) -> str:
    """A collection that the rule looks at."""
    of = params.get("collections") or {"of": "all"}
    return str(of["slugs"][0]) if of["of"] == "named" else "traded"


def _surroundings(one: Tried, *, market: Market, wallets: int, closes_at: Any) -> Iterator[dict[str, Any]]:
    """The crowd of each collection that counts, and the tokens that give the farmer every boost in full."""
    yield from _crowd(_collection(one.params), one=one, market=market).events
    for boost in one.boosts:
        place = _collection(boost.params)
        if place != _collection(one.params):
            yield from _crowd(place, one=one, market=market).events
        told = Told(source="boost")
        days = max(point["days"] for point in boost.params["curve"])
        for number in range(wallets):
            token = f"{boost.slug}-{number}"
            told.mint(collection=place, token=token, to=wallet(number), at=closes_at - days * DAY)
        yield from told.events


def _crowd(place: str, *, one: Tried, market: Market) -> Told:
    """Honest collectors of a collection: enough buyers to be traded, a floor, bids, and a share of a pot."""
    told = Told(source=f"crowd-{place}"[:64])
    buyers = max([market.crowd, *(_buyers(each.params) for each in [one, *one.boosts])])
    for number in range(buyers):
        told.mint(collection=place, token=f"bought-{number}", to=somebody(0), at=OPENS_AT - 40 * DAY)
        told.sale(
            collection=place,
            token=f"bought-{number}",
            seller=somebody(0),
            buyer=somebody(number + 1),
            price_wei=market.floor_wei,
            at=OPENS_AT - 10 * DAY,
        )
    for number in range(market.crowd):
        told.order(
            "listing",
            collection=place,
            at=OPENS_AT - 5 * DAY,
            token=f"bought-{number}",
            maker=somebody(number + 1),
            price_wei=market.floor_wei,
            key=f"{place}-listing-{number}",
        )
        told.order(
            "bid",
            collection=place,
            at=OPENS_AT - 5 * DAY,
            token=f"bought-{(number + 1) % market.crowd}",
            maker=somebody(number + 1),
            price_wei=market.floor_wei * 9 // 10,
            key=f"{place}-bid-{number}",
        )
    if _is_shared(one.params):
        _buy_every_day(told, place=place, market=market)
    return told


def _buy_every_day(told: Told, *, place: str, market: Market) -> None:
    """Each of the crowd buys a token a day, so that a pot has somebody to be shared with."""
    for day in range(market.days):
        for number in range(market.crowd):
            token = f"daily-{day}-{number}"
            told.mint(collection=place, token=token, to=somebody(0), at=OPENS_AT - 40 * DAY)
            told.sale(
                collection=place,
                token=token,
                seller=somebody(0),
                buyer=somebody(number + 1),
                price_wei=market.floor_wei,
                at=OPENS_AT + day * DAY + DAY / 2,
            )


def _buyers(params: dict[str, Any]) -> int:
    return int((params.get("collections") or {}).get("minimum_buyers", 0))


def _is_shared(params: dict[str, Any]) -> bool:
    """Whether what the crowd does takes something from the farmer."""
    return any(params.get(name) for name in ("pot_xp", "pot_xp_per_day", "cap_xp"))


def _bounds(one: Tried, *, best: Harvest, reach: Harvest) -> Iterator[str]:
    """What keeps a farmer from more."""
    params = one.params
    if best.is_cut or reach.is_cut:
        caps = {
            "cap_xp_per_day": "a collector's cap of {:,} XP a day",
            "cap_xp_per_collector": "a collector's cap of {:,} XP a round",
            "cap_xp": "the rule's cap of {:,} XP a round",
        }
        yield from (words.format(params[name]) for name, words in caps.items() if params.get(name))
    if best.is_outranked or reach.is_outranked:
        yield f"only the best {params['best']:,} orders of a collection and side earn"
    for name, each in (("pot_xp_per_day", "a day"), ("pot_xp", "a round")):
        if params.get(name):
            share = reach.earned_xp * 100 // _pot(params, reach.days)
            yield f"the pot of {params[name]:,} XP {each}, of which the farm gets {share} %"
    if reach.xp_a_day:
        days = one.budget_xp // reach.xp_a_day
        yield f"the season's budget of {one.budget_xp:,} XP, which this farm would use up in {days:,} days"


def _pot(params: dict[str, Any], days: int) -> int:
    return int(params.get("pot_xp") or params["pot_xp_per_day"] * days)
