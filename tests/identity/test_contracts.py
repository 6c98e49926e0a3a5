"""Contract wallets, asked of a node that speaks the protocol (EIP-1271, ERC-6492)."""

import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler

import pytest
from eth_abi.abi import encode
from pytest_django import Settings

from rewards.identity import signatures
from rewards.identity.contracts import WRAPPED
from rewards.identity.errors import ChainSilent, NotProven
from tests.identity import node
from tests.identity.given import at, signed
from tests.identity.node import FACTORY, MAKE, Chain

TEXT = "rewards.example wants you to sign in"
SAFE = "0x" + "5afe" * 10


@pytest.fixture
def chain(settings: Settings) -> Iterator[Chain]:
    """A chain on which SAFE is a contract wallet of ann's, and the node of it that the settings name."""
    made = Chain(wallets={SAFE: "ann"})
    with node.running(made) as url:
        settings.SIGN_IN_RPC_URL = url
        settings.SIGN_IN_RPC_SECONDS = 0.4
        yield made


def wrapped(signature: str, *, factory: str = FACTORY, making: bytes = MAKE) -> str:
    """A signature that carries the making of its wallet."""
    parts = encode(["address", "bytes", "bytes"], [factory, making, bytes.fromhex(signature[2:])])
    return "0x" + (parts + WRAPPED).hex()


class TestContractWallets:
    def test_prove_themselves_by_their_owners_signature(self, chain: Chain) -> None:
        signatures.verify(address=SAFE, text=TEXT, signature=signed("ann", TEXT))
        with pytest.raises(NotProven, match="does not say so on the chain"):
            signatures.verify(address=SAFE, text=TEXT, signature=signed("bob", TEXT))
        with pytest.raises(NotProven, match="does not say so on the chain"):
            signatures.verify(address=SAFE, text=TEXT + ".", signature=signed("ann", TEXT))

    def test_that_are_not_there_prove_nothing(self, chain: Chain) -> None:
        with pytest.raises(NotProven):
            signatures.verify(address="0x" + "01" * 20, text=TEXT, signature=signed("ann", TEXT))

    def test_that_are_yet_to_be_made_are_made_for_the_question(self, chain: Chain) -> None:
        coming = "0x" + "c0" * 20
        chain.to_be_made[coming] = "ann"
        signatures.verify(address=coming, text=TEXT, signature=wrapped(signed("ann", TEXT)))
        for signature in (
            wrapped(signed("bob", TEXT)),
            wrapped(signed("ann", TEXT), factory=SAFE),
            wrapped(signed("ann", TEXT), making=b"nothing"),
            "0x" + (b"\x01" * 40 + WRAPPED).hex(),
            "0x" + WRAPPED.hex(),
        ):
            with pytest.raises(NotProven):
                signatures.verify(address=coming, text=TEXT, signature=signature)

    def test_that_were_made_meanwhile_are_asked_all_the_same(self, chain: Chain) -> None:
        signature = wrapped(signed("ann", TEXT), making=b"made already")
        signatures.verify(address=SAFE, text=TEXT, signature=signature)

    def test_are_not_asked_where_no_node_is_named(self, chain: Chain, settings: Settings) -> None:
        settings.SIGN_IN_RPC_URL = ""
        with pytest.raises(NotProven, match="Wallets that are contracts cannot sign in here yet"):
            signatures.verify(address=SAFE, text=TEXT, signature=signed("ann", TEXT))
        assert chain.asked == []

    def test_are_not_asked_where_a_key_says_all(self, chain: Chain) -> None:
        signatures.verify(address=at("bob"), text=TEXT, signature=signed("bob", TEXT))
        assert chain.asked == []


def refused(handler: BaseHTTPRequestHandler) -> None:
    node.answer(handler, b"busy", status=503)


def elsewhere(handler: BaseHTTPRequestHandler) -> None:
    node.answer(handler, b"", status=307, Location=f"http://{handler.headers['Host']}/elsewhere")


def nonsense(handler: BaseHTTPRequestHandler) -> None:
    node.answer(handler, b'{"result": [')


def of_another_shape(handler: BaseHTTPRequestHandler) -> None:
    node.answer(handler, b'{"result": 7}')


def a_list(handler: BaseHTTPRequestHandler) -> None:
    node.answer(handler, b"[]")


def endless(handler: BaseHTTPRequestHandler) -> None:
    node.answer(handler, b" " * 1_000_000)


def dripping(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    try:
        for _ in range(40):
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(0.05)
    except OSError:
        # The client has left.
        handler.close_connection = True


class TestNode:
    @pytest.mark.parametrize(
        "out_of_order", [refused, elsewhere, nonsense, of_another_shape, a_list, endless, dripping]
    )
    def test_out_of_order_is_told_and_not_waited_for(
        self, chain: Chain, out_of_order: Callable[[BaseHTTPRequestHandler], None]
    ) -> None:
        chain.answer = out_of_order
        began = time.monotonic()
        with pytest.raises(ChainSilent, match=r"gave no answer just now\. Nothing was changed"):
            signatures.verify(address=SAFE, text=TEXT, signature=signed("ann", TEXT))
        assert time.monotonic() - began < 10
        assert len(chain.asked) == 1

    def test_that_is_not_there_is_told(self, settings: Settings) -> None:
        settings.SIGN_IN_RPC_URL = "http://127.0.0.1:9/"
        with pytest.raises(ChainSilent):
            signatures.verify(address=SAFE, text=TEXT, signature=signed("ann", TEXT))
