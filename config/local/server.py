"""What the two embedded servers share: where their sockets are, whose they are, who starts them."""

import fcntl
import hashlib
import os
import pwd
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import psutil

# The kernel's limit for the path of a unix socket.
LONGEST_SOCKET_PATH = 107


class ServerError(Exception):
    """An embedded server that cannot be started or stopped, with a sentence that says why."""


def package_folder(name: str) -> Path:
    """Where a package is installed, found without importing it."""
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise ServerError(f"The package {name} is missing; install requirements.txt.")
    return Path(spec.origin).parent


def socket_folder(*, folder: Path, name: str) -> Path:
    """
    Where a server with this data folder puts its socket: in the folder itself, if the path fits.

    Otherwise a short folder under /tmp whose name follows from the data folder. TMPDIR is not
    read, because it may differ between the terminals of one person.
    """
    if len(os.fsencode(folder / name)) <= LONGEST_SOCKET_PATH:
        return folder
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    # Anyone may make this folder first: make_private() refuses it if someone else did.
    return Path("/tmp") / f"holdfast-{digest}"  # noqa: S108


def remove_socket_folder(sockets: Path, *, folder: Path) -> None:
    """Leave nothing under /tmp when a server whose socket had to be there has stopped."""
    if sockets != folder:
        shutil.rmtree(sockets, ignore_errors=True)


def make_private(folder: Path, *, user: str | None = None) -> None:
    """Make a folder that only one user can enter; refuse one that belongs to someone else."""
    user_id = os.geteuid() if user is None else pwd.getpwnam(user).pw_uid
    try:
        folder.mkdir(mode=0o700)
        os.chown(folder, user_id, -1)
    except FileExistsError:
        if folder.is_symlink() or folder.stat().st_uid != user_id:
            raise ServerError(
                f"{folder} belongs to {folder.owner()}. Go on as the user who made it, or remove it."
            ) from None
    folder.chmod(0o700)


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """Let only one process start or stop the server of this folder."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        lock = (folder.parent / f"{folder.name}.lock").open("w")
    except PermissionError:
        raise ServerError(
            f"{folder.parent} belongs to {folder.parent.owner()}. Go on as that user, or remove it."
        ) from None
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def find_process(pid_file: Path, *, program: str) -> psutil.Process | None:
    """
    The living server that wrote a pid file, or None.

    After a kill the number may belong to another program, and a dead child that nobody has waited
    for still has its number: neither is our server.
    """
    try:
        process = psutil.Process(int(pid_file.read_text().split(maxsplit=1)[0]))
        ours = process.name() == program
    except (FileNotFoundError, IndexError, ValueError, psutil.NoSuchProcess):
        return None
    return process if ours and is_alive(process) else None


def is_alive(process: psutil.Process) -> bool:
    """Say whether a process still runs; one that has ended and was not waited for does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def wait_until_gone(process: psutil.Process, *, seconds: float) -> None:
    """Wait for a process that is no child of ours to end; ServerError if it does not."""
    deadline = time.monotonic() + seconds
    while is_alive(process):
        if time.monotonic() > deadline:
            raise ServerError(f"Process {process.pid} does not end. End it with: kill -9 {process.pid}")
        time.sleep(0.01)


def tail(log: Path) -> str:
    """The last lines of a server's log."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-15:]) if log.exists() else ""
