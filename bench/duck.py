"""DuckDB in memory, with the same rows: the computation alone, without a server, a log or a disk."""

from pathlib import Path

import duckdb
import psycopg
from psycopg import sql

from bench import settings, yardsticks
from bench.measure import Stopwatch, prove

SQL = Path(__file__).parent / "sql"

TYPES = {
    "uuid": "UUID",
    "text": "VARCHAR",
    "bigint": "BIGINT",
    "integer": "INTEGER",
    "smallint": "SMALLINT",
    "boolean": "BOOLEAN",
    "date": "DATE",
    # Wider than any number that the synthetic market has.
    "numeric": "HUGEINT",
    "timestamp with time zone": "TIMESTAMP",
}


class Duck:
    """One DuckDB, filled from PostgreSQL, and the tables that it computes."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self.connection = connection
        self.duck = duckdb.connect()

    def load(self, table: str, *, columns: list[str] | None = None) -> None:
        """Give DuckDB a table of the database, or some columns of it."""
        types = {name: TYPES[kind] for name, kind in self._columns(table) if not columns or name in columns}
        path = settings.PLACE / f"{table}.csv"
        statement = f"COPY (SELECT {', '.join(types)} FROM {table}) TO STDOUT WITH (FORMAT csv)"
        yardsticks.write(self.connection, statement, path)
        reader = f"read_csv($path, header = false, columns = {types})"
        self.duck.execute(f"CREATE OR REPLACE TABLE {table} AS FROM {reader}", {"path": str(path)})
        path.unlink()

    def compute(self, name: str, *, values: dict[str, object] | None = None) -> None:
        """Run the statements of a file; a value is put where its name stands after a colon."""
        text = (SQL / f"{name}.sql").read_text()
        for value_name, value in (values or {}).items():
            text = text.replace(f":{value_name}", _literal(value))
        self.duck.execute(text)

    def bare_copy(self, table: str, *, like: str, step: str, watch: Stopwatch) -> None:
        """Copy what DuckDB computed into a bare table like one of the engine's, and take the copy's time."""
        columns = [name for name, _ in self._columns(like)]
        path = settings.PLACE / f"{table}.csv"
        # Quoted, because "at" is a word of DuckDB's own.
        names = ", ".join(f'"{name}"' for name in columns)
        self.duck.execute(f"COPY (SELECT {names} FROM {table}) TO '{path}' (HEADER false)")
        self._make_bare(table, like)
        yardsticks.bare_copy(
            self.connection, path, table=f"bare_{table}", step=step, watch=watch, options="WITH (FORMAT csv)"
        )
        path.unlink()

    def bare_copy_of_table(self, table: str, *, like: str, step: str, watch: Stopwatch) -> None:
        """Copy the rows of one of the engine's own tables, which DuckDB need not compute, into a bare one."""
        path = yardsticks.write_rows(self.connection, f"SELECT * FROM {like}", name=table)
        self._make_bare(table, like)
        yardsticks.bare_copy(self.connection, path, table=f"bare_{table}", step=step, watch=watch)
        path.unlink()

    def _make_bare(self, table: str, like: str) -> None:
        names = {"bare": sql.Identifier(f"bare_{table}"), "like": sql.Identifier(like)}
        self.connection.execute(sql.SQL("CREATE TABLE IF NOT EXISTS {bare} (LIKE {like})").format(**names))

    def prove_equal(self, table: str, *, like: str) -> int:
        """ProofError unless the engine's table has the very rows that DuckDB computed; return how many."""
        columns = sql.SQL(", ").join(sql.Identifier(name) for name, _ in self._columns(like))
        ours, theirs = sql.Identifier(like), sql.Identifier(f"bare_{table}")
        alone = sql.SQL("(SELECT COUNT(*) FROM (SELECT {} FROM {} EXCEPT ALL SELECT {} FROM {}) AS alone)")
        statement = sql.SQL("SELECT {}, {}, (SELECT COUNT(*) FROM {})").format(
            alone.format(columns, ours, columns, theirs), alone.format(columns, theirs, columns, ours), ours
        )
        engine_alone, duck_alone, count = self.connection.execute(statement).fetchone() or (0, 0, 0)
        prove((engine_alone, duck_alone), (0, 0), f"{like}: rows that only the engine has, and only DuckDB")
        return int(count)

    def _columns(self, table: str) -> list[tuple[str, str]]:
        found = self.connection.execute(
            "SELECT column_name, data_type FROM information_schema.columns"
            " WHERE table_schema = 'public' AND table_name = %s ORDER BY ordinal_position",
            [table],
        )
        return [(name, kind) for name, kind in found]


def _literal(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_literal, value))}]"
    return f"'{value}'" if isinstance(value, str) else str(value)
