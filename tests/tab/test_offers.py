"""What collectors read about orders that rest: each sentence written out."""

from datetime import timedelta
from typing import Any

import pytest

from rewards.tab import offers, resting
from rewards.tab.rows import Order, Price, RuleVersion
from tests.tab import made
from tests.tab.given import BIDDING, ETH, LISTING
from tests.tables import day

AT = day("2019-04-10")
USDC = Price(amount=1_200_000_000, currency="USDC", decimals=6)
BID: dict[str, Any] = {"side": "bid", "price_wei": 6 * ETH // 10}


def listing(**params: Any) -> RuleVersion:
    return made.rule("listing", LISTING | params)


def bidding(**params: Any) -> RuleVersion:
    return made.rule("bidding", BIDDING | params)


def standing(order: Order, *rules: RuleVersion) -> resting.Resting:
    return resting.resting(order, rules=rules, at=AT)


class TestOrder:
    @pytest.mark.parametrize(
        ("fields", "said"),
        [
            ({}, "SuperRare #812 listed for 0.9 ETH"),
            ({"units": 3}, "3 of SuperRare #812 listed for 0.9 ETH"),
            ({"side": "bid"}, "0.9 ETH bid for SuperRare #812"),
            ({"side": "bid", "token": None}, "0.9 ETH bid for any SuperRare"),
            (
                {"side": "bid", "token": None, "trait": "Eyes=Laser", "price": USDC, "units": 2},
                "1,200 USDC bid for 2 of any SuperRare with Eyes Laser",
            ),
        ],
    )
    def test_says_what_it_offers(self, fields: dict[str, Any], said: str) -> None:
        assert offers.order(made.order(**fields)) == said


class TestHourly:
    @pytest.mark.parametrize(
        ("fields", "rules", "said"),
        [
            ({}, [listing()], "1 XP an hour"),
            ({"price_wei": 2 * ETH}, [listing(), listing(micro_xp_per_hour=333_333)], "0.66 XP an hour"),
            ({"is_stacked": True}, [listing()], "0 XP an hour"),
            ({}, [listing(pot_xp=20_000)], "A share of the pot"),
        ],
    )
    def test_is_the_sum_of_the_rules(
        self, fields: dict[str, Any], rules: list[RuleVersion], said: str
    ) -> None:
        assert offers.hourly(standing(made.order(**fields), *rules)) == said


class TestStandings:
    @pytest.mark.parametrize(
        ("fields", "rule", "said"),
        [
            ({}, listing(), "1 XP an hour at 1.2 × floor"),
            ({"price_wei": 2 * ETH}, listing(), "1 XP an hour, × 0.5 at 2.67 × floor"),
            (
                {},
                listing(best=3, rank_weights_bp=[20_000, 14_142, 11_547], pot_xp_per_day=1_000),
                "1 XP an hour at 1.2 × floor, × 1.41 at place 2, towards your share of 1,000 XP a day",
            ),
            (BID, bidding(reference="top_bid"), "1 XP an hour at 1.2 × top bid"),
            ({"price_wei": 3 * ETH}, listing(), "A listing earns up to 3 × floor; yours is at 4 × floor."),
            # What is just outside does not read as if it were inside.
            (
                {"price_wei": 9 * ETH // 4 + 1},
                listing(),
                "A listing earns up to 3 × floor; yours is at 3.01 × floor.",
            ),
            (
                {"side": "bid", "price_wei": 3 * ETH // 4 * 3 // 4 - 1},
                bidding(),
                "A bid earns from 0.75 × floor on; yours is at 0.74 × floor.",
            ),
            (
                {},
                listing(collections={"of": "verified"}),
                "Listing counts verified collections.",
            ),
            (
                {"is_stacked": True},
                listing(),
                "Behind an older listing of yours on the same thing; they count once.",
            ),
            (
                {"price": USDC, "price_wei": None},
                listing(),
                "No price of USDC in ETH is known today. Prices in ETH and WETH always count.",
            ),
            ({"floor_wei": None}, listing(), "SuperRare had no floor at the last full hour."),
            (
                {"place": 201},
                listing(best=200),
                "Only the 200 lowest of a collection earn; yours is in place 201.",
            ),
            (
                {"place": None},
                listing(best=200),
                "Its place among the others is taken at the next full hour.",
            ),
            (
                {"placed_at": AT - timedelta(minutes=18)},
                listing(),
                "Earns once it has rested 30 min, from its beginning on; that is in 12 min.",
            ),
            (
                {"placed_at": AT - timedelta(minutes=29, seconds=59)},
                listing(),
                "Earns once it has rested 30 min, from its beginning on; that is in 1 min.",
            ),
            ({}, bidding(), "No rule pays for a listing now."),
        ],
    )
    def test_say_the_sum_or_what_is_missing(
        self, fields: dict[str, Any], rule: RuleVersion, said: str
    ) -> None:
        assert offers.standings(standing(made.order(**fields), rule), AT) == [said]

    def test_say_since_when_and_until_when_it_is_paused(self) -> None:
        rule = made.rule("listing", LISTING, pauses=[made.pause("2019-04-01", "2019-04-20")])
        assert offers.standings(standing(made.order(), rule), AT) == [
            "Paused since 1 April 2019, until 20 April 2019, 00:00 UTC."
        ]

    def test_say_each_rule_that_pays(self) -> None:
        both = standing(made.order(), listing(), listing(micro_xp_per_hour=500_000))
        assert offers.standings(both, AT) == [
            "1 XP an hour at 1.2 × floor",
            "0.5 XP an hour at 1.2 × floor",
        ]

    def test_every_reason_has_a_sentence_and_a_name(self) -> None:
        rested = {"placed_at": AT - timedelta(minutes=1)}
        for fields, rule, named in (
            ({"is_stacked": True}, listing(), "Behind an order of your own"),
            ({"place": 9}, listing(best=1), "Not among the best"),
            (rested, listing(), "Rests too short yet"),
            ({}, bidding(), "No rule"),
        ):
            assert offers.missing(standing(made.order(**fields), rule)) == named


class TestAgainst:
    @pytest.mark.parametrize(
        ("fields", "rules", "said"),
        [({}, [listing()], "1.2 × floor"), ({"floor_wei": None}, [listing()], ""), ({}, [bidding()], "")],
    )
    def test_is_the_price_beside_the_floor(
        self, fields: dict[str, Any], rules: list[RuleVersion], said: str
    ) -> None:
        assert offers.against(standing(made.order(**fields), *rules)) == said
