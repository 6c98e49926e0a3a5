"""P10: the app's role adds to the ledger and the inbox, and can change or remove nothing there."""

import psycopg
import pytest
from django.db import connection

from config import roles
from config.local.postgres import APP_ROLE, OWNER_ROLE
from tests.conftest import ClonedDatabase

PRIVILEGES = ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE"]
OUR_TABLES = "FROM pg_class WHERE relnamespace = 'public'::regnamespace"


def privileges(table: str) -> list[str]:
    """What the app's role may do with a table."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM unnest(%s::text[]) AS name WHERE has_table_privilege(%s, %s, name)",
            [PRIVILEGES, APP_ROLE, table],
        )
        return [name for (name,) in cursor.fetchall()]


class TestGrant:
    @pytest.mark.parametrize(
        "table",
        [
            "facts_change",
            "inbox_event",
            "intake_delivery",
            "ledger_account",
            "ledger_transfer",
            "shipments_comment",
        ],
    )
    def test_lets_the_app_only_add_to_what_only_grows(self, db: None, table: str) -> None:
        assert privileges(table) == ["SELECT", "INSERT"]

    def test_lets_the_app_change_other_tables(self, db: None) -> None:
        assert privileges("auth_user") == ["SELECT", "INSERT", "UPDATE", "DELETE"]

    def test_keeps_the_app_from_saying_which_migrations_ran(self, db: None) -> None:
        assert privileges("django_migrations") == ["SELECT"]

    def test_changes_nothing_the_second_time(self, db: None) -> None:
        def everything() -> list[tuple[str, str]]:
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT relname, relacl::text {OUR_TABLES}")
                return sorted(map(tuple, cursor.fetchall()), key=repr)

        before = everything()
        roles.grant(role=APP_ROLE)
        assert everything() == before


class TestCreate:
    def test_makes_an_app_role_that_owns_nothing(self, db: None) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT DISTINCT pg_get_userbyid(relowner) {OUR_TABLES}")
            assert cursor.fetchall() == [(OWNER_ROLE,)]

    @pytest.mark.parametrize("role", [APP_ROLE, OWNER_ROLE])
    def test_makes_no_superuser(self, cloned_database: ClonedDatabase, role: str) -> None:
        with cloned_database.connect(role=role) as session:
            assert session.execute("SHOW is_superuser").fetchone() == ("off",)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                session.execute("SET session_replication_role = replica")

    def test_keeps_the_app_from_making_tables(self, cloned_database: ClonedDatabase) -> None:
        forbidden = pytest.raises(psycopg.errors.InsufficientPrivilege)
        with cloned_database.connect(role=APP_ROLE) as session, forbidden:
            session.execute("CREATE TABLE mine (one INTEGER)")
