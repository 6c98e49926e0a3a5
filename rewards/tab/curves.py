"""The picture of a boost's curve with a hold's place on it, as the numbers of an SVG."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from rewards.tab.figures import FULL_BP
from rewards.tab.growth import Standing, Step, steps, steps_given
from rewards.tab.rows import Hold

WIDTH, HEIGHT = 320, 128
# Room for the labels: multipliers on the left, days below.
LEFT, TOP, RIGHT, BOTTOM = 44, 12, 8, 22
# Labels nearer to each other than this are not both written.
NEAREST = 44


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A label of an axis, and where it stands."""

    at: int
    text: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """A step with the day on which the hold reaches, or reached, it."""

    step: Step
    at: datetime
    is_reached: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A curve: its path, the way that the hold has gone on it, and where the hold is now."""

    path: str
    gone: str
    x: int
    y: int
    days: list[Mark]
    boosts: list[Mark]
    reaches: list[Reach]


def picture(standing: Standing, hold: Hold) -> Picture:
    """Draw the curve of a standing, a tenth longer than its last step or as long as the hold is."""
    points = steps(standing.rule.params)
    last = max(points[-1].days * 11 // 10, hold.hold_days, 1)
    lowest = min(FULL_BP, *(point.boost_bp for point in points))
    highest = max(point.boost_bp for point in points)

    def x(days: int) -> int:
        return LEFT + (WIDTH - LEFT - RIGHT) * days // last

    def y(boost_bp: int) -> int:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (boost_bp - lowest) // max(highest - lowest, 1)

    given = steps_given(standing.rule.params)
    linear = standing.rule.params.get("shape") == "linear"

    def line(until: int, boost_bp: int) -> str:
        """The curve up to a day, where it has come to a boost."""
        drawn = [f"M{x(0)} {y(points[0].boost_bp)}"]
        for before, point in pairwise(points):
            if point.days > until:
                break
            # A linear curve rises between its points; before the first it is flat, as the engine computes it.
            rises = linear and before in given
            drawn.append(
                f"L{x(point.days)} {y(point.boost_bp)}" if rises else f"H{x(point.days)}V{y(point.boost_bp)}"
            )
        drawn.append(f"L{x(until)} {y(boost_bp)}")
        return "".join(drawn)

    return Picture(
        path=line(last, points[-1].boost_bp),
        gone=line(hold.hold_days, standing.boost_bp),
        x=x(hold.hold_days),
        y=y(standing.boost_bp),
        days=_apart([Mark(at=x(point.days), text=point.days) for point in points], NEAREST),
        boosts=_apart([Mark(at=y(point.boost_bp), text=point.boost_bp) for point in points], 14),
        reaches=[
            Reach(
                step=point,
                at=hold.started_at + timedelta(days=point.days),
                is_reached=point.days <= hold.hold_days,
            )
            for point in points
            if point.days
        ],
    )


def _apart(marks: list[Mark], least: int) -> list[Mark]:
    """The marks without those that would run into the one kept before; the last one is always kept."""
    kept: list[Mark] = []
    for mark in reversed(marks):
        if not kept or abs(kept[-1].at - mark.at) >= least:
            kept.append(mark)
    return kept[::-1]
