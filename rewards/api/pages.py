"""Pages of long lists. Each has a cursor of where the next begins, which stays right while rows are added."""

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import QueryDict
from rest_framework.exceptions import ParseError

LONGEST = 200
USUAL = 50
LONGEST_CURSOR = 400

# The first page begins behind these.
FIRST, LAST = 0, 2**63 - 1
LAST_UUID = UUID(int=2**128 - 1)


def instant(told: Any) -> datetime:
    """An instant of a cursor; ValueError or TypeError if it is none."""
    at = datetime.fromisoformat(told)
    if at.tzinfo is None:
        raise ValueError("without an offset")
    return at


def number(told: Any) -> int:
    """A number of a cursor that the database has room for; ValueError if it is none."""
    if type(told) is not int or not FIRST <= told <= LAST:
        raise ValueError("no number")
    return told


def key(told: Any) -> UUID:
    """A key of a cursor; ValueError or AttributeError if it is none."""
    return UUID(told)


@dataclass(frozen=True, kw_only=True)
class Order:
    """
    The order of a list: by which values, and where the first page begins.

    A cursor has the list's name in it, so that one of another list is refused instead of misread.
    """

    name: str
    start: Mapping[str, Any]
    kinds: Sequence[Callable[[Any], Any]]

    def read(self, cursor: str | None) -> dict[str, Any]:
        """The values behind which a page begins; ParseError for what is no cursor of this list."""
        if cursor is None:
            return dict(self.start)
        try:
            values = self._values(cursor)
        except (ValueError, TypeError, AttributeError, RecursionError, binascii.Error) as error:
            raise ParseError("The cursor is none of this list. Begin again without one.") from error
        return dict(zip(self.start, values, strict=True))

    def _values(self, cursor: str) -> list[Any]:
        if len(cursor) > LONGEST_CURSOR:
            raise ValueError("too long")
        name, *told = json.loads(base64.b64decode(cursor.encode("ascii"), altchars=b"-_", validate=True))
        if name != self.name:
            raise ValueError("of another list")
        return [read(value) for read, value in zip(self.kinds, told, strict=True)]

    def write(self, place: Sequence[Any]) -> str:
        """The cursor behind a place."""
        text = json.dumps([self.name, *place], separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode()


@dataclass(frozen=True, kw_only=True)
class Page:
    """What a caller asks of a list: the values to begin behind, and how many rows at most."""

    order: Order
    after: dict[str, Any]
    limit: int

    @property
    def values(self) -> dict[str, Any]:
        """What the list's statement takes."""
        return self.after | {"limit": self.limit}


def page_of(query: QueryDict, *, order: Order) -> Page:
    """The page that a query string asks for; ParseError for one that cannot be."""
    limit = query.get("limit", str(USUAL))
    if not limit.isascii() or not limit.isdigit() or not 1 <= int(limit[:9]) <= LONGEST:
        raise ParseError(f"The limit is a number from 1 to {LONGEST}.")
    return Page(order=order, after=order.read(query.get("cursor")), limit=int(limit[:9]))
