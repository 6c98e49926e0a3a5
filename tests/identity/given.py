"""Wallets with keys that really sign, and browsers to sign in with."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest
from django.test import RequestFactory
from eth_account import Account
from eth_account.messages import encode_defunct
from eth_account.signers.local import LocalAccount

from rewards.identity import operations as identity
from rewards.identity import queries
from rewards.identity.message import Site
from rewards.identity.models import Challenge
from rewards.identity.queries import SignedIn
from tests.tables import day

NOW = day("2026-05-01 12:00")
DOMAIN = "rewards.example"
SITE = Site(scheme="https", domain=DOMAIN, chain_id=1)


def key(name: str) -> LocalAccount:
    """The key of a wallet by name, always the same."""
    account: LocalAccount = Account.from_key(hashlib.sha256(name.encode()).digest())
    return account


def at(name: str) -> str:
    """The address of a wallet by name, as it is stored."""
    return str(key(name).address).lower()


def signed(name: str, text: str) -> str:
    """A wallet's signature of a text, as an extension returns it."""
    return "0x" + bytes(key(name).sign_message(encode_defunct(text=text)).signature).hex()


def browser(*, session_key: str | None = None) -> HttpRequest:
    """A request of a browser, with an empty session or the one of that key."""
    request = RequestFactory().get("/rewards/")
    request.session = SessionStore(session_key)
    return request


def challenge(name: str, *, as_of: datetime = NOW, **fields: Any) -> Challenge:
    """A text for a wallet to sign."""
    given: Mapping[str, Any] = {"site": SITE, "path": "/rewards/sign-in/"} | fields
    return identity.challenge(address=at(name), as_of=as_of, **given)


def sign_in(name: str, *, request: HttpRequest | None = None, as_of: datetime = NOW) -> SignedIn:
    """Sign a wallet in, with a browser of its own unless one is given."""
    made = challenge(name, as_of=as_of)
    return identity.sign_in(
        request=request or browser(),
        nonce=made.nonce,
        signature=signed(name, made.text),
        domain=DOMAIN,
        as_of=as_of,
    )


def link(to: SignedIn, name: str, *, as_of: datetime = NOW) -> None:
    """Link a wallet to who has signed in."""
    made = challenge(name, as_of=as_of, linking_to=to)
    identity.link(
        signed_in=to, nonce=made.nonce, signature=signed(name, made.text), domain=DOMAIN, as_of=as_of
    )


def own(of: SignedIn) -> list[str]:
    """The addresses of a collector's wallets, the one that stands for it first."""
    return [wallet.address for wallet in queries.list_wallets(collector_id=of.collector_id)]
