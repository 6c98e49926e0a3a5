"""Windows touch and never overlap, in leap years and at the ends of months."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewards.series import windows
from rewards.series.windows import Period, Window
from tests.tables import day


def starts(first: str, period: str, *, count: int) -> list[str]:
    found = [
        windows.get_start(first_start=day(first), period=windows.parse_period(period), number=number)
        for number in range(1, count + 1)
    ]
    return [f"{at:%Y-%m-%d}" for at in found]


def window(number: int, start: str, end: str, *, first: int | None = None, opens_at: str = "") -> Window:
    return Window(
        number=number,
        first=first or number,
        starts_at=day(start),
        opens_at=day(opens_at or start),
        ends_at=day(end),
    )


class TestGetStart:
    @pytest.mark.parametrize(
        ("first", "period", "expected"),
        [
            ("2027-12-31", "monthly", ["2027-12-31", "2028-01-31", "2028-02-29", "2028-03-31", "2028-04-30"]),
            ("2027-01-29", "monthly", ["2027-01-29", "2027-02-28", "2027-03-29"]),
            ("2028-02-29", "monthly", ["2028-02-29", "2028-03-29", "2028-04-29"]),
            ("2028-02-22", "weekly", ["2028-02-22", "2028-02-29", "2028-03-07"]),
            ("2028-02-28", "1 day", ["2028-02-28", "2028-02-29", "2028-03-01"]),
            ("2026-12-25", "10 days", ["2026-12-25", "2027-01-04", "2027-01-14"]),
        ],
    )
    def test_of_each_period(self, first: str, period: str, expected: list[str]) -> None:
        assert starts(first, period, count=len(expected)) == expected

    @given(
        first_start=st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
        period=st.sampled_from(["monthly", "weekly", "1 day", "31 days"]),
        number=st.integers(1, 500),
    )
    def test_each_is_after_the_one_before(self, first_start: datetime, period: str, number: int) -> None:
        start, end = (
            windows.get_start(first_start=first_start, period=windows.parse_period(period), number=one)
            for one in (number, number + 1)
        )
        assert start < end


class TestGetWindow:
    def test_touches_the_next_and_ends_with_the_season(self) -> None:
        found = [
            windows.get_window(
                first_start=day("2026-11-01"),
                period=Period(months=1, days=0),
                number=number,
                last_end=day("2026-12-15"),
            )
            for number in (1, 2, 3)
        ]
        assert found == [
            window(1, "2026-11-01", "2026-12-01"),
            window(2, "2026-12-01", "2026-12-15"),
            None,
        ]


class TestParsePeriod:
    @pytest.mark.parametrize("text", ["weekly", "monthly", "1 day", "10 days", "366 days"])
    def test_reads_what_it_writes(self, text: str) -> None:
        assert str(windows.parse_period(text)) == text

    @pytest.mark.parametrize("text", ["", "yearly", "0 days", "-1 days", "1000 days", "days", "10"])
    def test_refuses_others(self, text: str) -> None:
        with pytest.raises(ValueError, match="a period is weekly, monthly, or a number of days"):
            windows.parse_period(text)


class TestFill:
    def test_says_first_and_last_day(self) -> None:
        whole = window(14, "2028-02-01", "2028-03-01")
        said = windows.fill("{month}: {start} to {end}, round {number}", whole)
        assert said == "February 2028: 1 February 2028 to 29 February 2028, round 14"

    def test_names_the_first_and_the_last_of_windows_that_were_joined(self) -> None:
        joined = window(14, "2028-02-01", "2028-05-01", first=12, opens_at="2028-04-01")
        said = windows.fill("{month}: {start} to {end}, round {number}", joined)
        assert said == "February 2028 to April 2028: 1 February 2028 to 30 April 2028, round 12 to 14"

    @pytest.mark.parametrize(
        ("text", "wrong"),
        [("{day}", "has {day}"), ("{}", "has {}"), ("a { b", "brace"), ("{start.x}", "brace")],
    )
    def test_refuses_what_no_window_fills(self, text: str, wrong: str) -> None:
        with pytest.raises(ValueError, match=wrong):
            windows.check_words(text)
