"""Curves over the days that a token was held: steps, or straight lines between points."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import msgspec

from rewards.rules.kinds import units


class Point(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """From this many whole days on, the multiplier."""

    days: units.Days
    multiplier: Decimal


def stored(points: Sequence[Point]) -> list[dict[str, int]]:
    """Return the points in basis points, by days; ValueError where two share a day or none rises."""
    days = [point.days for point in points]
    if days != sorted(set(days)):
        raise ValueError("must list its days once each, from the fewest on")
    return [{"days": point.days, "bp": units.basis_points(point.multiplier)} for point in points]


def arrays(points: Sequence[dict[str, Any]]) -> dict[str, list[int]]:
    """The points as the arrays that the SQL of the kinds reads."""
    return {
        "curve_days": [point["days"] for point in points],
        "curve_bp": [units.WHOLE_BP, *(point["bp"] for point in points)],
    }
