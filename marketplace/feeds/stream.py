"""
Listens to OpenSea's Stream: a websocket on which Phoenix channels tell a collection's events as they happen.

The Stream promises nothing: messages may be lost, late, or come twice, and a connection that breaks leaves a
gap. So a reading by the REST API follows each connection, and one comes every few minutes beside it; what
both tell is known (P1). One thread listens and writes; another reads.
"""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event
from typing import Any, Final
from urllib.parse import urlencode

import msgspec
from django.db import InterfaceError, OperationalError, connection
from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

from marketplace.feeds.backoff import Backoff
from marketplace.feeds.errors import FeedError, FeedRefused
from marketplace.inbox import items as inbox

MESSAGE_BYTES: Final = 1024 * 1024

# A sale that does not say who sold waits this long for its transfer; then the REST API is asked.
UNDECIDED_SECONDS: Final = 60

# More than this is not kept while the database is away. The REST API tells it again.
MOST_HELD: Final = 20_000


class _Lost(Exception):
    """The connection is there and of no use; the text says why."""


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How often things happen, in seconds, and after how many messages they are written."""

    heartbeat: float = 30
    flush: float = 2
    flush_items: int = 500
    reading: float = 600
    longest_pause: float = 60
    first_pause: float = 1


@dataclass(kw_only=True)
class Listener:
    """
    One run of the client. ``read`` reads the gap by the REST API; ``stop`` ends the run after what is held
    has been written. ``words`` counts what became of messages.
    """

    url: str
    key: str
    collections: Sequence[str]
    read: Callable[[], None]
    tell: Callable[[str], None]
    stop: Event
    pace: Pace = field(default_factory=Pace)
    words: Counter[str] = field(default_factory=Counter)
    _held: list[tuple[float, bytes]] = field(default_factory=list)
    _reading: Future[None] | None = None
    _read_at: float = 0
    _flush_at: float = 0
    _ref: int = 0
    _heartbeat_ref: str | None = None

    def run(self) -> None:
        """Listen until ``stop`` is set, over as many connections as it takes. Raises FeedRefused."""
        backoff = Backoff(longest=self.pace.longest_pause, first=self.pace.first_pause)
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="reading") as reader:
            while not self.stop.is_set():
                why = ""
                try:
                    self._connection(reader, backoff)
                except (WebSocketException, OSError, _Lost) as error:
                    why = getattr(error, "strerror", None) or str(error) or type(error).__name__
                finally:
                    self._flush()
                if not self.stop.is_set():
                    pause = backoff.next()
                    if why:
                        self.tell(f"There is no connection to the Stream ({why}). {_again(pause)}")
                    self.stop.wait(pause)
        self._look_at_reading()

    def _connection(self, reader: ThreadPoolExecutor, backoff: Backoff) -> None:
        address = f"{self.url}?{urlencode({'token': self.key, 'vsn': '2.0.0'})}"
        with connect(address, open_timeout=10, close_timeout=2, max_size=MESSAGE_BYTES) as socket:
            joining = {
                self._send(socket, f"collection:{slug}", "phx_join"): slug for slug in self.collections
            }
            self._heartbeat_ref = None
            heartbeat_at = time.monotonic() + self.pace.heartbeat
            while not self.stop.is_set():
                now = time.monotonic()
                if now >= heartbeat_at:
                    self._beat(socket)
                    heartbeat_at = now + self.pace.heartbeat
                if self._held and (now >= self._flush_at or len(self._held) >= self.pace.flush_items):
                    self._flush()
                if self._reading is not None and self._reading.done():
                    self._look_at_reading()
                # What happened before the channels were joined is told by nobody but the REST API.
                if not joining and now >= self._read_at:
                    self._start_reading(reader, now)
                try:
                    frame = socket.recv(timeout=min(0.2, self.pace.flush))
                except TimeoutError:
                    continue
                was_joining = bool(joining)
                self._hear(frame if isinstance(frame, bytes) else frame.encode(), joining)
                if was_joining and not joining:
                    self.tell(f"Listening to {', '.join(self.collections)}.")
                    backoff.reset()
                    self._read_at = 0

    def _send(self, socket: ClientConnection, topic: str, event: str) -> str:
        self._ref += 1
        ref = str(self._ref)
        join_ref = ref if event == "phx_join" else None
        socket.send(msgspec.json.encode([join_ref, ref, topic, event, {}]).decode())
        return ref

    def _beat(self, socket: ClientConnection) -> None:
        """Say that we are there. Who has not answered the time before is not there any more."""
        if self._heartbeat_ref is not None:
            raise _Lost("no answer to a heartbeat")
        self._heartbeat_ref = self._send(socket, "phoenix", "heartbeat")

    def _hear(self, frame: bytes, joining: dict[str, str]) -> None:
        try:
            told = msgspec.json.decode(frame)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            self.words["malformed"] += 1
            self.tell(f"A frame of the Stream is no JSON and was left out: {error}.")
            return
        ref, topic, event, payload = _parts(told)
        if event == "phx_reply":
            self._heartbeat_ref = None if ref == self._heartbeat_ref else self._heartbeat_ref
            slug = joining.pop(str(ref), None)
            if slug is not None and not (isinstance(payload, dict) and payload.get("status") == "ok"):
                raise _Lost(f"{slug} cannot be joined: {payload!r:.200}")
        elif event in ("phx_error", "phx_close"):
            raise _Lost(f"{topic} was closed by the other side")
        else:
            if not self._held:
                self._flush_at = time.monotonic() + self.pace.flush
            self._held.append((time.monotonic(), frame))

    def _flush(self) -> None:
        """Write what is held. What cannot be decided yet is held on for a while."""
        if not self._held:
            return
        now, held = time.monotonic(), self._held
        self._flush_at = now + self.pace.flush
        try:
            outcomes = inbox.take(items=[frame for _, frame in held], format="opensea-stream")
        except (OperationalError, InterfaceError) as error:
            connection.close()
            self.tell(f"The database does not answer; {len(held):,} messages are held: {error}.")
            if len(held) > MOST_HELD:
                self._held, self._read_at = [], 0
            return
        self._held = []
        for (heard_at, frame), outcome in zip(held, outcomes, strict=True):
            if outcome.undecided and now - heard_at < UNDECIDED_SECONDS and not self.stop.is_set():
                self._held.append((heard_at, frame))
                continue
            self.words[outcome.word] += 1
            if outcome.undecided:
                self._read_at = min(self._read_at, now)
            elif outcome.word in ("refused", "conflict"):
                self.tell(f"{outcome.word}: {outcome.reason}")

    def _start_reading(self, reader: ThreadPoolExecutor, now: float) -> None:
        if self._reading is not None:
            return
        self._read_at = now + self.pace.reading
        self._reading = reader.submit(self._read)

    def _look_at_reading(self) -> None:
        """Say what became of the last reading. Raises FeedRefused where the next would end alike."""
        reading, self._reading = self._reading, None
        if reading is None:
            return
        error = reading.exception()
        if isinstance(error, FeedRefused):
            raise error
        if isinstance(error, FeedError | OperationalError | InterfaceError):
            self.tell(f"The gap was not read: {error} It is read with the next.")
        elif error is not None:
            raise error

    def _read(self) -> None:
        try:
            self.read()
        finally:
            connection.close()


def _again(seconds: float) -> str:
    return f"It is tried again in {seconds:.0f} seconds; what was missed is read then."


def _parts(told: Any) -> tuple[Any, Any, Any, Any]:
    """Ref, topic, event and payload of a frame, in either of Phoenix' forms; nothing of what is neither."""
    if isinstance(told, list) and len(told) == 5:
        return told[1], told[2], told[3], told[4]
    if isinstance(told, dict):
        return told.get("ref"), told.get("topic"), told.get("event"), told.get("payload")
    return None, None, None, None
