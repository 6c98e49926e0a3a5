"""
Named points of the code at which a test can kill or hold the process that passes there.

Nothing in a production arms a point: no setting and no variable of ``config.settings`` is read here. Only
``arm`` and ``meeting`` do, and only the fault tests call them. Unarmed, a point costs one look into an empty
dictionary.
"""

import fcntl
import os
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

FORM = re.compile(r"(?P<point>[a-z_.]+):(?P<way>kill|wait)@(?P<passage>[1-9]\d*)=(?P<folder>/.+)")


@dataclass(frozen=True, kw_only=True)
class Failpoint:
    """
    The one passage at which something happens, counted over all processes that share the folder.

    ``kill`` ends the process as ``kill -9`` would. ``wait`` holds it for as long as somebody else has
    the file ``gate`` locked. Before that, the file ``reached`` gets the process number.
    """

    way: str
    passage: int
    folder: Path

    def pass_by(self) -> None:
        """Count this passage, and do what is asked at it."""
        if self._count() != self.passage:
            return
        note = self.folder / "reached.new"
        note.write_text(str(os.getpid()))
        note.rename(self.folder / "reached")
        if self.way == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        with (self.folder / "gate").open("a") as gate:
            fcntl.flock(gate, fcntl.LOCK_SH)

    def _count(self) -> int:
        """Which passage this is, from 1 on: each appends one byte, and sees where its own byte went."""
        with (self.folder / "passages").open("ab", buffering=0) as passages:
            passages.write(b".")
            return passages.tell()


_armed: dict[str, Callable[[], object]] = {}


def arm(text: str) -> None:
    """
    Arm one point in this process and those that it forks, such as ``batch.marked:kill@3=/a/folder``.

    That kills the process that is the third to pass ``batch.marked``. Raises ValueError for any other form.
    """
    form = FORM.fullmatch(text)
    if form is None:
        raise ValueError(f"A failpoint is written POINT:kill@NUMBER=/FOLDER or with wait, not {text!r}.")
    point = Failpoint(way=form["way"], passage=int(form["passage"]), folder=Path(form["folder"]))
    _armed[form["point"]] = point.pass_by


@contextmanager
def meeting(point: str, act: Callable[[], object]) -> Iterator[None]:
    """Have this process do something each time it passes a point within the block, such as raise an error."""
    _armed[point] = act
    try:
        yield
    finally:
        del _armed[point]


def reach(point: str) -> None:
    """Say that this process passes a point; does nothing unless a test armed it."""
    if point in _armed:
        _armed[point]()
