"""
When a rule was live, from the pauses of its flag and of those above, one moment at a time.

Nothing here imports the engine, so that the two can be held against each other.
"""

from collections.abc import Iterable
from datetime import datetime
from itertools import pairwise
from typing import TypeAlias

Span: TypeAlias = tuple[datetime, datetime]
Off: TypeAlias = tuple[datetime, datetime | None]


def live_spans(pauses: Iterable[Off], span: Span) -> list[Span]:
    """The stretches of a span in no pause, those that touch put together. An end of None is open."""
    told = list(pauses)
    marks = {at for pause in told for at in pause if at is not None and span[0] < at < span[1]}
    spans: list[Span] = []
    for start, end in pairwise(sorted(marks | set(span))):
        if any(is_on(pause, start) for pause in told):
            continue
        if spans and spans[-1][1] == start:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return spans


def is_on(pause: Off, at: datetime) -> bool:
    """Whether a pause is on at an instant; its end is not part of it."""
    return pause[0] <= at and (pause[1] is None or at < pause[1])
