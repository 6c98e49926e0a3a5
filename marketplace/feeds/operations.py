"""
Reads what OpenSea tells of a collection from where it was read last.

A reading goes window by window, and after each the mark moves, so that one that was broken off goes on there.
Each begins earlier than the one before ended; what comes twice is known (P1).
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from marketplace.feeds.errors import FeedRefused
from marketplace.feeds.models import Mark
from marketplace.feeds.rest import Api
from marketplace.inbox import items as inbox

# OpenSea tells an event when it has seen it, which may be a while after it happened.
OVERLAP: Final = timedelta(minutes=10)
WINDOW: Final = timedelta(days=7)


@dataclass(kw_only=True)
class Polled:
    """What became of the events of a reading, by word, and why some were not taken in."""

    pages: int = 0
    words: Counter[str] = field(default_factory=Counter)
    problems: Counter[str] = field(default_factory=Counter)


def poll(
    *,
    api: Api,
    collection: str,
    since: datetime | None,
    as_of: datetime,
    stopping: Callable[[], bool] = lambda: False,
) -> Polled:
    """
    Take in what was told of a collection until now, from its mark, or from ``since`` where it has none.

    Raises FeedError; the windows before are kept and marked, and the same again goes on from there, unless it
    is a FeedRefused: that one wants something of a person. When
    ``stopping`` says so it returns early, with the window that it was in not marked.
    """
    mark = Mark.objects.filter(collection=collection).first()
    if mark is None and since is None:
        raise FeedRefused("It has not been read yet; say with --since where to begin.")
    start = mark.read_until - OVERLAP if mark else since
    assert start is not None
    polled = Polled()
    while start < as_of:
        end = min(start + WINDOW, as_of)
        for page in api.pages(collection=collection, after=start, before=end):
            if stopping():
                return polled
            _take(page, polled)
        Mark.objects.update_or_create(
            collection=collection, defaults={"read_until": end, "updated_at": as_of}
        )
        start = end
    return polled


def _take(page: list[bytes], polled: Polled) -> None:
    polled.pages += 1
    for outcome in inbox.take(items=page, format="opensea-v2"):
        polled.words[outcome.word] += 1
        if outcome.word in ("refused", "conflict"):
            polled.problems[outcome.reason] += 1
