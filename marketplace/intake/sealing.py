"""
Keeps senders' secrets under the application's own key, so that a dump of the database does not hold them.

A signature can only be checked by who knows the secret, so it cannot be kept as a hash. Whoever has both
the database and SECRET_KEY can read it.
"""

import base64
from functools import lru_cache
from typing import Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

PURPOSE: Final = b"holdfast: secrets of senders"


class Unreadable(Exception):
    """A secret was sealed under another SECRET_KEY, so that nobody can sign with it until that is back."""


def seal(secret: str) -> bytes:
    """The secret as it is stored."""
    return _box(_keys()).encrypt(secret.encode())


def unseal(sealed: bytes) -> str:
    """The secret as it was. Raises Unreadable."""
    return _unseal(sealed, _keys())


def _keys() -> tuple[str, ...]:
    return (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)


@lru_cache(maxsize=256)
def _unseal(sealed: bytes, keys: tuple[str, ...]) -> str:
    try:
        return _box(keys).decrypt(sealed).decode()
    except InvalidToken as error:
        raise Unreadable(
            "A sender's secret was sealed under another SECRET_KEY. Name that one in SECRET_KEY_FALLBACKS, "
            "or give the sender a new secret with manage.py sender rotate."
        ) from error


@lru_cache(maxsize=8)
def _box(keys: tuple[str, ...]) -> MultiFernet:
    """The first key seals, each may open: SECRET_KEY can be changed while the old one is a fallback."""
    return MultiFernet([Fernet(_derived(key)) for key in keys])


def _derived(key: str) -> bytes:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE).derive(key.encode())
    return base64.urlsafe_b64encode(derived)
