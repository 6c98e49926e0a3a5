"""What an ingest found, in numbers and in the first examples of what went wrong."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal, TypeAlias

# Examples that are kept in memory. The sink hears of all.
KEPT: Final = 1_000


@dataclass(frozen=True, kw_only=True)
class Problem:
    """A line that was refused, or whose event was accepted before with another content."""

    outcome: Literal["refused", "conflict"]
    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"


Sink: TypeAlias = Callable[[Problem], None]


@dataclass(kw_only=True)
class Report:
    """
    What became of the events of an ingest.

    ``known`` events were in the inbox already; ``moved`` of them now tell another instant or position for
    the same transaction, as after a reorganisation of the chain. ``written`` is false where a strict
    ingest found something wrong and took back everything; ``new`` is zero then.
    """

    new: int = 0
    known: int = 0
    moved: int = 0
    conflicts: int = 0
    refused: int = 0
    lines: int = 0
    written: bool = True
    problems: list[Problem] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Nothing was refused and nothing was in conflict."""
        return not self.refused and not self.conflicts

    def add(self, problem: Problem) -> None:
        """Count a problem, and keep it while there is room."""
        if problem.outcome == "refused":
            self.refused += 1
        else:
            self.conflicts += 1
        if len(self.problems) < KEPT:
            self.problems.append(problem)

    def as_json(self) -> dict[str, Any]:
        """The report for ``--json``; ``problems`` holds the first thousand."""
        return asdict(self)
