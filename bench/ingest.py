"""ingest and ingest_again: a file of new events into the inbox, and the same file once more."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import psycopg
from psycopg import sql

from bench import servers, yardsticks
from bench.market import Scale
from bench.measure import Result, Stopwatch, prove, say

REPEATS = 3


def run(*, scale: Scale, first: Path) -> Iterator[Result]:
    """Take the market in, several times from nothing, and leave it there."""
    watch, peaks, sums = Stopwatch(), [], _sums_of_file(first)
    with servers.superuser() as connection:
        connection.execute("CREATE TABLE bare_event (LIKE inbox_event)")
        for _ in range(REPEATS):
            connection.execute("TRUNCATE inbox_event, inbox_batch")
            connection.execute("CHECKPOINT")
            told = _load(first)
            prove(told["report"]["new"], scale.events, "new events")
            watch.add("ingest", told["seconds"])
            peaks.append(told["peak_mb"])
            again = _load(first)
            prove(
                (again["report"]["new"], again["report"]["known"]), (0, scale.events), "new and known events"
            )
            watch.add("ingest again", again["seconds"])
            path = yardsticks.write_rows(connection, "SELECT * FROM inbox_event", name="events")
            yardsticks.bare_copy(connection, path, table="bare_event", step="bare COPY", watch=watch)
            prove(_sums_of_table(connection, "inbox_event"), sums, "events and prices in the inbox")
            prove(_sums_of_table(connection, "bare_event"), sums, "events and prices in the bare table")
        known = _load(_cut_otherwise(first))
        _prove_known(known, scale)
        say(f"  the same events in other blocks, row by row: {known['seconds']:.3f} s")
        connection.execute("DROP TABLE bare_event")
        path.unlink()
    yield Result(
        name="ingest",
        scale=scale.name,
        seconds=watch.median("ingest"),
        yardstick="bare COPY of the same rows",
        yardstick_seconds=watch.median("bare COPY"),
        reach=10,
        proof="every event is in the inbox once; kinds and prices are those of the file",
        figures={"events_a_second": round(scale.events / watch.median("ingest")), "peak_mb": max(peaks)},
    )
    yield Result(
        name="ingest_again",
        scale=scale.name,
        seconds=watch.median("ingest again"),
        yardstick="the first time",
        yardstick_seconds=watch.median("ingest"),
        reach=0.25,
        proof="every event was known and nothing was written",
        figures={"row_by_row_seconds": round(known["seconds"], 3), "peak_mb": again["peak_mb"]},
    )


def _load(path: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(servers.run("-m", "bench.load", str(path)))
    prove(told["report"]["refused"] + told["report"]["conflicts"], 0, "refused events and conflicts")
    return told


def _prove_known(told: dict[str, Any], scale: Scale) -> None:
    report = told["report"]
    prove((report["new"], report["known"]), (0, scale.events), "new and known events")


def _cut_otherwise(first: Path) -> Path:
    """The same events with the last one first, so that no block has the bytes that it had."""
    lines = first.read_bytes().splitlines(keepends=True)
    path = first.with_name("turned.ndjson")
    path.write_bytes(b"".join([lines[-1], *lines[:-1]]))
    return path


def _sums_of_file(path: Path) -> dict[str, tuple[int, int]]:
    """Events and the sum of their prices, by kind, as the file has them."""
    sums: dict[str, tuple[int, int]] = {}
    with path.open("rb") as lines:
        for line in lines:
            event = msgspec.json.decode(line)
            count, prices = sums.get(event["kind"], (0, 0))
            sums[event["kind"]] = (count + 1, prices + int(event.get("price", 0)))
    return sums


def _sums_of_table(connection: psycopg.Connection, table: str) -> dict[str, tuple[int, int]]:
    statement = sql.SQL("SELECT kind, COUNT(*), COALESCE(SUM(price), 0) FROM {} GROUP BY kind")
    rows = connection.execute(statement.format(sql.Identifier(table))).fetchall()
    return {kind: (count, int(prices)) for kind, count, prices in rows}
