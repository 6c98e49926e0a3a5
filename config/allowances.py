"""
How many requests a caller may send in a minute, and what is left of it: a courtesy among programs.

Counts are in the memory of a web process, so that no answer waits for another server. Several processes
let a caller have the limit each. What must hold is held by the database.
"""

import hashlib
import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache

WINDOW = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Allowance:
    """What a caller may ask for in this minute, how much is used, and for how many seconds it goes on."""

    limit: int
    used: int
    seconds: int

    @property
    def is_over(self) -> bool:
        """Whether the caller asked for more than it may."""
        return self.used > self.limit

    @property
    def headers(self) -> dict[str, str]:
        """The fields of draft-ietf-httpapi-ratelimit-headers."""
        left = max(self.limit - self.used, 0)
        return {
            "RateLimit-Policy": f'"minute";q={self.limit};w={int(WINDOW.total_seconds())}',
            "RateLimit": f'"minute";r={left};t={self.seconds}',
        }


def count(*, caller: str, limit: int, at: datetime) -> Allowance:
    """Count a request of a caller, and say what it may still ask for."""
    length = WINDOW.total_seconds()
    window = int(at.timestamp() // length)
    name = hashlib.sha256(f"{caller} {window}".encode()).hexdigest()
    cache.add(f"api-{name}", 0, timeout=int(length) + 1)
    try:
        used = cache.incr(f"api-{name}")
    except ValueError:
        # The cache was full and dropped it between the two lines.
        used = 1
    return Allowance(limit=limit, used=used, seconds=math.ceil((window + 1) * length - at.timestamp()))
