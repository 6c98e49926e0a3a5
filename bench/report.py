"""Writes what a run found: results.json for programs, RESULTS.md and the screen for people."""

import json
import os
import platform
from collections.abc import Sequence
from datetime import datetime
from math import log
from pathlib import Path
from typing import Any

import django
import duckdb
import psycopg
from rich.console import Console
from rich.table import Table

from bench import market, settings
from bench.measure import Result

FOLDER = Path(__file__).parent
NAMES = (
    "ingest",
    "ingest_again",
    "ingest_api",
    "facts",
    "facts_incremental",
    "plan_post",
    "post_again",
    "naive",
    "liquidity_day",
    "review",
    "tab_api",
    "tab_page",
    "rank",
)
# Those whose work grows with the market.
GROWING = (
    "ingest",
    "ingest_again",
    "facts",
    "facts_incremental",
    "plan_post",
    "post_again",
    "liquidity_day",
    "review",
)
HEADINGS = ("bench", "scale", "seconds", "yardstick", "its seconds", "ratio", "reach", "", "measured")


def write(results: Sequence[Result], *, at: datetime) -> None:
    """Write both files. What was measured replaces what there was of it at that scale; the rest stays."""
    path = FOLDER / "results.json"
    told = json.loads(path.read_text()) if path.exists() else []
    told += [as_object(result, at=at) for result in results if result.scale != "tiny"]
    objects = sorted({(one["name"], one["scale"]): one for one in told}.values(), key=_place)
    path.write_text(json.dumps(objects, indent=2, ensure_ascii=False) + "\n")
    (FOLDER / "RESULTS.md").write_text(as_markdown(objects, at=at))


def _place(one: dict[str, Any]) -> tuple[int, int]:
    """Where a bench stands in the table: in the order in which they run, the smaller scale first."""
    return NAMES.index(one["name"]), market.SCALES[one["scale"]].events


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
    proofs = "\n".join(
        f"- `{one['name']}`, {one['scale']}: {one['proof']}. {_figures(one)}" for one in objects
    )
    return (
        f"# Results\n\nBy `make bench SCALE=…`, last on {at:%Y-%m-%d}. {versions()}.\n\n{table}\n\n"
        f"## How times grow with the market\n{_growth(objects)}\n"
        f"## What was found right, and other figures\n{proofs}\n"
    )


def _growth(objects: Sequence[dict[str, Any]]) -> str:
    """How much longer each bench took at full scale than at small, beside what n log n would allow."""
    small, full = market.SCALES["small"].events, market.SCALES["full"].events
    most = full * log(full) / (small * log(small))
    seconds = {(one["name"], one["scale"]): one["seconds"] for one in objects}
    lines = [
        f"| {name} | {seconds[name, 'full'] / seconds[name, 'small']:.1f} × | ≤ {most:.0f} × |"
        for name in GROWING
        if (name, "small") in seconds and (name, "full") in seconds
    ]
    return (
        f"Seconds at {full:,} events over seconds at {small:,}, and what n log n allows; measured on the "
        "days above. What is short at small scale is mostly what it costs however much there is.\n\n"
        "| bench | grew | n log n |\n| --- | --- | --- |\n" + "\n".join(lines) + "\n"
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
