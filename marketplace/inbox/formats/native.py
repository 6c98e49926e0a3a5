"""Reads our own format: one native event a line."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from marketplace.inbox.events import CONTROL_CHARACTER, KINDS, AnyEvent
from marketplace.inbox.refusal import Refusal, explain

_decoder: Final = msgspec.json.Decoder(AnyEvent)
_kinds: Final = tuple(KINDS.values())


def read(line: bytes) -> Sequence[AnyEvent]:
    """Return the event of one line; an empty line tells none."""
    try:
        event: AnyEvent = _decoder.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        if not line.strip():
            return ()
        raise explain(error=error, line=line, kinds=_kinds) from error
    # JSON has no raw control characters below space: they come as escapes, or are DEL or beyond ASCII.
    if b"\\" in line or b"\x7f" in line or not line.isascii():
        refuse_control_characters(event)
    return (event,)


def convert(fields: Mapping[str, Any]) -> AnyEvent:
    """Return the event that a dictionary of native fields tells, checked like a line."""
    try:
        event: AnyEvent = msgspec.convert(fields, AnyEvent)
    except msgspec.ValidationError as error:
        raise explain(error=error, line=b"", kinds=_kinds) from error
    refuse_control_characters(event)
    return event


def refuse_control_characters(event: AnyEvent) -> None:
    """Refuse an event with a control character in any text: PostgreSQL, logs and pages choke on them."""
    for field in event.__struct_fields__:
        value = getattr(event, field)
        if isinstance(value, str) and (found := CONTROL_CHARACTER.search(value)):
            name = field.rstrip("_")
            raise Refusal(f"{name} holds the control character U+{ord(found[0]):04X}.", field=name)
