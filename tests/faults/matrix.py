"""The table of faults, which is docs/reference/faults.md: what is tried, where, and what came of it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "reference" / "faults.md"
HEAD = "| fault | moment | expected | tests |"
NOT_YET = "not yet: "


@dataclass(frozen=True, kw_only=True)
class Row:
    """A fault, the tests that try it, or why it is not tried yet."""

    fault: str
    tests: tuple[str, ...]
    not_yet: str


@dataclass(frozen=True, kw_only=True)
class Result:
    """What came of one test: ``passed``, ``failed``, or ``skipped`` with the reason."""

    test: str
    outcome: str
    reason: str
    seconds: float


def read_rows() -> list[Row]:
    """The rows of the table, top to bottom."""
    lines = iter(PAGE.read_text().splitlines())
    for line in lines:
        if line == HEAD:
            break
    next(lines)
    rows = []
    for line in lines:
        if not line.startswith("|"):
            break
        fault, _, _, tests = (cell.strip() for cell in line.strip("|").split("|"))
        rows.append(
            Row(
                fault=fault,
                tests=tuple(re.findall(r"`([^`]+)`", tests)),
                not_yet=tests.removeprefix(NOT_YET) if tests.startswith(NOT_YET) else "",
            )
        )
    return rows


def summary(results: Iterable[Result], *, figures: Mapping[str, str]) -> list[str]:
    """A line for each row, with what came of its tests; and what was measured on the way."""
    found = list(results)
    lines = []
    for row in read_rows():
        ours = [one for one in found if one.test.startswith(row.tests)] if row.tests else []
        seconds = sum(one.seconds for one in ours)
        lines.append(f"{row.fault:<52} {len(ours):>3} tests {seconds:>7.1f} s  {_outcome(row, ours)}")
    return [*lines, *(f"{name}: {figure}" for name, figure in figures.items())]


def _outcome(row: Row, ours: list[Result]) -> str:
    if row.not_yet:
        return f"not yet: {row.not_yet}"
    if any(one.outcome == "failed" for one in ours):
        return "FAILED"
    if any(one.outcome == "passed" for one in ours):
        return "passed"
    reasons = {one.reason for one in ours if one.outcome == "skipped"}
    return f"left out: {'; '.join(sorted(reasons))}" if reasons else "not run"
