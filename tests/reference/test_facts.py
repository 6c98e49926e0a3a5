"""The reference of facts against cases worked by hand from docs/explanation/facts.md."""

from collections.abc import Iterable

from tests.reference.facts import facts
from tests.tables import Table, address, amount, events, name, short, table


def holds(text: str, *, links: Iterable[set[str]] = ()) -> Table:
    """The holds of a text table of events."""
    linked = [{address(wallet) for wallet in link} for link in links]
    found = facts(events(text), links=linked).holds
    columns = ["token", "collector", "wallet", "quantity", "started_at", "ended_at"]
    rows = [
        {
            "token": hold.token[2],
            "collector": name(hold.collector),
            "wallet": name(hold.wallet),
            "quantity": short(hold.quantity),
            "started_at": short(hold.started_at),
            "ended_at": short(hold.ended_at),
        }
        for hold in found
    ]
    return Table(columns, rows)


def orders(text: str) -> Table:
    """The orders of a text table of events."""
    rows = [
        {
            "order": order.order_key,
            "side": order.side,
            "placed_at": short(order.placed_at),
            "ended_at": short(order.ended_at),
            "end": short(order.end_reason),
        }
        for order in facts(events(text)).orders
    ]
    return Table(["order", "side", "placed_at", "ended_at", "end"], rows)


class TestSingleHolds:
    def test_a_sale_and_its_transfer_are_one_change_of_hands(self) -> None:
        assert holds("""
            kind     | token | from | to  | at         | tx | price
            mint     | ape   |      | ann | 2026-01-01 | t1 |
            sale     | ape   | ann  | bob | 2026-01-10 | t2 | 1 ETH
            transfer | ape   | ann  | bob | 2026-01-11 | t2 |
        """) == table("""
            token | collector | started_at | ended_at
            ape   | ann       | 2026-01-01 | 2026-01-11
            ape   | bob       | 2026-01-11 |
        """)

    def test_a_sale_without_a_transfer_moves_the_token(self) -> None:
        assert holds("""
            kind | token | from | to  | at         | price
            sale | ape   | ann  | bob | 2026-01-10 | 1 ETH
        """) == table("""
            collector | started_at | ended_at
            bob       | 2026-01-10 |
        """)

    def test_in_and_out_in_one_transaction_is_no_hold(self) -> None:
        assert holds("""
            kind     | token | from | to  | at         | tx | position
            mint     | ape   |      | ann | 2026-01-01 | t1 | 1 0 0
            transfer | ape   | ann  | bob | 2026-01-10 | t2 | 9 0 0
            transfer | ape   | bob  | cat | 2026-01-10 | t2 | 9 0 1
        """) == table("""
            collector | started_at | ended_at
            ann       | 2026-01-01 | 2026-01-10
            cat       | 2026-01-10 |
        """)

    def test_hops_of_one_transaction_follow_each_other_without_positions(self) -> None:
        assert holds("""
            kind     | token | from | to  | at         | tx | key
            transfer | ape   | bob  | cat | 2026-01-10 | t2 | a
            transfer | ape   | ann  | bob | 2026-01-10 | t2 | b
        """) == table("""
            collector | started_at | ended_at
            cat       | 2026-01-10 |
        """)

    def test_custody_and_own_wallets_keep_a_hold_going_and_zero_ends_it(self) -> None:
        assert holds(
            """
            kind     | token | from  | to    | at         | address
            mint     | ape   |       | ann   | 2026-01-01 |
            transfer | ape   | ann   | vault | 2026-01-02 |
            transfer | ape   | vault | amy   | 2026-01-03 |
            transfer | ape   | amy   | zero  | 2026-01-04 |
            custody  |       |       |       | 2026-02-01 | vault
            """,
            links=[{"ann", "amy"}],
        ) == table("""
            collector | wallet | started_at | ended_at
            amy       | ann    | 2026-01-01 | 2026-01-04
        """)

    def test_what_is_bought_straight_into_custody_is_the_buyers(self) -> None:
        assert holds("""
            kind     | token | from | to    | at         | tx | position | address
            mint     | ape   |      | ann   | 2026-01-01 | t1 | 1 0 0    |
            transfer | ape   | ann  | bob   | 2026-01-10 | t2 | 9 0 0    |
            transfer | ape   | bob  | vault | 2026-01-10 | t2 | 9 0 1    |
            custody  |       |      |       | 2026-01-01 |    |          | vault
        """) == table("""
            collector | started_at | ended_at
            ann       | 2026-01-01 | 2026-01-10
            bob       | 2026-01-10 |
        """)

    def test_positions_order_one_instant_and_come_before_none(self) -> None:
        assert holds("""
            kind     | token | from | to  | at         | position | key
            transfer | ape   | dan  | eve | 2026-01-01 |          | a
            transfer | ape   | cat  | dan | 2026-01-01 | 10 0 0   | b
            transfer | ape   | bob  | cat | 2026-01-01 | 9 0 0    | c
        """) == table("""
            collector | started_at | ended_at
            eve       | 2026-01-01 |
        """)

    def test_a_repeated_key_changes_nothing(self) -> None:
        assert holds("""
            kind | token | to  | at         | key
            mint | ape   | ann | 2026-01-01 | one
            mint | ape   | bob | 2026-01-02 | one
        """) == table("""
            collector | started_at | ended_at
            ann       | 2026-01-01 |
        """)


class TestEditionHolds:
    def test_units_leave_first_in_first_out(self) -> None:
        assert holds("""
            kind     | token | from | to  | at         | quantity
            mint     | ape   |      | ann | 2026-01-01 | 2
            mint     | ape   |      | ann | 2026-01-05 | 3
            transfer | ape   | ann  | bob | 2026-01-10 | 3
        """) == table("""
            collector | quantity | started_at | ended_at
            ann       | 2        | 2026-01-01 | 2026-01-10
            ann       | 1        | 2026-01-05 | 2026-01-10
            ann       | 2        | 2026-01-05 |
            bob       | 3        | 2026-01-10 |
        """)

    def test_units_that_never_came_in_take_nothing_and_owe_nothing(self) -> None:
        assert holds("""
            kind     | token | from | to  | at         | quantity
            transfer | ape   | ann  | bob | 2026-01-10 | 3
            mint     | ape   |      | ann | 2026-01-11 | 1
        """) == table("""
            collector | quantity | started_at | ended_at
            bob       | 3        | 2026-01-10 |
            ann       | 1        | 2026-01-11 |
        """)

    def test_custody_gives_back_what_is_ones_own_before_what_is_others(self) -> None:
        assert holds("""
            kind     | token | from  | to    | at         | quantity | address
            mint     | ape   |       | ann   | 2026-01-01 | 2        |
            mint     | ape   |       | bob   | 2026-01-02 | 2        |
            transfer | ape   | ann   | vault | 2026-01-03 | 2        |
            transfer | ape   | bob   | vault | 2026-01-04 | 2        |
            transfer | ape   | vault | cat   | 2026-01-05 | 1        |
            transfer | ape   | vault | ann   | 2026-01-06 | 2        |
            transfer | ape   | vault | cat   | 2026-01-07 | 3        |
            custody  |       |       |       | 2026-01-09 |          | vault
        """) == table("""
            collector | quantity | started_at | ended_at
            ann       | 2        | 2026-01-01 |
            bob       | 1        | 2026-01-02 | 2026-01-05
            bob       | 1        | 2026-01-02 | 2026-01-07
            cat       | 1        | 2026-01-05 |
            cat       | 3        | 2026-01-07 |
        """)

    def test_a_sale_told_by_two_sources_moves_once(self) -> None:
        assert holds("""
            kind | token | from | to  | at         | quantity | price | tx | source
            sale | ape   | ann  | bob | 2026-01-10 | 2        | 1 ETH | t1 | one
            sale | ape   | ann  | bob | 2026-01-10 | 2        | 1 ETH | t1 | two
        """) == table("""
            collector | quantity | started_at | ended_at
            bob       | 2        | 2026-01-10 |
        """)


class TestSales:
    def test_prices_in_wei_by_the_last_rate_of_the_day(self) -> None:
        found = facts(
            [
                rate("2026-01-10T01:00:00Z", 500_000_000_000_001),
                rate("2026-01-10T02:00:00Z", 400_000_000_000_001),
                *events("""
                    kind | token | from | to  | at               | price  | key
                    sale | ape   | ann  | bob | 2026-01-10 23:00 | 3 USDC | a
                    sale | ape   | bob  | ann | 2026-01-11       | 3 USDC | b
                    sale | ape   | ann  | bob | 2026-01-12       | 2 WETH | c
                """),
            ]
        )
        assert [(sale.key, amount(sale.price_wei, "ETH")) for sale in found.sales] == [
            ("a", "0.001200000000000003 ETH"),
            ("b", ""),
            ("c", "2 ETH"),
        ]
        assert [(str(row.day), row.sales, row.buyers) for row in found.volume_days] == [
            ("2026-01-10", 1, 1),
            ("2026-01-11", 1, 1),
            ("2026-01-12", 1, 1),
        ]

    def test_volume_leaves_out_sales_between_own_wallets_and_counts_buyers_once(self) -> None:
        found = facts(
            events("""
                kind | token | from | to  | at               | price
                sale | ape   | ann  | amy | 2026-01-10       | 1 ETH
                sale | ape   | amy  | bob | 2026-01-10 01:00 | 2 ETH
                sale | ape   | bob  | ann | 2026-01-10 02:00 | 3 ETH
                sale | ape   | ann  | bob | 2026-01-10 03:00 | 4 ETH
            """),
            links=[{address("ann"), address("amy")}],
        )
        assert [(row.sales, row.buyers, row.volume_wei) for row in found.volume_days] == [(3, 2, 9 * 10**18)]


def rate(at: str, price: int) -> dict[str, str]:
    """A day's rate of USDC."""
    return {
        "source": "test",
        "key": f"rate {at}",
        "kind": "rate",
        "at": at,
        "currency": "USDC",
        "price": str(price),
    }


class TestOrders:
    def test_ends_with_the_first_of_its_ends(self) -> None:
        assert orders("""
            kind    | token | from | to  | maker | order   | at         | expires    | price | quantity
            listing | ape   |      |     | ann   | fill    | 2026-01-01 | 2026-02-01 | 1 ETH |
            sale    | ape   | ann  | bob |       | fill    | 2026-01-05 |            | 1 ETH |
            bid     | ape   |      |     | cat   | cancel  | 2026-01-01 |            | 1 ETH |
            cancel  |       |      |     |       | cancel  | 2026-01-03 |            |       |
            bid     |       |      |     | cat   | expire  | 2026-01-01 | 2026-01-04 | 1 ETH |
            bid     | ape   |      |     | bob   | replace | 2026-01-01 |            | 1 ETH |
            bid     | ape   |      |     | bob   | rest    | 2026-01-04 |            | 1 ETH |
            listing | ape   |      |     | bob   | strand  | 2026-01-06 |            | 1 ETH |
            sale    | ape   | bob  | eve |       |         | 2026-01-08 |            | 1 ETH |
        """) == table("""
            order   | side    | placed_at  | ended_at   | end
            fill    | listing | 2026-01-01 | 2026-01-05 | filled
            cancel  | bid     | 2026-01-01 | 2026-01-03 | cancelled
            expire  | bid     | 2026-01-01 | 2026-01-04 | expired
            replace | bid     | 2026-01-01 | 2026-01-04 | replaced
            rest    | bid     | 2026-01-04 |            |
            strand  | listing | 2026-01-06 | 2026-01-08 | stranded
        """)

    def test_never_ends_before_it_was_placed(self) -> None:
        assert orders("""
            kind    | token | maker | order | at         | price
            cancel  |       |       | early | 2026-01-01 |
            bid     | ape   | ann   | early | 2026-01-02 | 1 ETH
        """) == table("""
            order | ended_at   | end
            early | 2026-01-02 | cancelled
        """)

    def test_an_edition_listing_is_stranded_when_its_maker_has_none_left(self) -> None:
        assert orders("""
            kind     | token | from | to  | maker | order   | at         | quantity | price
            mint     | ape   |      | ann |       |         | 2026-01-01 | 3        |
            listing  | ape   |      |     | ann   | some    | 2026-01-02 |          | 1 ETH
            listing  | ape   |      |     | dan   | unknown | 2026-01-02 |          | 1 ETH
            transfer | ape   | ann  | bob |       |         | 2026-01-03 | 2        |
            transfer | ape   | ann  | bob |       |         | 2026-01-04 | 1        |
            transfer | ape   | dan  | bob |       |         | 2026-01-04 | 1        |
        """) == table("""
            order   | ended_at   | end
            some    | 2026-01-04 | stranded
            unknown |            |
        """)

    def test_an_order_is_filled_by_as_many_units_as_it_asks_for(self) -> None:
        assert orders("""
            kind | token | from | to  | maker | order | at         | quantity | price
            bid  | ape   |      |     | ann   | three | 2026-01-02 | 3        | 1 ETH
            sale | ape   | bob  | ann |       | three | 2026-01-03 | 2        | 1 ETH
            sale | ape   | cat  | ann |       | three | 2026-01-05 | 1        | 1 ETH
        """) == table("""
            order | ended_at   | end
            three | 2026-01-05 | filled
        """)
