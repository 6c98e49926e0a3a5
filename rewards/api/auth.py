"""Who calls: a program with a key, and what its key may do; or a collector, by the session of its browser."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, CSRFCheck, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied, UnsupportedMediaType
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from rewards.api import operations, queries
from rewards.api.models import ApiKey
from rewards.identity import queries as identity

if TYPE_CHECKING:
    # It is made with the classes of this file, so it can only be imported after them.
    from rest_framework.views import APIView

FORMS = {"application/x-www-form-urlencoded", "multipart/form-data"}

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


@dataclass(frozen=True, kw_only=True)
class Browser:
    """A browser whose session names a sign-in. Whether that counts, the view's own statement says."""

    sign_in_id: str
    is_authenticated: bool = True


class SignInAuthentication(BaseAuthentication):
    """
    The session cookie of a collector who has signed in. A member of staff is none, and no key is one.

    Another site can have a visitor ask with that cookie. Reading does no harm, for it cannot see the answer;
    for anything else the token of Django's forms must come with it, in the header X-CSRFToken.
    """

    def authenticate(self, request: Request) -> tuple[Browser, None] | None:
        """Whose session it is; None without one."""
        sign_in_id = identity.get_sign_in_id(request=request._request)  # noqa: SLF001 (the session is Django's)
        if not sign_in_id:
            return None
        if request.method not in SAFE_METHODS:
            _check_token(request)
        return Browser(sign_in_id=sign_in_id), None

    def authenticate_header(self, request: Request) -> str:
        """What a 401 asks for."""
        return f'Cookie realm="Holdfast", cookie-name="{settings.SESSION_COOKIE_NAME}"'


def _check_token(request: Request) -> None:
    """Raise PermissionDenied unless the token of our own pages came along."""
    if request.content_type.split(";")[0].strip().lower() in FORMS:
        # Django would read a form for its token, which is no body of the API anyway.
        raise UnsupportedMediaType(request.content_type)
    check = CSRFCheck(_view)
    check.process_request(request._request)  # noqa: SLF001 (cookie and token are Django's)
    if check.process_view(request._request, _view, (), {}):  # noqa: SLF001
        raise PermissionDenied(
            "The header X-CSRFToken is missing, or is not what the cookie csrftoken has. Nothing was done."
        )


def _view(_request: HttpRequest) -> HttpResponse:
    """Stand where the check wants a view; it is never called."""
    return HttpResponse()


class HasScope(BasePermission):
    """
    Lets in whose key has the view's ``scope``, or whose browser it is for the scope ``me``.

    A view that names none lets nobody in.
    """

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Whether the caller may; without a key the answer is a 401, with another scope a 403."""
        scope = getattr(view, "scope", None)
        if scope == "public":
            return True
        if scope == "me":
            self.message = "Sign in with a wallet first."
            return isinstance(request.user, Browser)
        self.message = f"This needs a key with the scope {scope}."
        return isinstance(request.auth, ApiKey) and scope in request.auth.scopes


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the description of the API names our keys."""

    target_class = "rewards.api.auth.KeyAuthentication"
    name = "key"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        """A bearer token."""
        return {"type": "http", "scheme": "bearer", "description": "A key made by `manage.py apikey add`."}


class SignInScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the description of the API names a collector's session."""

    target_class = "rewards.api.auth.SignInAuthentication"
    name = "sign_in"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        """The cookie of the session."""
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": settings.SESSION_COOKIE_NAME,
            "description": "The session of a browser in which a wallet has signed in at /rewards/sign-in/.",
        }
