"""Reads of keys."""

from datetime import datetime

from rewards.api.models import ApiKey
from rewards.api.operations import digest_of


def get_key(*, secret: str, as_of: datetime) -> ApiKey | None:
    """The key that counts at an instant, or None: unknown, expired and revoked are the same to a stranger."""
    found = ApiKey.objects.filter(digest=digest_of(secret), revoked_at=None, expires_at__gt=as_of)
    return found.first()


def list_keys() -> list[ApiKey]:
    """All keys there ever were, the newest first."""
    return list(ApiKey.objects.order_by("-id"))
