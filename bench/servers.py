"""The bench's own PostgreSQL and Redis, its databases, and the worker that posts."""

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connections
from psycopg import sql

from bench import settings
from config import roles
from config.celery import app
from config.local.postgres import OWNER_ROLE
from config.settings import BASE_DIR

ALIASES = ("default", "owner")


@contextmanager
def running() -> Iterator[None]:
    """PostgreSQL and Redis for one run, empty at its beginning and gone after it."""
    settings.PLACE.mkdir(parents=True, exist_ok=True)
    with (settings.PLACE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _remove()
        settings.POSTGRES.start()
        settings.REDIS.start()
        try:
            roles.create(superuser_url=settings.POSTGRES.url(), database=settings.NAME)
            yield
        finally:
            connections.close_all()
            _remove()


def _remove() -> None:
    settings.POSTGRES.stop()
    settings.REDIS.stop()
    for path in settings.PLACE.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.suffix != ".lock" and path.name != "lock":
            path.unlink()


def migrate() -> None:
    """Make the tables of the first database, and grant the app's role what it needs."""
    for command in (["migrate", "--run-syncdb", "--verbosity", "0"], ["grant"]):
        run("manage.py", *command, DATABASE_ROLE="owner")


def run(*words: str, **variables: str) -> str:
    """Run a Python program of ours on the current database and return what it printed."""
    command = [sys.executable, *words]
    return subprocess.check_output(command, cwd=BASE_DIR, env=environment() | variables, text=True)


def environment() -> dict[str, str]:
    """The variables under which another process works on the current database."""
    name = connections["default"].settings_dict["NAME"]
    return os.environ | {"DJANGO_SETTINGS_MODULE": "bench.settings", "BENCH_DATABASE": str(name)}


def superuser() -> psycopg.Connection:
    """A connection to the current database that may do everything, in autocommit mode."""
    name = str(connections["default"].settings_dict["NAME"])
    return psycopg.connect(settings.POSTGRES.url(database=name), autocommit=True)


def settle(*, vacuum: bool = False) -> None:
    """Bring the server to rest before a measurement: figures for the planner, nothing left to write."""
    with superuser() as connection:
        connection.execute("VACUUM ANALYZE" if vacuum else "ANALYZE")
        connection.execute("CHECKPOINT")


@contextmanager
def copied(name: str) -> Iterator[None]:
    """Work on a copy of the current database, dropped afterwards."""
    original = str(connections["default"].settings_dict["NAME"])
    connections.close_all()
    _maintain("CREATE DATABASE {} TEMPLATE {} OWNER {} STRATEGY FILE_COPY", name, original, OWNER_ROLE)
    try:
        _use(name)
        yield
    finally:
        _use(original)
        _maintain("DROP DATABASE {} WITH (FORCE)", name)


def _maintain(statement: Any, *names: str) -> None:
    with psycopg.connect(settings.POSTGRES.url(), autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _use(name: str) -> None:
    connections.close_all()
    for alias in ALIASES:
        connections[alias].settings_dict["NAME"] = name


@contextmanager
def workers(*, processes: int = 2) -> Iterator[None]:
    """A Celery worker with so many processes on the current database, ready when this begins."""
    log = (settings.PLACE / "worker.log").open("wb")
    words = ["-m", "celery", "--quiet", "--app", "config.celery", "worker", "--include", "bench.naive.tasks"]
    calm = ["--loglevel", "WARNING", "--without-gossip", "--without-mingle", "--concurrency", str(processes)]
    with (
        log,
        subprocess.Popen(
            [sys.executable, *words, *calm],
            cwd=BASE_DIR,
            env=environment(),
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as process,
    ):
        try:
            _wait_until_ready(process)
            yield
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)


def _wait_until_ready(process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while not app.control.ping(timeout=0.5):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"The worker does not start; {settings.PLACE / 'worker.log'} says why.")


@contextmanager
def web() -> Iterator[int]:
    """The web server of a production on the current database, as `make run` starts it; gives its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    words = ["-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    calm = ["--workers", "2", "--blocking-threads", "4", "--log-level", "warning", "config.wsgi:application"]
    with (
        (settings.PLACE / "web.log").open("wb") as log,
        subprocess.Popen(
            [sys.executable, *words, *calm],
            cwd=BASE_DIR,
            env=environment(),
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as process,
    ):
        try:
            _wait_until_answered(process, port)
            yield port
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)


def _wait_until_answered(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/flags", timeout=30):
                return
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(
                    f"The web server does not start; {settings.PLACE / 'web.log'} says why."
                ) from None
            time.sleep(0.1)
