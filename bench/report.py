"""Writes what a run found: results.json for programs, RESULTS.md and the screen for people."""

import json
import os
import platform
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import django
import duckdb
import psycopg
from rich.console import Console
from rich.table import Table

from bench import settings
from bench.measure import Result

FOLDER = Path(__file__).parent
HEADINGS = ("bench", "scale", "seconds", "yardstick", "its seconds", "ratio", "reach", "", "measured")


def write(results: Sequence[Result], *, at: datetime) -> None:
    """Write both files. What was measured replaces what there was of it; the rest keeps its figures."""
    path = FOLDER / "results.json"
    known = {one["name"]: one for one in json.loads(path.read_text())} if path.exists() else {}
    objects = list((known | {result.name: as_object(result, at=at) for result in results}).values())
    path.write_text(json.dumps(objects, indent=2, ensure_ascii=False) + "\n")
    (FOLDER / "RESULTS.md").write_text(as_markdown(objects, at=at))


def as_object(result: Result, *, at: datetime) -> dict[str, Any]:
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
        "measured": f"{at:%Y-%m-%d}",
    }


def as_markdown(objects: Sequence[dict[str, Any]], *, at: datetime) -> str:
    """The table of RESULTS.md, with when, where and on what it was measured."""
    rows = [HEADINGS, tuple("---" for _ in HEADINGS), *map(_row, objects)]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    proofs = "\n".join(f"- `{one['name']}`: {one['proof']}. {_figures(one)}" for one in objects)
    return (
        f"# Results\n\nBy `make bench SCALE=…`, last on {at:%Y-%m-%d}. {versions()}.\n\n{table}\n\n"
        f"## What was found right, and other figures\n{proofs}\n"
    )


def show(results: Sequence[Result], *, at: datetime) -> None:
    """Print the table."""
    table = Table(*HEADINGS)
    for result in results:
        table.add_row(*_row(as_object(result, at=at)))
    Console(width=None if os.isatty(1) else 140).print(table)


def versions() -> str:
    """The programs and the machine that were measured."""
    with psycopg.connect(settings.POSTGRES.url()) as connection:
        postgres = connection.info.server_version // 10_000
    return (
        f"PostgreSQL {postgres}, Python {platform.python_version()}, Django {django.__version__}, "
        f"DuckDB {duckdb.__version__}, {os.cpu_count()} cores ({platform.machine()}, {platform.system()})"
    )


def _row(one: dict[str, Any]) -> tuple[str, ...]:
    return (
        one["name"],
        one["scale"],
        f"{one['seconds']:.2f}",
        one["yardstick"],
        f"{one['yardstick_seconds']:.2f}",
        f"{one['ratio']:.2f} ×" if one["ratio"] < 100 else f"{one['ratio']:,.0f} ×",
        one["reach"],
        "ok" if one["ok"] else "missed",
        one["measured"],
    )


def _figures(one: dict[str, Any]) -> str:
    return "; ".join(f"{name.replace('_', ' ')} {value:,}" for name, value in one["figures"].items())
