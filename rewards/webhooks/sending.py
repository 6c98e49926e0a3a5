"""
Sends requests to an address that was looked at, each within ten seconds altogether.

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
from queue import Empty, SimpleQueue
from typing import Final

from rewards.webhooks import addresses
from rewards.webhooks.errors import WebhookError

TIMEOUT_SECONDS: Final = 10
MOST_BYTES: Final = 4_096
EXCERPT_CHARACTERS: Final = 200
LONGEST_WAIT_SECONDS: Final = 3_600

GONE: Final = 410

# How a connection looks that the receiver closed while nothing was sent; no answer has begun.
ENDED: Final = (ConnectionError, http.client.RemoteDisconnected, ssl.SSLEOFError, ssl.SSLZeroReturnError)

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


class _Ended(Exception):
    """A kept connection had been closed by the receiver; another one may well be answered."""


class _Connection(http.client.HTTPConnection):
    """A connection to the first address that answers, which can be cut from another thread."""

    # Connecting looks no name up, and must not happen unseen: whoever sends says when.
    auto_open = 0

    def __init__(self, *, host: str, port: int, to: list[str], tls: bool) -> None:
        super().__init__(host, port)
        # So that a usual port is left out of the header Host.
        self.default_port = 443 if tls else 80
        self._to, self._tls = to, tls
        self._ends_at = 0.0
        self._held: socket.socket | None = None
        self.was_cut = False

    def begin(self, *, ends_at: float) -> None:
        """Connect if it is not connected, and let what comes now end by an instant of the monotonic clock."""
        self._ends_at = ends_at
        if self.sock is None:
            self.connect()
        self.sock.settimeout(max(ends_at - time.monotonic(), 0.001))

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


class Line:
    """
    Sends to one URL, on one connection for as long as the receiver keeps it open.

    The name is looked up for each connection, and so are the addresses that it leads to. To be closed after
    use.
    """

    def __init__(self, *, url: str) -> None:
        self._url = url
        self._open: _Connection | None = None

    def post(self, *, headers: Mapping[str, str], body: bytes, seconds: float) -> Answer:
        """Send a POST and return what came of it; whatever goes wrong is a sentence in the answer."""
        ends_at = time.monotonic() + seconds
        kept = self._open
        if kept is not None:
            with suppress(_Ended):
                return self._exchange(kept, headers=headers, body=body, ends_at=ends_at, seconds=seconds)
        try:
            fresh = _connection(self._url, seconds=ends_at - time.monotonic())
        except WebhookError as error:
            return Answer(problem=str(error))
        except TimeoutError:
            return Answer(problem=f"The host of {self._url} was not found within {seconds:g} seconds.")
        except (OSError, UnicodeError) as error:
            return Answer(problem=f"The host of {self._url} is not found ({error}).")
        return self._exchange(fresh, headers=headers, body=body, ends_at=ends_at, seconds=seconds)

    def close(self) -> None:
        """Hang up."""
        if self._open is not None:
            self._open.close()
            self._open = None

    def _exchange(
        self,
        connection: _Connection,
        *,
        headers: Mapping[str, str],
        body: bytes,
        ends_at: float,
        seconds: float,
    ) -> Answer:
        """One request and its answer. Raises _Ended where a kept connection had been closed meanwhile."""
        was_kept, self._open = connection is self._open, None
        timer = threading.Timer(ends_at - time.monotonic(), connection.cut)
        timer.daemon = True
        timer.start()
        try:
            connection.begin(ends_at=ends_at)
            connection.request("POST", _target(self._url), body, dict(headers))
            response = connection.getresponse()
            if connection.was_cut:
                # Headers that end because the connection was cut look like headers that end.
                raise TimeoutError
            answer = _read(response)
            if _is_whole(response) and not connection.was_cut:
                self._open = connection
        except ENDED as error:
            if was_kept and not connection.was_cut:
                raise _Ended from error
            return _unreached(error, connection=connection, seconds=seconds)
        except (OSError, http.client.HTTPException, ValueError) as error:
            return _unreached(error, connection=connection, seconds=seconds)
        else:
            return answer
        finally:
            timer.cancel()
            if self._open is None:
                connection.close()


def _connection(url: str, *, seconds: float) -> _Connection:
    """A connection, not open yet, to addresses that were looked at. Raises WebhookError or OSError."""
    parts = addresses.read_url(url)
    assert parts.hostname is not None
    port = parts.port or (443 if parts.scheme == "https" else 80)
    to = _resolved(host=parts.hostname, port=port, seconds=seconds)
    return _Connection(host=parts.hostname, port=port, to=to, tls=parts.scheme == "https")


def _resolved(*, host: str, port: int, seconds: float) -> list[str]:
    """
    What ``addresses.resolve`` finds. Raises TimeoutError for a name that nobody answers in time.

    The system's look-up takes no time-out, so it is left behind in a thread of its own.
    """
    found: SimpleQueue[list[str] | Exception] = SimpleQueue()

    def look() -> None:
        try:
            found.put(addresses.resolve(host=host, port=port))
        except (OSError, ValueError, WebhookError) as error:
            found.put(error)

    threading.Thread(target=look, name=f"look up {host}", daemon=True).start()
    try:
        answer = found.get(timeout=max(seconds, 0))
    except Empty:
        raise TimeoutError from None
    if isinstance(answer, Exception):
        raise answer
    return answer


def _target(url: str) -> str:
    parts = addresses.read_url(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _is_whole(response: http.client.HTTPResponse) -> bool:
    """Whether nothing of an answer is left to come, so that the next request can follow on."""
    return response.isclosed() and not response.will_close


def _unreached(error: Exception, *, connection: _Connection, seconds: float) -> Answer:
    if connection.was_cut or isinstance(error, TimeoutError):
        return Answer(problem=f"No answer came within {seconds:g} seconds.")
    return Answer(problem=f"It cannot be reached ({type(error).__name__}: {_plain(str(error))}).")


def _read(response: http.client.HTTPResponse) -> Answer:
    """
    The status decides. What else a receiver says is only read when it refused.

    A short word of thanks that is there already is read as well, so that the connection can be kept.
    """
    if 200 <= response.status < 300:
        if response.length is not None and response.length <= MOST_BYTES:
            _excerpt(response)
        return Answer(status=response.status)
    redirects = 300 <= response.status < 400
    return Answer(
        status=response.status,
        problem=f"It answered {response.status}" + ("; redirects are not followed." if redirects else "."),
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
