"""Reads of series: what each does next, and what it made."""

from dataclasses import dataclass
from datetime import datetime

from rewards.series import operations
from rewards.series.errors import UnknownSeries
from rewards.series.models import Round, Series, Skip
from rewards.series.windows import Period, Window

# So many rounds of a series are shown, the latest first.
ROUNDS = 50

# So many windows ahead are shown, for staff to skip.
COMING = 6

# So many rounds of each series are told to collectors.
PLANNED = 3


@dataclass(frozen=True, kw_only=True)
class Next:
    """
    The next round of a series: its window, and when that is drafted, planned, due and shipped.

    ``skipped`` are the windows right before it that it pays for as well.
    """

    number: int
    window_start: datetime
    window_end: datetime
    skipped: list[Skip]
    draft_due_at: datetime
    plan_due_at: datetime
    approve_by: datetime | None
    ships_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Coming:
    """A window that is still to open, its skip if it is skipped, and whether it may be: the last may not."""

    number: int
    starts_at: datetime
    ends_at: datetime
    skip: Skip | None
    may_skip: bool


@dataclass(frozen=True, kw_only=True)
class Made:
    """A round that a series made, and the windows before it that it pays for as well."""

    round: Round
    skipped: list[Skip]


@dataclass(frozen=True, kw_only=True)
class Row:
    """
    A series with its period in words, the round it made last, and what comes next, if anything does.

    ``unpaid`` is time of skipped windows that no round pays, because the series was ended before the next.
    """

    series: Series
    period: Period
    last: Round | None
    following: Next | None
    unpaid: Window | None


def get(*, slug: str) -> Series:
    """The series by that name. Raises UnknownSeries."""
    try:
        return Series.objects.select_related("season").prefetch_related("skips").get(slug=slug)
    except Series.DoesNotExist:
        raise UnknownSeries(slug) from None


def list_series() -> list[Row]:
    """Every series: those that go on first, then by name. Three statements, however many there are."""
    found = list(Series.objects.select_related("season").prefetch_related("skips").order_by("slug"))
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
        unpaid=_get_unpaid(series=series),
    )


def get_next(*, series: Series) -> Next | None:
    """The next round that the series makes; None if it has ended."""
    following = [] if series.state == "ended" else _list_next(series=series, most=1)
    return following[0] if following else None


def list_planned() -> list[Next]:
    """
    The next rounds of every series that goes on, beginning with the one that becomes a draft next.

    What is a draft already is a shipment, and none of these. A series that is paused plans nothing. Two
    statements, however many series there are.
    """
    found = Series.objects.filter(state="on").select_related("season").prefetch_related("skips")
    return [one for series in found.order_by("id") for one in _list_next(series=series, most=PLANNED)]


def _list_next(*, series: Series, most: int) -> list[Next]:
    """The next rounds of a series, up to the end of its season; what is skipped is none of its own."""
    skips = {one.number: one for one in series.skips.all()}
    found: list[Next] = []
    number = series.next_number
    while len(found) < most and (window := operations.get_window(series=series, number=number)):
        if number not in skips:
            found.append(
                Next(
                    number=number,
                    window_start=window.starts_at,
                    window_end=window.ends_at,
                    skipped=[skips[one] for one in range(window.first, number)],
                    draft_due_at=window.opens_at,
                    **operations.list_times(series=series, window=window),
                )
            )
        number += 1
    return found


def _get_unpaid(*, series: Series) -> Window | None:
    """The time of skipped windows right before an ended series' next one, which none of its rounds pays."""
    if series.state != "ended":
        return None
    skipped = {one.number for one in series.skips.all()}
    last = series.next_number - 1
    return operations.get_window(series=series, number=last) if last in skipped else None


def list_coming(*, series: Series, as_of: datetime) -> list[Coming]:
    """The next windows that have not opened at an instant, each by itself; none if the series has ended."""
    if series.state == "ended":
        return []
    skips = {one.number: one for one in series.skips.all()}
    coming: list[Coming] = []
    number = series.next_number
    while len(coming) < COMING and (window := operations.get_window(series=series, number=number)):
        number += 1
        if window.opens_at > as_of:
            after = operations.get_window(series=series, number=number)
            coming.append(
                Coming(
                    number=window.number,
                    starts_at=window.opens_at,
                    ends_at=window.ends_at,
                    skip=skips.get(window.number),
                    may_skip=after is not None,
                )
            )
    return coming


def list_rounds(*, series: Series) -> list[Made]:
    """What the series made, the latest first."""
    skips = {one.number: one for one in series.skips.all()}
    made: list[Made] = []
    for one in series.rounds.select_related("shipment").order_by("-number")[:ROUNDS]:
        skipped: list[Skip] = []
        while (number := one.number - len(skipped) - 1) in skips:
            skipped.insert(0, skips[number])
        made.append(Made(round=one, skipped=skipped))
    return made
