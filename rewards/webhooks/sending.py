"""
Sends one request, to an address that was looked at, within ten seconds altogether.

``http.client`` and not a library above it: it follows no redirect, uses no proxy and reads no more than it
is told to, and connecting to an address of our choice is one method.
"""

import functools
import http.client
import re
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from rewards.webhooks import addresses
from rewards.webhooks.errors import WebhookError

TIMEOUT_SECONDS: Final = 10
MOST_BYTES: Final = 4_096
EXCERPT_CHARACTERS: Final = 200
LONGEST_WAIT_SECONDS: Final = 3_600

GONE: Final = 410

SECONDS: Final = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """
    What came of a request. ``problem`` is a sentence, and empty when the receiver took it.

    ``status`` is empty where no answer came. ``excerpt`` is how the body of a refusal begins, and
    ``wait_seconds`` what the receiver asked for with Retry-After.
    """

    status: int | None = None
    problem: str = ""
    excerpt: str = ""
    wait_seconds: int = 0


class _Connection(http.client.HTTPConnection):
    """A connection to the first address that answers, which can be cut from another thread."""

    def __init__(self, *, host: str, port: int, to: list[str], tls: bool, seconds: float) -> None:
        super().__init__(host, port)
        # So that a usual port is left out of the header Host.
        self.default_port = 443 if tls else 80
        self._to, self._tls = to, tls
        self._ends_at = time.monotonic() + seconds
        self._held: socket.socket | None = None
        self.was_cut = False

    def connect(self) -> None:
        """Connect, and agree on TLS for the name of the host whatever the address."""
        self.sock = self._held = self._first()
        if self._tls:
            self.sock = self._held = tls_context().wrap_socket(
                self.sock, server_hostname=self.host, do_handshake_on_connect=False
            )
            self.sock.do_handshake()

    def _first(self) -> socket.socket:
        trouble: OSError = TimeoutError("timed out")
        for address in self._to:
            left = self._ends_at - time.monotonic()
            if left <= 0:
                break
            try:
                return socket.create_connection((address, self.port), timeout=left)
            except OSError as error:
                trouble = error
        raise trouble

    def cut(self) -> None:
        """End what is going on; whoever drips a byte a second is not waited for."""
        self.was_cut = True
        if self._held is not None:
            with suppress(OSError):
                # Past the method of a TLS socket, which belongs to the thread that reads.
                socket.socket.shutdown(self._held, socket.SHUT_RDWR)


@functools.cache
def tls_context() -> ssl.SSLContext:
    """How receivers are known: by the certificates that the machine trusts."""
    return ssl.create_default_context()


def post(*, url: str, headers: Mapping[str, str], body: bytes, seconds: float) -> Answer:
    """Send a POST and return what came of it; whatever goes wrong is a sentence in the answer."""
    try:
        parts = addresses.read_url(url)
        assert parts.hostname is not None
        port = parts.port or (443 if parts.scheme == "https" else 80)
        to = addresses.resolve(host=parts.hostname, port=port)
    except WebhookError as error:
        return Answer(problem=str(error))
    except (OSError, UnicodeError) as error:
        return Answer(problem=f"The host of {url} is not found ({error}).")
    connection = _Connection(
        host=parts.hostname, port=port, to=to, tls=parts.scheme == "https", seconds=seconds
    )
    timer = threading.Timer(seconds, connection.cut)
    timer.daemon = True
    timer.start()
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", target, body, dict(headers))
        response = connection.getresponse()
        if connection.was_cut:
            # Headers that end because the connection was cut look like headers that end.
            raise TimeoutError
        return _read(response)
    except (OSError, http.client.HTTPException, ValueError) as error:
        if connection.was_cut or isinstance(error, TimeoutError):
            return Answer(problem=f"No answer came within {seconds:g} seconds.")
        return Answer(problem=f"It cannot be reached ({type(error).__name__}: {_plain(str(error))}).")
    finally:
        timer.cancel()
        connection.close()


def _read(response: http.client.HTTPResponse) -> Answer:
    """The status decides. What else a receiver says is only read when it refused."""
    with response:
        if 200 <= response.status < 300:
            return Answer(status=response.status)
        redirects = 300 <= response.status < 400
        return Answer(
            status=response.status,
            problem=f"It answered {response.status}"
            + ("; redirects are not followed." if redirects else "."),
            excerpt=_excerpt(response),
            wait_seconds=_wait_seconds(response.headers.get("Retry-After", "")),
        )


def _excerpt(response: http.client.HTTPResponse) -> str:
    try:
        said = response.read(MOST_BYTES)
    except (OSError, http.client.HTTPException, ValueError):
        return ""
    return _plain(said.decode(errors="replace"))


def _plain(text: str) -> str:
    """The beginning of a foreign text, on one line and without what a terminal or a table would choke on."""
    printable = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(printable.split())[:EXCERPT_CHARACTERS]


def _wait_seconds(header: str) -> int:
    """What a Retry-After asks for in seconds; dates are left to our own back-off."""
    return min(int(header), LONGEST_WAIT_SECONDS) if SECONDS.fullmatch(header) else 0
