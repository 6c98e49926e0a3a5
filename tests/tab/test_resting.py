"""What an order earns an hour, as the engine would weigh it, and why one earns nothing."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from config import db
from rewards.rules.kinds import resting as kinds
from rewards.tab import resting
from rewards.tab.resting import Reach
from tests.tab import made
from tests.tab.given import BIDDING, ETH, LISTING
from tests.tables import day

AT = day("2019-04-10")


def bands(*points: tuple[int, int]) -> list[dict[str, int]]:
    return [{"price_bp": price, "weight_bp": weight} for price, weight in points]


class TestStanding:
    def test_is_the_rate_times_the_weight_of_the_price(self) -> None:
        found = resting.standing(made.rule("listing", LISTING), order=made.order(), at=AT)
        assert (found.reason, found.ratio_bp, found.weight_bp) == ("", 12_000, 10_000)
        assert found.micro_xp_per_hour == 1_000_000
        far = made.order(price_wei=2 * ETH)
        assert resting.standing(made.rule("listing", LISTING), order=far, at=AT).micro_xp_per_hour == 500_000

    def test_weighs_places(self) -> None:
        rule = made.rule("listing", LISTING | {"best": 2, "rank_weights_bp": [20_000, 14_142]})
        assert resting.standing(rule, order=made.order(), at=AT).micro_xp_per_hour == 1_414_200

    @pytest.mark.parametrize(
        ("order", "params", "reason"),
        [
            (
                {"collection": "mooncats"},
                {"collections": {"of": "named", "slugs": ["apes"]}},
                "other_collection",
            ),
            ({}, {"collections": {"of": "verified"}}, "other_collection"),
            ({"verified": True}, {"collections": {"of": "verified"}}, ""),
            ({}, {"collections": {"of": "top_volume", "count": 3, "minimum_buyers": 5}}, ""),
            ({"is_stacked": True}, {}, "stacked"),
            ({"price_wei": None}, {}, "no_rate"),
            ({"floor_wei": None}, {}, "no_book"),
            ({"floor_wei": 0}, {}, "no_book"),
            ({"price_wei": 9 * ETH // 4}, {}, ""),
            ({"price_wei": 9 * ETH // 4 + 1}, {}, "price_too_far"),
            ({"place": 2}, {"best": 2}, ""),
            ({"place": 3}, {"best": 2}, "not_among_best"),
            ({"place": None}, {"best": 2}, "not_ranked_yet"),
            ({"placed_at": AT - timedelta(minutes=30)}, {}, ""),
            ({"placed_at": AT - timedelta(minutes=30, microseconds=-1)}, {}, "rested_too_short"),
        ],
    )
    def test_says_what_is_missing(self, order: dict[str, Any], params: dict[str, Any], reason: str) -> None:
        found = resting.standing(made.rule("listing", LISTING | params), order=made.order(**order), at=AT)
        assert found.reason == reason
        assert (found.micro_xp_per_hour > 0) == (reason == "")

    def test_is_nothing_while_the_rule_is_paused(self) -> None:
        rule = made.rule("listing", LISTING, pauses=[made.pause("2019-04-01", "2019-04-20")])
        assert resting.standing(rule, order=made.order(), at=AT).reason == "paused"
        assert resting.standing(rule, order=made.order(), at=day("2019-04-20")).reason == ""

    def test_compares_a_bid_with_what_its_rule_says(self) -> None:
        bid = made.order(side="bid", price_wei=4 * ETH // 10)
        floor = resting.standing(made.rule("bidding", BIDDING), order=bid, at=AT)
        top = resting.standing(made.rule("bidding", BIDDING | {"reference": "top_bid"}), order=bid, at=AT)
        assert (floor.ratio_bp, floor.reason) == (5_333, "price_too_far")
        assert (top.ratio_bp, top.reason) == (8_000, "")


class TestResting:
    def test_sums_the_rules_that_pay_and_leaves_out_the_others(self) -> None:
        rules = [
            made.rule("listing", LISTING | {"collections": {"of": "named", "slugs": ["apes"]}}),
            made.rule("listing", LISTING),
            made.rule("listing", LISTING | {"micro_xp_per_hour": 250_000}),
            made.rule("bidding", BIDDING),
        ]
        found = resting.resting(made.order(), rules=rules, at=AT)
        assert found.micro_xp_per_hour == 1_250_000
        assert [standing.rule for standing in found.standings] == rules[1:3]

    def test_says_of_the_first_rule_why_none_pays(self) -> None:
        rules = [made.rule("bidding", BIDDING), made.rule("listing", LISTING), made.rule("listing", LISTING)]
        found = resting.resting(made.order(is_stacked=True), rules=rules, at=AT)
        assert [standing.reason for standing in found.standings] == ["stacked"]

    def test_has_no_standing_where_no_rule_is_for_its_side(self) -> None:
        assert resting.resting(made.order(), rules=[made.rule("bidding", BIDDING)], at=AT).standings == []


class TestReach:
    @pytest.mark.parametrize(
        ("side", "shape", "points", "reach"),
        [
            ("listing", "steps", [(15_000, 10_000), (30_000, 5_000)], (None, 30_000)),
            ("listing", "steps", [(9_000, 0), (15_000, 10_000), (30_000, 0)], (9_000, 15_000)),
            ("listing", "linear", [(10_000, 10_000), (20_000, 0)], (None, 20_000)),
            ("listing", "linear", [(10_000, 0), (20_000, 10_000)], (10_000, 20_000)),
            ("bid", "steps", [(7_500, 10_000)], (7_500, None)),
            ("bid", "steps", [(7_500, 10_000), (11_000, 0)], (7_500, 11_000)),
            ("bid", "linear", [(5_000, 0), (10_000, 10_000)], (5_000, None)),
            ("bid", "linear", [(5_000, 10_000), (10_000, 0)], (5_000, 10_000)),
            ("bid", "steps", [(5_000, 0)], (None, None)),
        ],
    )
    def test_goes_from_the_first_price_that_earns_to_the_last(
        self, side: str, shape: str, points: list[tuple[int, int]], reach: tuple[int | None, int | None]
    ) -> None:
        params = LISTING | {"shape": shape, "bands": bands(*points)}
        assert resting.reach(params, side=side) == Reach(from_bp=reach[0], to_bp=reach[1])


@st.composite
def bands_drawn(draw: st.DrawFn) -> list[dict[str, int]]:
    prices = draw(st.lists(st.integers(1, 40_000), min_size=1, max_size=5, unique=True))
    return bands(*((price, draw(st.integers(0, 20_000))) for price in sorted(prices)))


@pytest.mark.django_db
class TestWeight:
    """The tab's weight of a price is the engine's, which is SQL."""

    @settings(max_examples=60, deadline=None)
    @given(
        bands=bands_drawn(),
        side=st.sampled_from(["listing", "bid"]),
        shape=st.sampled_from(["steps", "linear"]),
        prices=st.lists(st.integers(1, 45_000), min_size=1, max_size=8),
        floor_wei=st.sampled_from([10_000, 7, 3 * ETH]),
    )
    def test_is_that_of_the_engine(
        self, bands: list[dict[str, int]], side: str, shape: str, prices: list[int], floor_wei: int
    ) -> None:
        params = LISTING | {"bands": bands, "shape": shape}
        asked = [*prices, *(band["price_bp"] for band in bands)]
        told = {
            place: weight
            for place, price in enumerate(asked)
            if (
                weight := self.of(
                    params, side=side, price_wei=price * floor_wei // 10_000, floor_wei=floor_wei
                )
            )
        }
        assert told == self.by_engine(params, side=side, prices=asked, floor_wei=floor_wei)

    def of(self, params: dict[str, Any], *, side: str, price_wei: int, floor_wei: int) -> int:
        ratio = resting.ratio_bp(side, price_wei=price_wei, reference_wei=floor_wei)
        assert ratio is not None
        return resting.weight_bp(params, side=side, ratio=ratio)

    def by_engine(
        self, params: dict[str, Any], *, side: str, prices: list[int], floor_wei: int
    ) -> dict[int, int]:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS order_price, book")
            cursor.execute(
                """
                CREATE TEMPORARY TABLE order_price ON COMMIT DROP AS
                SELECT
                    place AS order_id, 1 AS scope, 1 AS collection_id, %(side)s AS side,
                    DIV(price * %(floor_wei)s, 10000) AS price_wei,
                    TIMESTAMPTZ '2019-01-01' AS starts_at, TIMESTAMPTZ '2019-01-02' AS ends_at
                FROM UNNEST(%(prices)s::NUMERIC[]) WITH ORDINALITY AS told (price, place)
                """,
                {"side": side, "floor_wei": floor_wei, "prices": prices},
            )
            cursor.execute(
                """
                CREATE TEMPORARY TABLE book ON COMMIT DROP AS
                SELECT
                    1 AS collection_id, TIMESTAMPTZ '2019-01-01' AS starts_at,
                    TIMESTAMPTZ '2019-01-02' AS ends_at,
                    %(floor_wei)s::NUMERIC AS floor_wei, NULL::NUMERIC AS top_bid_wei
                """,
                {"floor_wei": floor_wei},
            )
        weighed: db.Statement = kinds.SQL["resting_weighed"]
        values = kinds.values(params, side=side) | {"any_collection": True, "collections": []}
        return {row["order_id"] - 1: row["weight_bp"] for row in weighed.rows(values)}
