"""
The formats that an ingest reads.

A format turns the bytes of one line into the native events that it tells, or raises a
``Refusal``. A line that says nothing (an empty one) gives no events.
"""

from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from marketplace.inbox.events import AnyEvent
from marketplace.inbox.formats import native, opensea_v1

Format: TypeAlias = Callable[[bytes], Sequence[AnyEvent]]

FORMATS: Final[dict[str, Format]] = {
    "native": native.read,
    "opensea-v1": opensea_v1.read,
}
