"""Orders: each way to end, which of two ends comes first, and what counts as the same place (P4)."""

import pytest

from tests.facts.given import told
from tests.tables import orders, table

pytestmark = pytest.mark.django_db


class TestPlacing:
    """A listing or a bid places the order that its order_key names."""

    def test_rests_until_something_happens(self) -> None:
        told("""
            kind    | token | maker | order | at         | price | trait
            listing | ape   | ann   | o1    | 2026-01-01 | 1 ETH |
            bid     | ape   | bob   | o2    | 2026-01-01 | 1 ETH |
            bid     |       | bob   | o3    | 2026-01-01 | 1 ETH |
            bid     |       | bob   | o4    | 2026-01-01 | 1 ETH | Fur=Red
        """)
        assert orders() == table("""
            order | side    | maker | token | trait   | placed_at  | ended_at | end
            o1    | listing | ann   | ape   |         | 2026-01-01 |          |
            o2    | bid     | bob   | ape   |         | 2026-01-01 |          |
            o3    | bid     | bob   |       |         | 2026-01-01 |          |
            o4    | bid     | bob   |       | Fur=Red | 2026-01-01 |          |
        """)

    def test_of_one_order_key_and_scope_the_first_in_order_places(self) -> None:
        told("""
            kind    | token | maker | order | at         | price | key
            listing | ape   | ann   | o1    | 2026-01-02 | 2 ETH | b
            listing | ape   | ann   | o1    | 2026-01-01 | 1 ETH | a
            listing | ape   | bob   | o1    | 2026-01-03 | 3 ETH | c
        """)
        assert orders() == table("""
            order | maker | price | placed_at  | ended_at
            o1    | ann   | 1 ETH | 2026-01-01 |
        """)

    def test_one_order_key_on_two_tokens_is_two_orders(self) -> None:
        told("""
            kind    | token | maker | order | at         | price
            listing | ape   | ann   | o1    | 2026-01-01 | 1 ETH
            listing | cat   | ann   | o1    | 2026-01-01 | 1 ETH
        """)
        assert orders() == table("""
            order | token
            o1    | ape
            o1    | cat
        """)


class TestFilled:
    """Sales that name the order reach its quantity."""

    def test_by_one_sale(self) -> None:
        told("""
            kind    | token | from | to  | maker | order | at         | price
            listing | ape   |      |     | ann   | o1    | 2026-01-01 | 1 ETH
            sale    | ape   | ann  | bob |       | o1    | 2026-01-05 | 1 ETH
        """)
        assert orders() == table("""
            order | ended_at   | end
            o1    | 2026-01-05 | filled
        """)

    def test_by_the_sale_that_reaches_the_quantity(self) -> None:
        told("""
            kind | token | from | to  | maker | order | at         | quantity | price
            bid  | ape   |      |     | ann   | three | 2026-01-02 | 3        | 1 ETH
            sale | ape   | bob  | ann |       | three | 2026-01-03 | 2        | 1 ETH
            sale | ape   | cat  | ann |       | three | 2026-01-05 | 2        | 1 ETH
            sale | ape   | dan  | ann |       | three | 2026-01-07 | 1        | 1 ETH
        """)
        assert orders() == table("""
            order | ended_at   | end
            three | 2026-01-05 | filled
        """)

    def test_not_by_too_few_units(self) -> None:
        told("""
            kind | token | from | to  | maker | order | at         | quantity | price
            bid  | ape   |      |     | ann   | three | 2026-01-02 | 3        | 1 ETH
            sale | ape   | bob  | ann |       | three | 2026-01-03 | 2        | 1 ETH
        """)
        assert orders() == table("""
            order | ended_at | end
            three |          |
        """)

    def test_a_sale_told_twice_fills_once(self) -> None:
        told("""
            kind | token | from | to  | maker | order | at         | quantity | price | tx | source
            bid  | ape   |      |     | ann   | two   | 2026-01-02 | 2        | 1 ETH |    | chain
            sale | ape   | bob  | ann |       | two   | 2026-01-03 | 1        | 1 ETH | t1 | chain
            sale | ape   | bob  | ann |       | two   | 2026-01-03 | 1        | 1 ETH | t1 | market
        """)
        assert orders() == table("""
            order | ended_at | end
            two   |          |
        """)

    def test_a_collection_bid_by_the_sale_of_any_token(self) -> None:
        told("""
            kind | token | maker | order | at         | price
            bid  |       | ann   | any   | 2026-01-02 | 1 ETH
        """)
        told("""
            kind | token | from | to  | order | at         | price
            sale | ape   | bob  | ann | any   | 2026-01-03 | 1 ETH
        """)
        assert orders() == table("""
            order | ended_at   | end
            any   | 2026-01-03 | filled
        """)


class TestCancelled:
    """The first cancel that names the order."""

    def test_by_the_first_cancel_whoever_sends_it(self) -> None:
        told("""
            kind   | token | maker | order | at         | price
            bid    | ape   | ann   | o1    | 2026-01-01 | 1 ETH
            cancel |       |       | o1    | 2026-01-04 |
            cancel |       | bob   | o1    | 2026-01-03 |
        """)
        assert orders() == table("""
            order | ended_at   | end
            o1    | 2026-01-03 | cancelled
        """)

    def test_a_cancel_that_comes_alone_finds_its_order(self) -> None:
        told("""
            kind   | token | maker | order | at         | price
            bid    |       | ann   | o1    | 2026-01-01 | 1 ETH
        """)
        told("""
            kind   | order | at
            cancel | o1    | 2026-01-03
        """)
        assert orders() == table("""
            order | ended_at   | end
            o1    | 2026-01-03 | cancelled
        """)


class TestExpired:
    """Its expires_at, which may lie ahead."""

    def test_at_the_instant_that_it_names(self) -> None:
        told("""
            kind | token | maker | order | at         | expires    | price
            bid  | ape   | ann   | o1    | 2026-01-01 | 2199-01-01 | 1 ETH
        """)
        assert orders() == table("""
            order | ended_at   | end
            o1    | 2199-01-01 | expired
        """)


class TestReplaced:
    """The next order of the maker's wallet on the same scope and side."""

    def test_by_the_next_of_the_same_wallet_scope_and_side_only(self) -> None:
        told("""
            kind    | token | maker | order     | at         | price | trait
            bid     | ape   | ann   | first     | 2026-01-01 | 1 ETH |
            bid     | ape   | bob   | wallet    | 2026-01-02 | 1 ETH |
            bid     | cat   | ann   | token     | 2026-01-02 | 1 ETH |
            listing | ape   | ann   | side      | 2026-01-02 | 1 ETH |
            bid     |       | ann   | anywhere  | 2026-01-02 | 1 ETH |
            bid     |       | ann   | trait     | 2026-01-02 | 1 ETH | Fur=Red
            bid     | ape   | ann   | next      | 2026-01-03 | 1 ETH |
            bid     | ape   | ann   | afternext | 2026-01-04 | 1 ETH |
        """)
        assert orders() == table("""
            order     | ended_at   | end
            first     | 2026-01-03 | replaced
            wallet    |            |
            token     |            |
            side      |            |
            anywhere  |            |
            trait     |            |
            next      | 2026-01-04 | replaced
            afternext |            |
        """)

    def test_also_where_the_next_is_placed_at_the_same_instant(self) -> None:
        told("""
            kind | token | maker | order | at         | price | position
            bid  | ape   | ann   | o2    | 2026-01-01 | 1 ETH | 1 0 2
            bid  | ape   | ann   | o1    | 2026-01-01 | 1 ETH | 1 0 1
        """)
        assert orders() == table("""
            order | ended_at   | end
            o1    | 2026-01-01 | replaced
            o2    |            |
        """)


class TestStranded:
    """The token of a listing left its maker."""

    def test_by_a_move_to_another_wallet_linked_or_not(self) -> None:
        told("""
            kind     | token | from | to  | maker | order | at         | price
            mint     | ape   |      | ann |       |       | 2026-01-01 |
            listing  | ape   |      |     | ann   | o1    | 2026-01-02 | 1 ETH
            transfer | ape   | ann  | amy |       |       | 2026-01-03 |
        """)
        assert orders() == table("""
            order | ended_at   | end
            o1    | 2026-01-03 | stranded
        """)

    def test_not_by_earlier_moves_or_moves_to_the_maker(self) -> None:
        told("""
            kind     | token | from | to  | maker | order | at         | price
            transfer | ape   | dan  | eve |       |       | 2026-01-01 |
            listing  | ape   |      |     | ann   | o1    | 2026-01-02 | 1 ETH
            transfer | ape   | eve  | ann |       |       | 2026-01-03 |
        """)
        assert orders() == table("""
            order | ended_at | end
            o1    |          |
        """)

    def test_not_by_custody(self) -> None:
        told("""
            kind     | token | from | to    | maker | order | at         | price | address
            custody  |       |      |       |       |       | 2026-01-01 |       | vault
            mint     | ape   |      | ann   |       |       | 2026-01-01 |       |
            listing  | ape   |      |       | ann   | o1    | 2026-01-02 | 1 ETH |
            transfer | ape   | ann  | vault |       |       | 2026-01-03 |       |
        """)
        assert orders() == table("""
            order | ended_at | end
            o1    |          |
        """)

    def test_a_bid_is_never_stranded(self) -> None:
        told("""
            kind     | token | from | to  | maker | order | at         | price
            bid      | ape   |      |     | ann   | o1    | 2026-01-02 | 1 ETH
            transfer | ape   | bob  | cat |       |       | 2026-01-03 |
        """)
        assert orders() == table("""
            order | ended_at | end
            o1    |          |
        """)

    def test_of_an_edition_when_the_maker_has_none_left(self) -> None:
        told("""
            kind     | token | from | to  | maker | order   | at         | quantity | price
            mint     | ape   |      | ann |       |         | 2026-01-01 | 3        |
            listing  | ape   |      |     | ann   | some    | 2026-01-02 |          | 1 ETH
            listing  | ape   |      |     | dan   | unknown | 2026-01-02 |          | 1 ETH
            transfer | ape   | ann  | bob |       |         | 2026-01-03 | 2        |
            transfer | ape   | ann  | bob |       |         | 2026-01-04 | 1        |
            transfer | ape   | dan  | bob |       |         | 2026-01-04 | 1        |
        """)
        # dan never had some on record, so nothing says that he has none left.
        assert orders() == table("""
            order   | ended_at   | end
            some    | 2026-01-04 | stranded
            unknown |            |
        """)

    def test_an_editions_balance_never_falls_below_zero(self) -> None:
        told("""
            kind     | token | from | to  | maker | order | at         | quantity | price
            transfer | ape   | ann  | bob |       |       | 2026-01-01 | 5        |
            mint     | ape   |      | ann |       |       | 2026-01-02 | 2        |
            listing  | ape   |      |     | ann   | o1    | 2026-01-03 |          | 1 ETH
            transfer | ape   | ann  | bob |       |       | 2026-01-04 | 1        |
            transfer | ape   | ann  | bob |       |       | 2026-01-05 | 1        |
        """)
        assert orders() == table("""
            order | ended_at   | end
            o1    | 2026-01-05 | stranded
        """)


class TestPrecedence:
    """The earliest end counts; of two at one instant the one that the table names first."""

    # Each row ends an order on 2026-01-05 in another way.
    ENDS = {
        "filled": "sale | ape | dan | ann | | o1 | 2026-01-05 | | 1 ETH | s | erc1155",
        "cancelled": "cancel | | | | | o1 | 2026-01-05 | | | c |",
        "expired": None,
        "replaced": "listing | ape | | | ann | o2 | 2026-01-05 | | 1 ETH | r | erc1155",
        "stranded": "transfer | ape | ann | bob | | | 2026-01-05 | | | t | erc1155",
    }

    @pytest.mark.parametrize(
        ("earlier", "later"),
        [
            ("filled", "cancelled"),
            ("cancelled", "expired"),
            ("expired", "replaced"),
            ("replaced", "stranded"),
        ],
    )
    def test_of_two_ends_at_one_instant(self, earlier: str, later: str) -> None:
        expires = "2026-01-05" if "expired" in (earlier, later) else ""
        ends = "\n".join(filter(None, (self.ENDS[earlier], self.ENDS[later])))
        told(f"""
            kind    | token | from | to  | maker | order | at         | expires   | price | key | standard
            mint    | ape   |      | ann |       |       | 2026-01-01 |           |       | m   | erc1155
            listing | ape   |      |     | ann   | o1    | 2026-01-02 | {expires} | 1 ETH | o   | erc1155
            {ends}
        """)
        (first,) = [row for row in orders() if row["order"] == "o1"]
        assert (first["ended_at"], first["end"]) == ("2026-01-05", earlier)

    def test_the_earliest_counts_whatever_its_kind(self) -> None:
        told("""
            kind     | token | from | to  | maker | order | at         | expires    | price
            mint     | ape   |      | ann |       |       | 2026-01-01 |            |
            listing  | ape   |      |     | ann   | o1    | 2026-01-02 | 2026-01-08 | 1 ETH
            cancel   |       |      |     |       | o1    | 2026-01-07 |            |
            transfer | ape   | ann  | bob |       |       | 2026-01-06 |            |
        """)
        assert orders() == table("""
            order | ended_at   | end
            o1    | 2026-01-06 | stranded
        """)

    @pytest.mark.parametrize(
        ("end", "reason"),
        [
            ("cancel | | | | | o1 | 2026-01-01 | |", "cancelled"),
            ("sale | ape | bob | ann | | o1 | 2026-01-01 | | 1 ETH", "filled"),
        ],
    )
    def test_never_before_it_was_placed(self, end: str, reason: str) -> None:
        told(f"""
            kind | token | from | to  | maker | order | at         | expires | price
            bid  | ape   |      |     | ann   | o1    | 2026-01-05 |         | 1 ETH
            {end}
        """)
        assert orders() == table(f"""
            order | ended_at   | end
            o1    | 2026-01-05 | {reason}
        """)

    def test_expired_before_it_was_placed_counts_as_the_placing(self) -> None:
        told("""
            kind | token | maker | order | at         | expires    | price
            bid  | ape   | ann   | o1    | 2026-01-05 | 2026-01-01 | 1 ETH
        """)
        assert orders() == table("""
            order | ended_at   | end
            o1    | 2026-01-05 | expired
        """)
