"""What every view of the API has."""

import hashlib
from typing import Any

from django.http import HttpResponse
from django.utils.http import parse_etags
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import NotFound
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from rewards.api import pages
from rewards.api.auth import Caller

PAGE_PARAMETERS = [
    OpenApiParameter(
        "limit",
        {"type": "integer", "minimum": 1, "maximum": pages.LONGEST, "default": pages.USUAL},
        description="How many at most.",
    ),
    OpenApiParameter(
        "cursor",
        {"type": "string", "maxLength": pages.LONGEST_CURSOR},
        description="The `next_cursor` of the page before; without one the list begins.",
    ),
]


class ApiView(APIView):
    """A view that says who may call it: ``scope`` is a key's scope, or ``public``."""

    scope: str

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Response:
        """Tell every caller how much is left of what they may ask for."""
        allowance = getattr(request._request, "holdfast_allowance", None)  # noqa: SLF001
        if allowance is not None:
            for name, value in allowance.headers.items():
                response[name] = value
        return super().finalize_response(request, response, *args, **kwargs)


def kept(request: Request, told: Any, *, seconds: int = 0) -> HttpResponse:
    """
    An answer for everybody, with a tag by which a caller can ask whether it still holds: then it is a 304.

    It may be kept on the way for so many seconds; for none, it is asked about each time.
    """
    body = JSONRenderer().render(told)
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    known = parse_etags(request.headers.get("If-None-Match", ""))
    unchanged = "*" in known or tag in {asked.removeprefix("W/") for asked in known}
    answer = HttpResponse(status=304) if unchanged else HttpResponse(body, content_type="application/json")
    answer["ETag"] = tag
    answer["Cache-Control"] = f"public, max-age={seconds}" if seconds else "public, no-cache"
    return answer


def name_of(request: Request) -> str:
    """Whose key it is, as the change log has it; only where a scope was asked for."""
    assert isinstance(request.user, Caller)
    return request.user.name


class NothingHere(ApiView):
    """Every address below /api/ that is none, whatever the method."""

    scope = "public"
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Count the request, and say that nothing is here."""
        super().initial(request, *args, **kwargs)
        raise NotFound("There is nothing at this address. /api/v1/docs shows what there is.")
