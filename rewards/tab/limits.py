"""
How often a client may ask for a text to sign, since each is a row until it is over.

Counts are in the memory of a web process, as those of the API.
"""

from datetime import datetime

from django.conf import settings
from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from config import allowances
from rewards.identity.errors import IdentityError


class TooManyTexts(IdentityError):
    """A client asked for more texts in a minute than people sign; ``wait_seconds`` on it may ask again."""

    status = 429

    def __init__(self, wait_seconds: int) -> None:
        super().__init__(
            f"Too many texts were asked for from here. Nothing is lost; try again in {wait_seconds} seconds."
        )
        self.wait_seconds = wait_seconds


def count_text(*, request: HttpRequest, at: datetime) -> None:
    """Count a text that a client asks for; TooManyTexts beyond the limit of the minute."""
    # It reads as many hops of X-Forwarded-For, from the end, as are ours.
    client = BaseThrottle().get_ident(Request(request))
    limit = settings.SIGN_IN_TEXTS_A_MINUTE
    allowance = allowances.count(caller=f"texts-for-{client}", limit=limit, at=at)
    if allowance.is_over:
        raise TooManyTexts(allowance.seconds)
