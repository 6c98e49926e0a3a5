"""
Contract wallets: whether one says on its chain that a signature is good (EIP-1271, ERC-6492).

Off unless ``SIGN_IN_RPC_URL`` names a node. The address is the operator's and never a client's; nothing is
redirected, proxied or waited for longer than ``SIGN_IN_RPC_SECONDS``.
"""

import json
import time
import urllib.error
import urllib.request
from typing import Any, cast

from django.conf import settings
from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError
from eth_account.messages import encode_defunct
from eth_utils.crypto import keccak

from rewards.identity.errors import ChainSilent, NotProven

# isValidSignature(bytes32,bytes), which answers with its own selector where the signature is good.
IS_VALID = bytes.fromhex("1626ba7e")

# What a signature ends with that carries the making of its wallet (ERC-6492).
WRAPPED = bytes.fromhex("6492" * 16)

# Multicall3, at the same address on nearly every chain, and its aggregate3((address,bool,bytes)[]): it makes
# the wallet and asks it in one call that changes nothing.
MULTICALL = "0xca11bde05977b3631167028862be2a173976ca11"
AGGREGATE = bytes.fromhex("82ad56cb")

MOST_BYTES = 65_536


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A node that sends us elsewhere is not followed."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


# No proxy of the environment either.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirects)


def is_configured() -> bool:
    """Whether contract wallets can be asked."""
    return bool(settings.SIGN_IN_RPC_URL)


def is_wrapped(signature: bytes) -> bool:
    """Whether the signature carries the making of a wallet that may not be on its chain yet."""
    return signature.endswith(WRAPPED)


def verify(*, address: str, text: str, signature: bytes) -> None:
    """
    Return if the contract at ``address`` says that the signature of the text is good.

    :raises NotProven: it says no, or there is no such contract.
    :raises ChainSilent: the node gave no answer in time.
    """
    message = encode_defunct(text=text)
    digest = keccak(b"\x19" + message.version + message.header + message.body)
    if is_wrapped(signature):
        answer = _make_and_ask(address=address, digest=digest, signature=signature)
    else:
        answer = _call(to=address, data=_question(digest, signature))
    if len(answer) < 32 or answer[:4] != IS_VALID or any(answer[4:32]):
        raise NotProven(
            "The signature is not of this wallet, and if it is a contract, it does not say so on the chain "
            "that we ask. Choose the same wallet and network in your extension, and sign again."
        )


def _question(digest: bytes, signature: bytes) -> bytes:
    return IS_VALID + encode(["bytes32", "bytes"], [digest, signature])


def _make_and_ask(*, address: str, digest: bytes, signature: bytes) -> bytes:
    """Call the wallet's factory, which may fail where the wallet is there already, and then the wallet."""
    try:
        factory, making, inner = decode(["address", "bytes", "bytes"], signature[: -len(WRAPPED)])
    except (DecodingError, ValueError, OverflowError) as error:
        raise NotProven("The signature of this contract wallet cannot be read. Please sign again.") from error
    calls = [(factory, True, making), (address, True, _question(digest, inner))]
    answered = _call(to=MULTICALL, data=AGGREGATE + encode(["(address,bool,bytes)[]"], [calls]))
    try:
        (results,) = decode(["(bool,bytes)[]"], answered)
        is_answered, answer = results[1]
    except (DecodingError, ValueError, OverflowError, IndexError):
        return b""
    return cast("bytes", answer) if is_answered else b""


def _call(*, to: str, data: bytes) -> bytes:
    """What the chain answers to a call that changes nothing; nothing where the call fails there."""
    asked = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "eth_call",
        "params": [{"to": to, "data": "0x" + data.hex()}, "latest"],
    }
    try:
        told = json.loads(_post(json.dumps(asked).encode("ascii")))
        if "error" in told:
            return b""
        return bytes.fromhex(told["result"].removeprefix("0x"))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ChainSilent(
            "Your wallet is a contract, and its chain gave no answer just now. Nothing was changed; please "
            "try again in a minute."
        ) from error


def _post(body: bytes) -> bytes:
    """The node's answer. A node that drips is left as soon as the time is over."""
    ends_at = time.monotonic() + settings.SIGN_IN_RPC_SECONDS
    request = urllib.request.Request(  # noqa: S310 (the settings refuse an address that is not of the web)
        settings.SIGN_IN_RPC_URL, data=body, headers={"Content-Type": "application/json"}
    )
    answer = b""
    with OPENER.open(request, timeout=settings.SIGN_IN_RPC_SECONDS) as response:
        while piece := response.read1(MOST_BYTES):
            answer += piece
            if len(answer) > MOST_BYTES or time.monotonic() > ends_at:
                raise TimeoutError("The node's answer is too long or too slow.")
    return answer
