"""Servers and databases for the tests: real ones, made for this run and gone after it."""

import fcntl
import itertools
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.db import DEFAULT_DB_ALIAS, connection
from django.test.utils import setup_databases, teardown_databases
from psycopg import sql
from pytest_django import DjangoDbBlocker

from config import roles
from config.celery import app, broker_url
from config.local.postgres import APP_ROLE, OWNER_ROLE, SUPERUSER, Postgres
from config.local.redis import Redis
from config.local.server import ServerError
from config.run.parts import end_left_behind
from tests import settings
from tests.faults import forms

# Numbers for what belongs to one test only.
NUMBERS = itertools.count(1)

TEMPLATE = f"template_holdfast_{os.getpid()}"

ROLES_LOCK = 4_202_198


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options that our tests have of their own."""
    forms.add_options(parser)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what was not asked for."""
    forms.leave_out_the_long_form(config, items)


@pytest.fixture(scope="session")
def run_folder() -> Iterator[Path]:
    """The folder of this run's servers. What killed runs left behind is stopped and removed first."""
    settings.RUN.mkdir(parents=True, exist_ok=True)
    with (settings.RUN / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for folder in settings.RUN.parent.iterdir():
            if folder != settings.RUN:
                remove_if_left_behind(folder)
        yield settings.RUN
    shutil.rmtree(settings.RUN, ignore_errors=True)


def remove_if_left_behind(folder: Path) -> None:
    """Stop the servers of a run that is over, which holds its lock no more, and remove its folder."""
    with suppress(OSError, ServerError), (folder / "lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        end_left_behind(folder)
        for postgres in folder.glob("postgres*/"):
            Postgres(folder=postgres).stop()
        for redis in folder.glob("redis*/"):
            Redis(folder=redis).stop()
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgres(run_folder: Path) -> Iterator[str]:
    """A superuser's address of the PostgreSQL for this run, with the owner's and the app's roles."""
    if not settings.EXTERNAL_DATABASE_URL:
        settings.POSTGRES.start()
    with psycopg.connect(settings.SUPERUSER_URL, autocommit=True) as superuser:
        # On one external server the processes that share the tests would make the same roles at once.
        superuser.execute("SELECT pg_advisory_lock(%s)", [ROLES_LOCK])
        roles.create(superuser_url=settings.SUPERUSER_URL)
        # Django makes the test database, connected as the owner.
        superuser.execute(sql.SQL("ALTER ROLE {} CREATEDB").format(sql.Identifier(OWNER_ROLE)))
    yield settings.SUPERUSER_URL
    if not settings.EXTERNAL_DATABASE_URL:
        settings.POSTGRES.stop()


@pytest.fixture(scope="session")
def django_db_setup(
    postgres: str, django_test_environment: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """
    The migrated test database with the app's grants, and a copy of it that nobody connects to.

    In place of the plugin's fixture of that name, which makes no database where no test that was asked for
    uses ``db``, so that tests with only a database of their own would copy an empty one.
    """
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False, aliases={DEFAULT_DB_ALIAS: None})
        roles.grant(role=APP_ROLE)
        migrated = connection.settings_dict["NAME"]
        connection.close()
    copy_database(source=migrated, name=TEMPLATE)
    yield
    drop_database(TEMPLATE)
    with django_db_blocker.unblock():
        teardown_databases(made, verbosity=0)


def copy_database(*, source: str, name: str) -> None:
    """Copy a database that nobody is connected to."""
    with psycopg.connect(settings.SUPERUSER_URL, autocommit=True) as superuser:
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}")
        superuser.execute(statement.format(*map(sql.Identifier, (name, source, OWNER_ROLE))))


def drop_database(name: str) -> None:
    """Drop a database, whoever is connected to it."""
    with psycopg.connect(settings.SUPERUSER_URL, autocommit=True) as superuser:
        superuser.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@dataclass(frozen=True)
class ClonedDatabase:
    """A database of one test's own, and the Redis that goes with it."""

    name: str
    redis: Redis

    def url(self, *, role: str) -> str:
        """The address of this database as APP_ROLE, OWNER_ROLE or SUPERUSER."""
        if settings.EXTERNAL_DATABASE_URL:
            address = urlunsplit(urlsplit(settings.SUPERUSER_URL)._replace(path=f"/{self.name}"))
            return address if role == SUPERUSER else settings.as_role(address, role=role)
        return settings.POSTGRES.url(role=role, database=self.name)

    def connect(self, *, role: str) -> psycopg.Connection:
        """A connection beside Django's, to be closed by the caller, in autocommit mode."""
        return psycopg.connect(self.url(role=role), autocommit=True)

    def environment(self) -> dict[str, str]:
        """The variables under which a manage.py or a worker uses this database, as the app's role."""
        return os.environ | {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATABASE_URL": self.url(role=APP_ROLE),
            "DATABASE_OWNER_URL": self.url(role=OWNER_ROLE),
            "REDIS_URL": self.redis.url(),
        }


@pytest.fixture
def own_redis(run_folder: Path) -> Iterator[Redis]:
    """A Redis of one test's own, empty, where this process sends its Celery messages, too."""
    redis = Redis(folder=run_folder / f"redis-{next(NUMBERS)}")
    redis.start()
    before = app.conf.broker_url
    send_messages_to(broker_url(redis.url()))
    yield redis
    send_messages_to(before)
    redis.stop()
    shutil.rmtree(redis.folder)


def send_messages_to(url: str) -> None:
    """Let this process's Celery app forget its connections and use another broker."""
    app.close()
    app.amqp.__dict__.pop("_producer_pool", None)
    app.conf.update(broker_url=url, broker_write_url=url)


@pytest.fixture
def cloned_database(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, own_redis: Redis
) -> Iterator[ClonedDatabase]:
    """
    A copy of the migrated database for one test, dropped after it; Django's connection uses it.

    For what a rolled-back transaction cannot show: commits, several connections, worker processes.
    Not to be combined with ``db``.
    """
    name = f"clone_{os.getpid()}_{next(NUMBERS)}"
    copy_database(source=TEMPLATE, name=name)
    shared = connection.settings_dict["NAME"]
    with django_db_blocker.unblock():
        connection.close()
        connection.settings_dict["NAME"] = name
        try:
            yield ClonedDatabase(name=name, redis=own_redis)
        finally:
            connection.close()
            connection.settings_dict["NAME"] = shared
            drop_database(name)
