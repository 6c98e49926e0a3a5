"""
Cuts a stream of bytes into blocks of whole lines, in flat memory however long a line is.

A block begins where the one before ended and its size is fixed, so the same stream gives the same blocks
again; that is what fingerprints rest on.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final, Protocol, runtime_checkable
from uuid import UUID

# About ten thousand events.
BLOCK_BYTES: Final = 4 * 1024 * 1024
LINE_BYTES: Final = 64 * 1024


@runtime_checkable
class Stream(Protocol):
    """What can be read in pieces: a file, a gzip file, standard input, a request."""

    def read(self, size: int, /) -> bytes:
        """Return up to ``size`` bytes; none at the end."""
        ...


@dataclass(frozen=True, kw_only=True)
class Block:
    """
    Whole lines of a stream, and the number of the first.

    ``data`` is empty where one line alone is longer than a block: it was read over and let go.
    """

    first_line: int
    data: bytes

    @property
    def fingerprint(self) -> UUID:
        """Digest of the bytes."""
        return UUID(bytes=blake2b(self.data, digest_size=16, person=b"block").digest())

    @property
    def line_count(self) -> int:
        """How many lines the block takes in its stream."""
        if not self.data:
            return 1
        return self.data.count(b"\n") + (not self.data.endswith(b"\n"))


def cut(stream: Stream) -> Iterator[Block]:
    """Yield the stream's blocks in order; at no time more than two blocks of bytes are held."""
    first_line, rest = 1, b""
    while True:
        piece = stream.read(BLOCK_BYTES - len(rest))
        data = rest + piece
        end = data.rfind(b"\n") + 1 if piece else len(data)
        if not data:
            return
        if end:
            block, rest = Block(first_line=first_line, data=data[:end]), data[end:]
        elif len(data) < BLOCK_BYTES:
            rest = data
            continue
        else:
            block, rest = Block(first_line=first_line, data=b""), _after_this_line(stream)
        yield block
        first_line += block.line_count


def _after_this_line(stream: Stream) -> bytes:
    while piece := stream.read(LINE_BYTES):
        _, newline, rest = piece.partition(b"\n")
        if newline:
            return rest
    return b""


class Lines:
    """Lines that are in memory already, one an item with or without its newline, as a stream."""

    def __init__(self, lines: Iterable[bytes]) -> None:
        self._lines = iter(lines)
        self._rest = b""

    def read(self, size: int, /) -> bytes:
        """Return up to ``size`` bytes; none at the end."""
        pieces, held = [self._rest], len(self._rest)
        while held < size and (line := next(self._lines, None)) is not None:
            pieces.append(line if line.endswith(b"\n") else line + b"\n")
            held += len(pieces[-1])
        data = b"".join(pieces)
        self._rest = data[size:]
        return data[:size]
