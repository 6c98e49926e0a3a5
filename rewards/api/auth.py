"""Who calls: a program with a key, and what its key may do."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from rewards.api import operations, queries
from rewards.api.models import ApiKey

if TYPE_CHECKING:
    # It is made with the classes of this file, so it can only be imported after them.
    from rest_framework.views import APIView

SECRET = re.compile(r"hfk_[0-9a-f]{8}_[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, kw_only=True)
class Caller:
    """A program that showed a key that counts. ``name`` is what the change log has for it."""

    name: str
    key: ApiKey
    is_authenticated: bool = True


class KeyAuthentication(BaseAuthentication):
    """``Authorization: Bearer hfk_…``. A request without it is a stranger's, who may read what is public."""

    def authenticate(self, request: Request) -> tuple[Caller, ApiKey] | None:
        """Who shows a key; AuthenticationFailed if it does not count, without saying why."""
        header = get_authorization_header(request)
        if not header:
            return None
        scheme, _, secret = header.decode("latin-1").partition(" ")
        now = timezone.now()
        known = SECRET.fullmatch(secret.strip()) if scheme.lower() == "bearer" else None
        key = queries.get_key(secret=known[0], as_of=now) if known else None
        if key is None:
            raise AuthenticationFailed("The key is unknown, expired or revoked.")
        operations.note_use(key=key, as_of=now)
        return Caller(name=f"key {key.prefix} ({key.name})", key=key), key

    def authenticate_header(self, request: Request) -> str:
        """What a 401 asks for."""
        return 'Bearer realm="Holdfast"'


class HasScope(BasePermission):
    """Lets in whose key has the view's ``scope``. A view that names none lets nobody in."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Whether the caller may; without a key the answer is a 401, with another scope a 403."""
        scope = getattr(view, "scope", None)
        if scope == "public":
            return True
        self.message = f"This needs a key with the scope {scope}."
        return isinstance(request.auth, ApiKey) and scope in request.auth.scopes


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the description of the API names our keys."""

    target_class = "rewards.api.auth.KeyAuthentication"
    name = "key"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        """A bearer token."""
        return {"type": "http", "scheme": "bearer", "description": "A key made by `manage.py apikey add`."}
