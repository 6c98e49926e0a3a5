"""How long to wait before the next attempt: twice as long each time, and not all at the same moment."""

import random


class Backoff:
    """Waits of about one, two, four … seconds up to the longest, each shortened by up to a half."""

    def __init__(self, *, longest: float, first: float = 1.0) -> None:
        self._first = first
        self._longest = longest
        self._times = 0

    def next(self) -> float:
        """The seconds to wait now."""
        seconds: float = min(self._first * 2 ** min(self._times, 30), self._longest)
        self._times += 1
        return seconds * random.uniform(0.5, 1.0)  # noqa: S311 (it spreads attempts, and keeps no secret)

    def reset(self) -> None:
        """Begin again: it worked."""
        self._times = 0
