"""Starts long-running programs, shows their output line by line with their names, and ends them."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from config.local.server import is_alive

# Every program that is started here carries this variable, and so do the processes it starts: that is
# how the next run finds what a killed run left behind.
MARK = "HOLDFAST_RUN"

STOP_SECONDS = 20
COLOURS = ["36", "33", "35", "32"]


class Part:
    """One program that belongs to the run, such as the web server or the worker."""

    def __init__(
        self, *, name: str, command: Sequence[str], folder: Path, mark: Path, environment: Mapping[str, str]
    ) -> None:
        self.name = name
        self.command = command
        self.folder = folder
        self.environment = {**environment, MARK: str(mark), "PYTHONUNBUFFERED": "1"}
        self._starts: deque[float] = deque(maxlen=4)
        self._colour = COLOURS[sum(name.encode()) % len(COLOURS)]

    def start(self) -> None:
        """Start the program in a session of its own, so that Ctrl-C reaches only the one who asked."""
        if self._starts:
            # The children of a killed program live on until they are ended too.
            self.stop(deadline=0)
        self._starts.append(time.monotonic())
        self._process = subprocess.Popen(
            self.command,
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._show_output, daemon=True)
        self._reader.start()

    @property
    def exit_code(self) -> int | None:
        """How the program ended, below zero for a signal; None while it runs."""
        code = self._process.poll()
        if code is not None:
            self._reader.join(timeout=2)
        return code

    def ends_too_often(self) -> bool:
        """Say whether it was started four times within a minute, so that once more will not help."""
        return len(self._starts) == self._starts.maxlen and time.monotonic() - self._starts[0] < 60

    def ask_to_stop(self) -> None:
        """Ask the program, which tells its own children, to finish what it does and end."""
        if self.exit_code is None:
            self._process.terminate()

    def stop(self, *, deadline: float) -> None:
        """Wait until the program has ended, and kill it with its children at the deadline."""
        try:
            self._process.wait(max(0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            say(f"{self.name} did not end in time and is killed.")
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._reader.join(timeout=2)

    def _show_output(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                say(line.rstrip("\n"), who=self.name, colour=self._colour)


def say(line: str, *, who: str = "holdfast", colour: str = "1") -> None:
    """Print one line with the name of its speaker in front."""
    name = f"{who:8} │"
    if sys.stdout.isatty() and "NO_COLOR" not in os.environ:
        name = f"\033[{colour}m{name}\033[0m"
    sys.stdout.write(f"{name} {line}\n")
    sys.stdout.flush()


def end_left_behind(mark: Path) -> int:
    """End what a killed run left running, and say how many processes that were."""
    left = [process for process in psutil.process_iter() if _has_mark(process, mark)]
    for process in left:
        _signal(process, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while any(map(is_alive, left)) and time.monotonic() < deadline:
        time.sleep(0.05)
    # A worker's children do not hear of the end of a worker that was killed.
    for process in filter(is_alive, left):
        _signal(process, signal.SIGKILL)
    return len(left)


def _has_mark(process: psutil.Process, mark: Path) -> bool:
    try:
        return process.pid != os.getpid() and process.environ().get(MARK) == str(mark)
    except (psutil.Error, OSError):
        return False


def _signal(process: psutil.Process, number: signal.Signals) -> None:
    with suppress(psutil.NoSuchProcess):
        process.send_signal(number)
