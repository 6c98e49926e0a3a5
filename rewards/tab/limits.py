"""
How often a client may ask for a text to sign, since each is a row until it is over.

Counts are in the memory of a web process, as those of the API.
"""

import hashlib

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from rest_framework.throttling import BaseThrottle

from rewards.identity.errors import IdentityError

SECONDS = 60


class TooManyTexts(IdentityError):
    """A client asked for more texts in a minute than people sign; ``wait_seconds`` on it may ask again."""

    status = 429

    def __init__(self, wait_seconds: int) -> None:
        super().__init__(
            f"Too many texts were asked for from here. Nothing is lost; try again in {wait_seconds} seconds."
        )
        self.wait_seconds = wait_seconds


def count_text(*, request: HttpRequest, seconds: float) -> None:
    """Count a text that a client asks for at so many seconds of the clock; TooManyTexts beyond the limit."""
    # It reads as many hops of X-Forwarded-For, from the end, as are ours.
    client = BaseThrottle().get_ident(request)  # type: ignore[arg-type]
    minute = int(seconds // SECONDS)
    name = f"texts-{hashlib.sha256(f'{client} {minute}'.encode()).hexdigest()}"
    cache.add(name, 0, timeout=SECONDS + 1)
    try:
        used = cache.incr(name)
    except ValueError:
        # The cache was full and dropped it between the two lines.
        used = 1
    if used > settings.SIGN_IN_TEXTS_A_MINUTE:
        raise TooManyTexts(int((minute + 1) * SECONDS - seconds) + 1)
