"""Statements that ask for it are prepared, and no others."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.db import Statement

pytestmark = pytest.mark.django_db

ASKED = Statement(name="tests.asked", text="SELECT %(what)s::TEXT AS told")


def prepared() -> list[str]:
    """The statements that PostgreSQL keeps for this connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        return [statement for (statement,) in cursor.fetchall()]


class TestPreparedRows:
    def test_is_kept_by_postgresql_once(self) -> None:
        for what in ("one", "two"):
            assert ASKED.prepared_rows({"what": what}) == [{"told": what}]
        assert prepared().count("SELECT $1::TEXT AS told") == 1

    def test_is_logged_each_time(self) -> None:
        with CaptureQueriesContext(connection) as statements:
            for what in ("one", "two"):
                ASKED.prepared_rows({"what": what})
        assert [one["sql"] for one in statements] == ["SELECT $1::TEXT AS told"] * 2

    def test_leaves_other_statements_alone(self) -> None:
        for what in ("one", "two") * 5:
            assert ASKED.rows({"what": what}) == [{"told": what}]
        assert not [statement for statement in prepared() if "AS told" in statement]
