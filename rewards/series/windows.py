"""The windows of a series, and the words that they put into a title or a message. All of it is UTC."""

import re
from calendar import monthrange
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
    """One window ``[starts_at, ends_at)`` of a series; the first has the number 1."""

    number: int
    starts_at: datetime
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


def get_window(*, first_start: datetime, period: Period, number: int, last_end: datetime) -> Window | None:
    """The window with that number, cut off at ``last_end``; None if it would open then or later."""
    starts_at = get_start(first_start=first_start, period=period, number=number)
    if starts_at >= last_end:
        return None
    ends_at = get_start(first_start=first_start, period=period, number=number + 1)
    return Window(number=number, starts_at=starts_at, ends_at=min(ends_at, last_end))


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

    ``{month}`` is the month in which it opens, ``{number}`` its number in the series.
    """
    # The end is exclusive, so a window that ends at midnight has the day before as its last.
    last = window.ends_at - timedelta(microseconds=1)
    words = {
        "start": f"{window.starts_at.day} {window.starts_at:%B %Y}",
        "end": f"{last.day} {last:%B %Y}",
        "month": f"{window.starts_at:%B %Y}",
        "number": str(window.number),
    }
    return NAME.sub(lambda name: words[name[1]], text)
