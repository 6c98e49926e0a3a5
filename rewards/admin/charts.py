"""Lays out charts of bars, stacked by rule or a histogram: integers in, places in an SVG out."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from rewards.admin.queries import Issue
from rewards.shipments.review import Bin, Spread
from rewards.tab import figures
from rewards.whatif.queries import Bucket

WIDTH = 720
HEIGHT = 220
LEFT = 64
FOOT = 28
WIDEST = 56
COLOURS = 6

# More bounds than these under a histogram would run into each other; then only powers of ten are named.
MOST_BOUNDS = 13

# The percentiles that a histogram marks, and how each is called.
MARKED = {50: "half", 99: "99 %"}
MARK_Y = {50: 0, 99: 16}


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


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of a histogram, with what it stands for as text."""

    x: int
    width: int
    y: int
    height: int
    title: str


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A place along the axis, and what stands there; ``y`` is where the line of one in the chart begins."""

    x: int
    label: str
    y: int = 0

    @property
    def anchor(self) -> str:
        """On which side of its line a label has room."""
        return "start" if self.x < WIDTH * 3 // 4 else "end"

    @property
    def text_x(self) -> int:
        """Where the label begins or ends, a little beside its line."""
        return self.x + (6 if self.anchor == "start" else -6)


@dataclass(frozen=True, kw_only=True)
class Histogram:
    """How many collectors get how much: columns of equal width, each two to two and a half times the last."""

    width: int
    height: int
    left: int
    foot: int
    columns: list[Column]
    bounds: list[Mark]
    ticks: list[Tick]
    marks: list[Mark]


def histogram(spread: Spread) -> Histogram | None:
    """The awards of a plan by size; None where there is none."""
    if not spread.bins:
        return None
    top = nice_top(max(one.award_count for one in spread.bins))
    step = min((WIDTH - LEFT - 12) // len(spread.bins), WIDEST * 2)
    edges = [one.from_xp for one in spread.bins] + [spread.bins[-1].below_xp]
    named = [
        (number, edge)
        for number, edge in enumerate(edges)
        if len(edges) <= MOST_BOUNDS or str(edge).strip("0") == "1"
    ]
    return Histogram(
        width=WIDTH,
        height=HEIGHT,
        left=LEFT,
        foot=HEIGHT - FOOT,
        columns=[_column(number, one, step=step, top=top) for number, one in enumerate(spread.bins)],
        bounds=[Mark(x=LEFT + number * step, label=short(edge)) for number, edge in named],
        ticks=[Tick(y=_y(top * part // 2, top=top), label=short(top * part // 2)) for part in (0, 1, 2)],
        marks=[
            Mark(
                x=_place(amount_xp, bins=spread.bins, step=step),
                label=f"{MARKED[percent]}: up to {short(amount_xp)}",
                y=MARK_Y[percent],
            )
            for percent, amount_xp in spread.percentiles
            if percent in MARKED
        ],
    )


def _column(number: int, one: Bin, *, step: int, top: int) -> Column:
    y = _y(one.award_count, top=top)
    if one.award_count:
        # One collector among many thousands is seen, too.
        y = min(y, HEIGHT - FOOT - 1)
    last_xp = one.below_xp - 1
    amounts = figures.xp(one.from_xp) if one.from_xp == last_xp else f"{one.from_xp:,} to {last_xp:,} XP"
    return Column(
        x=LEFT + number * step + 1,
        width=step - 2,
        y=y,
        height=HEIGHT - FOOT - y,
        title=f"{amounts}: {figures.counted(one.award_count, 'collector')}",
    )


def _place(amount_xp: int, *, bins: Sequence[Bin], step: int) -> int:
    """Where an amount lies along the axis; within a column evenly."""
    number = next(place for place, one in enumerate(bins) if amount_xp < one.below_xp)
    one = bins[number]
    return LEFT + number * step + (amount_xp - one.from_xp) * step // (one.below_xp - one.from_xp)


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


def side_by_side(buckets: Sequence[Bucket]) -> Chart | None:
    """How many collectors are in each bucket of XP, as it was beside what if; None where nobody is."""
    if not buckets:
        return None
    most = nice_top(max(max(one.before, one.after) for one in buckets))
    step = min((WIDTH - LEFT) // len(buckets), WIDEST * 2)
    width = step * 7 // 20
    bars = []
    for number, bucket in enumerate(buckets):
        middle = LEFT + number * step + step // 2
        span = f"{figures.whole(bucket.from_xp)} to {figures.xp(bucket.to_xp - 1)}"
        for x, count, colour, name, label in (
            (middle - width, bucket.before, 1, "as it was", short(bucket.from_xp)),
            (middle, bucket.after, 0, "what if", ""),
        ):
            title = f"{span}, {name}: {figures.counted(count, 'collector')}"
            height = HEIGHT - FOOT - _y(count, top=most)
            part = Part(y=_y(count, top=most), height=height, colour=colour, title=title)
            bars.append(Bar(x=x, middle=middle, width=width - 1, label=label, parts=[part]))
    ticks = [Tick(y=_y(most * part // 2, top=most), label=short(most * part // 2)) for part in (0, 1, 2)]
    return Chart(width=WIDTH, height=HEIGHT, left=LEFT, bars=bars, ticks=ticks, series=[])


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
