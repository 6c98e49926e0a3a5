"""Bare COPY: the same rows into tables that have no index and no constraint."""

from pathlib import Path

import psycopg
from psycopg import sql

from bench import settings
from bench.measure import Stopwatch

PIECE_BYTES = 1 << 20


def write_rows(connection: psycopg.Connection, query: str, *, name: str) -> Path:
    """Write the rows of a query to a file in COPY's own text form."""
    path = settings.PLACE / f"{name}.rows"
    write(connection, f"COPY ({query}) TO STDOUT", path)
    return path


def write(connection: psycopg.Connection, statement: str, path: Path) -> None:
    """Write to a file what a COPY gives out."""
    with path.open("wb") as out, connection.cursor() as cursor, cursor.copy(sql.SQL(statement)) as rows:
        for piece in rows:
            out.write(piece)


def bare_copy(
    connection: psycopg.Connection, path: Path, *, table: str, step: str, watch: Stopwatch, options: str = ""
) -> None:
    """Copy a file's rows into an emptied table, and take the time."""
    connection.execute(sql.SQL("TRUNCATE {}").format(sql.Identifier(table)))
    connection.execute("CHECKPOINT")
    statement = sql.SQL(f"COPY {table} FROM STDIN {options}")
    with (
        watch.time(step),
        path.open("rb") as rows,
        connection.cursor() as cursor,
        cursor.copy(statement) as to,
    ):
        while piece := rows.read(PIECE_BYTES):
            to.write(piece)
