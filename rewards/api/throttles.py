"""
Limits by caller, told in RateLimit headers: a courtesy among programs, never what keeps a promise.

Counts are in the memory of a web process, so that no answer waits for another server. Several processes
let a caller have the limit each.
"""

import hashlib
import math
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from rewards.api.auth import Browser
from rewards.api.models import ApiKey

if TYPE_CHECKING:
    # It is made with the class of this file, so it can only be imported after it.
    from rest_framework.views import APIView

WINDOW = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Allowance:
    """What a caller may still ask for in this minute, and how many seconds it goes on."""

    limit: int
    used: int
    seconds: int

    @property
    def headers(self) -> dict[str, str]:
        """The fields of draft-ietf-httpapi-ratelimit-headers."""
        left = max(self.limit - self.used, 0)
        return {
            "RateLimit-Policy": f'"minute";q={self.limit};w={int(WINDOW.total_seconds())}',
            "RateLimit": f'"minute";r={left};t={self.seconds}',
        }


class ByCaller(BaseThrottle):
    """So many requests a minute for a key, for a browser that has signed in, or else for an address."""

    def allow_request(self, request: Request, view: "APIView") -> bool:
        """Count the request, and say whether it is within the limit."""
        if isinstance(request.auth, ApiKey):
            limit, caller = settings.API_REQUESTS_A_MINUTE_WITH_KEY, f"key-{request.auth.id}"
        elif isinstance(request.user, Browser):
            limit, caller = settings.API_REQUESTS_A_MINUTE, f"sign-in-{request.user.sign_in_id}"
        else:
            # DRF reads as many hops of X-Forwarded-For, from the end, as NUM_PROXIES says are ours.
            limit, caller = settings.API_REQUESTS_A_MINUTE, f"from-{self.get_ident(request)}"
        seconds = timezone.now().timestamp()
        length = WINDOW.total_seconds()
        window = int(seconds // length)
        name = hashlib.sha256(f"{caller} {window}".encode()).hexdigest()
        cache.add(f"api-{name}", 0, timeout=int(length) + 1)
        try:
            used = cache.incr(f"api-{name}")
        except ValueError:
            # The cache was full and dropped it between the two lines.
            used = 1
        self.rest = (window + 1) * length - seconds
        allowance = Allowance(limit=limit, used=used, seconds=math.ceil(self.rest))
        request._request.holdfast_allowance = allowance  # type: ignore[attr-defined]  # noqa: SLF001
        return used <= limit

    def wait(self) -> float:
        """The seconds until the next minute begins."""
        return self.rest
