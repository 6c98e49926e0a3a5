"""Why a line is not taken in, as a sentence for the person who sent it."""

import re

import msgspec

NUMBER_OF_FIELD = re.compile(r"\[(\d+|\.\.\.)\]")
EXPECTED_TYPE = re.compile(r"Expected `([^`]+)`(?:, got `([^`]+)`)?")

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


class Refusal(Exception):
    """A line that is not an event; the text says why, in one sentence, and names the field."""


def explain(*, error: Exception, line: bytes, kinds: tuple[str, ...] = ()) -> Refusal:
    """Turn what msgspec says about a line into a refusal that names the field in the sender's words."""
    if isinstance(error, msgspec.ValidationError):
        return Refusal(_invalid(str(error), kinds))
    if isinstance(error, RecursionError):
        return Refusal("The line nests objects deeper than an event ever does.")
    try:
        line.decode()
    except UnicodeDecodeError as wrong:
        return Refusal(f"The line is not UTF-8 text: byte {wrong.start + 1} is wrong.")
    if line.startswith(b"\xef\xbb\xbf"):
        return Refusal("The line begins with a byte order mark; save the file as UTF-8 without one.")
    if str(error) != "Input data was truncated":
        return Refusal(f"The line is not JSON: {str(error).removeprefix('JSON is malformed: ')}.")
    if line.rstrip().endswith(b"}"):
        return Refusal("The line is not JSON: a text or an escape in it is cut short.")
    return Refusal("The JSON ends before the object is closed.")


def _invalid(text: str, kinds: tuple[str, ...]) -> str:
    what, _, path = text.partition(" - at `$")
    field = NUMBER_OF_FIELD.sub("", path.rstrip("`")).lstrip(".")
    if what.startswith("Object missing required field"):
        place = f"{field}." if field else ""
        return f"{place}{_quoted(what)} is missing."
    if what.startswith("Object contains unknown field"):
        return f"{_quoted(what)} is not a field of this kind of event."
    if what.startswith("Invalid value") and field == "kind":
        return f"kind is {what.removeprefix('Invalid value ')}; it must be one of {', '.join(kinds)}."
    return f"{field or 'The line'} {_expectation(what)}."


def _quoted(what: str) -> str:
    return what.split("`")[1]


def _expectation(what: str) -> str:
    if types := EXPECTED_TYPE.fullmatch(what):
        instead = f", not {TYPE_WORDS.get(types[2], types[2])}" if types[2] else ""
        return f"must be {TYPE_WORDS.get(types[1], types[1])}{instead}"
    if what == "Expected `datetime` with a timezone component":
        return "has no offset; write Z or an offset such as +02:00 after the time"
    if what == "Invalid RFC3339 encoded datetime":
        return "is not an RFC 3339 instant, such as 2026-01-31T12:00:00Z"
    if what == "Expected `str` of length >= 1":
        return "must not be empty"
    if limit := re.fullmatch(r"Expected `str` of length <= (\d+)", what):
        return f"must have at most {limit[1]} characters"
    if limit := re.fullmatch(r"Expected `int` (<=|>=) (-?\d+)", what):
        return f"must be at {'most' if limit[1] == '<=' else 'least'} {limit[2]}"
    if what == "Expected `array` of length 3":
        return "must be three whole numbers: block, transaction index, log index"
    if what.startswith("Invalid enum value"):
        return f"cannot be {what.removeprefix('Invalid enum value ')}"
    return f"is not as it must be: {what.replace('`', '')}"
