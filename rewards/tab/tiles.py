"""
Pictures for tokens that have none: a pattern of quarter circles, the same for the same token.

The contract chooses the colours, so that a collection looks like one family; the token chooses the
shapes and which of the family's colours lie on which. All are plain SVG attributes, as a strict
content security policy wants it.
"""

import functools
from dataclasses import dataclass
from hashlib import blake2b

from rewards.tab.rows import Token

CELLS = 3
CELL = 8
SIZE = CELLS * CELL

# Ground, and two inks that stand out on it; picked by eye to sit well on a light and a dark page.
FAMILIES = (
    (("#0b3b3c", "#3ec6a8", "#f4d58d"), ("#3ec6a8", "#0b3b3c", "#fdf3d8"), ("#f4d58d", "#0b3b3c", "#e4674b")),
    (("#1d2a5b", "#7aa2ff", "#ffd6c9"), ("#7aa2ff", "#1d2a5b", "#fff3ea"), ("#ffd6c9", "#1d2a5b", "#ff7d66")),
    (("#3a1f4d", "#b98cff", "#ffc76b"), ("#b98cff", "#3a1f4d", "#fff2d9"), ("#ffc76b", "#3a1f4d", "#e85d75")),
    (("#4a1c2b", "#ff8f8f", "#ffe0a8"), ("#ff8f8f", "#4a1c2b", "#fff0dc"), ("#ffe0a8", "#4a1c2b", "#3f9c8f")),
    (("#16324a", "#54b6e8", "#f7c59f"), ("#54b6e8", "#16324a", "#fff0e2"), ("#f7c59f", "#16324a", "#d9583f")),
    (("#233d1f", "#8fce6a", "#ffe28a"), ("#8fce6a", "#233d1f", "#fff8dc"), ("#ffe28a", "#233d1f", "#d8703c")),
)

# A quarter circle with its corner in each corner of the cell, a half-cell triangle, a dot, a full cell.
SHAPES = (
    "M{x} {y}h8a8 8 0 0 1-8 8z",
    "M{r} {y}v8a8 8 0 0 1-8-8z",
    "M{r} {b}h-8a8 8 0 0 1 8-8z",
    "M{x} {b}v-8a8 8 0 0 1 8 8z",
    "M{x} {y}h8l-8 8z",
    "M{r} {b}h-8l8-8z",
    "M{c} {m}m-3 0a3 3 0 1 0 6 0a3 3 0 1 0-6 0z",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """A picture: its ground, and one path for each of two inks."""

    ground: str
    first_ink: str
    first_path: str
    second_ink: str
    second_path: str


def tile(token: Token) -> Tile:
    """Draw the picture of a token."""
    return _drawn(family_of=token.contract, pattern_of=f"{token.contract}/{token.token_id}")


def avatar(address: str) -> Tile:
    """Draw the picture of a wallet."""
    return _drawn(family_of=address, pattern_of=address)


def mosaic() -> list[Tile]:
    """The sixteen tiles beside the front page's first words."""
    return [_drawn(family_of="sea", pattern_of=f"holdfast {place}") for place in range(16)]


# The pictures of much held collections and of leaders are on most pages.
@functools.lru_cache(maxsize=4096)
def _drawn(*, family_of: str, pattern_of: str) -> Tile:
    family = FAMILIES[_digest(family_of)[0] % len(FAMILIES)]
    digest = _digest(pattern_of)
    ground, first_ink, second_ink = family[digest[0] % len(family)]
    paths: tuple[list[str], list[str]] = ([], [])
    for cell in range(CELLS * CELLS):
        byte = digest[cell + 1]
        x, y = cell % CELLS * CELL, cell // CELLS * CELL
        shape = SHAPES[byte % len(SHAPES)]
        ink = 1 if byte >= 150 else 0
        paths[ink].append(shape.format(x=x, y=y, r=x + CELL, b=y + CELL, c=x + CELL // 2, m=y + CELL // 2))
    return Tile(
        ground=ground,
        first_ink=first_ink,
        first_path="".join(paths[0]),
        second_ink=second_ink,
        second_path="".join(paths[1]),
    )


def _digest(text: str) -> bytes:
    return blake2b(text.encode("utf-8"), digest_size=16).digest()
