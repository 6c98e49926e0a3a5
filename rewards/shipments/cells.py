"""Makes rows safe to open in a spreadsheet."""

import csv
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

# A spreadsheet takes a cell that begins so for a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class Writable(Protocol):
    """Whatever takes text, as a file or a command's output does."""

    def write(self, text: str, /) -> object: ...


def write_csv(*, rows: Iterable[Mapping[str, Any]], to: Writable) -> int:
    """Write rows with a header, no cell of which a spreadsheet runs, and return how many there were."""
    writer: csv.DictWriter[str] | None = None
    count = 0
    for count, row in enumerate(rows, 1):  # noqa: B007 (the last one is how many)
        if writer is None:
            writer = csv.DictWriter(to, fieldnames=list(row), lineterminator="\n")
            writer.writeheader()
        writer.writerow({column: harmless(value) for column, value in row.items()})
    return count


def harmless(value: Any) -> Any:
    """A cell that no spreadsheet runs as a formula."""
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return value
