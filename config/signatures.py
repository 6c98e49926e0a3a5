"""
The signatures of Standard Webhooks (github.com/standard-webhooks), made and checked.

Twenty lines over ``hmac`` and not the library ``standardwebhooks``: that takes one secret where two are in
force while they are rotated, and raises ValueError, binascii.Error and UnicodeDecodeError on bad input where
a receiver has one thing to say, which is that a message is not signed.
"""

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

TOLERANCE_SECONDS: Final = 300
PREFIX: Final = "whsec_"
SECRET_BYTES: Final = 32

# More than anybody who rotates secrets sends; each is compared with each secret.
MOST_SIGNATURES: Final = 16

ID: Final = re.compile(r"[\x21-\x7e]{1,256}")
SECONDS: Final = re.compile(r"[0-9]{1,12}")


class NotSigned(Exception):
    """A message is not signed by anybody we know, or not now; the text says which header is wrong."""


@dataclass(frozen=True, kw_only=True)
class Signed:
    """What the three headers of a message say. Nothing of it is true before a secret agrees."""

    id: str
    timestamp: str
    signatures: tuple[bytes, ...]

    def is_by(self, *, secret: bytes, body: bytes) -> bool:
        """Whether one of the signatures was made with the secret, over id, time and body."""
        wanted = hmac.digest(secret, f"{self.id}.{self.timestamp}.".encode() + body, hashlib.sha256)
        return any(hmac.compare_digest(wanted, signature) for signature in self.signatures)


def read(headers: Mapping[str, str], *, as_of: datetime) -> Signed:
    """Read the headers of a message that has just come. Raises NotSigned."""
    message_id, timestamp = _needed(headers, "webhook-id"), _needed(headers, "webhook-timestamp")
    if not ID.fullmatch(message_id):
        raise NotSigned("webhook-id must be 1 to 256 visible ASCII characters.")
    if not SECONDS.fullmatch(timestamp):
        raise NotSigned("webhook-timestamp must be seconds since 1970.")
    if abs(as_of.timestamp() - int(timestamp)) > TOLERANCE_SECONDS:
        raise NotSigned(
            "webhook-timestamp is more than five minutes from now; check the clock, and sign each attempt."
        )
    signatures = tuple(_signatures(_needed(headers, "webhook-signature")))
    if not signatures:
        raise NotSigned(
            "webhook-signature must hold a signature such as v1,base64; several are parted by a space."
        )
    return Signed(id=message_id, timestamp=timestamp, signatures=signatures)


def _needed(headers: Mapping[str, str], name: str) -> str:
    value = headers.get(name)
    if not value:
        raise NotSigned(f"{name} is missing.")
    return value


def _signatures(header: str) -> list[bytes]:
    """The signatures of version 1 that can be one; others are for other receivers."""
    found = []
    for one in header.split(" ")[:MOST_SIGNATURES]:
        version, _, text = one.partition(",")
        if version == "v1":
            try:
                found.append(base64.b64decode(text, validate=True))
            except (binascii.Error, ValueError):
                continue
    return found


def new_secret() -> str:
    """A secret as senders keep it."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def key_of(secret: str) -> bytes:
    """The bytes that a secret of ours stands for."""
    return base64.b64decode(secret.removeprefix(PREFIX), validate=True)


def sign(*, secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """The signature that a sender puts into ``webhook-signature``."""
    content = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key_of(secret), content, hashlib.sha256)).decode()
