"""What farming costs, with numbers worked by hand, and that the real market is not touched."""

from dataclasses import replace
from typing import Any

import pytest

from rewards.farming import operations as farming
from rewards.farming import scratch
from rewards.farming.costs import ETH, Costs, Market
from rewards.farming.operations import Harvest, Verdict
from rewards.farming.rules import Tried
from rewards.farming.strategies import Keep, Rest, Strategy, Wash
from rewards.rules.kinds import KINDS
from rewards.rules.typed import params_of
from tests.whatif.given import given_program, rows_of_every_table

pytestmark = pytest.mark.django_db

SALE, MINT, CANCEL = 2 * ETH // 10_000, ETH // 10_000, ETH // 20_000
WEEK = Market(days=7, crowd=3)


def rule(kind: str, *, boosts: tuple[Tried, ...] = (), **fields: Any) -> Tried:
    params = params_of(kind=KINDS[kind], fields=fields)
    return Tried(
        slug=kind,
        title=kind.capitalize(),
        kind=kind,
        params=params,
        budget_xp=1_000_000,
        alarm_wei=None,
        boosts=boosts,
    )


def played(one: Tried, strategy: Strategy, *, wallets: int = 2, **costs: int) -> Harvest:
    with scratch.market():
        return farming.play(one, strategy, costs=Costs(**costs), market=WEEK, wallets=wallets)


def judged(one: Tried, **options: Any) -> Verdict:
    (verdict,) = farming.check(tried=[one], costs=Costs(), market=WEEK, **options)
    return verdict


def wash(*, price_wei: int = ETH // 20, a_day: int = 10, collection: str = "farm-of-their-own") -> Wash:
    return Wash(price_wei=price_wei, a_day=a_day, fresh=False, collection=collection)


class TestPlay:
    def test_a_wash_pair_pays_the_fee_and_gas_of_each_sale(self) -> None:
        buying = rule("purchase", xp_per_purchase=100, minimum_price_eth=0)
        found = played(buying, wash())
        # 70 sales of 100 XP, each 2.5 % of 0.05 ETH and gas, and a token once.
        assert found.earned_xp == 7_000
        assert found.fees_wei == MINT + 70 * (ETH // 20 * 250 // 10_000 + SALE)
        assert found.wei_per_1000_xp == -(-found.fees_wei // 7)
        assert (found.xp_a_day, found.capital_wei) == (1_000, ETH // 20)

    def test_a_price_below_the_minimum_earns_nothing(self) -> None:
        buying = rule("purchase", xp_per_purchase=100, minimum_price_eth=1)
        assert played(buying, wash()).earned_xp == 0

    def test_a_fee_that_comes_back_is_not_spent_and_a_royalty_is(self) -> None:
        buying = rule("purchase", xp_per_purchase=100)
        back = played(buying, wash(), rebate_bp=10_000, royalty_bp=100)
        assert back.fees_wei == MINT + 70 * (ETH // 20 // 100 + SALE)

    def test_a_cap_a_day_cuts_and_more_wallets_get_around_it(self) -> None:
        capped = rule("purchase", xp_per_purchase=100, cap_xp_per_day=200)
        found = played(capped, wash())
        # Each of the two buys five times a day and is paid for two.
        assert (found.earned_xp, found.is_cut) == (7 * 2 * 200, True)
        assert played(capped, wash(), wallets=6).earned_xp == 3 * found.earned_xp

    def test_bids_rest_for_nothing_and_relisting_below_the_minimum_rest_earns_nothing(self) -> None:
        fields: dict[str, Any] = {
            "xp_per_hour": 2,
            "bands": [{"price": 0.5, "weight": 0.25}, {"price": 1, "weight": 1}],
        }
        bidding = rule("bidding", minimum_rest_minutes=90, **fields)
        price = ETH // 20

        def rest(relist: int | None) -> Harvest:
            strategy = Rest(side="bid", price_wei=price, orders=1, relist_minutes=relist, collection="traded")
            return played(bidding, strategy, wallets=1)

        # 168 hours × 2 XP × 0.25, for nothing but the bid's balance.
        assert (rest(None).earned_xp, rest(None).fees_wei, rest(None).capital_wei) == (84, 0, price)
        assert rest(60).earned_xp == 0
        # 84 bids of two hours, of which 83 are taken back.
        assert (rest(120).earned_xp, rest(120).fees_wei) == (84, 83 * CANCEL)

    def test_a_bid_below_every_band_earns_nothing(self) -> None:
        bidding = rule("bidding", xp_per_hour=2, bands=[{"price": 0.5, "weight": 1}])
        strategy = Rest(
            side="bid", price_wei=ETH // 20 - 1, orders=1, relist_minutes=None, collection="traded"
        )
        assert played(bidding, strategy, wallets=1).earned_xp == 0

    def test_a_boost_that_was_waited_for_multiplies_and_is_not_farmed_itself(self) -> None:
        boost = rule("hold_boost", curve=[{"days": 90, "multiplier": 2}], collections="all")
        holding = rule("holding", boosts=(boost,), xp_per_token_day=10, collections=["apes"])
        found = played(holding, Keep(tokens=3, days_before=0, collection="apes"), wallets=1)
        # Three tokens at the floor of 0.1 ETH, for seven days, doubled. The boost's own token is not counted.
        assert (found.earned_xp, found.boost_bp) == (3 * 7 * 10 * 2, 20_000)
        assert (found.fees_wei, found.capital_wei) == (3 * (ETH // 400 + SALE), 3 * ETH // 10)

    def test_a_pot_is_shared_with_the_crowd(self) -> None:
        pot = rule("purchase", xp_per_eth=100, pot_xp_per_day=1050, pays="seller")
        found = played(pot, wash(price_wei=ETH // 10, a_day=3))
        # 21 sales of the farm beside 21 of the crowd, all at 0.1 ETH: half of 7,350.
        assert found.earned_xp == 3_675


class TestWashFilter:
    """What the season's threshold flags earns nothing, as it would in a real round."""

    def test_a_pair_earns_nothing_and_what_it_does_not_see_earns_all(self) -> None:
        buying = replace(rule("purchase", xp_per_purchase=100), wash_threshold=3)
        assert played(buying, wash()).earned_xp == 0
        assert played(replace(buying, wash_threshold=99), wash()).earned_xp == 7_000
        assert played(buying, replace(wash(), fresh=True)).earned_xp == 7_000
        assert played(buying, replace(wash(), ring=4), wallets=4).earned_xp == 0
        assert played(buying, replace(wash(), ring=6), wallets=6).earned_xp == 7_000
        # Thirteen wallets are two rings.
        assert played(buying, replace(wash(), ring=6), wallets=13).earned_xp == 14_000

    def test_a_token_that_is_bought_from_somebody_is_a_purchase_like_any_other(self) -> None:
        buying = replace(rule("purchase", xp_per_purchase=100), wash_threshold=3)
        assert played(buying, wash(collection="traded")).earned_xp == 100

    def test_the_search_goes_around_it(self) -> None:
        fields: dict[str, Any] = {"xp_per_purchase": 100, "collections": ["apes"]}
        buying = replace(rule("purchase", minimum_price_eth=0.05, **fields), wash_threshold=3)
        short = Market(days=2, crowd=2)
        (verdict,) = farming.check(tried=[buying], costs=Costs(), market=short, wallets=6)
        assert verdict.cheapest is not None
        assert isinstance(verdict.cheapest.strategy, Wash)
        assert verdict.cheapest.strategy.ring == 6
        assert str(verdict.cheapest.strategy).startswith("6 wallets sell each other one token in a ring, ")


class TestCheck:
    def test_finds_that_the_least_price_is_the_cheapest_and_warns(self) -> None:
        buying = rule("purchase", xp_per_purchase=100, minimum_price_eth=1)
        verdict = judged(buying, alarm_wei=ETH)

        assert verdict.cheapest is not None
        assert verdict.reach is not None
        assert isinstance(verdict.cheapest.strategy, Wash)
        # At 1 ETH a sale costs 0.025 ETH and gas, so ten of them 0.252 ETH; a token's gas is spread over all.
        assert verdict.cheapest.strategy.price_wei == ETH
        assert 252 * ETH // 1000 < verdict.cheapest.wei_per_1000_xp < 253 * ETH // 1000
        assert verdict.is_too_cheap
        assert verdict.reach.earned_xp == 5 * verdict.cheapest.earned_xp
        days = 1_000_000 // verdict.reach.xp_a_day
        assert verdict.bounds == [
            f"the season's budget of 1,000,000 XP, which this farm would use up in {days} days"
        ]
        assert not replace(verdict, alarm_wei=ETH // 10).is_too_cheap

    def test_is_repeatable_and_keeps_nothing(self) -> None:
        given_program()
        before = rows_of_every_table()
        listing = rule("listing", xp_per_hour=1, bands=[{"price": 1.5, "weight": 1}], best=2)
        short = Market(days=1, crowd=2)
        first, again = (
            farming.check(tried=[listing], costs=Costs(), market=short, seed=7)[0] for _ in range(2)
        )

        assert first == again
        assert rows_of_every_table() == before
        assert "only the best 2 orders of a collection and side earn" in first.bounds

    def test_names_the_caps_that_bind(self) -> None:
        capped = rule("holding", xp_per_token_day=10, cap_xp_per_collector=50)
        verdict = judged(capped)
        assert verdict.bounds[0] == "a collector's cap of 50 XP a round"
        assert verdict.reach is not None
        assert verdict.reach.earned_xp == 10 * 50

    def test_has_nothing_to_try_for_gifts_and_boosts(self) -> None:
        gift = rule("cohort", xp=5, cohort="testers")
        boost = rule("hold_boost", curve=[{"days": 90, "multiplier": 2}], collections="all")
        found = farming.check(tried=[gift, boost], costs=Costs(), market=WEEK)
        assert [(one.cheapest, one.strategies) for one in found] == [(None, 0), (None, 0)]
        assert "a list that staff made" in found[0].why
