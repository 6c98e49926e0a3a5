"""Takes times, and keeps what a bench found."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median
from typing import Any

STARTED = time.perf_counter()


class ProofError(Exception):
    """A result is wrong, so that its time says nothing."""


@dataclass(frozen=True, kw_only=True)
class Result:
    """
    How long a bench took, and its yardstick in the same run.

    ``ratio`` is the bench's time over the yardstick's, or, where ``faster`` is true, how many times as fast
    it was. ``reach`` is the ratio to keep to. ``proof`` says what was found right before the time counted.
    """

    name: str
    scale: str
    seconds: float
    yardstick: str
    yardstick_seconds: float
    reach: float
    proof: str
    faster: bool = False
    figures: dict[str, Any] = field(default_factory=dict)

    @property
    def ratio(self) -> float:
        """Time over the yardstick's, or the other way round."""
        if self.faster:
            return self.yardstick_seconds / self.seconds
        return self.seconds / self.yardstick_seconds

    @property
    def ok(self) -> bool:
        """Whether the ratio is within reach."""
        return self.ratio >= self.reach if self.faster else self.ratio <= self.reach

    @property
    def reach_in_words(self) -> str:
        """The ratio to keep to, as text."""
        return f"{'≥' if self.faster else '≤'} {self.reach:g} ×"


@dataclass
class Stopwatch:
    """The seconds that each repeat of a step took, by the step's name."""

    seconds: dict[str, list[float]] = field(default_factory=dict)

    @contextmanager
    def time(self, step: str) -> Iterator[None]:
        """Take the time of one repeat of a step."""
        started = time.perf_counter()
        yield
        self.add(step, time.perf_counter() - started)

    def add(self, step: str, seconds: float) -> None:
        """Note a time that was taken elsewhere."""
        self.seconds.setdefault(step, []).append(seconds)
        say(f"  {step}: {seconds:.3f} s")

    def median(self, step: str) -> float:
        """The median of a step's repeats."""
        return median(self.seconds[step])


def prove(found: Any, expected: Any, what: str) -> None:
    """ProofError unless what was found is what was expected."""
    if found != expected:
        raise ProofError(f"{what}: {found!r} was found where {expected!r} was expected.")


def say(line: str) -> None:
    """Print one line of progress, with the seconds since the run began."""
    print(f"{time.perf_counter() - STARTED:7.1f} s  {line}", file=sys.stderr, flush=True)
