"""
Reads the parts of another system's JSON message, and names the path of what is wrong with one.

Numbers come as numbers, as text, and as floats that have lost their last digits. What may be told by any
of them is said here once, field by field, so that no amount and no token id is ever a rounded one.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from marketplace.inbox.events import CONTROL_CHARACTER
from marketplace.inbox.refusal import Refusal, explain
from marketplace.inbox.rows import EARLIEST, LATEST, address

PRICE_DIGITS: Final = 78
QUANTITY: Final = 10**15

_decode: Final = msgspec.json.Decoder().decode


def message(line: bytes) -> Any:
    """The JSON value of a line, None where it is empty; Refusal where it is no JSON."""
    try:
        return _decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        if not line.strip():
            return None
        raise explain(error=error, line=line) from error


class Part:
    """An object of a message, and the path that leads to it."""

    def __init__(self, value: Mapping[str, Any], *, path: str = "") -> None:
        self.value = value
        self.path = path

    def at(self, name: str) -> str:
        """The path of a field."""
        return f"{self.path}.{name}" if self.path else name

    def refusal(self, name: str, what: str) -> Refusal:
        """The refusal that says what is wrong with a field."""
        return Refusal(f"{self.at(name)} {what}.", field=self.at(name))

    def get(self, name: str) -> Any:
        """The field as it is, None where it is missing."""
        return self.value.get(name)

    def _needed(self, name: str) -> Any:
        value = self.value.get(name)
        if value is None:
            raise self.refusal(name, "is missing")
        return value

    def part(self, name: str) -> "Part":
        """A field that must be an object."""
        value = self._needed(name)
        if not isinstance(value, dict):
            raise self.refusal(name, "must be an object")
        return Part(value, path=self.at(name))

    def part_or_none(self, name: str) -> "Part | None":
        """A field that may be an object with something in it."""
        return self.part(name) if self.value.get(name) else None

    def parts(self, name: str) -> list["Part"]:
        """A field that may be a list of objects."""
        value = self.value.get(name) or []
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise self.refusal(name, "must be a list of objects")
        return [Part(one, path=f"{self.at(name)}[{number}]") for number, one in enumerate(value)]

    def text(self, name: str, *, most: int) -> str:
        """A text that is not empty."""
        value = self._needed(name)
        if not isinstance(value, str):
            raise self.refusal(name, "must be text in quotes")
        if not 1 <= len(value) <= most:
            raise self.refusal(name, f"must have 1 to {most} characters")
        if found := CONTROL_CHARACTER.search(value):
            raise self.refusal(name, f"holds the control character U+{ord(found[0]):04X}")
        return value

    def text_or_none(self, name: str, *, most: int) -> str | None:
        """A text that may be missing or empty."""
        return self.text(name, most=most) if self.value.get(name) not in (None, "") else None

    def digits(self, name: str, *, most: int) -> str:
        """
        A whole number of any size, told as text or as a number, in digits.

        A float is refused whatever it is, because nobody can know which digits it has lost.
        """
        value = self._needed(name)
        if isinstance(value, float):
            raise self.refusal(name, f"is the float {value!r}, which may have lost digits; it must be text")
        text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
        if not isinstance(text, str) or not (text.isascii() and text.isdecimal()):
            raise self.refusal(name, "must be a whole number in digits, not negative")
        if len(text) > most:
            raise self.refusal(name, f"has {len(text)} digits; at most {most} are stored")
        return text.lstrip("0") or "0"

    def amount(self, name: str) -> str:
        """An amount in base units."""
        return self.digits(name, most=PRICE_DIGITS)

    def whole(self, name: str, *, most: int, least: int = 0) -> int:
        """A small whole number, told as a number, as text, or as a float without a fraction."""
        value = self._needed(name)
        if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
            value = int(value)
        number = int(Part({name: value}, path=self.path).digits(name, most=PRICE_DIGITS))
        if not least <= number <= most:
            raise self.refusal(name, f"must be {least} to {most}")
        return number

    def quantity(self) -> int:
        """The field ``quantity``, one where it is missing."""
        return self.whole("quantity", least=1, most=QUANTITY) if self.value.get("quantity") is not None else 1

    def wallet(self, name: str) -> str:
        """An address."""
        return address(self.text(name, most=128), self.at(name))

    def instant(self, name: str) -> datetime:
        """An instant: RFC 3339, or seconds since 1970 as a number or as text."""
        value = self._needed(name)
        at = self._read_instant(name, value)
        if not EARLIEST <= at < LATEST:
            raise self.refusal(name, "must lie in the years 2009 to 2200")
        return at

    def instant_or_none(self, name: str) -> datetime | None:
        """An instant that may be missing, or zero for none."""
        return None if self.value.get(name) in (None, "", 0, "0") else self.instant(name)

    def end_or_none(self, name: str) -> datetime | None:
        """When an order expires: None where it never does, also told as a number beyond all years."""
        value = self.value.get(name)
        if value in (None, "", 0, "0"):
            return None
        is_number = isinstance(value, int | float) or (isinstance(value, str) and value.isdecimal())
        if is_number and float(value) >= LATEST.timestamp():
            return None
        return self.instant(name)

    def _read_instant(self, name: str, value: Any) -> datetime:
        wrong = self.refusal(name, "must be an RFC 3339 instant with offset, or seconds since 1970")
        if isinstance(value, str) and not value.isdecimal():
            try:
                at = datetime.fromisoformat(value)
            except ValueError as error:
                raise wrong from error
            if at.tzinfo is None:
                raise wrong
            return at.astimezone(UTC) if 1 < at.year < 9999 else at
        seconds = self.whole(name, most=10**11)
        if seconds >= LATEST.timestamp():
            raise self.refusal(name, "must lie in the years 2009 to 2200")
        return datetime.fromtimestamp(seconds, tz=UTC)
