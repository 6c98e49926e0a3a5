"""Writes what a run found: results.json for programs, RESULTS.md and the screen for people."""

import json
import os
import platform
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import django
import duckdb
import psycopg
from rich.console import Console
from rich.table import Table

from bench import settings
from bench.measure import Result

FOLDER = Path(__file__).parent
HEADINGS = ("bench", "seconds", "yardstick", "its seconds", "ratio", "reach", "")


def write(results: Sequence[Result], *, at: datetime) -> None:
    """Write both files, replacing those of the run before."""
    objects = [as_object(result) for result in results]
    (FOLDER / "results.json").write_text(json.dumps(objects, indent=2, ensure_ascii=False) + "\n")
    (FOLDER / "RESULTS.md").write_text(as_markdown(results, at=at))


def as_object(result: Result) -> dict[str, object]:
    """One bench as results.json has it."""
    return {
        "name": result.name,
        "scale": result.scale,
        "seconds": round(result.seconds, 3),
        "yardstick": result.yardstick,
        "yardstick_seconds": round(result.yardstick_seconds, 3),
        "ratio": round(result.ratio, 3),
        "reach": result.reach_in_words,
        "ok": result.ok,
        "proof": result.proof,
        "figures": result.figures,
    }


def as_markdown(results: Sequence[Result], *, at: datetime) -> str:
    """The table of RESULTS.md, with when, where and on what it was measured."""
    rows = [HEADINGS, tuple("---" for _ in HEADINGS), *map(_row, results)]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    proofs = "\n".join(f"- `{result.name}`: {result.proof}. {_figures(result)}" for result in results)
    return (
        f"# Results\n\nScale `{results[0].scale}`, {at:%Y-%m-%d}, by `make bench SCALE={results[0].scale}`. "
        f"{versions()}.\n\n{table}\n\n## What was found right, and other figures\n{proofs}\n"
    )


def show(results: Sequence[Result]) -> None:
    """Print the table."""
    table = Table(*HEADINGS)
    for result in results:
        table.add_row(*_row(result))
    Console(width=None if os.isatty(1) else 140).print(table)


def versions() -> str:
    """The programs and the machine that were measured."""
    with psycopg.connect(settings.POSTGRES.url()) as connection:
        postgres = connection.info.server_version // 10_000
    return (
        f"PostgreSQL {postgres}, Python {platform.python_version()}, Django {django.__version__}, "
        f"DuckDB {duckdb.__version__}, {os.cpu_count()} cores ({platform.machine()}, {platform.system()})"
    )


def _row(result: Result) -> tuple[str, ...]:
    return (
        result.name,
        f"{result.seconds:.2f}",
        result.yardstick,
        f"{result.yardstick_seconds:.2f}",
        f"{result.ratio:.2f} ×" if result.ratio < 100 else f"{result.ratio:,.0f} ×",
        result.reach_in_words,
        "ok" if result.ok else "missed",
    )


def _figures(result: Result) -> str:
    return "; ".join(f"{name.replace('_', ' ')} {value:,}" for name, value in result.figures.items())
