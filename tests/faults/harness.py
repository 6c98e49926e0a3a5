"""
A stack of one test's own, to be killed: database, Redis, workers and beat, all real, all found by stored pid.

What a test waits for is a row or a file, with a deadline; nothing here waits for time to pass.
"""

import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psutil
import psycopg
import redis

from config.celery import app
from config.local.postgres import APP_ROLE, OWNER_ROLE, Postgres
from config.local.redis import Redis
from config.local.server import is_alive, tail
from config.run.parts import MARK
from tests import settings
from tests.faults.outcome import Outcome, read_outcome
from tests.faults.proxy import Proxy

ROOT = Path(__file__).resolve().parent.parent.parent

# Generous, because the machine may be busy with other work; only a failing test waits for so long.
DEADLINE_SECONDS = 120
# Longer than a visitor waits: a web server that takes so long for a page does not answer.
WEB_SECONDS = 20
LEASE_SECONDS = 2
SWEEP_SECONDS = 1

# How the parts are started, as `make run` does.
CELERY = ("-W", "ignore:You're running the worker with superuser", "-m", "celery", "--app", "config.celery")
ALONE = ("--without-gossip", "--without-mingle", "--without-heartbeat")


class Late(AssertionError):
    """Something that did not happen before the deadline, with the last lines of everybody's log."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """
    A failpoint as the test sees it: the passage of ``point`` at which a worker is killed or held.

    Its folder is counted in by all workers of the test, so that it happens once, whoever comes there.
    """

    point: str
    way: str
    passage: int
    folder: Path

    def __str__(self) -> str:
        return f"{self.point}:{self.way}@{self.passage}={self.folder}"

    @property
    def pid(self) -> int | None:
        """The process that came to the point, or None until one has."""
        reached = self.folder / "reached"
        return int(reached.read_text()) if reached.exists() else None

    def is_somebody_there(self) -> bool:
        """Say whether the process that came to the point still lives."""
        return self.pid is not None and psutil.pid_exists(self.pid)


class Gate:
    """Holds whoever reaches a fault's point, until it is opened or this process ends."""

    def __init__(self, fault: Fault) -> None:
        self._file = (fault.folder / "gate").open("w")
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def open(self) -> None:
        """Let go who is held, and everybody after; again changes nothing."""
        self._file.close()


class Program:
    """A process that a test starts, in a session of its own, with its output in a file."""

    def __init__(
        self, *, name: str, words: Sequence[str], folder: Path, environment: Mapping[str, str]
    ) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, *words],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.pid = self._process.pid

    def pool(self) -> set[int]:
        """The process numbers of its children that live."""
        return {child.pid for child in psutil.Process(self.pid).children() if is_alive(child)}

    def ask_to_end(self) -> None:
        """Ask the process alone to end, as an init system does before it kills."""
        self._process.terminate()

    def kill(self) -> None:
        """Kill the process alone. It is waited for later, so that its group's number stays its own."""
        self._process.kill()

    def kill_all(self) -> None:
        """Kill the process and all that it has started, at once, unless it has ended by itself."""
        if self._process.returncode is None:
            os.killpg(self.pid, signal.SIGKILL)
            self._process.wait()

    def exit_code(self) -> int | None:
        """How it ended, or None while it runs."""
        return self._process.poll()


@dataclass(kw_only=True)
class Stack:
    """The servers and programs of one test; ``close`` ends whatever still runs."""

    folder: Path
    postgres: Postgres
    redis: Redis
    database: str
    programs: list[Program] = field(default_factory=list)
    gates: list[Gate] = field(default_factory=list)

    def start_worker(
        self,
        *,
        fault: Fault | None = None,
        processes: int = 2,
        through: Proxy | None = None,
        **more: str,
    ) -> Program:
        """
        Start a worker with a pool of that many processes; ``fault`` is what happens to one of them.

        It reaches Redis through the proxy, if one is named.
        """
        if fault is not None:
            more["HOLDFAST_FAILPOINT"] = str(fault)
        if through is not None:
            more["REDIS_URL"] = f"redis://127.0.0.1:{through.port}/0"
        name = f"worker-{len(self.programs)}"
        pool = ("--pool", "prefork", "--concurrency", str(processes))
        node = ("--hostname", f"{name}@%h", "--loglevel", "INFO")
        return self._start(name, *CELERY, "worker", *pool, *node, *ALONE, **more)

    def start_beat(self) -> Program:
        """Start the beat, which has a worker look for what is due every second."""
        schedule = ("--schedule", str(self.folder / "beat"), "--pidfile", "")
        return self._start(f"beat-{len(self.programs)}", *CELERY, "beat", *schedule)

    def start_web(self) -> "Web":
        """Start the web server, and return when it answers."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = int(free.getsockname()[1])
        place = ("--host", "127.0.0.1", "--port", str(port))
        words = ("-m", "granian", "--interface", "wsgi", *place, "--blocking-threads", "4")
        web = Web(port=port)
        self._start(f"web-{len(self.programs)}", *words, "config.wsgi:application")
        self.wait_until("the web server answers", lambda: web.get("/rewards/").status == 200)
        return web

    def manage(self, *words: str, **more: str) -> Program:
        """Start a command of manage.py."""
        return self._start(f"{words[0]}-{len(self.programs)}", "manage.py", *words, **more)

    def finish(self, program: Program) -> str:
        """Wait for a program to end well, and return what it said."""
        self.wait_until(f"{program.name} has ended", lambda: program.exit_code() is not None)
        assert program.exit_code() == 0, (
            f"{program.name} ended with {program.exit_code()}:\n{tail(program.log)}"
        )
        return program.log.read_text()

    def fault(self, point: str, way: str, *, passage: int) -> Fault:
        """A fault for a worker to be started with; one that waits needs a gate to hold anybody."""
        folder = self.folder / f"fault-{len(list(self.folder.glob('fault-*')))}"
        folder.mkdir()
        return Fault(point=point, way=way, passage=passage, folder=folder)

    def close_gate(self, fault: Fault) -> Gate:
        """Hold whoever comes to a fault's point from now on."""
        self.gates.append(Gate(fault))
        return self.gates[-1]

    def wait_until(
        self, what: str, condition: Callable[[], object], *, within_seconds: float = DEADLINE_SECONDS
    ) -> None:
        """Return as soon as a condition is true; Late after the deadline. Servers may be down."""
        deadline = time.monotonic() + within_seconds
        while True:
            with suppress(psycopg.OperationalError, OSError):
                if condition():
                    return
            if time.monotonic() > deadline:
                raise Late(f"Not before the deadline: {what}.\n{self.logs()}")
            time.sleep(0.05)

    def wait_until_reached(self, fault: Fault) -> int:
        """Wait until a process is at the fault's point, and return its process number."""
        self.wait_until(f"somebody is at {fault}", lambda: fault.pid is not None)
        assert fault.pid is not None
        return fault.pid

    def wait_until_shipped(self, slug: str, *, within_seconds: float = DEADLINE_SECONDS) -> None:
        """Wait until a shipment says of itself that it is shipped."""
        query = "SELECT state FROM shipments_shipment WHERE slug = %s"
        self.wait_until(
            f"{slug} is shipped",
            lambda: self.value(query, slug) == "shipped",
            within_seconds=within_seconds,
        )

    def value(self, query: str, *values: object) -> Any:
        """The one value that a query returns, read as a superuser over a connection of its own."""
        with psycopg.connect(self.postgres.url(database=self.database), connect_timeout=5) as connection:
            row = connection.execute(query, values).fetchone()
            assert row is not None
            return row[0]

    def queued(self) -> int:
        """How many messages wait in Redis for a worker."""
        with redis.Redis(unix_socket_path=str(self.redis.socket)) as client:
            return int(client.llen(app.conf.task_default_queue))

    def flush(self) -> None:
        """Let Redis forget everything, as FLUSHALL does."""
        with redis.Redis(unix_socket_path=str(self.redis.socket)) as client:
            client.flushall()

    def outcome(self) -> Outcome:
        """What the shipments of this stack's database have come to."""
        return read_outcome(self.postgres.url(database=self.database))

    def execute(self, *statements: str) -> None:
        """Run statements as a superuser, each in a transaction of its own."""
        with psycopg.connect(self.postgres.url(database=self.database), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    def alter_database(self, words: str) -> None:
        """Change a setting of this stack's database, for sessions to come."""
        self.execute(f'ALTER DATABASE "{self.database}" {words}')

    def says(self, program: Program, words: str) -> bool:
        """Whether a program's log has these words."""
        return words in program.log.read_text(errors="replace")

    def logs(self) -> str:
        """The last lines of everybody's log."""
        return "\n".join(f"── {program.name}\n{tail(program.log)}" for program in self.programs)

    def close(self) -> None:
        """Open the gates and kill what is left; the servers are the fixtures' to stop."""
        for gate in self.gates:
            gate.open()
        for program in self.programs:
            program.kill_all()

    def _start(self, name: str, *words: str, **more: str) -> Program:
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
            "DATABASE_URL": self.postgres.url(role=APP_ROLE, database=self.database),
            "DATABASE_OWNER_URL": self.postgres.url(role=OWNER_ROLE, database=self.database),
            "REDIS_URL": self.redis.url(),
            "LOCAL": "1",
            "BATCH_LEASE_SECONDS": str(LEASE_SECONDS),
            "SWEEP_SECONDS": str(SWEEP_SECONDS),
            MARK: str(settings.RUN),
            **more,
        }
        program = Program(name=name, words=words, folder=self.folder, environment=environment)
        self.programs.append(program)
        return program


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the web server said: the status, when to come again, and the page."""

    status: int
    retry_after: str | None
    page: str


@dataclass(frozen=True, kw_only=True)
class Web:
    """A web server on loopback, as a visitor sees it."""

    port: int

    def get(self, path: str) -> Answer:
        """Ask for a page, with a connection of one's own; OSError where nobody answers."""
        return self._ask("GET", path, headers={})

    def post(self, path: str, *, session: str, **fields: str) -> Answer:
        """Send a form as the member of staff whom a session belongs to."""
        token = "0123456789abcdef" * 2
        body = urlencode({**fields, "csrfmiddlewaretoken": token})
        headers = {
            "Cookie": f"sessionid={session}; csrftoken={token}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        return self._ask("POST", path, headers=headers, body=body)

    def _ask(self, method: str, path: str, *, headers: Mapping[str, str], body: str | None = None) -> Answer:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=WEB_SECONDS)
        try:
            connection.request(method, path, body=body, headers=dict(headers))
            answer = connection.getresponse()
            page = answer.read().decode()
            return Answer(status=answer.status, retry_after=answer.getheader("Retry-After"), page=page)
        finally:
            connection.close()


def kill(pid: int) -> None:
    """Kill one process by its number, as the kernel does when memory runs out."""
    os.kill(pid, signal.SIGKILL)


@contextmanager
def frozen(pid: int) -> Iterator[None]:
    """A process that does not run while the block does, and has not ended either."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)
