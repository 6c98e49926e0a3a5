"""Reads of endpoints and of what became of their messages."""

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from config import db, sealing
from rewards.webhooks.errors import WebhookError
from rewards.webhooks.models import SEALED_FOR, Delivery, Endpoint, Secret

SQL = db.folder()

MOST_SHOWN = 50


def list_endpoints() -> list[dict[str, Any]]:
    """Every endpoint by name, with what waits, what was given up, and the problem of the last try."""
    return SQL["endpoints"].rows({"name": None})


def get_endpoint(*, name: str) -> dict[str, Any]:
    """One endpoint, as in the list. Raises WebhookError."""
    found = SQL["endpoints"].rows({"name": name})
    if not found:
        raise WebhookError(f"There is no endpoint called {name}; webhook list shows what there is.")
    return found[0]


def list_secrets(*, as_of: datetime) -> list[dict[str, Any]]:
    """The secrets in force of all endpoints: whose, since when, until when, and whether we can read it."""
    in_force = Q(ends_at=None) | Q(ends_at__gt=as_of)
    return [
        {
            "endpoint": secret.endpoint.name,
            "made_at": secret.made_at,
            "ends_at": secret.ends_at,
            "readable": _is_readable(secret),
        }
        for secret in Secret.objects.filter(in_force).select_related("endpoint").order_by("id")
    ]


def _is_readable(secret: Secret) -> bool:
    try:
        sealing.unseal(bytes(secret.sealed), purpose=SEALED_FOR)
    except sealing.Unreadable:
        return False
    return True


def list_dead(*, name: str) -> list[Delivery]:
    """What was given up for an endpoint, the oldest first, the first fifty."""
    return list(_of(name).filter(state="dead").order_by("id")[:MOST_SHOWN])


def list_tried(*, name: str) -> list[Delivery]:
    """What was tried lately for an endpoint, the latest first, fifty of it."""
    return list(_of(name).filter(tried_at__isnull=False).order_by("-tried_at")[:MOST_SHOWN])


def _of(name: str) -> "QuerySet[Delivery]":
    # By the endpoint's id, so that the indexes of its deliveries are used.
    endpoint = Endpoint.objects.filter(name=name).values("id")[:1]
    return Delivery.objects.filter(endpoint_id=endpoint).select_related("message", "endpoint")
