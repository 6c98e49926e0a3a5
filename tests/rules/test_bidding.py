"""XP for bids that rest, with the numbers worked out by hand."""

import pytest

from marketplace.facts import operations as facts
from tests.facts.given import linked
from tests.rules.given import PLANNED_AT, given_market
from tests.rules.resting import given_bidding, given_orders, order_lines, planned_day
from tests.tables import table

pytestmark = pytest.mark.django_db


class TestBands:
    ORDERS = """
        kind | token | maker | at         | price                    | order  | expires
        bid  | a     | ann   | 2026-02-01 | 0.749999999999999999 ETH | below  | 2026-03-01 01:00
        bid  | b     | ann   | 2026-02-01 | 0.75 ETH                 | 0.75   | 2026-03-01 01:00
        bid  | c     | ann   | 2026-02-01 | 0.899999999999999999 ETH | under  | 2026-03-01 01:00
        bid  | d     | ann   | 2026-02-01 | 0.9 ETH                  | 0.9    | 2026-03-01 01:00
        bid  | e     | ann   | 2026-02-01 | 1.2 ETH                  | above  | 2026-03-01 01:00
    """

    def test_steps_have_the_weight_of_the_last_band_that_is_reached(self) -> None:
        given_orders(self.ORDERS)
        given_bidding(bands=[{"price": 0.75, "weight": 0.25}, {"price": 0.9, "weight": 1}])
        planned_day()
        # One wei short of a band is in the one before; above the floor the last one goes on.
        assert order_lines() == table("""
            order | seconds | base | xp | reason
            below | 0       | 0    | 0  | price_too_far
            0.75  | 3600    | 15   | 15 | earned
            under | 3600    | 15   | 15 | earned
            0.9   | 3600    | 60   | 60 | earned
            above | 3600    | 60   | 60 | earned
        """)

    def test_linear_runs_straight_between_the_bands(self) -> None:
        given_orders(self.ORDERS)
        given_bidding(shape="linear", bands=[{"price": 0.75, "weight": 0.5}, {"price": 0.95, "weight": 1}])
        planned_day()
        # 0.75: 0.5. One wei under 0.9 counts as 0.8999: 0.5 + 0.5 × 1499 / 2000 = 0.87475 → 0.8747.
        # 0.9: 0.5 + 0.5 × 1500 / 2000 = 0.875. Above the last band its weight goes on.
        assert order_lines() == table("""
            order | base   | xp | reason
            below | 0      | 0  | price_too_far
            0.75  | 30     | 30 | earned
            under | 52.482 | 52 | earned
            0.9   | 52.5   | 52 | earned
            above | 60     | 60 | earned
        """)


class TestReference:
    ORDERS = """
        kind | token | maker | at               | price   | order | expires
        bid  | a     | ann   | 2026-02-01       | 0.8 ETH | ours  | 2026-03-01 03:00
        bid  | b     | bob   | 2026-03-01 01:00 | 1.6 ETH | high  | 2026-03-01 02:00
    """
    BANDS = [{"price": 0.5, "weight": 0.5}, {"price": 1, "weight": 1}]

    def test_is_the_floor_if_nothing_else_is_said(self) -> None:
        given_orders(self.ORDERS)
        given_bidding(bands=self.BANDS)
        planned_day()
        # 0.8 of the floor, all the time: half.
        assert order_lines() == table("""
            order | base
            ours  | 90
            high  | 60
        """)

    def test_can_be_the_top_bid(self) -> None:
        given_orders(self.ORDERS)
        given_bidding(bands=self.BANDS, reference="top_bid")
        planned_day()
        # At 0:00 and 2:00 ours is the top bid; from 1:00 to 2:00 it is half of it.
        assert order_lines() == table("""
            order | base
            ours  | 150
            high  | 60
        """)

    def test_a_top_bid_needs_no_floor(self) -> None:
        given_market("""
            kind | token | maker | at         | price | order | expires          | collection
            bid  | a     | ann   | 2026-02-01 | 1 ETH | ours  | 2026-03-01 01:00 | bees
        """)
        given_bidding(reference="top_bid")
        planned_day()
        assert order_lines() == table("""
            order | base | reason
            ours  | 60   | earned
        """)

    def test_without_a_floor_a_bid_says_so(self) -> None:
        given_market("""
            kind | token | maker | at         | price | order | expires          | collection
            bid  | a     | ann   | 2026-02-01 | 1 ETH | ours  | 2026-03-01 01:00 | bees
        """)
        given_bidding()
        planned_day()
        assert order_lines() == table("""
            order | base | reason
            ours  | 0    | no_book
        """)


class TestScope:
    def test_bids_on_a_collection_and_on_a_trait_earn_too(self) -> None:
        given_orders("""
            kind | token | trait   | maker | at         | price | order      | expires
            bid  | a     |         | ann   | 2026-02-01 | 1 ETH | token      | 2026-03-01 01:00
            bid  |       |         | ann   | 2026-02-01 | 1 ETH | collection | 2026-03-01 01:00
            bid  |       | Fur=Red | ann   | 2026-02-01 | 1 ETH | red        | 2026-03-01 01:00
            bid  |       | Fur=Dun | ann   | 2026-02-01 | 1 ETH | dun        | 2026-03-01 01:00
        """)
        given_bidding()
        planned_day()
        assert order_lines() == table("""
            order      | xp
            token      | 60
            collection | 60
            red        | 60
            dun        | 60
        """)

    def test_those_of_one_collector_on_one_thing_count_once(self) -> None:
        given_orders("""
            kind | token | trait   | maker | at               | price | order | expires
            bid  |       |         | ann   | 2026-02-01       | 1 ETH | one   | 2026-03-01 01:00
            bid  |       |         | amy   | 2026-02-01 00:01 | 2 ETH | two   | 2026-03-01 01:30
            bid  |       | Fur=Red | ann   | 2026-02-01       | 1 ETH | red   | 2026-03-01 01:00
            bid  |       | Fur=Red | amy   | 2026-02-01 00:01 | 1 ETH | redd  | 2026-03-01 01:00
        """)
        linked("ann", "amy")
        facts.refresh(as_of=PLANNED_AT)
        given_bidding()
        planned_day()
        assert order_lines() == table("""
            order | seconds | reason
            one   | 3600    | earned
            two   | 1800    | earned
            red   | 3600    | earned
            redd  | 0       | stacked
        """)

    def test_only_in_the_chosen_collections(self) -> None:
        given_orders("""
            kind | token | maker | at         | price | order | expires          | collection
            bid  | a     | ann   | 2026-02-01 | 1 ETH | ape   | 2026-03-01 01:00 | apes
            bid  | b     | ann   | 2026-02-01 | 1 ETH | bee   | 2026-03-01 01:00 | bees
        """)
        given_bidding(collections=["apes"])
        planned_day()
        assert order_lines() == table("""
            order | xp | reason
            ape   | 60 | earned
            bee   | 0  | other_collection
        """)

    def test_a_listing_rule_looks_at_no_bid_and_the_other_way_round(self) -> None:
        given_orders("""
            kind    | token | maker | at         | price | order   | expires
            listing | a     | ann   | 2026-02-01 | 1 ETH | listing | 2026-03-01 01:00
            bid     | b     | ann   | 2026-02-01 | 1 ETH | bid     | 2026-03-01 01:00
        """)
        given_bidding()
        planned_day()
        assert order_lines() == table("""
            order
            bid
        """)


class TestBest:
    def test_the_highest_come_first_and_of_equal_ones_the_older(self) -> None:
        given_orders("""
            kind | token | maker | at         | price   | order | expires
            bid  | a     | ann   | 2026-02-02 | 0.9 ETH | young | 2026-03-01 01:00
            bid  |       | bob   | 2026-02-01 | 0.9 ETH | old   | 2026-03-01 01:00
            bid  | c     | cat   | 2026-02-03 | 1 ETH   | high  | 2026-03-01 01:00
        """)
        given_bidding(bands=[{"price": 0.5, "weight": 1}], best=3, rank={"base": 10, "over_root": 90})
        planned_day()
        # high: 60 × 100; old: 60 × (10 + 90/√2 = 73.6396, down to four decimals); young: 60 × (10 + 90/√3).
        assert order_lines() == table("""
            order | base
            high  | 6000
            old   | 4418.376
            young | 3717.69
        """)

    def test_those_outside_the_bands_take_no_place(self) -> None:
        given_orders("""
            kind | token | maker | at         | price   | order | expires
            bid  | a     | ann   | 2026-02-01 | 0.4 ETH | low   | 2026-03-01 01:00
            bid  | b     | bob   | 2026-02-02 | 0.9 ETH | ours  | 2026-03-01 01:00
            bid  | c     | cat   | 2026-02-03 | 0.9 ETH | late  | 2026-03-01 01:00
        """)
        given_bidding(bands=[{"price": 0.5, "weight": 1}], best=1)
        planned_day()
        # The top bid of the book, 0.8 ETH, comes after them.
        assert order_lines() == table("""
            order | xp | reason
            low   | 0  | price_too_far
            ours  | 60 | earned
            late  | 0  | not_among_best
        """)
