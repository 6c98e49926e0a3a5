"""Reads who has signed in with a browser, and which wallets are that collector's."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest

from config import db

SQL = db.folder()

# What the session of a browser calls its sign-in.
SIGN_IN = "sign_in"


# The statement behind ``get_signed_in``, for statements that say something of who has signed in; it needs
# ``sign_in_id`` and ``as_of``, and has no row where nobody has.
SIGNED_IN = SQL["signed_in"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A wallet that has signed in with a browser, and the collector that it belongs to at this moment."""

    sign_in_id: UUID
    wallet_id: int
    address: str
    collector_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnWallet:
    """
    A wallet of a collector, as only that collector sees it.

    ``stands`` is true of the one that stands for the collector, which has no ``linked_at``. ``is_settling``
    is true until the facts have taken in what was linked or unlinked.
    """

    wallet_id: int
    address: str
    stands: bool
    linked_at: datetime | None
    is_settling: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnSignIn:
    """A browser in which a wallet of a collector is signed in; ``browser`` is empty where it did not say."""

    sign_in_id: UUID
    address: str
    browser: str
    signed_in_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Whether others may see a collector's page, and at which address. Once linked, it begins as private."""

    address: str
    is_public: bool
    was_linked: bool


def get_signed_in(*, request: HttpRequest, as_of: datetime) -> SignedIn | None:
    """
    Return who has signed in with this browser; None for everybody else, staff included.

    A browser without a session costs no statement, one with a session two.
    """
    sign_in_id = get_sign_in_id(request=request)
    if sign_in_id is None:
        return None
    return find_signed_in(sign_in_id=sign_in_id, as_of=as_of)


def find_signed_in(*, sign_in_id: str, as_of: datetime) -> SignedIn | None:
    """Return whose sign-in it is while it counts, in one statement."""
    rows = SIGNED_IN.prepared_rows({"sign_in_id": sign_in_id, "as_of": as_of})
    return SignedIn(**rows[0]) if rows else None


def get_sign_in_id(*, request: HttpRequest) -> str | None:
    """
    Return the sign-in that the session of this browser names; None for a browser without one, and for staff.

    It costs the statement that reads the session. Whether the sign-in counts, ``SIGNED_IN`` says.
    """
    session = getattr(request, "session", None)
    if session is None or SESSION_KEY in session or SIGN_IN not in session:
        return None
    return str(session[SIGN_IN])


def list_wallets(*, collector_id: int) -> list[OwnWallet]:
    """Return a collector's wallets, the one that stands for it first. They are for its own eyes only."""
    return [OwnWallet(**row) for row in SQL["wallets"].rows({"collector_id": collector_id})]


def list_sign_ins(*, collector_id: int, as_of: datetime) -> list[OwnSignIn]:
    """Return where a collector is signed in, the latest first. They are for its own eyes only."""
    return [OwnSignIn(**row) for row in SQL["sign_ins"].rows({"collector_id": collector_id, "as_of": as_of})]


def get_page(*, collector_id: int) -> Page:
    """Return what others may see of a collector."""
    return Page(**SQL["page"].row({"collector_id": collector_id}))
