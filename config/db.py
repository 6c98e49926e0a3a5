"""
Loads, runs and logs the SQL statements that lie in files beside the stages' modules.

A statement's values are ``%(name)s``. A ``{slot}`` takes another statement of ours, so that
two stages can share a step without gluing strings. psycopg reads both forms inside SQL comments
too, which is why comments in our files use neither.
"""

import functools
import inspect
import logging
import random
import re
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ParamSpec, TypeAlias, TypeVar

from django.db import DEFAULT_DB_ALIAS, OperationalError, connection, connections, transaction
from psycopg import Cursor, errors, sql
from psycopg.rows import dict_row

logger = logging.getLogger("holdfast.sql")

Params: TypeAlias = Mapping[str, Any]
Row: TypeAlias = dict[str, Any]
Taken = ParamSpec("Taken")
Given = TypeVar("Given")

SLOT = re.compile(r"\{(\w+)\}")

# PostgreSQL ends a transaction with one of these so that another one can go on. Nothing is wrong with it.
ENDED_FOR_ANOTHER = (errors.DeadlockDetected, errors.SerializationFailure)
MOST_TURNS = 5


class Statement:
    """One SQL statement of ours, with its slots still open or already filled."""

    def __init__(self, *, name: str, text: str) -> None:
        self.name = name
        self.text = text.strip().removesuffix(";")

    def fill(self, **slots: "Statement") -> "Statement":
        """Return this statement with its slots filled; KeyError names a slot that is missing."""
        return Statement(name=self.name, text=SLOT.sub(lambda slot: slots[slot[1]].text, self.text))

    def run(self, params: Params | None = None, *, using: str = DEFAULT_DB_ALIAS) -> int:
        """Run the statement and return how many rows it touched."""
        with connections[using].cursor() as cursor:
            self._execute(cursor, params)
            return max(int(cursor.rowcount), 0)

    def rows(self, params: Params | None = None, *, using: str = DEFAULT_DB_ALIAS) -> list[Row]:
        """Run the statement and return its rows, each as a dictionary by column name."""
        with connections[using].cursor() as cursor:
            self._execute(cursor, params)
            names = [column.name for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def row(self, params: Params | None = None, *, using: str = DEFAULT_DB_ALIAS) -> Row:
        """Run a statement that always returns exactly one row."""
        (row,) = self.rows(params, using=using)
        return row

    def prepared_rows(self, params: Params, *, using: str = DEFAULT_DB_ALIAS) -> list[Row]:
        """
        Run the statement as ``rows`` does, and let PostgreSQL keep it parsed for this connection.

        For statements that run with nearly every request. Values go apart from the text, so that each may
        need its type: ``%(slug)s::text``.
        """
        database = connections[using]
        database.close_if_health_check_failed()
        database.ensure_connection()
        with database.wrap_database_errors:
            # Django's own cursors put the values into the text, which then differs each time.
            prepared = _PreparedCursor(database.connection, row_factory=dict_row)
            prepared.is_logged = database.queries_logged
        # It logs and counts like any other of Django's cursors.
        with database._prepare_cursor(prepared) as cursor:  # type: ignore[attr-defined]  # noqa: SLF001
            self._execute(cursor, params)
            rows: list[Row] = cursor.fetchall()
            return rows

    def composed(self) -> sql.SQL:
        """The statement for a psycopg cursor of one's own (COPY, server-side cursors)."""
        return sql.SQL(self.text)

    def _execute(self, cursor: Any, params: Params | None) -> None:
        started = time.perf_counter()
        # Without parameters psycopg leaves "%" alone, so a statement that has "%(…)s" needs a mapping.
        cursor.execute(self.text, params)
        seconds = time.perf_counter() - started
        logger.debug("%s: %s rows in %.3f s", self.name, cursor.rowcount, seconds)


class _PreparedCursor(Cursor[Any]):
    """
    A cursor whose statements are prepared at their first run on a connection.

    Where Django logs statements, it ``is_logged``: then it keeps the text, which psycopg does not do for one
    that is prepared already.
    """

    is_logged = False

    def execute(
        self,
        query: Any,
        params: Any = None,
        *,
        prepare: bool | None = True,
        binary: bool | None = None,
    ) -> "_PreparedCursor":
        """Run a statement, prepared."""
        super().execute(query, params, prepare=prepare, binary=binary)
        if self.is_logged and self._query is None:
            self._query = self._convert_query(query, params)
        return self


class Folder:
    """The ``.sql`` files of one stage, by name without the ending, read once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._read: dict[str, Statement] = {}

    def __getitem__(self, name: str) -> Statement:
        if name not in self._read:
            text = (self.path / f"{name}.sql").read_text(encoding="utf-8")
            self._read[name] = Statement(name=f"{self.path.parent.name}.{name}", text=text)
        return self._read[name]


def folder(name: str = "sql") -> Folder:
    """
    The folder of SQL files beside the calling module.

    The frame itself is asked: ``inspect.stack()`` reads the source of every module on the way, close to a
    second a call while Django loads.
    """
    caller = inspect.currentframe()
    assert caller is not None
    assert caller.f_back is not None
    return Folder(Path(caller.f_back.f_code.co_filename).parent / name)


def in_one_transaction(work: Callable[Taken, Given]) -> Callable[Taken, Given]:
    """
    A function as one transaction, begun again when PostgreSQL ended it so that another could go on.

    A deadlock or a serialization failure undoes the whole of it; the next turn sees what the other left.
    After five turns the error is raised. So it is at once where the caller has a transaction of its own,
    since that would have to begin again as a whole.
    """

    @functools.wraps(work)
    def in_turns(*args: Taken.args, **kwargs: Taken.kwargs) -> Given:
        for turn in range(1, MOST_TURNS + 1):
            try:
                with transaction.atomic():
                    return work(*args, **kwargs)
            except OperationalError as error:
                ended_for_another = isinstance(error.__cause__, ENDED_FOR_ANOTHER)
                if not ended_for_another or connection.in_atomic_block or turn == MOST_TURNS:
                    raise
                logger.info("%s begins again, turn %s: %s", work.__name__, turn + 1, error)
                # Two that ran into each other wait for different times, so that they do not meet again.
                time.sleep(random.uniform(0, 0.02 * 2**turn))  # noqa: S311 (it keeps nothing secret)
        raise AssertionError("the last turn returns or raises")

    return in_turns
