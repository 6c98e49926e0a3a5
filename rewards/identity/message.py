"""The texts that wallets sign, in the form of EIP-4361. They are built here and never taken from a client."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime

from marketplace.registry.addresses import checksummed

NONCE = re.compile(r"[0-9a-f]{24}")

SIGN_IN = (
    "Sign in to your rewards. "
    "This costs nothing, moves nothing, and gives nobody a permission over your tokens."
)
LINK = (
    "Link this wallet to {address}. From now on both are one collector: holds, limits and XP are counted "
    "together, and the XP of this wallet moves to that collector and stays there if you unlink it. "
    "This costs nothing, and gives nobody a permission over your tokens."
)


@dataclass(frozen=True, kw_only=True)
class Site:
    """Where somebody signs in: the authority in the address bar, with its scheme, and the chain's number."""

    scheme: str
    domain: str
    chain_id: int


def new_nonce() -> str:
    """A nonce of 24 letters and digits: 96 random bits."""
    return secrets.token_hex(12)


def build(
    *,
    site: Site,
    path: str,
    address: str,
    statement: str,
    nonce: str,
    issued_at: datetime,
    expires_at: datetime,
) -> str:
    """The text, line by line; ``address`` is shown in the mixed case of EIP-55."""
    return "\n".join(
        [
            f"{site.domain} wants you to sign in with your Ethereum account:",
            checksummed(address),
            "",
            statement,
            "",
            f"URI: {site.scheme}://{site.domain}{path}",
            "Version: 1",
            f"Chain ID: {site.chain_id}",
            f"Nonce: {nonce}",
            f"Issued At: {_instant(issued_at)}",
            f"Expiration Time: {_instant(expires_at)}",
        ]
    )


def _instant(at: datetime) -> str:
    """RFC 3339 to the second, in UTC."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
