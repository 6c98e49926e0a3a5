"""Every error below /api/ as a problem document (RFC 9457)."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response

logger = logging.getLogger("holdfast.api")

CONTENT_TYPE = "application/problem+json"

# Nothing of these was done, so a caller may send them again as they are.
AWAY = (OperationalError, InterfaceError)


class Conflict(exceptions.APIException):
    """What was asked for does not fit how things are; nothing was changed."""

    status_code = HTTPStatus.CONFLICT
    default_code = "conflict"


class TooLarge(exceptions.APIException):
    """The body is larger than the view reads."""

    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    default_detail = "The body is too large. Nothing was done."
    default_code = "too_large"


def handle(error: Exception, context: Mapping[str, Any]) -> Response:
    """A problem document for any error; one that nobody expected is logged and says nothing of its cause."""
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    elif isinstance(error, AWAY):
        logger.warning("The database did not answer: %s", error)
        return problem(
            status=HTTPStatus.SERVICE_UNAVAILABLE,
            detail="The database does not answer at the moment. Nothing was done; try again soon.",
            headers={"Retry-After": "5"},
        )
    if not isinstance(error, exceptions.APIException):
        view = type(context["view"]).__name__
        logger.error("%s failed in %s", context["request"].method, view, exc_info=error)
        return problem(
            status=HTTPStatus.INTERNAL_SERVER_ERROR,
            detail="Something went wrong on our side. Nothing was done, and we have a note of it.",
        )
    headers = {}
    if header := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = header
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(int(wait))
    if isinstance(error, exceptions.ValidationError):
        return problem(
            status=error.status_code,
            detail="The body has mistakes. Nothing was done.",
            headers=headers,
            errors=list(_mistakes(error.detail, "#")),
        )
    return problem(status=error.status_code, detail=str(error.detail), headers=headers)


def problem(
    *,
    status: int,
    detail: str,
    headers: Mapping[str, str] | None = None,
    errors: Sequence[Mapping[str, str]] = (),
) -> Response:
    """A problem document; ``errors`` says for each mistake in the body where it is."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": int(status),
        "detail": detail,
    }
    if errors:
        body["errors"] = list(errors)
    return Response(body, status=status, headers=dict(headers or {}), content_type=CONTENT_TYPE)


def _mistakes(detail: Any, pointer: str) -> Iterator[dict[str, str]]:
    """Each mistake with the JSON pointer of its field."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            place = str(name).replace("~", "~0").replace("/", "~1")
            yield from _mistakes(inner, pointer if name == "non_field_errors" else f"{pointer}/{place}")
    elif isinstance(detail, list):
        for inner in detail:
            yield from _mistakes(inner, pointer)
    else:
        yield {"pointer": pointer, "detail": str(detail)}
