"""A database with the real market data, loaded once for all tests that read it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import connection, transaction
from pytest_django import DjangoDbBlocker

from marketplace.facts import operations as facts
from marketplace.inbox import operations as inbox
from marketplace.inbox.files import opened
from marketplace.inbox.report import Report
from tests.conftest import TEMPLATE, copy_database, drop_database
from tests.facts.given import NOW

SAMPLES = Path("marketplace/samples")
FORMATS = {"superrare": "native", "mooncats": "native", "knownorigin": "opensea-v1"}


@dataclass(frozen=True)
class Samples:
    """The name of the database, and what the inbox reported of each file."""

    database: str
    reports: dict[str, Report]


@pytest.fixture(scope="session")
def samples(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Samples]:
    """All sample files, ingested in the order of their names and taken into the facts file by file."""
    name = f"samples_{os.getpid()}"
    copy_database(source=TEMPLATE, name=name)
    reports = {}
    with django_db_blocker.unblock(), connected_to(name):
        for file, format_name in FORMATS.items():
            with opened([str(SAMPLES / f"{file}.ndjson.gz")]) as (files, _):
                reports[file] = inbox.ingest_files(files=files, format=format_name)
            facts.refresh(as_of=NOW)
    yield Samples(database=name, reports=reports)
    drop_database(name)


@pytest.fixture
def sample_market(samples: Samples, django_db_blocker: DjangoDbBlocker) -> Iterator[Samples]:
    """The loaded samples, in a transaction that is rolled back. Not to be combined with ``db``."""
    with django_db_blocker.unblock(), connected_to(samples.database), transaction.atomic():
        yield samples
        transaction.set_rollback(True)


@contextmanager
def connected_to(database: str) -> Iterator[None]:
    """Let Django's connection use another database for a while."""
    shared = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = database
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = shared
