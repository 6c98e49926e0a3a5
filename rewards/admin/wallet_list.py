"""Reads an uploaded list of wallets, and says of every bad row in which line it is and why."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass, field

from marketplace.registry import addresses

HEADERS = {"wallet", "wallets", "address", "addresses"}


@dataclass(frozen=True, kw_only=True)
class BadRow:
    """A row that names no wallet: its line from 1, what stands there, and why that is none."""

    line: int
    text: str
    reason: str


@dataclass(kw_only=True)
class WalletList:
    """The wallets of a list, each once as it is stored, its bad rows, and how many rows came again."""

    wallets: list[str] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)
    repeated: int = 0


def read(lines: Iterable[str]) -> WalletList:
    """
    Read a CSV whose first column has a wallet a line. A first row that says ``wallet`` is a heading.

    Empty rows are skipped. Raises csv.Error for what is no CSV.
    """
    found = WalletList()
    seen: set[str] = set()
    rows = csv.reader(lines)
    for row in rows:
        text = row[0].strip().removeprefix("\ufeff") if row else ""
        if not text or (rows.line_num == 1 and text.lower() in HEADERS):
            continue
        reason = addresses.why_none(text)
        wallet = addresses.parse(text)
        if reason or wallet is None:
            found.bad.append(BadRow(line=rows.line_num, text=text[:100], reason=reason))
        elif wallet in seen:
            found.repeated += 1
        else:
            seen.add(wallet)
            found.wallets.append(wallet)
    return found
