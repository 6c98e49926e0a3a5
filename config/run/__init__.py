"""What ``make run`` does: servers, migrations, then web, worker and beat until Ctrl-C."""

import fcntl
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

from config import local, roles
from config.local.postgres import DATABASE
from config.local.server import wait_until_gone
from config.run.parts import STOP_SECONDS, Part, end_left_behind, say

ROOT = local.VAR.parent
LOCK = local.VAR / "run.lock"
WEB_SECONDS = 60


class RunError(Exception):
    """A reason not to start, or not to go on, with a sentence for the person at the terminal."""


class AlreadyRunsError(RunError):
    """Another run goes on in this checkout; only one can own the servers."""

    def __init__(self, process_id: int) -> None:
        super().__init__(f"Holdfast already runs here, as process {process_id}. `make stop` ends it.")
        self.process_id = process_id


class Run:
    """One run of everything, from the servers to the addresses to open."""

    def __init__(self, *, port: int) -> None:
        self.port = port
        self.stopping = threading.Event()
        self.parts: list[Part] = []

    def go(self) -> None:
        """Start everything, watch it until a signal comes, and stop it all again."""
        with only_run(), stop_signals(self.stopping):
            if ended := end_left_behind(local.VAR):
                say(f"Ended {ended} processes that an earlier run had left.")
            refuse_a_used_port(self.port)
            try:
                self._start()
                while not self.stopping.wait(0.5):
                    self._restart_what_ended()
            finally:
                self._stop()

    def _start(self) -> None:
        start_servers()
        self._finish("migrate", "manage.py", "migrate", "--verbosity", "0")
        self._finish("grant", "manage.py", "grant")
        self._finish("static", "manage.py", "collectstatic", "--no-input", "--verbosity", "0")
        address = f"http://127.0.0.1:{self.port}"
        web = ["-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(self.port)]
        celery = ["-m", "celery", "--quiet", "--app", "config.celery"]
        # Celery warns root by eight lines at each start; on one's own machine once would be enough.
        calm = ["-W", "ignore:You're running the worker with superuser privileges"]
        self._go_on("web", *web, "--blocking-threads", "4", "config.wsgi:application")
        # Workers that talk to each other are no use to one alone, and Celery loses its words when Redis dies.
        alone = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        self._go_on("worker", *calm, *celery, "worker", "--concurrency", "2", "--loglevel", "INFO", *alone)
        self._go_on("beat", *celery, "beat", "--pidfile", "", "--loglevel", "INFO")
        self._wait_for_web()
        self._finish("demo", "manage.py", "demo", "--address", address)
        if not self.stopping.is_set():
            say(f"Holdfast runs. The rewards tab: {address}/rewards/  The admin: {address}/admin/")
            say("Let somebody into the admin: .venv/bin/python manage.py staff add NAME --role operator")
            say("Ctrl-C stops everything; the data stays for the next run.")

    def _part(self, name: str, *command: str) -> Part:
        return Part(
            name=name,
            command=[sys.executable, *command],
            folder=ROOT,
            mark=local.VAR,
            environment=os.environ | {"PORT": str(self.port), "LOCAL": "1"},
        )

    def _go_on(self, name: str, *command: str) -> None:
        """Start a program that goes on until the run stops."""
        if not self.stopping.is_set():
            part = self._part(name, *command)
            part.start()
            self.parts.append(part)

    def _finish(self, name: str, *command: str) -> None:
        """Run a command to its end; RunError if it fails."""
        if self.stopping.is_set():
            return
        part = self._part(name, *command)
        part.start()
        try:
            while part.exit_code is None and not self.stopping.wait(0.1):
                self._restart_what_ended()
        finally:
            part.ask_to_stop()
            part.stop(deadline=time.monotonic() + STOP_SECONDS)
        if part.exit_code != 0 and not self.stopping.is_set():
            raise RunError(f"The step {name} failed; its last lines are above.")

    def _wait_for_web(self) -> None:
        deadline = time.monotonic() + WEB_SECONDS
        while not self.stopping.wait(0.1):
            self._restart_what_ended()
            with socket.socket() as connection:
                if connection.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            if time.monotonic() > deadline:
                raise RunError(f"The web server does not answer on port {self.port}.")

    def _restart_what_ended(self) -> None:
        start_servers()
        for part in self.parts:
            code = part.exit_code
            if code is None:
                continue
            if code >= 0:
                # It could not start, or found that it must not go on: once more would end the same way.
                raise RunError(f"{part.name} ended by itself (exit code {code}); its last lines are above.")
            how = f"by {signal.Signals(-code).name}"
            if part.ends_too_often():
                raise RunError(f"{part.name} was ended {how} again and again; its last lines are above.")
            say(f"{part.name} was ended {how} and is started again.")
            part.start()

    def _stop(self) -> None:
        say("Stopping.")
        for part in self.parts:
            part.ask_to_stop()
        deadline = time.monotonic() + STOP_SECONDS
        for part in self.parts:
            part.stop(deadline=deadline)
        stop_servers()
        say("Everything has stopped.")


def start_servers() -> None:
    """Start those of the two servers that the environment does not name and that are down."""
    if "DATABASE_URL" not in os.environ and local.POSTGRES.process_id() is None:
        local.POSTGRES.start()
        roles.create(superuser_url=local.POSTGRES.url(), database=DATABASE)
        say(f"PostgreSQL runs, with its data in {local.POSTGRES.folder.relative_to(ROOT)}.")
    if "REDIS_URL" not in os.environ and local.REDIS.process_id() is None:
        local.REDIS.start()
        say(f"Redis runs, with its data in {local.REDIS.folder.relative_to(ROOT)}.")


def stop_servers() -> None:
    """Stop both embedded servers, if they run."""
    local.REDIS.stop()
    local.POSTGRES.stop()


def stop() -> None:
    """Stop a run that goes on elsewhere, and whatever a killed run has left."""
    try:
        with only_run():
            end_left_behind(local.VAR)
            stop_servers()
    except AlreadyRunsError as other:
        process = psutil.Process(other.process_id)
        process.terminate()
        wait_until_gone(process, seconds=3 * STOP_SECONDS)


@contextmanager
def only_run() -> Iterator[None]:
    """Be the only run of this checkout; AlreadyRunsError names the process of the other one."""
    LOCK.parent.mkdir(parents=True, exist_ok=True)
    with LOCK.open("a+") as lock:
        try:
            # The kernel opens the lock again however its holder ends.
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise AlreadyRunsError(int(lock.read())) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


@contextmanager
def stop_signals(stopping: threading.Event) -> Iterator[None]:
    """Let Ctrl-C and SIGTERM ask for an orderly end, in place of cutting a step short."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.signal(number, lambda *_: stopping.set()) for number in numbers]
    yield
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


def refuse_a_used_port(port: int) -> None:
    """RunError if something listens on the port already."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            raise RunError(f"Port {port} is taken. Choose another: make run PORT={port + 1}") from None
