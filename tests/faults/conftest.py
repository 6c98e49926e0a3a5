"""Servers that fault tests may kill, an approved shipment to ship, and what it comes to undisturbed."""

import shutil
from collections import defaultdict
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection
from psycopg import sql
from pytest_django import DjangoDbBlocker

from config import roles
from config.local.postgres import APP_ROLE, OWNER_ROLE, SETTINGS, SUPERUSER, Postgres
from config.local.redis import Redis
from rewards import pipeline
from rewards.shipments import operations as shipments
from tests.faults import disks, forms, matrix
from tests.faults.disks import Disk
from tests.faults.given import BATCH_SIZE, PROGRAM, SHIPMENT, write_market
from tests.faults.harness import Stack
from tests.faults.outcome import Outcome, read_outcome

APPROVED, CALM = "approved", "calm"


class MakeStack(Protocol):
    """Makes a stack on a clone of a database, the approved shipment's if no other is named, for a block."""

    def __call__(self, postgres: Postgres, *, of: str = APPROVED) -> AbstractContextManager[Stack]: ...


@dataclass(frozen=True)
class Approved:
    """A shipment that is approved, in a database to be cloned, and the outcome of shipping it in peace."""

    postgres: Postgres
    calm: Outcome


@pytest.fixture(scope="session")
def mortal_postgres(run_folder: Path) -> Iterator[Postgres]:
    """A PostgreSQL that a test may kill; no other test's."""
    # What is killed loses nothing that it wrote: the machine stays up, so nothing depends on fsync.
    safe = {"shared_buffers": "64MB", "fsync": "off", "full_page_writes": "off"}
    server = Postgres(folder=run_folder / "postgres-mortal", settings=SETTINGS | safe)
    server.start()
    roles.create(superuser_url=server.url(), database=APPROVED)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def mortal_folder(run_folder: Path) -> Path:
    """Where the logs of fault tests are."""
    folder = run_folder / "faults"
    folder.mkdir()
    return folder


@pytest.fixture(scope="session")
def approved(mortal_postgres: Postgres, mortal_folder: Path, django_db_blocker: DjangoDbBlocker) -> Approved:
    """A round of 400 awards, made by the commands that staff use, and shipped once in a clone."""
    market, program = mortal_folder / "market.ndjson", mortal_folder / "program.toml"
    write_market(market)
    program.write_text(PROGRAM)
    with django_db_blocker.unblock():
        with django_on(mortal_postgres, database=APPROVED):
            call_command("migrate", verbosity=0)
            roles.grant(role=APP_ROLE)
            call_command("ingest", str(market), foreground=True)
            call_command("program", "apply", str(program), by="ann")
            call_command("shipment", "plan", SHIPMENT, foreground=True)
            digest = str(shipments.get(slug=SHIPMENT).plan_digest)
            call_command("shipment", "approve", SHIPMENT, digest=digest, by="bob")
        clone(mortal_postgres, name=CALM)
        with django_on(mortal_postgres, database=CALM):
            call_command("shipment", "ship", SHIPMENT, foreground=True, batch_size=BATCH_SIZE)
            assert pipeline.list_findings() == []
    return Approved(postgres=mortal_postgres, calm=read_outcome(mortal_postgres.url(database=CALM)))


@contextmanager
def django_on(postgres: Postgres, *, database: str) -> Iterator[None]:
    """Let this process's Django work in a database of that server, as the owner."""
    before = dict(connection.settings_dict)
    place = {"HOST": str(postgres.sockets), "PORT": "", "USER": SUPERUSER, "PASSWORD": "", "NAME": database}
    connection.close()
    connection.settings_dict.update(place)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(before)


def clone(postgres: Postgres, *, name: str, of: str = APPROVED) -> None:
    """Copy a database that nobody is connected to."""
    with psycopg.connect(postgres.url(), autocommit=True) as superuser:
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}")
        superuser.execute(statement.format(*map(sql.Identifier, (name, of, OWNER_ROLE))))
        # Without it a crash sets a copied sequence back: PostgreSQL takes the numbers that the copy has in
        # hand for logged, and what is logged of the copy is the last number that was given out.
        superuser.execute("CHECKPOINT")


@pytest.fixture
def stack(stack_without_beat: Stack) -> Stack:
    """A clone of the approved shipment, a Redis of its own, and a beat; workers are the test's to start."""
    stack_without_beat.start_beat()
    return stack_without_beat


@pytest.fixture
def stack_without_beat(approved: Approved, make_stack: MakeStack) -> Iterator[Stack]:
    """The same without a beat."""
    with make_stack(approved.postgres) as stack:
        yield stack


@pytest.fixture
def small_disk(run_folder: Path) -> Iterator[Disk]:
    """A disk that a test may fill."""
    disk = disks.mount(run_folder / "small-disk")
    yield disk
    disks.unmount(disk)


@pytest.fixture
def stack_on_small_disk(
    approved: Approved,
    run_folder: Path,
    small_disk: Disk,
    make_stack: MakeStack,
) -> Iterator[Stack]:
    """A stack on a PostgreSQL of its own, whose log is on the small disk, with a beat."""
    postgres = disks.copy_server(approved.postgres, folder=run_folder / "postgres-small", disk=small_disk)
    with make_stack(postgres) as stack:
        stack.start_beat()
        yield stack
    postgres.stop()
    shutil.rmtree(postgres.folder)


@pytest.fixture
def make_stack(
    run_folder: Path, mortal_folder: Path, django_db_blocker: DjangoDbBlocker, request: pytest.FixtureRequest
) -> MakeStack:
    """Makes stacks, each with a Redis of its own."""

    @contextmanager
    def stack_on(postgres: Postgres, *, of: str = APPROVED) -> Iterator[Stack]:
        number = len(list(mortal_folder.glob("test-*")))
        folder = mortal_folder / f"test-{number}"
        folder.mkdir()
        postgres.start()
        clone(postgres, name=folder.name, of=of)
        redis = Redis(folder=run_folder / f"redis-{folder.name}")
        redis.start()
        stack = Stack(folder=folder, postgres=postgres, redis=redis, database=folder.name)
        try:
            with django_db_blocker.unblock():
                yield stack
        finally:
            stack.close()
            redis.stop()
            shutil.rmtree(redis.folder)
            # pytest shows this where the test failed.
            print(f"{request.node.name}\n{stack.logs()}")

    return stack_on


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """After the long form: the table of faults, and what came of each row."""
    if config.getoption("--faults") != forms.FULL:
        return
    seconds: dict[str, float] = defaultdict(float)
    outcomes: dict[str, tuple[str, str]] = {}
    figures: dict[str, str] = {}
    for report in (one for reports in terminalreporter.stats.values() for one in reports):
        if isinstance(report, pytest.TestReport):
            seconds[report.nodeid] += report.duration
            figures |= {name: str(figure) for name, figure in report.user_properties}
            if report.when == "call" or report.outcome != "passed":
                reason = str(report.longrepr[2]) if isinstance(report.longrepr, tuple) else ""
                outcomes[report.nodeid] = report.outcome, reason
    results = [
        matrix.Result(test=test, outcome=outcome, reason=reason, seconds=seconds[test])
        for test, (outcome, reason) in outcomes.items()
    ]
    terminalreporter.section("the table of faults (docs/reference/faults.md)")
    for line in matrix.summary(results, figures=figures):
        terminalreporter.write_line(line)
