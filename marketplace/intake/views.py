"""``POST /api/v1/events``: signed batches of events, answered item by item."""

import logging
import re
from http import HTTPStatus
from typing import Any, Final

import msgspec
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from config import allowances, signatures
from config.allowances import Allowance
from config.signatures import NotSigned
from marketplace.inbox.formats import FORMATS
from marketplace.intake import operations as intake
from marketplace.intake.errors import Malformed, OtherBody, TooManyItems

logger = logging.getLogger("holdfast.intake")

# A thousand of the largest events that OpenSea sends.
MOST_BYTES: Final = 5 * 1024 * 1024
LENGTH: Final = re.compile(r"[0-9]{1,18}")

STATUSES: Final[dict[type[Exception], HTTPStatus]] = {
    NotSigned: HTTPStatus.UNAUTHORIZED,
    Malformed: HTTPStatus.BAD_REQUEST,
    TooManyItems: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    OtherBody: HTTPStatus.CONFLICT,
}

_encode: Final = msgspec.json.Encoder().encode


class _Problem(Exception):
    """An answer that is not the one that was hoped for, with its status."""

    def __init__(self, status: HTTPStatus, detail: str, **headers: str) -> None:
        super().__init__(detail)
        self.status = status
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


# There is no cookie here that another site could use: the signature is over the whole body.
@csrf_exempt
def events(request: HttpRequest) -> HttpResponse:
    """Take in a batch; any refusal of the whole of it is a problem document (RFC 9457)."""
    allowance = allowances.count(
        caller=f"events-from-{BaseThrottle().get_ident(Request(request))}",
        limit=settings.EVENT_BATCHES_A_MINUTE,
        at=timezone.now(),
    )
    answer = _answer(request, allowance)
    for name, value in allowance.headers.items():
        answer[name] = value
    return answer


def _answer(request: HttpRequest, allowance: Allowance) -> HttpResponse:
    if allowance.is_over:
        # Before the body is read and before anything is asked of the database.
        detail = "The limit of this minute is used up. Nothing was taken in; send the same message again."
        return _problem(HTTPStatus.TOO_MANY_REQUESTS, detail, {"Retry-After": str(allowance.seconds)})
    try:
        return HttpResponse(_encode(_receive(request)), content_type="application/json")
    except _Problem as problem:
        return _problem(problem.status, str(problem), problem.headers)
    except tuple(STATUSES) as error:
        status = STATUSES[type(error)]
        headers = {"WWW-Authenticate": "Standard-Webhooks"} if status == HTTPStatus.UNAUTHORIZED else {}
        return _problem(status, str(error), headers)
    except (OperationalError, InterfaceError) as error:
        # Too many connections, a restart, a full disk: the transaction is gone as a whole.
        logger.warning("The database did not take a batch in: %s", error)
        detail = (
            "The database does not answer at the moment. Nothing was taken in; send the same message again."
        )
        return _problem(HTTPStatus.SERVICE_UNAVAILABLE, detail, {"Retry-After": "5"})


def _receive(request: HttpRequest) -> dict[str, Any]:
    if request.method != "POST":
        raise _Problem(HTTPStatus.METHOD_NOT_ALLOWED, "Events are sent here with POST.", Allow="POST")
    format_name = request.GET.get("format", "native")
    if format_name not in FORMATS:
        known = ", ".join(FORMATS)
        raise _Problem(HTTPStatus.BAD_REQUEST, f"format is {format_name!r}; it must be one of {known}.")
    if request.content_type != "application/json" or request.headers.get("Content-Encoding"):
        raise _Problem(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "The body must be application/json, and not compressed."
        )
    body = _body(request)
    now = timezone.now()
    signed = signatures.read(request.headers, as_of=now)
    return intake.receive(signed=signed, body=body, format=format_name, as_of=now).as_json()


def _body(request: HttpRequest) -> bytes:
    """The whole body, and never more of it than may be; Django's own limit is for forms."""
    length = request.headers.get("Content-Length", "")
    if not LENGTH.fullmatch(length):
        raise _Problem(HTTPStatus.LENGTH_REQUIRED, "Content-Length is missing, or no number of bytes.")
    if int(length) > MOST_BYTES:
        raise _Problem(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            f"The body is larger than {MOST_BYTES >> 20} MiB. Nothing was taken in; send it in parts.",
        )
    try:
        # Not more than was announced is ever read.
        return request.read(int(length))
    except UnreadablePostError as error:
        raise _Problem(HTTPStatus.BAD_REQUEST, "The body ended before its Content-Length.") from error


def _problem(status: HTTPStatus, detail: str, headers: dict[str, str]) -> HttpResponse:
    body = {"type": "about:blank", "title": status.phrase, "status": int(status), "detail": detail}
    return HttpResponse(
        _encode(body), status=status, content_type="application/problem+json", headers=headers
    )
