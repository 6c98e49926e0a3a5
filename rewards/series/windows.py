"""The windows of a series, and the words that they put into a title or a message. All of it is UTC."""

import re
from calendar import monthrange
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

PERIOD = re.compile(r"weekly|monthly|(?P<days>[1-9]\d{0,2}) days?")
NAME = re.compile(r"\{(\w*)\}")
LONE_BRACE = re.compile(r"[{}]")

NAMES = ("start", "end", "month", "number")


@dataclass(frozen=True, kw_only=True)
class Period:
    """How far the starts of two windows are apart: calendar months or days, the other one is 0."""

    months: int
    days: int

    def __str__(self) -> str:
        if self.months == 1:
            return "monthly"
        if self.months:
            return f"{self.months} months"
        return "weekly" if self.days == 7 else f"{self.days} days" if self.days > 1 else "1 day"


@dataclass(frozen=True, kw_only=True)
class Window:
    """
    One window ``[starts_at, ends_at)`` of a series; the first has the number 1.

    It becomes a draft at ``opens_at``. It starts there too, unless windows right before it were skipped: it
    has their time as well, from ``first`` on.
    """

    number: int
    first: int
    starts_at: datetime
    opens_at: datetime
    ends_at: datetime


def parse_period(text: str) -> Period:
    """The period that ``weekly``, ``monthly`` or ``10 days`` says. Raises ValueError."""
    form = PERIOD.fullmatch(text)
    if form is None:
        raise ValueError(f'is "{text}"; a period is weekly, monthly, or a number of days, such as 10 days')
    if text == "monthly":
        return Period(months=1, days=0)
    return Period(months=0, days=int(form["days"] or 7))


def get_start(*, first_start: datetime, period: Period, number: int) -> datetime:
    """
    When a window opens, which is when the one before it closes.

    Months are counted from the first window, each time anew: a series that began on the 31st opens on the
    last day of a shorter month, and on the 31st again in the next long one.
    """
    first_start = first_start.astimezone(UTC)
    if period.days:
        return first_start + timedelta(days=period.days * (number - 1))
    months = first_start.month - 1 + period.months * (number - 1)
    year, month = first_start.year + months // 12, months % 12 + 1
    return first_start.replace(year=year, month=month, day=min(first_start.day, monthrange(year, month)[1]))


def get_window(
    *,
    first_start: datetime,
    period: Period,
    number: int,
    last_end: datetime,
    skipped: Collection[int] = (),
) -> Window | None:
    """
    The window with that number, cut off at ``last_end``; None if it would open then or later.

    The time of ``skipped`` windows belongs to the next one that is not, so that no time is left out.
    """
    first = number
    while first - 1 in skipped:
        first -= 1
    starts_at, opens_at, ends_at = (
        get_start(first_start=first_start, period=period, number=one) for one in (first, number, number + 1)
    )
    if opens_at >= last_end:
        return None
    return Window(
        number=number, first=first, starts_at=starts_at, opens_at=opens_at, ends_at=min(ends_at, last_end)
    )


def check_words(text: str) -> None:
    """Raise ValueError, beginning with what is wrong, for words that no window could fill."""
    if unknown := [name for name in NAME.findall(text) if name not in NAMES]:
        known = ", ".join(f"{{{name}}}" for name in NAMES)
        raise ValueError(f"has {{{unknown[0]}}}; what a window fills in is {known}")
    if LONE_BRACE.search(NAME.sub("", text)):
        raise ValueError("has a brace that belongs to no name")


def fill(text: str, window: Window) -> str:
    """
    The text with the window's words: ``{start}`` and ``{end}`` are its first and last day.

    ``{month}`` is the month in which it opens, ``{number}`` its number in the series. With the time of
    skipped windows, both name the first and the last of them.
    """
    # The end is exclusive, so a window that ends at midnight has the day before as its last.
    last = window.ends_at - timedelta(microseconds=1)
    months = [f"{at:%B %Y}" for at in (window.starts_at, window.opens_at)]
    numbers = [str(number) for number in (window.first, window.number)]
    words = {
        "start": f"{window.starts_at.day} {window.starts_at:%B %Y}",
        "end": f"{last.day} {last:%B %Y}",
        "month": " to ".join(dict.fromkeys(months)),
        "number": " to ".join(dict.fromkeys(numbers)),
    }
    return NAME.sub(lambda name: words[name[1]], text)
