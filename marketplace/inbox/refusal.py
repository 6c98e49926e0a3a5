"""Why a line is not taken in, as a sentence for the person who sent it."""

import re
from typing import Final

import msgspec

NUMBER_OF_FIELD = re.compile(r"\[(\d+|\.\.\.)\]")
EXPECTED_TYPE = re.compile(r"Expected `([^`]+)`(?:, got `([^`]+)`)?")
EXPECTED_LIMIT = re.compile(r"Expected `(?:int|str)`( of length)? (<=|>=) (-?\d+)")

# msgspec speaks of Python and JSON types; a sender knows only his JSON.
TYPE_WORDS = {
    "str": "text in quotes",
    "str | null": "text in quotes",
    "int": "a whole number",
    "int | null": "a whole number",
    "float": "a number with a fraction",
    "bool": "true or false",
    "null": "null",
    "array": "a list",
    "array | null": "a list of three whole numbers",
    "object": "an object",
    "object | null": "an object",
    "datetime": "an instant as text, such as 2026-01-31T12:00:00Z",
    "datetime | null": "an instant as text, such as 2026-01-31T12:00:00Z",
}

ENDS_EARLY: Final = "The JSON ends before the object is closed."


# What msgspec says word for word, and what goes after the field's name instead.
SENTENCES = {
    "Expected `datetime` with a timezone component": (
        "has no offset; write Z or an offset such as +02:00 after the time"
    ),
    "Invalid RFC3339 encoded datetime": "is not an RFC 3339 instant, such as 2026-01-31T12:00:00Z",
    "Expected `str` of length >= 1": "must not be empty",
    "Expected `array` of length 3": "must be three whole numbers: block, transaction index, log index",
}


class Refusal(Exception):
    """
    A line that is not an event; the text says why, in one sentence, and names the field.

    ``field`` is the path of that field within the line, such as ``payload.maker.address``; it is empty where
    the line as a whole is wrong.
    """

    def __init__(self, text: str, *, field: str = "") -> None:
        super().__init__(text)
        self.field = field


class Undecided(Refusal):
    """A line that cannot be read by itself, and can together with others that may still come."""


def explain(*, error: Exception, line: bytes, kinds: tuple[str, ...] = ()) -> Refusal:
    """Turn what msgspec says about a line into a refusal that names the field in the sender's words."""
    if isinstance(error, msgspec.ValidationError):
        return _invalid(str(error), kinds)
    if isinstance(error, RecursionError):
        return Refusal("The line nests objects deeper than an event ever does.")
    return Refusal(_malformed(str(error), line))


def _malformed(what: str, line: bytes) -> str:
    try:
        line.decode()
    except UnicodeDecodeError as wrong:
        return f"The line is not UTF-8 text: byte {wrong.start + 1} is wrong."
    if line.startswith(b"\xef\xbb\xbf"):
        return "The line begins with a byte order mark; save the file as UTF-8 without one."
    if what != "Input data was truncated":
        return f"The line is not JSON: {what.removeprefix('JSON is malformed: ')}."
    if line.rstrip().endswith(b"}"):
        return "The line is not JSON: a text or an escape in it is cut short."
    return ENDS_EARLY


def _invalid(text: str, kinds: tuple[str, ...]) -> Refusal:
    what, _, path = text.partition(" - at `$")
    place = path.rstrip("`").lstrip(".")
    field = NUMBER_OF_FIELD.sub("", place)
    if what.startswith("Object missing required field"):
        parent = f"{field}." if field else ""
        return Refusal(f"{parent}{_quoted(what)} is missing.", field=place)
    if what.startswith("Object contains unknown field"):
        return Refusal(f"{_quoted(what)} is not a field of this kind of event.", field=_quoted(what))
    if what.startswith("Invalid value") and field == "kind":
        choices = f"it must be one of {', '.join(kinds)}"
        return Refusal(f"kind is {what.removeprefix('Invalid value ')}; {choices}.", field=field)
    return Refusal(f"{field or 'The line'} {_expectation(what)}.", field=place)


def _quoted(what: str) -> str:
    return what.split("`")[1]


def _expectation(what: str) -> str:
    if sentence := SENTENCES.get(what):
        return sentence
    if limit := EXPECTED_LIMIT.fullmatch(what):
        verb, unit = ("have", " characters") if limit[1] else ("be", "")
        return f"must {verb} at {'most' if limit[2] == '<=' else 'least'} {limit[3]}{unit}"
    if types := EXPECTED_TYPE.fullmatch(what):
        instead = f", not {TYPE_WORDS.get(types[2], types[2])}" if types[2] else ""
        return f"must be {TYPE_WORDS.get(types[1], types[1])}{instead}"
    return f"cannot be {what.removeprefix('Invalid enum value ').replace('`', '')}"
