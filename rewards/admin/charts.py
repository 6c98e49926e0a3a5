"""Lays out a chart of stacked bars: integers in, places in an SVG out."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from rewards.admin.queries import Issue
from rewards.tab import figures

WIDTH = 720
HEIGHT = 220
LEFT = 64
FOOT = 28
WIDEST = 56
COLOURS = 6


@dataclass(frozen=True, kw_only=True)
class Part:
    """A piece of a bar."""

    y: int
    height: int
    colour: int
    title: str


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A day: where it stands, what it is called, its pieces from the bottom up."""

    x: int
    middle: int
    width: int
    label: str
    parts: list[Part]


@dataclass(frozen=True, kw_only=True)
class Series:
    """A rule: its colour and what it paid in all."""

    title: str
    colour: int
    amount_xp: int


@dataclass(frozen=True, kw_only=True)
class Tick:
    """A line across the chart."""

    y: int
    label: str


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A chart with its axes; ``series`` are those that it stacks, the largest first."""

    width: int
    height: int
    left: int
    bars: list[Bar]
    ticks: list[Tick]
    series: list[Series]


def issued_by_day(issues: Sequence[Issue]) -> Chart | None:
    """XP a day, stacked by rule; None where there is none."""
    if not issues:
        return None
    totals: dict[tuple[str, str], int] = defaultdict(int)
    days: dict[date, list[Issue]] = defaultdict(list)
    for issue in issues:
        totals[issue.slug, issue.title] += issue.amount_xp
        days[issue.day].append(issue)
    order = sorted(totals, key=lambda rule: (-totals[rule], rule))
    colours = {slug: min(place, COLOURS - 1) for place, (slug, _) in enumerate(order)}
    places = {slug: place for place, (slug, _) in enumerate(order)}
    top = nice_top(max(sum(issue.amount_xp for issue in of_day) for of_day in days.values()))
    step = min((WIDTH - LEFT) // len(days), WIDEST * 2)
    bars = []
    for number, (day, of_day) in enumerate(sorted(days.items())):
        width = min(step * 6 // 10, WIDEST)
        middle = LEFT + number * step + step // 2
        stacked = sorted(of_day, key=lambda issue: places[issue.slug])
        bars.append(
            Bar(
                x=middle - width // 2,
                middle=middle,
                width=width,
                label=f"{day.day} {day:%b}",
                parts=_stack(stacked, colours=colours, top=top),
            )
        )
    return Chart(
        width=WIDTH,
        height=HEIGHT,
        left=LEFT,
        bars=bars,
        ticks=[Tick(y=_y(top * part // 2, top=top), label=short(top * part // 2)) for part in (0, 1, 2)],
        series=[Series(title=rule[1], colour=colours[rule[0]], amount_xp=totals[rule]) for rule in order],
    )


def _stack(issues: Sequence[Issue], *, colours: dict[str, int], top: int) -> list[Part]:
    parts, below = [], 0
    for issue in issues:
        foot, head = _y(below, top=top), _y(below + issue.amount_xp, top=top)
        parts.append(
            Part(
                y=head,
                height=max(foot - head, 1),
                colour=colours[issue.slug],
                title=f"{issue.title}: {figures.xp(issue.amount_xp)}",
            )
        )
        below += issue.amount_xp
    return parts


def _y(amount_xp: int, *, top: int) -> int:
    room = HEIGHT - FOOT - 12
    return HEIGHT - FOOT - amount_xp * room // top


def nice_top(largest: int) -> int:
    """The end of an axis: 2, 4 or 10 times a power of ten, at or above the largest value."""
    power = 1
    while True:
        for digit in (2, 4, 10):
            if digit * power >= largest:
                return digit * power
        power *= 10


def short(amount_xp: int) -> str:
    """A number for an axis: 20k, 1.5M."""
    for size, letter in ((10**9, "B"), (10**6, "M"), (10**3, "k")):
        if amount_xp >= size:
            return f"{figures.decimal(amount_xp * 10 // size, places=1)}{letter}"
    return str(amount_xp)
