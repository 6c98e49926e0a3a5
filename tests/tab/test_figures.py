"""Numbers and dates as the tab writes them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rewards.tab import figures
from rewards.tab.rows import Price
from tests.tab.given import ETH
from tests.tables import day


class TestDecimal:
    @pytest.mark.parametrize(
        ("units", "places", "significant", "written"),
        [
            (0, 18, None, "0"),
            (5, 0, None, "5"),
            (9 * ETH // 10, 18, None, "0.9"),
            (1_234_567_890_123_456_789, 18, 4, "1.234"),
            (1_234_567_890_123_456_789, 18, None, "1.234567890123456789"),
            (12_345 * ETH + ETH // 2, 18, 4, "12,345"),
            (1, 18, 4, "0.000000000000000001"),
            (123_456, 18, 4, "0.0000000000001234"),
            (1_500_000, 6, None, "1.5"),
        ],
    )
    def test_writes_as_many_digits_as_are_asked_for(
        self, units: int, places: int, significant: int | None, written: str
    ) -> None:
        assert figures.decimal(units, places=places, significant=significant) == written


class TestBaseXp:
    @pytest.mark.parametrize(
        ("base_micro_xp", "boost_bp", "amount_xp", "written"),
        [
            (190_000_000, 15_000, 285, "190 XP"),
            (190_476_190, 12_500, 238, "190.47 XP"),
            (223_456_789, 15_000, 335, "223.45 XP"),
            (1_339_999, 15_000, 2, "1.339 XP"),
            (400_000, 10_000, 0, "0.4 XP"),
            (1_234_000_000, 10_000, 1_234, "1,234 XP"),
        ],
    )
    def test_shows_what_the_sum_needs(
        self, base_micro_xp: int, boost_bp: int, amount_xp: int, written: str
    ) -> None:
        told = figures.base_xp(base_micro_xp=base_micro_xp, boost_bp=boost_bp, amount_xp=amount_xp)
        assert told == written

    @settings(max_examples=300)
    @given(base_micro_xp=st.integers(0, 10**15), boost_bp=st.integers(10_000, 200_000))
    def test_what_is_shown_times_the_boost_is_the_xp(self, base_micro_xp: int, boost_bp: int) -> None:
        amount_xp = base_micro_xp * boost_bp // (figures.MICRO * figures.FULL_BP)
        told = figures.base_xp(base_micro_xp=base_micro_xp, boost_bp=boost_bp, amount_xp=amount_xp)
        whole, _, fraction = told.removesuffix(" XP").replace(",", "").partition(".")
        shown = int(whole + fraction.ljust(6, "0"))
        assert shown * boost_bp // (figures.MICRO * figures.FULL_BP) == amount_xp


class TestMultiplier:
    @pytest.mark.parametrize(
        ("boost_bp", "written"), [(10_000, "×1"), (12_500, "×1.25"), (20_000, "×2"), (19_301, "×1.9301")]
    )
    def test_writes_basis_points_exactly(self, boost_bp: int, written: str) -> None:
        assert figures.multiplier(boost_bp) == written


class TestPrice:
    def test_is_short_to_read_and_exact_on_hover(self) -> None:
        paid = Price(amount=1_234_567_890, currency="USDC", decimals=6)
        assert figures.price(paid) == "1,234 USDC"
        assert figures.exact_price(paid) == "1,234.56789 USDC"


class TestWindow:
    @pytest.mark.parametrize(
        ("start", "end", "written"),
        [
            ("2019-03-01", "2019-04-01", "1 to 31 March 2019"),
            ("2019-03-01", "2019-03-02", "1 March 2019"),
            ("2019-03-15", "2019-04-09 19:24", "15 March to 9 April 2019"),
            ("2018-12-01", "2019-03-01", "1 December 2018 to 28 February 2019"),
        ],
    )
    def test_names_its_first_and_last_day(self, start: str, end: str, written: str) -> None:
        assert figures.window(day(start), day(end)) == written


class TestCounted:
    def test_takes_the_right_form(self) -> None:
        assert [figures.counted(number, "line") for number in (0, 1, 2_000)] == [
            "0 lines",
            "1 line",
            "2,000 lines",
        ]
