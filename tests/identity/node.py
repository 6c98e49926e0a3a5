"""A node of a chain, as far as signing in needs one: it answers eth_call over HTTP for contracts of ours."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from eth_abi.abi import decode, encode
from eth_keys.datatypes import Signature

from tests.identity.given import at

IS_VALID = bytes.fromhex("1626ba7e")
AGGREGATE = bytes.fromhex("82ad56cb")
MULTICALL = "0xca11bde05977b3631167028862be2a173976ca11"
MAKE = bytes.fromhex("00000001")

FACTORY = "0x" + "fa" * 20


class Reverted(Exception):
    """The call failed on the chain."""


@dataclass
class Chain:
    """Contract wallets by address, each with its owner's name, and those that a factory could make."""

    wallets: dict[str, str] = field(default_factory=dict)
    to_be_made: dict[str, str] = field(default_factory=dict)
    # Answers in place of the chain's own, for a node that is out of order.
    answer: Callable[[BaseHTTPRequestHandler], None] | None = None
    asked: list[dict[str, Any]] = field(default_factory=list)

    def call(self, to: str, data: bytes, wallets: dict[str, str]) -> bytes:
        """What a call returns; what it makes is in ``wallets`` and forgotten with it."""
        if to == MULTICALL and data[:4] == AGGREGATE:
            ((first, second),) = decode(["(address,bool,bytes)[]"], data[4:])
            results = [self.attempt(one[0], one[2], wallets) for one in (first, second)]
            return encode(["(bool,bytes)[]"], [results])
        if to == FACTORY and data[:4] == MAKE:
            wallets |= self.to_be_made
            return b""
        if to in wallets and data[:4] == IS_VALID:
            digest, signature = decode(["bytes32", "bytes"], data[4:])
            return encode(
                ["bytes4"], [IS_VALID if signed_by(wallets[to], digest, signature) else b"\xff" * 4]
            )
        if to in wallets or to == FACTORY:
            raise Reverted
        # Nothing is there, and what calls it gets nothing.
        return b""

    def attempt(self, to: str, data: bytes, wallets: dict[str, str]) -> tuple[bool, bytes]:
        """A call that may fail."""
        try:
            return True, self.call(to, data, wallets)
        except Reverted:
            return False, b""


def signed_by(owner: str, digest: bytes, signature: bytes) -> bool:
    """Whether the owner's key signed the digest, which is the whole of this kind of wallet's logic."""
    vrs = signature[:64] + bytes([signature[64] - 27])
    recovered = Signature(vrs).recover_public_key_from_msg_hash(digest)
    return bool(recovered.to_address() == at(owner))


@contextmanager
def running(chain: Chain) -> Iterator[str]:
    """The address of a node of the chain."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            asked = json.loads(body)
            chain.asked.append(asked)
            if chain.answer is not None:
                chain.answer(self)
                return
            (call, block) = asked["params"]
            assert (asked["method"], block) == ("eth_call", "latest")
            told: dict[str, Any] = {"jsonrpc": "2.0", "id": asked["id"]}
            try:
                data = bytes.fromhex(call["data"][2:])
                told["result"] = "0x" + chain.call(call["to"], data, dict(chain.wallets)).hex()
            except Reverted:
                told["error"] = {"code": 3, "message": "execution reverted"}
            answer(self, json.dumps(told).encode())

        def log_message(self, *_: Any) -> None:
            """Nothing is printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def answer(handler: BaseHTTPRequestHandler, body: bytes, *, status: int = 200, **headers: str) -> None:
    """Send an answer."""
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)
