"""Reads a source's CSV files and writes native events, always the same bytes for the same events."""

import csv
import gzip
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import msgspec

NativeEvent: TypeAlias = Mapping[str, Any]


def rows(path: Path) -> Iterator[dict[str, str]]:
    """Yield the rows of a gzipped CSV file by column name."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def write(*, path: Path, events: Iterable[NativeEvent]) -> int:
    """Write the events as gzipped NDJSON and return how many there were."""
    count = 0
    # Without a name and a time in its header the file is the same whenever it is made.
    with path.open("wb") as file, gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as packed:
        for event in events:
            packed.write(msgspec.json.encode(event) + b"\n")
            count += 1
    return count


def run(convert: Callable[[Path], Iterable[NativeEvent]]) -> None:
    """Run a converter as a command: the folder or file of the source, then the file to write."""
    source, target = map(Path, sys.argv[1:])
    print(f"{write(path=target, events=convert(source)):,} events in {target}")
