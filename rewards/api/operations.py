"""Makes and revokes keys. A key is seen once, by whoever makes it; what is kept is its SHA-256."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Q

from rewards.api.errors import ApiKeyError
from rewards.api.models import ApiKey

# What a key may do. A view names the scope that it needs.
SCOPES = {
    "flags:write": "pause and resume flags",
    "ops:read": "read what is on its way, how late facts are, and what budgets have left",
    "collectors:read": "read any collector's balance by wallet, also where the page is private",
}

LONGEST = timedelta(days=731)

# A busy key is written to once in this time, not with each request.
USE_IS_NOTED_AFTER = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class NewKey:
    """A key that was just made, and the secret that nobody can read again. It stays out of tracebacks."""

    key: ApiKey
    secret: str = field(repr=False)


def digest_of(secret: str) -> bytes:
    """
    The SHA-256 of a key, by which it is found.

    A plain hash does for 256 random bits. Who probes cannot steer the digest that is compared, so the time of
    an index search tells nothing about a key.
    """
    return hashlib.sha256(secret.encode()).digest()


def make_key(*, name: str, scopes: Sequence[str], by: str, as_of: datetime, expires_at: datetime) -> NewKey:
    """Make a key with some scopes. Raises ApiKeyError."""
    if not name.strip():
        raise ApiKeyError("A key needs a name that says which program uses it.")
    if unknown := sorted(set(scopes) - SCOPES.keys()):
        raise ApiKeyError(f"There is no scope called {unknown[0]}; the scopes are {', '.join(SCOPES)}.")
    if not scopes:
        raise ApiKeyError(f"A key needs a scope: {', '.join(SCOPES)}.")
    if not as_of < expires_at <= as_of + LONGEST:
        raise ApiKeyError("A key expires after it is made, and within two years.")
    prefix = f"hfk_{secrets.token_hex(4)}"
    secret = f"{prefix}_{secrets.token_urlsafe(32)}"
    key = ApiKey.objects.create(
        name=name.strip(),
        prefix=prefix,
        digest=digest_of(secret),
        scopes=sorted(set(scopes)),
        created_by=by,
        created_at=as_of,
        expires_at=expires_at,
    )
    return NewKey(key=key, secret=secret)


def revoke_key(*, prefix: str, by: str, as_of: datetime) -> ApiKey:
    """Revoke a key at once, everywhere. Raises ApiKeyError for one that is unknown or revoked already."""
    changed = ApiKey.objects.filter(prefix=prefix, revoked_at=None).update(revoked_at=as_of, revoked_by=by)
    key = ApiKey.objects.filter(prefix=prefix).first()
    if key is None:
        raise ApiKeyError(f"There is no key that begins with {prefix}.")
    if not changed:
        raise ApiKeyError(f"{prefix} was revoked already, by {key.revoked_by}.")
    return key


def note_use(*, key: ApiKey, as_of: datetime) -> None:
    """Note that a key was used, once an hour. Again within the hour writes nothing."""
    due = as_of - USE_IS_NOTED_AFTER
    if key.used_at is not None and key.used_at > due:
        return
    unused = Q(used_at=None) | Q(used_at__lte=due)
    ApiKey.objects.filter(unused, id=key.id).update(used_at=as_of)
