"""Wallet addresses as people type them, as they are stored and as they are shown."""

import functools
import re

from Crypto.Hash import keccak

EVM = re.compile(r"0x[0-9a-fA-F]{40}")
ZERO = "0x" + "0" * 40
OTHER = re.compile(r"(?!0x)[A-Za-z0-9._:-]{1,128}")


def parse(text: str) -> str | None:
    """Return the address as it is stored, or nothing if the text cannot be an address."""
    typed = text.strip()
    if EVM.fullmatch(typed):
        return typed.lower()
    return typed if OTHER.fullmatch(typed) else None


# A page writes the same few addresses several times, and a leaderboard the same ones for everybody.
@functools.lru_cache(maxsize=4096)
def checksummed(address: str) -> str:
    """
    Write an EVM address in the mixed case of EIP-55; other addresses stay as they are.

    A letter is upper case where the nibble of the Keccak-256 digest at its place is 8 or more.
    """
    if not EVM.fullmatch(address):
        return address
    plain = address[2:].lower()
    digest = keccak.new(digest_bits=256, data=plain.encode("ascii")).hexdigest()
    letters = (
        letter.upper() if int(nibble, 16) >= 8 else letter
        for letter, nibble in zip(plain, digest, strict=False)
    )
    return "0x" + "".join(letters)


def shortened(address: str) -> str:
    """Write an address with its middle left out: 0x41a3…850D."""
    shown = checksummed(address)
    return shown if len(shown) <= 14 else f"{shown[:6]}…{shown[-4:]}"


def why_none(text: str) -> str:
    """Why a text is not the address of a wallet; empty if it is one."""
    wallet = parse(text)
    if wallet is None:
        if text[:2].lower() == "0x":
            digits = len(text) - 2
            return (
                f"has {digits} digits after 0x, where an address has 40."
                if digits != 40
                else "has a digit that is not hex."
            )
        return "is not the address of a wallet."
    if wallet == ZERO:
        return "is the zero address, which is nobody."
    mixed = text[2:] not in (text[2:].lower(), text[2:].upper())
    if wallet.startswith("0x") and mixed and checksummed(wallet) != text:
        return "does not fit its own checksum (the letter case of EIP-55), so a digit may be wrong."
    return ""
