"""Reads an uploaded sheet of corrections, and says of every bad row in which line it is and why."""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from marketplace.registry import addresses
from rewards.adjustments.models import MOST_LETTERS

COLUMNS = ("wallet", "xp", "reason", "evidence", "takes_back")
NEEDED = COLUMNS[:4]
MOST_ROWS = 50_000
MOST_XP = 10**15

WHOLE = re.compile(r"[+\-−]?[0-9]{1,16}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """
    What is to be corrected for one wallet; ``amount_xp`` below zero is taken back.

    ``takes_back`` names what was wrong: a round, or ``adjustment:NUMBER``. ``line`` is where the row stands
    in its sheet, from 1.
    """

    line: int
    address: str
    amount_xp: int
    reason: str
    evidence: str
    takes_back: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BadRow:
    """A row that cannot be made: its line, the wallet that stands there, and why not."""

    line: int
    text: str
    reason: str


@dataclass(kw_only=True)
class Sheet:
    """The rows of a sheet that can be read, and its bad ones."""

    rows: list[Row] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)


class SheetError(Exception):
    """The sheet as a whole cannot be read; the sentence says why."""


def read(lines: Iterable[str]) -> Sheet:
    """
    Read a CSV with the columns wallet, xp, reason, evidence and, to take back, takes_back, in any order.

    Empty rows are skipped. Raises SheetError for what is no such sheet.
    """
    table = csv.reader(lines, strict=True)
    found, seen = Sheet(), dict[tuple[str, str], int]()
    try:
        places = _places(next(table, []))
        for cells in table:
            if any(cell.strip() for cell in cells):
                _take(found, seen, line=table.line_num, cells=cells, places=places)
    except csv.Error as error:
        raise SheetError(f"The file is no CSV from line {table.line_num} on: {error}.") from error
    if not found.rows and not found.bad:
        raise SheetError("The file corrects nothing: below the names of its columns there is no row.")
    return found


def _places(heads: list[str]) -> dict[str, int]:
    """Where each column stands, by the names in the first line."""
    names = [head.strip().removeprefix("\ufeff").lower() for head in heads]
    missing = [name for name in NEEDED if name not in names]
    strange = sorted(set(names) - set(COLUMNS))
    if missing or strange or len(set(names)) < len(names):
        raise SheetError(
            "The first line has to name the columns wallet, xp, reason, evidence and, where XP is taken "
            "back, takes_back."
            + (f" There is no {missing[0]}." if missing else "")
            + (f" “{strange[0][:40]}” is none of them." if strange else "")
        )
    return {name: names.index(name) for name in names}


def _take(
    found: Sheet, seen: dict[tuple[str, str], int], *, line: int, cells: list[str], places: dict[str, int]
) -> None:
    if len(found.rows) + len(found.bad) >= MOST_ROWS:
        raise SheetError(f"The file has more than {MOST_ROWS:,} rows. Part it, and upload the parts.")
    told = {name: cells[place].strip() if place < len(cells) else "" for name, place in places.items()}
    problem = _problem(told) or ("has more cells than there are columns." if len(cells) > len(places) else "")
    address = addresses.parse(told["wallet"]) or ""
    thing = (address, told.get("takes_back", ""))
    if not problem and thing in seen:
        problem = f"corrects this wallet a second time, after line {seen[thing]}."
    if problem:
        found.bad.append(BadRow(line=line, text=told["wallet"][:100], reason=problem))
        return
    seen[thing] = line
    found.rows.append(
        Row(
            line=line,
            address=address,
            amount_xp=int(told["xp"].replace("−", "-")),
            reason=told["reason"],
            evidence=told["evidence"],
            takes_back=told.get("takes_back", ""),
        )
    )


def _problem(told: dict[str, str]) -> str:
    """Why a row cannot be read; empty if it can."""
    xp, takes_back = told["xp"], told.get("takes_back", "")
    if problem := addresses.why_none(told["wallet"]):
        return problem
    if not WHOLE.fullmatch(xp):
        return f"has “{xp[:30]}” as XP, which is no whole number."
    amount = int(xp.replace("−", "-"))
    if not 0 < abs(amount) <= MOST_XP:
        return f"moves {amount:,} XP; it has to be between 1 and {MOST_XP:,}, or the same below zero."
    if amount < 0 and not takes_back:
        return "takes XP back and does not say of what: takes_back names a round, or adjustment:NUMBER."
    if amount > 0 and takes_back:
        return "gives XP and says what it takes back. Leave takes_back empty, or put a minus before the XP."
    return wordless(reason=told["reason"], evidence=told["evidence"])


def wordless(*, reason: str, evidence: str) -> str:
    """Why a row's words cannot be kept; empty if they can."""
    return _wordless("reason", reason) or _wordless("evidence", evidence)


def _wordless(name: str, text: str) -> str:
    if not text:
        reader = "collectors read it" if name == "reason" else "whoever approves reads it"
        return f"has no {name}; {reader}."
    if "\0" in text:
        return f"has a character in its {name} that no text has."
    if len(text) > MOST_LETTERS:
        return f"has {len(text):,} letters of {name}, where {MOST_LETTERS:,} are the most."
    return ""
