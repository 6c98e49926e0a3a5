"""Limits by caller, told in RateLimit headers."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from config import allowances
from rewards.api.auth import Browser
from rewards.api.models import ApiKey

if TYPE_CHECKING:
    # It is made with the class of this file, so it can only be imported after it.
    from rest_framework.views import APIView


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
        allowance = allowances.count(caller=caller, limit=limit, at=timezone.now())
        self.rest = allowance.seconds
        request._request.holdfast_allowance = allowance  # type: ignore[attr-defined]  # noqa: SLF001
        return not allowance.is_over

    def wait(self) -> float:
        """The seconds until the next minute begins."""
        return self.rest
