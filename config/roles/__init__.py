"""
The two roles of the database: the owner, who migrates, and the app's role, which owns nothing.

What the app must never do to the ledger and the inbox, its role has no privilege for.
"""

import psycopg
from psycopg import sql

from config import db
from config.local.postgres import APP_ROLE, OWNER_ROLE

SQL = db.folder()


def create(*, superuser_url: str, database: str | None = None) -> None:
    """
    Make both roles, and a database of the owner's if one is named, where they are missing.

    A second call changes nothing. The roles have no password: they are for servers that only one
    person can reach.
    """
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        for role in (OWNER_ROLE, APP_ROLE):
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
        if database is None:
            return
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
            names = [sql.Identifier(name) for name in (database, OWNER_ROLE)]
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(*names))


def grant(*, role: str) -> None:
    """Give the app's role its privileges on all tables there are, as their owner; again changes nothing."""
    SQL["name_the_role"].run({"role": role})
    SQL["grant"].run()
