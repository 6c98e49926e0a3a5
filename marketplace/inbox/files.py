"""Opens what a sender names: a file, a gzip file, or standard input."""

import gzip
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final, cast

from marketplace.inbox.operations import File

STANDARD_INPUT: Final = "-"


class Unreadable(Exception):
    """A file ends early, is not what its name says, or cannot be read at all."""


class Unopened(Unreadable):
    """A file cannot even be opened, so nothing of any file was read."""


class Source:
    """An open file that can be read in pieces, and how far into it on the disk the reading is."""

    def __init__(self, *, name: str, raw: BinaryIO) -> None:
        self.name = name
        self._raw = raw
        self._stream = cast("BinaryIO", gzip.GzipFile(fileobj=raw)) if name.endswith(".gz") else raw

    def read(self, size: int, /) -> bytes:
        """Return up to ``size`` unpacked bytes; Unreadable says what is wrong with the file."""
        try:
            return self._stream.read(size)
        except EOFError as error:
            raise Unreadable(f"{self.name} ends in the middle of its gzip data.") from error
        except (gzip.BadGzipFile, zlib.error) as error:
            raise Unreadable(f"{self.name} is not a sound gzip file: {error}.") from error
        except OSError as error:
            raise Unreadable(f"{self.name} cannot be read: {error.strerror}.") from error

    @property
    def bytes_read(self) -> int:
        """Bytes of the file itself that were read so far; zero where that cannot be known."""
        try:
            return self._raw.tell()
        except (OSError, ValueError):
            return 0


@contextmanager
def opened(names: list[str]) -> Iterator[tuple[list[File], list[Source]]]:
    """Open all files before the first is read; Unopened names one that cannot be."""
    sources: list[Source] = []
    streams: list[BinaryIO] = []
    try:
        for name in names:
            raw = _open(name)
            streams.append(raw)
            sources.append(Source(name="standard input" if name == STANDARD_INPUT else name, raw=raw))
        yield [File(name=source.name, stream=source) for source in sources], sources
    finally:
        for raw in streams:
            if raw is not sys.stdin.buffer:
                raw.close()


def size_on_disk(names: list[str]) -> int | None:
    """Bytes of all files together; None where standard input is among them."""
    if STANDARD_INPUT in names:
        return None
    return sum(Path(name).stat().st_size for name in names)


def _open(name: str) -> BinaryIO:
    if name == STANDARD_INPUT:
        return sys.stdin.buffer
    try:
        return Path(name).open("rb")
    except OSError as error:
        raise Unopened(f"{name} cannot be opened: {error.strerror}.") from error
