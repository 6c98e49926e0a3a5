"""XP for buying, with the numbers worked out by hand."""

import pytest

from marketplace.facts import operations as facts
from tests.facts.given import linked
from tests.rules.given import PLANNED_AT, awards, given_market, given_rule, lines, planned
from tests.tables import day, table

pytestmark = pytest.mark.django_db


class TestPurchase:
    def test_pays_by_the_purchase_and_by_the_price(self) -> None:
        given_market("""
            kind | token | from | to  | at         | price
            sale | a     | cat  | ann | 2026-03-01 | 0.5 ETH
            sale | b     | cat  | bob | 2026-03-02 | 2 WETH
        """)
        given_rule("buyers", "purchase", xp_per_purchase=10, xp_per_eth=100)
        planned()
        # ann: 10 + 100 × 0.5 = 60; bob: 10 + 100 × 2 = 210.
        assert lines() == table("""
            rule   | version | collector | token | price   | base | boost | xp  | reason
            buyers | 1       | ann       | a     | 0.5 ETH | 60   | ×1    | 60  | earned
            buyers | 1       | bob       | b     | 2 ETH   | 210  | ×1    | 210 | earned
        """)
        assert awards() == table("""
            collector | xp
            ann       | 60
            bob       | 210
        """)

    def test_rounds_down_once_a_line(self) -> None:
        given_market("""
            kind | token | from | to  | at         | price
            sale | a     | cat  | ann | 2026-03-01 | 0.0199 ETH
            sale | b     | cat  | ann | 2026-03-02 | 0.0199 ETH
            sale | c     | cat  | ann | 2026-03-03 | 0.0099 ETH
        """)
        given_rule("buyers", "purchase", xp_per_eth=100)
        planned()
        # 1.99 → 1 and 1.99 → 1, not 3.98 → 3; 0.99 → 0.
        assert lines() == table("""
            token | base | xp | reason
            a     | 1.99 | 1  | earned
            b     | 1.99 | 1  | earned
            c     | 0.99 | 0  | rounds_to_zero
        """)
        assert awards() == table("""
            collector | xp
            ann       | 2
        """)

    def test_counts_the_window_from_its_start_to_before_its_end(self) -> None:
        given_market("""
            kind | token | from | to  | at                         | price
            sale | a     | cat  | ann | 2026-02-28 23:59:59.999999 | 1 ETH
            sale | b     | cat  | ann | 2026-03-01                 | 1 ETH
            sale | c     | cat  | ann | 2026-03-30 23:59:59.999999 | 1 ETH
            sale | d     | cat  | ann | 2026-03-31                 | 1 ETH
        """)
        given_rule("buyers", "purchase", xp_per_purchase=10)
        planned()
        assert lines() == table("""
            token
            b
            c
        """)

    def test_says_why_a_purchase_earns_nothing(self) -> None:
        given_market("""
            kind | token | from | to  | at         | price        | collection
            sale | a     | cat  | ann | 2026-03-01 | 0.0499 ETH   | apes
            sale | b     | cat  | ann | 2026-03-01 | 0.05 ETH     | apes
            sale | c     | cat  | ann | 2026-03-01 | 5 USDC       | apes
            sale | d     | cat  | ann | 2026-03-01 | 5 ETH        | cats
            sale | e     | ann  | amy | 2026-03-02 | 5 ETH        | cats
        """)
        linked("ann", "amy")
        facts.refresh(as_of=PLANNED_AT)
        given_rule("buyers", "purchase", xp_per_eth=100, minimum_price_eth=0.05, collections=["apes"])
        planned()
        # Of several reasons the first counts: e is of another collection, too.
        assert lines() == table("""
            token | collector | base | xp | reason
            a     | ann       | 0    | 0  | below_minimum
            b     | ann       | 5    | 5  | earned
            c     | ann       | 0    | 0  | no_rate
            d     | ann       | 0    | 0  | other_collection
            e     | ann       | 0    | 0  | own_wallets
        """)

    def test_needs_no_rate_where_the_price_does_not_count(self) -> None:
        given_market("""
            kind | token | from | to  | at         | price
            sale | a     | cat  | ann | 2026-03-01 | 5 USDC
        """)
        given_rule("buyers", "purchase", xp_per_purchase=10)
        planned()
        assert lines() == table("""
            price | xp | reason
                  | 10 | earned
        """)

    def test_pays_no_custody_address(self) -> None:
        given_market("""
            kind    | token | from | to    | at         | price | address
            custody |       |      |       | 2026-04-01 |       | vault
            sale    | a     | cat  | vault | 2026-03-01 | 5 ETH |
            sale    | b     | cat  | ann   | 2026-03-01 | 5 ETH |
        """)
        given_rule("buyers", "purchase", xp_per_purchase=10)
        planned()
        assert lines() == table("""
            token | collector
            b     | ann
        """)

    def test_pays_a_purchase_of_many_units_once(self) -> None:
        given_market("""
            kind | token | from | to  | at         | price | quantity
            sale | a     | cat  | ann | 2026-03-01 | 3 ETH | 3
        """)
        given_rule("buyers", "purchase", xp_per_purchase=10, xp_per_eth=1)
        planned()
        assert lines() == table("""
            base | xp
            13   | 13
        """)

    def test_each_version_counts_in_its_own_part_of_the_window(self) -> None:
        given_market("""
            kind | token | from | to  | at                         | price
            sale | a     | cat  | ann | 2026-03-09 23:59:59.999999 | 0.1 ETH
            sale | b     | cat  | ann | 2026-03-10                 | 0.1 ETH
        """)
        given_rule("buyers", "purchase", xp_per_purchase=10)
        given_rule("buyers", "purchase", xp_per_purchase=25, as_of=day("2026-03-10"))
        planned()
        assert lines() == table("""
            token | version | xp
            a     | 1       | 10
            b     | 2       | 25
        """)

    def test_counts_from_the_start_of_the_rule(self) -> None:
        given_market("""
            kind | token | from | to  | at         | price
            sale | a     | cat  | ann | 2026-03-09 | 0.1 ETH
            sale | b     | cat  | ann | 2026-03-10 | 0.1 ETH
        """)
        given_rule("buyers", "purchase", since="2026-03-10", xp_per_purchase=10)
        planned()
        assert lines() == table("""
            token
            b
        """)
