"""What tests of facts say and read back, beside the tables."""

from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from marketplace.facts import operations as facts
from marketplace.facts.operations import FACT_TABLES, Refreshed
from marketplace.registry import operations as registry
from tests.tables import address, day, given_events

NOW = day("2026-12-01")


def told(text: str) -> Refreshed:
    """Accept the events of a text table and bring the facts up to date."""
    given_events(text)
    return facts.refresh(as_of=NOW)


def linked(*names: str) -> None:
    """Link wallets to the first one's collector; the facts follow with the next refresh."""
    registry.link(addresses=[address(name) for name in names], as_of=NOW)


def fact_rows() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the fact tables, whole."""
    rows = {}
    with connection.cursor() as cursor:
        for table in FACT_TABLES:
            cursor.execute(f"SELECT * FROM {table}")
            rows[table] = sorted(cursor.fetchall(), key=repr)
    return rows


def row_versions() -> dict[str, list[tuple[Any, ...]]]:
    """Where every fact row lies and who wrote it: a row that was written again lies elsewhere."""
    versions = {}
    with connection.cursor() as cursor:
        for table in FACT_TABLES:
            cursor.execute(f"SELECT ctid::TEXT, xmin::TEXT FROM {table} ORDER BY 1")
            versions[table] = cursor.fetchall()
    return versions


def count_queries(work: Any) -> int:
    """How many statements the work sends."""
    with CaptureQueriesContext(connection) as queries:
        work()
    return len(queries)
