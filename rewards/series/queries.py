"""Reads of series: what each does next, and what it made."""

from dataclasses import dataclass
from datetime import datetime

from rewards.series import operations
from rewards.series.errors import UnknownSeries
from rewards.series.models import Round, Series
from rewards.series.windows import Period

# So many rounds of a series are shown, the latest first.
ROUNDS = 50


@dataclass(frozen=True, kw_only=True)
class Next:
    """What comes next of a series: its window, and when that is drafted, planned, due and shipped."""

    number: int
    window_start: datetime
    window_end: datetime
    plan_due_at: datetime
    approve_by: datetime | None
    ships_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Row:
    """A series with its period in words, the round it made last, and what comes next, if anything does."""

    series: Series
    period: Period
    last: Round | None
    following: Next | None


def get(*, slug: str) -> Series:
    """The series by that name. Raises UnknownSeries."""
    try:
        return Series.objects.select_related("season").get(slug=slug)
    except Series.DoesNotExist:
        raise UnknownSeries(slug) from None


def list_series() -> list[Row]:
    """Every series: those that go on first, then by name. Three statements, however many there are."""
    found = list(Series.objects.select_related("season").order_by("slug"))
    latest = Round.objects.select_related("shipment").order_by("series_id", "-number").distinct("series_id")
    last = {one.series_id: one for one in latest}
    order = ("on", "paused", "ended")
    found.sort(key=lambda series: order.index(series.state))
    return [row_of(series, last=last.get(series.id)) for series in found]


def row_of(series: Series, *, last: Round | None) -> Row:
    """A series as pages and commands show it."""
    return Row(
        series=series,
        period=Period(months=series.months, days=series.days),
        last=last,
        following=get_next(series=series),
    )


def get_next(*, series: Series) -> Next | None:
    """What the series makes next; None if it has ended."""
    window = operations.get_window(series=series, number=series.next_number)
    if series.state == "ended" or window is None:
        return None
    times = operations.list_times(series=series, window=window)
    return Next(number=window.number, window_start=window.starts_at, window_end=window.ends_at, **times)


def list_rounds(*, series: Series) -> list[Round]:
    """What the series made, the latest first."""
    return list(series.rounds.select_related("shipment").order_by("-number")[:ROUNDS])
