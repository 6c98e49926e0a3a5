"""Which level a balance has reached, and how far the next one is."""

from collections.abc import Sequence
from dataclasses import dataclass

from rewards.tab.rows import Level

PERMILLE = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """
    A balance among the levels of a season.

    ``number`` counts the levels that were reached, and ``level`` is the highest of them; 0 and empty below
    the first. ``following`` is empty at the top. ``permille`` is how much of the way to it is done.
    """

    number: int
    level: Level | None
    following: Level | None
    missing_xp: int
    permille: int

    @property
    def percent(self) -> str:
        """The way done, as a length of an SVG: 37.5%."""
        return f"{self.permille // 10}.{self.permille % 10}%"


def reached(levels: Sequence[Level], *, balance_xp: int) -> Reached | None:
    """Say where a balance stands; None where the season has no levels."""
    if not levels:
        return None
    number = sum(1 for level in levels if level.xp <= balance_xp)
    level = levels[number - 1] if number else None
    if number == len(levels):
        return Reached(number=number, level=level, following=None, missing_xp=0, permille=PERMILLE)
    following = levels[number]
    start = level.xp if level else 0
    return Reached(
        number=number,
        level=level,
        following=following,
        missing_xp=following.xp - balance_xp,
        permille=PERMILLE * (balance_xp - start) // (following.xp - start),
    )
