"""
Whether a signature is a wallet's, over a text of ours.

A plain wallet is recovered from the signature. A contract wallet is asked on its chain, where that is
configured. Nothing that a client sends raises anything but the errors named here.
"""

import re

from eth_account import Account
from eth_account.messages import encode_defunct

from rewards.identity import contracts
from rewards.identity.errors import IdentityError, NotProven

# A contract wallet's signature can be long; nobody's is as long as this.
MOST_BYTES = 16_384
HEX = re.compile(r"0x(?:[0-9a-fA-F]{2})+")

# The order of the curve. Of the two values of s that are good for one signature, only the lower is taken,
# so that nobody can write another's signature in a second way.
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


def verify(*, address: str, text: str, signature: str) -> None:
    """
    Return if ``signature`` proves the wallet at ``address`` (lower case) over ``text``.

    :raises NotProven: it does not; the sentence says what is wrong with it.
    :raises ChainSilent: a contract wallet was to be asked, and its chain gave no answer.
    """
    signed = _bytes(signature)
    if contracts.is_configured() and (contracts.is_wrapped(signed) or _recovered(text, signed) != address):
        contracts.verify(address=address, text=text, signature=signed)
    elif _recover(text, signed) != address:
        raise NotProven(
            "The signature is not of this wallet. Choose the same wallet in your extension, and sign again. "
            "Wallets that are contracts cannot sign in here yet."
        )


def _bytes(signature: str) -> bytes:
    if len(signature) > 2 * MOST_BYTES + 2 or not HEX.fullmatch(signature):
        raise NotProven("The signature is no hexadecimal text that begins with 0x. Please sign again.")
    return bytes.fromhex(signature[2:])


def _recover(text: str, signed: bytes) -> str:
    """The address, in lower case, whose key signed the text; NotProven says why there is none."""
    if len(signed) != 65:
        raise NotProven(f"A signature has 65 bytes, and this one has {len(signed)}. Please sign again.")
    if signed[64] not in (0, 1, 27, 28):
        raise NotProven("The last byte of the signature must be 0, 1, 27 or 28. Please sign again.")
    if int.from_bytes(signed[32:64], "big") > ORDER // 2:
        raise NotProven("The signature is the second form of another one, which is not taken. Sign again.")
    try:
        recovered = Account.recover_message(encode_defunct(text=text), signature=signed)
    except Exception as error:
        # The libraries raise many kinds, and each of them means that this is no signature.
        raise NotProven("The signature is of no wallet at all. Please sign again.") from error
    return str(recovered).lower()


def _recovered(text: str, signed: bytes) -> str | None:
    try:
        return _recover(text, signed)
    except IdentityError:
        return None
