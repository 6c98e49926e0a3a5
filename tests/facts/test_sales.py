"""Sales, their price in wei, and daily volume."""

import pytest

from marketplace.facts import operations as facts
from marketplace.facts.models import Sale, VolumeDay
from marketplace.inbox import operations as inbox
from tests.facts.given import NOW, linked, told
from tests.tables import events, given_events, sales, table, volume_days

pytestmark = pytest.mark.django_db


def given_rate(at: str, *, currency: str = "USDC", wei: int) -> None:
    """Accept what one whole unit of a currency was worth on a day."""
    rate = {"source": "test", "key": f"rate {at}", "kind": "rate", "at": at, "currency": currency}
    assert inbox.accept(events=[{**rate, "price": str(wei)}]).refused == 0


class TestSales:
    """Each sale is one; told twice in one settlement it is still one."""

    def test_are_told_once_by_two_sources_of_one_transaction(self) -> None:
        told("""
            kind | token | from | to  | at               | tx | price | source
            sale | ape   | ann  | bob | 2026-01-10 00:01 | t1 | 1 ETH | market
            sale | ape   | ann  | bob | 2026-01-10       | t1 | 1 ETH | chain
        """)
        assert sales() == table("""
            source | seller | buyer | price | at
            chain  | ann    | bob   | 1 ETH | 2026-01-10
        """)

    def test_the_first_in_order_stands_even_if_it_comes_later(self) -> None:
        told("""
            kind | token | from | to  | at               | tx | price | source
            sale | ape   | ann  | bob | 2026-01-10 00:01 | t1 | 1 ETH | market
        """)
        told("""
            kind | token | from | to  | at         | tx | price | source
            sale | ape   | ann  | bob | 2026-01-10 | t1 | 1 ETH | chain
        """)
        assert sales() == table("""
            source | at
            chain  | 2026-01-10
        """)

    @pytest.mark.parametrize(
        "other",
        [
            "sale | ape | cat | bob | 2026-01-10 | t1 | 1 ETH | 1 | o1",
            "sale | ape | ann | cat | 2026-01-10 | t1 | 1 ETH | 1 | o1",
            "sale | ape | ann | bob | 2026-01-10 | t1 | 2 ETH | 1 | o1",
            "sale | ape | ann | bob | 2026-01-10 | t1 | 1 WETH | 1 | o1",
            "sale | ape | ann | bob | 2026-01-10 | t1 | 1 ETH | 2 | o1",
            "sale | ape | ann | bob | 2026-01-10 | t1 | 1 ETH | 1 | o2",
            "sale | ape | ann | bob | 2026-01-10 | t2 | 1 ETH | 1 | o1",
        ],
        ids=["seller", "buyer", "price", "currency", "quantity", "order", "transaction"],
    )
    def test_another_content_is_another_sale(self, other: str) -> None:
        told(f"""
            kind | token | from | to  | at         | tx | price | quantity | order
            sale | ape   | ann  | bob | 2026-01-10 | t1 | 1 ETH | 1        | o1
            {other}
        """)
        assert len(sales()) == 2

    def test_alone_in_their_settlements_are_sales_of_their_own(self) -> None:
        told("""
            kind | token | from | to  | at         | price | key
            sale | ape   | ann  | bob | 2026-01-10 | 1 ETH | a
            sale | ape   | ann  | bob | 2026-01-10 | 1 ETH | b
        """)
        assert len(sales()) == 2


class TestPriceWei:
    """ETH and WETH count as they are, others by the day's rate."""

    def test_by_the_rate_of_the_utc_day_rounded_down(self) -> None:
        # 3 USDC are 3,000,000 units; × 400,000,000,000,001 wei / 1,000,000 = 1,200,000,000,000,003.
        given_rate("2026-01-10T05:00:00Z", wei=400_000_000_000_001)
        told("""
            kind | token | from | to  | at               | price         | key
            sale | ape   | ann  | bob | 2026-01-10       | 3 USDC        | a
            sale | ape   | bob  | ann | 2026-01-10 23:59 | 0.000003 USDC | b
            sale | ape   | ann  | bob | 2026-01-11       | 3 USDC        | c
            sale | ape   | bob  | ann | 2026-01-09 23:59 | 3 USDC        | d
            sale | ape   | bob  | ann | 2026-01-12       | 2 WETH        | e
            sale | ape   | ann  | bob | 2026-01-13       | 2 ETH         | f
        """)
        assert sales() == table("""
            key | price_eth
            a   | 0.001200000000000003 ETH
            b   | 0.0000000012 ETH
            c   |
            d   |
            e   | 2 ETH
            f   | 2 ETH
        """)

    def test_by_the_last_rate_of_the_day_whenever_it_comes(self) -> None:
        given_rate("2026-01-10T05:00:00Z", wei=5 * 10**14)
        told("""
            kind | token | from | to  | at         | price
            sale | ape   | ann  | bob | 2026-01-10 | 2 USDC
        """)
        assert sales() == table("""
            price_eth
            0.001 ETH
        """)
        given_rate("2026-01-10T06:00:00Z", wei=6 * 10**14)
        given_rate("2026-01-10T04:00:00Z", wei=7 * 10**14)
        facts.refresh(as_of=NOW)
        assert sales() == table("""
            price_eth
            0.0012 ETH
        """)
        assert volume_days() == table("""
            day        | volume
            2026-01-10 | 0.0012 ETH
        """)

    def test_rates_of_ether_itself_do_not_count(self) -> None:
        given_rate("2026-01-10T05:00:00Z", currency="WETH", wei=5)
        told("""
            kind | token | from | to  | at         | price
            sale | ape   | ann  | bob | 2026-01-10 | 2 WETH
        """)
        assert sales() == table("""
            price_eth
            2 ETH
        """)

    @pytest.mark.parametrize(
        ("rate_wei", "price_wei"),
        [(10**6, int("9" * 78)), (10**6 + 1, None), (int("9" * 78), None)],
        ids=["78 digits", "79 digits", "the largest rate"],
    )
    def test_of_more_than_78_digits_is_none_and_stops_nothing(
        self, rate_wei: int, price_wei: int | None
    ) -> None:
        # A unit of USDC is a millionth, so that at a rate of 10^6 wei a unit is worth one wei.
        given_rate("2026-01-10T05:00:00Z", wei=rate_wei)
        (sale,) = events("""
            kind | token | from | to  | at         | price
            sale | ape   | ann  | bob | 2026-01-10 | 1 USDC
        """)
        assert inbox.accept(events=[{**sale, "price": "9" * 78}]).new == 1
        facts.refresh(as_of=NOW)
        assert Sale.objects.get().price_wei == price_wei
        assert VolumeDay.objects.get().volume_wei == (price_wei or 0)


class TestVolumeDays:
    """What was traded in a collection on a UTC day, without sales between own wallets."""

    def test_counts_sales_buyers_and_wei_by_collection_and_day(self) -> None:
        told("""
            kind | token | from | to  | at               | price  | collection
            sale | ape   | ann  | bob | 2026-01-10       | 1 ETH  | apes
            sale | ape   | bob  | cat | 2026-01-10 12:00 | 2 ETH  | apes
            sale | ape   | cat  | bob | 2026-01-10 23:59 | 3 WETH | apes
            sale | ape   | bob  | ann | 2026-01-11       | 4 ETH  | apes
            sale | cap   | bob  | ann | 2026-01-10       | 5 ETH  | caps
            sale | cap   | ann  | bob | 2026-01-10 01:00 | 9 USDC | caps
        """)
        assert volume_days() == table("""
            collection | day        | sales | buyers | volume
            apes       | 2026-01-10 | 3     | 2      | 6 ETH
            apes       | 2026-01-11 | 1     | 1      | 4 ETH
            caps       | 2026-01-10 | 2     | 2      | 5 ETH
        """)

    def test_leaves_out_sales_between_own_wallets(self) -> None:
        told("""
            kind | token | from | to  | at               | price
            sale | ape   | ann  | amy | 2026-01-10       | 1 ETH
            sale | ape   | amy  | bob | 2026-01-10 01:00 | 2 ETH
            sale | hat   | ann  | amy | 2026-01-11       | 1 ETH
        """)
        linked("ann", "amy")
        facts.refresh(as_of=NOW)
        assert volume_days() == table("""
            day        | sales | buyers | volume
            2026-01-10 | 1     | 1      | 2 ETH
        """)

    def test_counts_a_sale_to_custody_but_not_the_buyer(self) -> None:
        told("""
            kind    | token | from | to    | at         | price | address
            sale    | ape   | ann  | vault | 2026-01-10 | 1 ETH |
            sale    | ape   | ann  | bob   | 2026-01-10 | 2 ETH |
        """)
        told("""
            kind    | at         | address
            custody | 2026-01-11 | vault
        """)
        assert volume_days() == table("""
            sales | buyers | volume
            2     | 1      | 3 ETH
        """)

    def test_a_day_goes_when_its_only_sale_moves_to_another(self) -> None:
        told("""
            kind | token | from | to  | at               | tx | price | source
            sale | ape   | ann  | bob | 2026-01-10 00:01 | t1 | 1 ETH | market
        """)
        given_events("""
            kind | token | from | to  | at               | tx | price | source
            sale | ape   | ann  | bob | 2026-01-09 23:59 | t1 | 1 ETH | chain
        """)
        facts.refresh(as_of=NOW)
        assert volume_days() == table("""
            day        | sales | volume
            2026-01-09 | 1     | 1 ETH
        """)
