"""Holds of single tokens: each sentence of docs/explanation/facts.md as a table (P3)."""

import pytest

from marketplace.facts import operations as facts
from marketplace.facts.models import Hold
from tests.facts.given import NOW, linked, told
from tests.tables import given_events, holds, table

pytestmark = pytest.mark.django_db


class TestOrderOfEvents:
    """Events are compared by instant, position, key and source, never by when they arrived."""

    def test_later_instants_come_later_whatever_arrived_first(self) -> None:
        told("""
            kind     | token | from | to  | at
            transfer | ape   | ann  | bob | 2026-01-10
            mint     | ape   |      | ann | 2026-01-01
        """)
        assert holds() == table("""
            token | collector | started_at | ended_at
            ape   | ann       | 2026-01-01 | 2026-01-10
            ape   | bob       | 2026-01-10 |
        """)

    def test_positions_are_compared_as_numbers_and_come_before_none(self) -> None:
        told("""
            kind     | token | from | to  | at         | position | key
            transfer | ape   | dan  | eve | 2026-01-01 |          | a
            transfer | ape   | cat  | dan | 2026-01-01 | 10 0 0   | b
            transfer | ape   | bob  | cat | 2026-01-01 | 9 10 0   | c
            transfer | ape   | ann  | bob | 2026-01-01 | 9 9 0    | d
        """)
        assert holds() == table("""
            collector | started_at | ended_at
            eve       | 2026-01-01 |
        """)

    def test_keys_are_compared_byte_by_byte(self) -> None:
        # In the alphabet "a" comes before "Z"; in bytes "Z" is 0x5a and "a" is 0x61.
        told("""
            kind     | token | from | to  | at         | key
            transfer | ape   | ann  | bob | 2026-01-01 | a
            transfer | ape   | bob  | cat | 2026-01-01 | Z
        """)
        assert holds() == table("""
            collector
            bob
        """)

    def test_sources_settle_what_keys_do_not(self) -> None:
        told("""
            kind     | token | from | to  | at         | key | source
            transfer | ape   | ann  | bob | 2026-01-01 | one | b
            transfer | ape   | bob  | cat | 2026-01-01 | one | a
        """)
        assert holds() == table("""
            collector
            bob
        """)


class TestCollectors:
    """Every wallet is a collector of its own until it is linked."""

    def test_linked_wallets_are_one_collector_and_go_on_holding(self) -> None:
        told("""
            kind     | token | from | to  | at
            mint     | ape   |      | ann | 2026-01-01
            transfer | ape   | ann  | amy | 2026-01-05
            transfer | ape   | amy  | bob | 2026-01-10
        """)
        linked("ann", "amy")
        facts.refresh(as_of=NOW)
        assert holds() == table("""
            collector | wallet | started_at | ended_at
            ann       | ann    | 2026-01-01 | 2026-01-10
            bob       | bob    | 2026-01-10 |
        """)

    def test_linking_in_steps_joins_what_was_joined_before(self) -> None:
        told("""
            kind     | token | from | to  | at
            mint     | ape   |      | ann | 2026-01-01
            transfer | ape   | ann  | amy | 2026-01-02
            transfer | ape   | amy  | abe | 2026-01-03
        """)
        linked("amy", "abe")
        facts.refresh(as_of=NOW)
        linked("ann", "abe")
        facts.refresh(as_of=NOW)
        assert holds() == table("""
            collector | wallet | started_at | ended_at
            ann       | ann    | 2026-01-01 |
        """)

    def test_linking_again_leaves_the_facts_alone(self) -> None:
        told("""
            kind | token | to  | at
            mint | ape   | ann | 2026-01-01
        """)
        linked("ann", "amy")
        assert facts.refresh(as_of=NOW).written == 0
        linked("ann", "amy")
        assert facts.refresh(as_of=NOW) == facts.Refreshed(events=0, written=0, removed=0)

    def test_the_zero_address_is_nobody(self) -> None:
        told("""
            kind     | token | from | to   | at
            mint     | ape   |      | ann  | 2026-01-01
            transfer | ape   | ann  | zero | 2026-01-10
        """)
        assert holds() == table("""
            collector | started_at | ended_at
            ann       | 2026-01-01 | 2026-01-10
        """)


class TestCustody:
    """A custody address only keeps a token for someone (P3)."""

    def test_a_hold_goes_on_into_and_out_of_custody(self) -> None:
        told("""
            kind     | token | from  | to    | at         | address
            custody  |       |       |       | 2026-01-01 | vault
            mint     | ape   |       | ann   | 2026-01-01 |
            transfer | ape   | ann   | vault | 2026-01-05 |
            transfer | ape   | vault | ann   | 2026-01-09 |
            transfer | ape   | ann   | bob   | 2026-01-10 |
        """)
        assert holds() == table("""
            collector | started_at | ended_at
            ann       | 2026-01-01 | 2026-01-10
            bob       | 2026-01-10 |
        """)

    def test_out_of_custody_to_somebody_else_is_a_change_of_hands(self) -> None:
        told("""
            kind     | token | from  | to    | at         | address
            custody  |       |       |       | 2026-01-01 | vault
            mint     | ape   |       | ann   | 2026-01-01 |
            transfer | ape   | ann   | vault | 2026-01-05 |
            transfer | ape   | vault | bob   | 2026-01-09 |
        """)
        assert holds() == table("""
            collector | started_at | ended_at
            ann       | 2026-01-01 | 2026-01-09
            bob       | 2026-01-09 |
        """)

    def test_whatever_the_instant_of_the_notice_and_whenever_it_comes(self) -> None:
        told("""
            kind     | token | from | to    | at
            mint     | ape   |      | ann   | 2026-01-01
            transfer | ape   | ann  | vault | 2026-01-05
        """)
        assert holds() == table("""
            collector | started_at | ended_at
            ann       | 2026-01-01 | 2026-01-05
            vault     | 2026-01-05 |
        """)
        told("""
            kind    | at         | address
            custody | 2026-11-01 | vault
        """)
        assert holds() == table("""
            collector | started_at | ended_at
            ann       | 2026-01-01 |
        """)

    def test_bought_and_put_into_custody_in_one_transaction(self) -> None:
        # Moves into custody are left out first, so that the buyer's move is the settlement's last.
        told("""
            kind     | token | from | to    | at         | tx | position | address
            custody  |       |      |       | 2026-01-01 |    |          | vault
            mint     | ape   |      | ann   | 2026-01-01 | t1 | 1 0 0    |
            transfer | ape   | ann  | bob   | 2026-01-05 | t2 | 5 0 0    |
            transfer | ape   | bob  | vault | 2026-01-05 | t2 | 5 0 1    |
        """)
        assert holds() == table("""
            collector | started_at | ended_at
            ann       | 2026-01-01 | 2026-01-05
            bob       | 2026-01-05 |
        """)

    def test_minted_into_custody_belongs_to_nobody(self) -> None:
        told("""
            kind     | token | from  | to    | at         | address
            custody  |       |       |       | 2026-01-01 | vault
            mint     | ape   |       | vault | 2026-01-01 |
            transfer | ape   | vault | ann   | 2026-01-05 |
        """)
        assert holds() == table("""
            collector | started_at | ended_at
            ann       | 2026-01-05 |
        """)


class TestSettlements:
    """A sale and its transfer are one change of hands."""

    def test_of_one_transaction_are_one_change_where_the_transfer_stands(self) -> None:
        told("""
            kind     | token | from | to  | at         | tx | price
            mint     | ape   |      | ann | 2026-01-01 | t1 |
            sale     | ape   | ann  | bob | 2026-01-10 | t2 | 1 ETH
            transfer | ape   | ann  | bob | 2026-01-11 | t2 |
        """)
        assert holds() == table("""
            collector | started_at | ended_at
            ann       | 2026-01-01 | 2026-01-11
            bob       | 2026-01-11 |
        """)

    def test_a_sale_without_a_transfer_moves_the_token(self) -> None:
        told("""
            kind | token | from | to  | at         | price
            mint | ape   |      | ann | 2026-01-01 |
            sale | ape   | ann  | bob | 2026-01-10 | 1 ETH
        """)
        assert holds() == table("""
            collector | started_at | ended_at
            ann       | 2026-01-01 | 2026-01-10
            bob       | 2026-01-10 |
        """)

    def test_the_transfer_may_come_long_after_its_sale(self) -> None:
        told("""
            kind | token | from | to  | at         | tx | price
            sale | ape   | ann  | bob | 2026-01-10 | t2 | 1 ETH
        """)
        assert holds() == table("""
            collector | started_at
            bob       | 2026-01-10
        """)
        told("""
            kind     | token | from | to  | at               | tx
            transfer | ape   | ann  | bob | 2026-01-10 00:01 | t2
        """)
        assert holds() == table("""
            collector | started_at
            bob       | 2026-01-10 00:01
        """)

    def test_of_one_order_without_transactions_are_one_change(self) -> None:
        told("""
            kind | token | from | to  | at         | order | price | key
            sale | ape   | ann  | bob | 2026-01-10 | o1    | 1 ETH | a
            sale | ape   | bob  | cat | 2026-01-11 | o1    | 1 ETH | b
        """)
        # One settlement: it stands at its first move and goes where its last move goes.
        assert holds() == table("""
            collector | started_at
            cat       | 2026-01-10
        """)

    def test_with_a_transaction_the_order_does_not_pair(self) -> None:
        told("""
            kind | token | from | to  | at         | order | tx | price
            sale | ape   | ann  | bob | 2026-01-10 | o1    | t1 | 1 ETH
            sale | ape   | bob  | cat | 2026-01-11 | o1    |    | 1 ETH
        """)
        assert holds() == table("""
            collector | started_at | ended_at
            bob       | 2026-01-10 | 2026-01-11
            cat       | 2026-01-11 |
        """)

    def test_of_two_tokens_in_one_transaction_are_two(self) -> None:
        told("""
            kind     | token | from | to  | at         | tx | price
            sale     | ape   | ann  | bob | 2026-01-10 | t1 | 1 ETH
            transfer | cat   | ann  | cyd | 2026-01-10 | t1 |
        """)
        assert holds() == table("""
            token | collector
            ape   | bob
            cat   | cyd
        """)

    def test_a_sale_told_by_two_sources_moves_once_where_it_stood_first(self) -> None:
        told("""
            kind | token | from | to  | at         | tx | price | source
            sale | ape   | ann  | bob | 2026-01-10 | t1 | 1 ETH | market
            sale | ape   | ann  | bob | 2026-01-11 | t1 | 1 ETH | chain
        """)
        assert holds() == table("""
            collector | started_at | ended_at
            bob       | 2026-01-10 |
        """)

    def test_a_mint_told_by_two_sources_in_one_transaction_stays_single(self) -> None:
        told("""
            kind     | token | from | to  | at         | tx | source
            mint     | ape   |      | ann | 2026-01-01 | t1 | chain
            mint     | ape   |      | ann | 2026-01-01 | t1 | market
            transfer | ape   | ann  | bob | 2026-01-10 | t2 | chain
        """)
        assert holds() == table("""
            collector | quantity | started_at | ended_at
            ann       | 1        | 2026-01-01 | 2026-01-10
            bob       | 1        | 2026-01-10 |
        """)


class TestSingleTokens:
    """One owner after the other."""

    def test_in_and_out_in_one_transaction_is_no_hold(self) -> None:
        told("""
            kind     | token | from | to  | at         | tx | position
            mint     | ape   |      | ann | 2026-01-01 | t1 | 1 0 0
            transfer | ape   | ann  | bob | 2026-01-10 | t2 | 9 0 0
            transfer | ape   | bob  | cat | 2026-01-10 | t2 | 9 0 1
        """)
        assert holds() == table("""
            collector | started_at | ended_at
            ann       | 2026-01-01 | 2026-01-10
            cat       | 2026-01-10 |
        """)

    @pytest.mark.parametrize("keys", ["a b c", "c b a", "b c a", "c a b"])
    def test_hops_of_one_transaction_follow_each_other_where_nobody_told_their_order(self, keys: str) -> None:
        first, second, third = keys.split()
        told(f"""
            kind     | token | from | to  | at         | tx | key
            mint     | ape   |      | ann | 2026-01-01 | t1 | m
            transfer | ape   | ann  | bob | 2026-01-10 | t2 | {first}
            transfer | ape   | bob  | cat | 2026-01-10 | t2 | {second}
            transfer | ape   | cat  | dan | 2026-01-10 | t2 | {third}
        """)
        assert holds() == table("""
            collector | started_at | ended_at
            ann       | 2026-01-01 | 2026-01-10
            dan       | 2026-01-10 |
        """)

    def test_a_hop_told_again_without_its_position_is_not_the_last(self) -> None:
        told("""
            kind     | token | from | to  | at         | tx | position | source
            transfer | ape   | ann  | bob | 2026-01-10 | t2 | 9 0 0    | node
            transfer | ape   | bob  | cat | 2026-01-10 | t2 | 9 0 1    | node
            transfer | ape   | ann  | bob | 2026-01-10 | t2 |          | opensea
        """)
        assert holds() == table("""
            collector | started_at | ended_at
            cat       | 2026-01-10 |
        """)

    def test_a_hop_into_custody_and_one_out_of_it_follow_each_other(self) -> None:
        told("""
            kind     | token | from  | to    | at         | tx | key | address
            custody  |       |       |       | 2026-01-01 |    | v   | vault
            transfer | ape   | ann   | bob   | 2026-01-10 | t2 | b   |
            transfer | ape   | bob   | vault | 2026-01-10 | t2 | c   |
            transfer | ape   | vault | cat   | 2026-01-10 | t2 | a   |
        """)
        assert holds() == table("""
            collector | started_at | ended_at
            cat       | 2026-01-10 |
        """)

    def test_out_and_back_in_one_transaction_changes_nothing(self) -> None:
        told("""
            kind     | token | from | to  | at         | tx | position
            mint     | ape   |      | ann | 2026-01-01 | t1 | 1 0 0
            transfer | ape   | ann  | bob | 2026-01-10 | t2 | 9 0 0
            transfer | ape   | bob  | ann | 2026-01-10 | t2 | 9 0 1
        """)
        assert holds() == table("""
            collector | started_at | ended_at
            ann       | 2026-01-01 |
        """)

    def test_a_transfer_to_oneself_changes_nothing(self) -> None:
        told("""
            kind     | token | from | to  | at
            mint     | ape   |      | ann | 2026-01-01
            transfer | ape   | ann  | ann | 2026-01-05
        """)
        assert holds() == table("""
            collector | started_at | ended_at
            ann       | 2026-01-01 |
        """)

    def test_a_hold_of_no_time_is_left_out(self) -> None:
        told("""
            kind     | token | from | to  | at         | position
            mint     | ape   |      | ann | 2026-01-01 | 1 0 0
            transfer | ape   | ann  | bob | 2026-01-01 | 1 0 1
        """)
        assert holds() == table("""
            collector | started_at | ended_at
            bob       | 2026-01-01 |
        """)

    def test_the_shortest_hold_is_a_microsecond(self) -> None:
        told("""
            kind     | token | from | to  | at
            mint     | ape   |      | ann | 2026-01-01
            transfer | ape   | ann  | bob | 2026-01-01 00:00:00.000001
        """)
        assert holds() == table("""
            collector | started_at                 | ended_at
            ann       | 2026-01-01                 | 2026-01-01 00:00:00.000001
            bob       | 2026-01-01 00:00:00.000001 |
        """)

    def test_who_sent_it_does_not_matter(self) -> None:
        # The records have a gap: cat never received what cat sends.
        told("""
            kind     | token | from | to  | at
            mint     | ape   |      | ann | 2026-01-01
            transfer | ape   | cat  | bob | 2026-01-10
        """)
        assert holds() == table("""
            collector | started_at | ended_at
            ann       | 2026-01-01 | 2026-01-10
            bob       | 2026-01-10 |
        """)


class TestKeys:
    """A hold's key is made from its settlement, so it is the same whatever was heard first."""

    SALE = """
        kind | token | from | to  | at         | tx | price
        sale | ape   | ann  | bob | 2026-01-10 | t2 | 1 ETH
    """
    TRANSFER = """
        kind     | token | from | to  | at         | tx
        transfer | ape   | ann  | bob | 2026-01-10 | t2
    """

    def test_stay_when_the_transfer_of_a_sale_is_heard_later(self) -> None:
        told(self.SALE)
        before = Hold.objects.get().key
        told(self.TRANSFER)
        assert Hold.objects.get().key == before

    def test_differ_from_those_of_another_settlement(self) -> None:
        given_events(self.SALE)
        told(self.TRANSFER.replace("t2", "t3").replace("ape", "cat"))
        assert len({hold.key for hold in Hold.objects.all()}) == 2
