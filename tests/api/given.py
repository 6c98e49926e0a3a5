"""Keys and requests for the tests of the API."""

from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from rewards.api import operations as keys
from rewards.api.operations import NewKey


def key(*scopes: str, days: int = 1) -> NewKey:
    """A key that counts from now on."""
    now = timezone.now()
    return keys.make_key(
        name="on-call bot", scopes=scopes, by="olga", as_of=now, expires_at=now + timedelta(days=days)
    )


def client(*scopes: str) -> Client:
    """A program that shows a key with some scopes, or none."""
    if not scopes:
        return Client()
    return Client(headers={"Authorization": f"Bearer {key(*scopes).secret}"})


def post(client: Client, path: str, body: Any = None, **headers: str) -> Any:
    """What the API answers to a body in JSON."""
    return client.post(
        path, body if body is not None else {}, content_type="application/json", headers=headers
    )
