"""
Keeps secrets that sign messages under the application's own key, so that a dump of the database has none.

A signature can only be made and checked by who knows the secret, so it cannot be kept as a hash. Whoever
has both the database and SECRET_KEY can read it. Each purpose has a key of its own.
"""

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class Unreadable(Exception):
    """A secret was sealed under another SECRET_KEY, so that nobody can sign with it until that is back."""


def seal(secret: str, *, purpose: bytes) -> bytes:
    """The secret as it is stored."""
    return _box(_keys(), purpose).encrypt(secret.encode())


def unseal(sealed: bytes, *, purpose: bytes) -> str:
    """The secret as it was. Raises Unreadable."""
    return _unseal(sealed, _keys(), purpose)


def _keys() -> tuple[str, ...]:
    return (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)


@lru_cache(maxsize=256)
def _unseal(sealed: bytes, keys: tuple[str, ...], purpose: bytes) -> str:
    try:
        return _box(keys, purpose).decrypt(sealed).decode()
    except InvalidToken as error:
        raise Unreadable(
            "A secret was sealed under another SECRET_KEY. Name that one in SECRET_KEY_FALLBACKS, or make a "
            "new secret with manage.py sender rotate or webhook rotate."
        ) from error


@lru_cache(maxsize=8)
def _box(keys: tuple[str, ...], purpose: bytes) -> MultiFernet:
    """The first key seals, each may open: SECRET_KEY can be changed while the old one is a fallback."""
    return MultiFernet([Fernet(_derived(key, purpose)) for key in keys])


def _derived(key: str, purpose: bytes) -> bytes:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(key.encode())
    return base64.urlsafe_b64encode(derived)
