"""A receiver of webhooks on this machine, which checks signatures by itself and can misbehave."""

import base64
import hashlib
import hmac
import json
import socket
import ssl
import struct
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Received:
    """A request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        """Its ``webhook-id``."""
        return self.headers["webhook-id"]

    @property
    def told(self) -> Any:
        """What its body says."""
        return json.loads(self.body)

    def is_signed_with(self, secret: str) -> bool:
        """Whether a signature agrees, as the specification of Standard Webhooks words it."""
        content = b".".join([self.id.encode(), self.headers["webhook-timestamp"].encode(), self.body])
        key = base64.b64decode(secret.split("whsec_")[1])
        expected = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
        return f"v1,{expected}" in self.headers["webhook-signature"].split(" ")


@dataclass(kw_only=True)
class Receiver:
    """
    A server on loopback. It does what stands in ``plans``, one a request, and answers 204 after them.

    A plan is a status; ``reset``; ``silence``, until ``gate`` is set; ``drip``, a byte at a time for ever;
    ``slow body``, a status and then nothing; or ``thank``, a status and a short word, after which it hangs
    up without having said so. With ``keeps`` it keeps connections open otherwise.
    """

    keeps: bool = False
    connections: int = 0

    plans: list[Any] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)
    reached: threading.Event = field(default_factory=threading.Event)
    headers: dict[str, str] = field(default_factory=dict)
    port: int = 0
    scheme: str = "http"

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"{self.scheme}://127.0.0.1:{self.port}/hooks?of=xp"

    def ids(self) -> list[str]:
        """The ids that came, in order."""
        return [one.id for one in self.received]

    def kinds(self) -> list[str]:
        """The kinds that came, in order."""
        return [one.told["type"] for one in self.received]


class Server(ThreadingHTTPServer):
    """A thread a connection; one that hangs keeps nobody."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, receiver: Receiver) -> None:
        self.receiver = receiver
        super().__init__(("127.0.0.1", 0), Handler)

    def handle_error(self, *_: Any) -> None:
        """A client that went away is what some tests are about."""


class Handler(BaseHTTPRequestHandler):
    """Does what is planned."""

    server: Server

    def setup(self) -> None:
        self.server.receiver.connections += 1
        self.protocol_version = "HTTP/1.1" if self.server.receiver.keeps else "HTTP/1.0"
        super().setup()

    def do_POST(self) -> None:
        receiver = self.server.receiver
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        receiver.received.append(Received(path=self.path, headers=headers, body=body))
        plan = receiver.plans.pop(0) if receiver.plans else 204
        receiver.reached.set()
        if isinstance(plan, int):
            self._answer(plan)
        else:
            getattr(self, f"_{plan.replace(' ', '_')}")()

    def _answer(self, status: int, length: int | None = None) -> None:
        said = b"" if status == 204 else b"I said\r\n\x00\x1b[31m no."
        self.send_response(status)
        for name, value in self.server.receiver.headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(said) if length is None else length))
        self.end_headers()
        self.wfile.write(said)

    def _reset(self) -> None:
        # With nothing to linger for, the kernel says so at once when the connection is closed.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True

    def _silence(self) -> None:
        self.server.receiver.gate.wait(30)
        self._answer(204)

    def _drip(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nx-drip: ")
        while not self.server.receiver.gate.wait(0.05):
            self.wfile.write(b"x")

    def _thank(self) -> None:
        self._answer(200)
        self.close_connection = True

    def _slow_body(self) -> None:
        self._answer(500, length=1_000)
        self.server.receiver.gate.wait(30)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def start(receiver: Receiver, *, tls: ssl.SSLContext | None = None) -> Server:
    """Serve until the server is shut down."""
    server = Server(receiver)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    receiver.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    return server
