"""facts and facts_incremental: holds, sales, orders and daily volume from scratch, and after a small file."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from psycopg import sql

from bench import servers
from bench.duck import Duck
from bench.market import Scale
from bench.measure import Result, Stopwatch, prove
from marketplace.facts import operations as facts
from marketplace.inbox import operations as inbox
from rewards import pipeline

REPEATS = 3
NOW = datetime(2026, 2, 1, tzinfo=UTC)

# What DuckDB calls them, and the engine.
TABLES = {
    "hold": "facts_hold",
    "sale": "facts_sale",
    "orders": "facts_order",
    "volume_day": "facts_volumeday",
}


def run(*, scale: Scale, later: list[Path]) -> Iterator[Result]:
    """Compute the facts of what is in the inbox, then take in the later files one by one."""
    watch = Stopwatch()
    servers.settle(vacuum=True)
    facts.refresh(as_of=NOW)
    servers.settle(vacuum=True)
    with servers.superuser() as connection:
        duck = _duck(connection)
        for _ in range(REPEATS):
            servers.settle()
            with watch.time("rebuild"):
                facts.rebuild(as_of=NOW, using="owner")
            with watch.time("DuckDB"):
                duck.compute("facts")
            for table, like in TABLES.items():
                duck.bare_copy(table, like=like, step=f"bare COPY of {table}", watch=watch)
        counts = {like: duck.prove_equal(table, like=like) for table, like in TABLES.items()}
        copies = sum(watch.median(f"bare COPY of {table}") for table in TABLES)
        yield Result(
            name="facts",
            scale=scale.name,
            seconds=watch.median("rebuild"),
            yardstick="DuckDB computes the same, and bare COPY of the rows",
            yardstick_seconds=watch.median("DuckDB") + copies,
            reach=4,
            proof="holds, sales, orders and daily volume equal DuckDB's, row for row",
            figures={
                **counts,
                "duckdb_seconds": round(watch.median("DuckDB"), 3),
                "copy_seconds": round(copies, 3),
            },
        )
        _take_in(later, scale=scale, watch=watch)
        _prove_rebuilt_are_equal(connection)
        yield Result(
            name="facts_incremental",
            scale=scale.name,
            seconds=watch.median("refresh"),
            yardstick="rebuild",
            yardstick_seconds=watch.median("rebuild"),
            reach=0.15,
            proof="the facts equal those that a rebuild makes afterwards, row for row",
            figures={"events": scale.later},
        )


def take_in(path: Path) -> None:
    """Take a market in and work out its facts, for a bench that begins there."""
    with path.open("rb") as stream:
        inbox.ingest(lines=stream, name=path.name)
    pipeline.settle(as_of=NOW)
    servers.settle(vacuum=True)


def _duck(connection: psycopg.Connection) -> Duck:
    duck = Duck(connection)
    for table in ("inbox_event", "registry_wallet", "registry_collection"):
        duck.load(table)
    return duck


def _take_in(later: list[Path], *, scale: Scale, watch: Stopwatch) -> None:
    """Take each later file in and refresh the facts."""
    for path in later:
        with path.open("rb") as stream:
            prove(inbox.ingest(lines=stream, name=path.name).new, scale.later, "new events")
        servers.settle()
        with watch.time("refresh"):
            refreshed = facts.refresh(as_of=NOW)
        prove(refreshed.events, scale.later, "events taken into the facts")


def _prove_rebuilt_are_equal(connection: psycopg.Connection) -> None:
    """Keep the facts aside, rebuild, and compare."""
    duck = Duck(connection)
    for table, like in TABLES.items():
        names = {"bare": sql.Identifier(f"bare_{table}"), "like": sql.Identifier(like)}
        connection.execute(sql.SQL("TRUNCATE {bare}").format(**names))
        connection.execute(sql.SQL("INSERT INTO {bare} TABLE {like}").format(**names))
    facts.rebuild(as_of=NOW, using="owner")
    for table, like in TABLES.items():
        duck.prove_equal(table, like=like)
        connection.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(f"bare_{table}")))
