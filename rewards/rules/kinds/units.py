"""Turns the decimals that people write into the integers that rules keep."""

from decimal import Decimal
from typing import Annotated

from msgspec import Meta

MICRO = 1_000_000
WEI = 10**18
WHOLE_BP = 10_000

# What a rule may pay at most for one unit. A larger number is a mistake of units.
MOST_XP = 1_000_000_000

Days = Annotated[int, Meta(ge=0, le=36_500)]


def micro_xp(xp: Decimal) -> int:
    """XP as micro-XP; ValueError below zero, for more than six decimals, or an absurd amount."""
    if xp < 0:
        raise ValueError(f"is {xp} XP; nothing is ever taken")
    if xp > MOST_XP:
        raise ValueError(f"is {xp} XP; more than {MOST_XP:,} for one unit is taken for a mistake")
    return _whole(xp * MICRO, "has more than six decimals; the smallest amount is 0.000001 XP")


def wei(eth: Decimal) -> int:
    """ETH as wei; ValueError below zero or for more than eighteen decimals."""
    if eth < 0:
        raise ValueError(f"is {eth} ETH; a price is not below zero")
    return _whole(eth * WEI, "has more than eighteen decimals; the smallest amount is one wei")


def basis_points(multiplier: Decimal) -> int:
    """A multiplier as basis points, ×1.25 as 12500; ValueError outside ×0.0001 to ×1000 or finer."""
    if not 0 < multiplier <= 1000:
        raise ValueError(f"is ×{multiplier}; a multiplier lies above 0 and is at most 1000")
    return _whole(multiplier * WHOLE_BP, "has more than four decimals; the smallest step is 0.0001")


def _whole(value: Decimal, otherwise: str) -> int:
    whole = int(value)
    if whole != value:
        raise ValueError(otherwise)
    return whole
