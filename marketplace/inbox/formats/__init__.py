"""
The formats that an ingest reads.

A format turns the bytes of one line into the native events that it tells, or raises a
``Refusal``. A line that says nothing (an empty one) gives no events.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeAlias

from marketplace.inbox.events import AnyEvent
from marketplace.inbox.formats import native, opensea_stream, opensea_v1, opensea_v2

Format: TypeAlias = Callable[[bytes], Sequence[AnyEvent]]

FORMATS: Final[dict[str, Format]] = {
    "native": native.read,
    "opensea-v1": opensea_v1.read,
    "opensea-v2": opensea_v2.read,
    "opensea-stream": opensea_stream.read,
}

# Formats in which one line may say what another one leaves open.
READERS: Final[dict[str, Callable[[Iterable[bytes]], Format]]] = {"opensea-stream": opensea_stream.reader}


def reader(name: str, lines: Sequence[bytes]) -> Format:
    """What reads each of these lines, which came together."""
    return READERS[name](lines) if name in READERS else FORMATS[name]
