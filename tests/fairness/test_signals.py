"""What each signal sees, and what it leaves alone, with the numbers worked out by hand (P15)."""

import pytest

from marketplace.facts import operations as facts
from rewards.fairness import operations as fairness
from tests.facts.given import linked
from tests.fairness.given import signals
from tests.rules.given import PLANNED_AT, given_market
from tests.tables import Table, table

pytestmark = pytest.mark.django_db


def signals_of(market: str) -> Table:
    """The signals on the sales of a market."""
    given_market(market)
    fairness.refresh()
    return signals()


class TestBuyerIsSeller:
    def test_sees_one_collector_on_both_sides(self) -> None:
        given_market("""
            kind | token | from | to  | at         | price
            sale | a     | ann  | amy | 2026-03-01 | 1 ETH
            sale | b     | ann  | bob | 2026-03-01 | 1 ETH
        """)
        fairness.refresh()
        assert len(signals()) == 0
        # Linking the wallets afterwards makes the sale one between a collector's own wallets.
        linked("ann", "amy")
        facts.refresh(as_of=PLANNED_AT)
        fairness.refresh()
        assert signals() == table("""
            token | signal          | weight | evidence
            a     | buyer_is_seller | 5      |
        """)


class TestBackAndForth:
    def test_sees_both_sales_with_trades_between_them(self) -> None:
        found = signals_of("""
            kind | token | from | to  | at         | price
            sale | a     | ann  | bob | 2026-03-01 | 1 ETH
            sale | a     | bob  | cat | 2026-03-03 | 9 ETH
            sale | a     | bob  | ann | 2026-03-07 | 5 ETH
        """)
        # Six days are 518,400 seconds.
        assert found == table("""
            token | at         | signal         | weight | evidence
            a     | 2026-03-01 | back_and_forth | 3      | seconds 518400
            a     | 2026-03-07 | back_and_forth | 3      | seconds -518400
        """)

    def test_looks_thirty_days_far_to_the_microsecond(self) -> None:
        found = signals_of("""
            kind | token | from | to  | at                         | price
            sale | a     | ann  | bob | 2026-03-01                 | 1 ETH
            sale | a     | bob  | ann | 2026-03-31                 | 5 ETH
            sale | b     | ann  | bob | 2026-03-01                 | 1 ETH
            sale | b     | bob  | ann | 2026-03-31 00:00:00.000001 | 5 ETH
        """)
        assert {row["token"] for row in found} == {"a"}


class TestBoughtThreeTimes:
    def test_sees_whoever_buys_or_sells_a_token_three_times(self) -> None:
        found = signals_of("""
            kind | token | from | to  | at         | price
            sale | a     | ann  | bob | 2026-03-01 | 1 ETH
            sale | a     | cat  | bob | 2026-03-10 | 2 ETH
            sale | a     | dan  | bob | 2026-03-31 | 4 ETH
            sale | a     | eve  | bob | 2026-04-20 | 8 ETH
        """)
        # The fourth is near two of the others, yet no three with it lie within 30 days.
        assert found == table("""
            token | at         | signal             | weight | evidence
            a     | 2026-03-01 | bought_three_times | 2      | bought 3
            a     | 2026-03-10 | bought_three_times | 2      | bought 3
            a     | 2026-03-31 | bought_three_times | 2      | bought 4
        """)

    def test_leaves_units_of_an_edition_alone(self) -> None:
        found = signals_of("""
            kind | token | from | to  | at         | price | quantity
            mint | e     |      | ann | 2026-02-01 |       | 9
            sale | e     | ann  | bob | 2026-03-01 | 1 ETH | 1
            sale | e     | ann  | bob | 2026-03-02 | 1 ETH | 1
            sale | e     | ann  | bob | 2026-03-03 | 1 ETH | 1
        """)
        assert len(found) == 0


class TestClosedCycle:
    def test_sees_a_token_come_back_with_nobody_richer(self) -> None:
        found = signals_of("""
            kind | token | from | to  | at         | price
            sale | a     | ann  | bob | 2026-03-01 | 1 ETH
            sale | a     | bob  | cat | 2026-03-03 | 1.04 ETH
            sale | a     | cat  | ann | 2026-03-11 | 1 ETH
            sale | a     | ann  | dan | 2026-03-12 | 1 ETH
        """)
        # The steps are at most 0.04 ETH, and a twentieth of 1.04 ETH are 0.052.
        assert found == table("""
            token | at         | signal       | weight | evidence
            a     | 2026-03-01 | closed_cycle | 3      | sales 3, seconds 864000
            a     | 2026-03-03 | closed_cycle | 3      | sales 3, seconds 864000
            a     | 2026-03-11 | closed_cycle | 3      | sales 3, seconds 864000
        """)

    def test_leaves_a_real_profit_and_a_gap_alone(self) -> None:
        found = signals_of("""
            kind | token | from | to  | at         | price
            sale | a     | ann  | bob | 2026-03-01 | 1 ETH
            sale | a     | bob  | cat | 2026-03-03 | 1.2 ETH
            sale | a     | cat  | ann | 2026-03-11 | 1 ETH
            sale | b     | ann  | bob | 2026-03-01 | 1 ETH
            sale | b     | cat  | dan | 2026-03-02 | 1 ETH
            sale | b     | dan  | ann | 2026-03-03 | 1 ETH
            sale | c     | ann  | bob | 2026-03-01 | 1 ETH
            sale | c     | bob  | cat | 2026-03-02 | 5 USDC
            sale | c     | cat  | ann | 2026-03-03 | 1 ETH
        """)
        assert len(found) == 0

    def test_leaves_what_custody_does_alone(self) -> None:
        found = signals_of("""
            kind    | token | from  | to    | at         | price | address
            custody |       |       |       | 2026-04-01 |       | vault
            sale    | a     | ann   | vault | 2026-03-01 | 1 ETH |
            sale    | a     | vault | ann   | 2026-03-02 | 1 ETH |
        """)
        assert len(found) == 0


class TestRefresh:
    def test_writes_nothing_the_second_time_and_follows_what_comes_late(self) -> None:
        given_market("""
            kind | token | from | to  | at         | price
            sale | a     | ann  | bob | 2026-03-01 | 1 ETH
            sale | b     | ann  | bob | 2026-03-01 | 1 ETH
        """)
        assert fairness.refresh() == 0
        given_market("""
            kind | token | from | to  | at         | price
            sale | a     | bob  | ann | 2026-03-04 | 1 ETH
        """)
        # Two signals on each of two sales.
        assert fairness.refresh(most_tokens=1) == 4
        assert fairness.refresh() == 0
        facts.rebuild(as_of=PLANNED_AT)
        assert fairness.refresh() == 0
