"""Which sales a purchase rule looks at, and whom it pays."""

import pytest

from rewards.flags import operations as flags
from tests.facts.given import linked
from tests.rules.given import BEFORE, given_market, given_rule, lines, planned
from tests.tables import day, table

pytestmark = pytest.mark.django_db

SALES = """
    kind | token | from | to  | at         | price
    sale | a     | cat  | ann | 2026-02-01 | 1 ETH
    sale | a     | ann  | bob | 2026-03-01 | 2 ETH
    sale | b     | cat  | ann | 2026-03-02 | 4 ETH
    sale | b     | ann  | cat | 2026-03-03 | 8 ETH
"""


class TestSales:
    def test_first_pays_the_first_sale_of_a_token_only(self) -> None:
        given_market(SALES)
        given_rule("buyers", "purchase", xp_per_eth=1, sales="first")
        planned()
        # The first sale of a was in February.
        assert lines() == table("""
            collector | token | base | reason
            bob       | a     | 0    | not_first_sale
            ann       | b     | 4    | earned
            cat       | b     | 0    | not_first_sale
        """)

    def test_resale_pays_the_others(self) -> None:
        given_market(SALES)
        given_rule("buyers", "purchase", xp_per_eth=1, sales="resale")
        planned()
        assert lines() == table("""
            collector | token | base | reason
            bob       | a     | 2    | earned
            ann       | b     | 0    | not_resale
            cat       | b     | 8    | earned
        """)

    def test_of_two_in_one_instant_one_is_the_first(self) -> None:
        given_market("""
            kind | token | from | to  | at         | price | standard
            sale | u     | cat  | ann | 2026-03-01 | 1 ETH | erc1155
            sale | u     | cat  | bob | 2026-03-01 | 1 ETH | erc1155
        """)
        given_rule("buyers", "purchase", xp_per_eth=1, sales="first")
        planned()
        assert sorted(line["reason"] for line in lines()) == ["earned", "not_first_sale"]


class TestPays:
    def test_the_seller_where_the_rule_says_so(self) -> None:
        given_market(SALES)
        given_rule("sellers", "purchase", xp_per_eth=1, pays="seller")
        planned()
        assert lines() == table("""
            collector | token | price | base | reason
            ann       | a     | 2 ETH | 2    | earned
            cat       | b     | 4 ETH | 4    | earned
            ann       | b     | 8 ETH | 8    | earned
        """)

    def test_nobody_for_a_sale_between_own_wallets(self) -> None:
        given_market("""
            kind | token | from | to  | at         | price
            sale | a     | ann  | amy | 2026-03-01 | 1 ETH
        """)
        linked("ann", "amy")
        given_rule("sellers", "purchase", xp_per_eth=1, pays="seller")
        planned()
        assert lines() == table("""
            collector | xp | reason
            ann       | 0  | own_wallets
        """)

    def test_no_custody_address(self) -> None:
        given_market("""
            kind    | token | from  | to  | at         | price | address
            sale    | a     | vault | ann | 2026-03-01 | 1 ETH |
            custody |       |       |     | 2026-03-02 |       | vault
        """)
        given_rule("sellers", "purchase", xp_per_eth=1, pays="seller")
        planned()
        assert len(lines()) == 0


class TestPause:
    def test_earns_nothing_from_its_first_instant_to_before_its_end(self) -> None:
        given_market("""
            kind | token | from | to  | at                         | price
            sale | a     | cat  | ann | 2026-03-04 23:59:59.999999 | 1 ETH
            sale | b     | cat  | ann | 2026-03-05                 | 1 ETH
            sale | c     | cat  | ann | 2026-03-05 23:59:59.999999 | 1 ETH
            sale | d     | cat  | ann | 2026-03-06                 | 1 ETH
            sale | e     | cat  | ann | 2026-03-05                 | 0.1 ETH
        """)
        given_rule("buyers", "purchase", xp_per_purchase=10, minimum_price_eth=1)
        flags.pause(
            flag="rule.buyers",
            reason="Farmed.",
            by="ann",
            as_of=BEFORE,
            starts_at=day("2026-03-05"),
            ends_at=day("2026-03-06"),
        )
        planned()
        # What the rule would not have paid anyway says so.
        assert lines() == table("""
            token | xp | reason
            a     | 10 | earned
            b     | 0  | paused
            c     | 0  | paused
            d     | 10 | earned
            e     | 0  | below_minimum
        """)
