"""The programs of a run: how they end, and what is left of them after a kill."""

import os
import signal
import socket
import sys
import time
from pathlib import Path

import psutil
import pytest

from config.local.server import wait_until_gone
from config.run import RunError, refuse_a_used_port
from config.run.parts import MARK, Part, end_left_behind

# Ends when it is asked to; its child takes no notice.
STUBBORN_CHILD = """
import os, signal
signal.signal(signal.SIGTERM, signal.SIG_DFL if os.fork() else signal.SIG_IGN)
signal.pause()
"""


def make_part(folder: Path, code: str) -> Part:
    command = [sys.executable, "-c", code]
    return Part(name="part", command=command, folder=folder, mark=folder, environment=os.environ)


def marked(folder: Path) -> list[psutil.Process]:
    """The living processes that a run in this folder has started."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == str(folder) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found


class TestPart:
    def test_shows_each_line_under_its_name(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        part = make_part(tmp_path, "print('one'); print('two')")
        part.start()
        part.stop(deadline=time.monotonic() + 10)
        assert part.exit_code == 0
        assert capsys.readouterr().out == "part     │ one\npart     │ two\n"

    def test_takes_its_children_with_it(self, tmp_path: Path) -> None:
        part = make_part(tmp_path, STUBBORN_CHILD)
        part.start()
        deadline = time.monotonic() + 10
        while len(processes := marked(tmp_path)) < 2:
            assert time.monotonic() < deadline, "The part has not started its child."
        part.ask_to_stop()
        part.stop(deadline=time.monotonic())
        for process in processes:
            wait_until_gone(process, seconds=10)


class TestEndLeftBehind:
    def test_ends_what_a_killed_run_left_and_nothing_else(self, tmp_path: Path) -> None:
        other = make_part(tmp_path / "other", "import signal; signal.pause()")
        (tmp_path / "other").mkdir()
        other.start()
        part = make_part(tmp_path, "import signal; signal.pause()")
        part.start()
        assert end_left_behind(tmp_path) == 1
        assert part.exit_code == -signal.SIGTERM
        assert other.exit_code is None
        other.stop(deadline=0)

    def test_finds_nothing_the_second_time(self, tmp_path: Path) -> None:
        assert end_left_behind(tmp_path) == 0


class TestRefuseAUsedPort:
    def test_names_the_port_and_another(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
            with pytest.raises(RunError, match=f"Port {port} is taken.*PORT={port + 1}"):
                refuse_a_used_port(port)

    def test_lets_a_free_port_pass(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        refuse_a_used_port(port)
