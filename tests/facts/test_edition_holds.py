"""Holds of editions: units first in, first out (P3)."""

import pytest

from marketplace.facts import operations as facts
from tests.facts.given import NOW, linked, told
from tests.tables import holds, table

pytestmark = pytest.mark.django_db


class TestWhatIsAnEdition:
    """A quantity above 1, the word erc1155, or mints in several settlements make an edition."""

    def test_a_quantity_above_one(self) -> None:
        told("""
            kind     | token | from | to  | at         | quantity
            mint     | ape   |      | ann | 2026-01-01 | 2
            transfer | ape   | ann  | bob | 2026-01-10 | 1
        """)
        assert holds() == table("""
            collector | quantity | started_at | ended_at
            ann       | 1        | 2026-01-01 | 2026-01-10
            ann       | 1        | 2026-01-01 |
            bob       | 1        | 2026-01-10 |
        """)

    def test_the_word_erc1155_on_any_event(self) -> None:
        told("""
            kind     | token | from | to  | at         | standard
            transfer | ape   | cat  | ann | 2026-01-01 | erc1155
            transfer | ape   | dan  | bob | 2026-01-10 |
        """)
        assert holds() == table("""
            collector | started_at | ended_at
            ann       | 2026-01-01 |
            bob       | 2026-01-10 |
        """)

    def test_mints_in_two_settlements(self) -> None:
        told("""
            kind | token | from | to  | at         | tx
            mint | ape   |      | ann | 2026-01-01 | t1
            mint | ape   |      | bob | 2026-01-02 | t2
        """)
        assert holds() == table("""
            collector | started_at | ended_at
            ann       | 2026-01-01 |
            bob       | 2026-01-02 |
        """)

    def test_a_token_becomes_one_when_a_late_event_says_so(self) -> None:
        told("""
            kind     | token | from | to  | at
            transfer | ape   | cat  | ann | 2026-01-01
            transfer | ape   | dan  | bob | 2026-01-10
        """)
        assert holds() == table("""
            collector | started_at | ended_at
            ann       | 2026-01-01 | 2026-01-10
            bob       | 2026-01-10 |
        """)
        told("""
            kind    | token | maker | at         | quantity | price | order
            listing | ape   | ann   | 2026-02-01 | 2        | 1 ETH | o1
        """)
        assert holds() == table("""
            collector | started_at | ended_at
            ann       | 2026-01-01 |
            bob       | 2026-01-10 |
        """)


class TestFirstInFirstOut:
    """Incoming units queue up; outgoing units take the earliest ones."""

    def test_units_leave_in_the_order_they_came(self) -> None:
        told("""
            kind     | token | from | to  | at         | quantity
            mint     | ape   |      | ann | 2026-01-01 | 2
            mint     | ape   |      | ann | 2026-01-05 | 3
            transfer | ape   | ann  | bob | 2026-01-10 | 3
        """)
        assert holds() == table("""
            collector | quantity | started_at | ended_at
            ann       | 2        | 2026-01-01 | 2026-01-10
            ann       | 1        | 2026-01-05 | 2026-01-10
            ann       | 2        | 2026-01-05 |
            bob       | 3        | 2026-01-10 |
        """)

    def test_units_that_never_came_in_take_nothing_and_owe_nothing(self) -> None:
        told("""
            kind     | token | from | to  | at         | quantity
            transfer | ape   | ann  | bob | 2026-01-10 | 3
            mint     | ape   |      | ann | 2026-01-11 | 1
            mint     | ape   |      | ann | 2026-01-12 | 1
            transfer | ape   | ann  | cat | 2026-01-13 | 1
        """)
        assert holds() == table("""
            collector | quantity | started_at | ended_at
            bob       | 3        | 2026-01-10 |
            ann       | 1        | 2026-01-11 | 2026-01-13
            ann       | 1        | 2026-01-12 |
            cat       | 1        | 2026-01-13 |
        """)

    def test_moves_between_own_wallets_do_nothing(self) -> None:
        told("""
            kind     | token | from | to  | at         | quantity
            mint     | ape   |      | ann | 2026-01-01 | 2
            transfer | ape   | ann  | amy | 2026-01-05 | 2
            transfer | ape   | amy  | bob | 2026-01-10 | 1
        """)
        linked("ann", "amy")
        facts.refresh(as_of=NOW)
        assert holds() == table("""
            collector | wallet | quantity | started_at | ended_at
            ann       | ann    | 1        | 2026-01-01 | 2026-01-10
            ann       | ann    | 1        | 2026-01-01 |
            bob       | bob    | 1        | 2026-01-10 |
        """)

    def test_in_and_out_in_one_settlement_or_at_one_instant_is_no_hold(self) -> None:
        told("""
            kind     | token | from | to  | at         | quantity | tx | position
            mint     | ape   |      | ann | 2026-01-01 | 2        | t1 | 1 0 0
            transfer | ape   | ann  | bob | 2026-01-02 | 1        | t2 | 2 0 0
            transfer | ape   | bob  | cat | 2026-01-03 | 1        | t2 | 2 0 1
            transfer | ape   | ann  | dan | 2026-01-04 | 1        | t3 | 4 0 0
            transfer | ape   | dan  | eve | 2026-01-04 | 1        | t4 | 4 0 1
        """)
        assert holds() == table("""
            collector | quantity | started_at | ended_at
            ann       | 1        | 2026-01-01 | 2026-01-02
            ann       | 1        | 2026-01-01 | 2026-01-04
            cat       | 1        | 2026-01-03 |
            eve       | 1        | 2026-01-04 |
        """)

    def test_burnt_units_end_holds_and_start_none(self) -> None:
        told("""
            kind     | token | from | to   | at         | quantity
            mint     | ape   |      | ann  | 2026-01-01 | 3
            transfer | ape   | ann  | zero | 2026-01-05 | 2
        """)
        assert holds() == table("""
            collector | quantity | started_at | ended_at
            ann       | 2        | 2026-01-01 | 2026-01-05
            ann       | 1        | 2026-01-01 |
        """)

    def test_a_sale_with_its_transfer_moves_the_units_once(self) -> None:
        told("""
            kind     | token | from | to  | at         | quantity | tx | price
            mint     | ape   |      | ann | 2026-01-01 | 3        | t1 |
            sale     | ape   | ann  | bob | 2026-01-10 | 2        | t2 | 1 ETH
            transfer | ape   | ann  | bob | 2026-01-10 | 2        | t2 |
        """)
        assert holds() == table("""
            collector | quantity | started_at | ended_at
            ann       | 2        | 2026-01-01 | 2026-01-10
            ann       | 1        | 2026-01-01 |
            bob       | 2        | 2026-01-10 |
        """)

    def test_a_sale_told_by_two_sources_moves_the_units_once(self) -> None:
        told("""
            kind | token | from | to  | at         | quantity | price | tx | source
            sale | ape   | ann  | bob | 2026-01-10 | 2        | 1 ETH | t1 | one
            sale | ape   | ann  | bob | 2026-01-10 | 2        | 1 ETH | t1 | two
        """)
        assert holds() == table("""
            collector | quantity | started_at
            bob       | 2        | 2026-01-10
        """)


class TestPool:
    """All custody addresses together are one pool."""

    def test_everybody_takes_back_first_what_is_their_own(self) -> None:
        told("""
            kind     | token | from  | to    | at         | quantity | address
            custody  |       |       |       | 2026-01-01 |          | vault
            mint     | ape   |       | ann   | 2026-01-01 | 5        |
            mint     | ape   |       | bob   | 2026-01-02 | 5        |
            transfer | ape   | bob   | vault | 2026-01-03 | 5        |
            transfer | ape   | ann   | vault | 2026-01-04 | 5        |
            transfer | ape   | vault | ann   | 2026-01-05 | 5        |
            transfer | ape   | vault | bob   | 2026-01-06 | 5        |
        """)
        assert holds() == table("""
            collector | quantity | started_at | ended_at
            ann       | 5        | 2026-01-01 |
            bob       | 5        | 2026-01-02 |
        """)

    def test_what_somebody_else_takes_comes_from_the_earliest_deposits(self) -> None:
        told("""
            kind     | token | from    | to      | at         | quantity | address
            custody  |       |         |         | 2026-01-01 |          | vault
            custody  |       |         |         | 2026-01-01 |          | wrapper
            mint     | ape   |         | ann     | 2026-01-01 | 2        |
            mint     | ape   |         | bob     | 2026-01-02 | 2        |
            transfer | ape   | ann     | vault   | 2026-01-03 | 2        |
            transfer | ape   | bob     | wrapper | 2026-01-04 | 2        |
            transfer | ape   | wrapper | cat     | 2026-01-05 | 3        |
        """)
        # One pool of two addresses: ann's two went first, then one of bob's.
        assert holds() == table("""
            collector | quantity | started_at | ended_at
            ann       | 2        | 2026-01-01 | 2026-01-05
            bob       | 1        | 2026-01-02 | 2026-01-05
            bob       | 1        | 2026-01-02 |
            cat       | 3        | 2026-01-05 |
        """)

    def test_units_that_were_never_put_in_come_from_nobody(self) -> None:
        told("""
            kind     | token | from  | to  | at         | quantity | address
            custody  |       |       |     | 2026-01-01 |          | vault
            transfer | ape   | vault | ann | 2026-01-05 | 4        |
        """)
        assert holds() == table("""
            collector | quantity | started_at | ended_at
            ann       | 4        | 2026-01-05 |
        """)

    def test_moves_inside_the_pool_do_nothing(self) -> None:
        told("""
            kind     | token | from    | to      | at         | quantity | address
            custody  |       |         |         | 2026-01-01 |          | vault
            custody  |       |         |         | 2026-01-01 |          | wrapper
            mint     | ape   |         | ann     | 2026-01-01 | 2        |
            transfer | ape   | ann     | vault   | 2026-01-03 | 2        |
            transfer | ape   | vault   | wrapper | 2026-01-04 | 2        |
            transfer | ape   | wrapper | ann     | 2026-01-05 | 2        |
        """)
        assert holds() == table("""
            collector | quantity | started_at | ended_at
            ann       | 2        | 2026-01-01 |
        """)

    def test_a_linked_wallet_takes_back_what_the_other_put_in(self) -> None:
        told("""
            kind     | token | from  | to    | at         | quantity | address
            custody  |       |       |       | 2026-01-01 |          | vault
            mint     | ape   |       | bob   | 2026-01-01 | 2        |
            mint     | ape   |       | ann   | 2026-01-01 | 2        |
            transfer | ape   | bob   | vault | 2026-01-02 | 2        |
            transfer | ape   | ann   | vault | 2026-01-03 | 2        |
            transfer | ape   | vault | amy   | 2026-01-04 | 2        |
        """)
        linked("ann", "amy")
        facts.refresh(as_of=NOW)
        assert holds() == table("""
            collector | wallet | quantity | started_at | ended_at
            bob       | bob    | 2        | 2026-01-01 |
            ann       | ann    | 2        | 2026-01-01 |
        """)
