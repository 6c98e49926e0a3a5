"""Servers that speak as OpenSea's do: the REST API v2 with its pages, and Phoenix channels on a websocket."""

import json
import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

PAGE = 2


class Rest:
    """
    The events that the API has, newest first as it gives them, and what goes wrong before it answers.

    ``faults`` are taken one a request: a status with headers, ``drop`` to close, or a body as it is.
    """

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.faults: list[Any] = []
        self.asked: list[dict[str, list[str]]] = []
        self.keys: set[str] = set()
        self.url = ""

    def answer(self, query: dict[str, list[str]]) -> dict[str, Any]:
        after, before = (int(query[name][0]) for name in ("after", "before"))
        told = [one for one in self.events if after < one["event_timestamp"] < before]
        told.sort(key=lambda one: -one["event_timestamp"])
        start = int(query.get("next", ["0"])[0])
        rest = {"next": str(start + PAGE)} if start + PAGE < len(told) else {}
        return {"asset_events": told[start : start + PAGE], **rest}


@contextmanager
def rest_server() -> Iterator[Rest]:
    """The REST API on a port of its own."""
    state = Rest()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            assert parts.path == "/api/v2/events/collection/apes"
            query = parse_qs(parts.query)
            state.asked.append(query)
            state.keys.add(self.headers["x-api-key"])
            fault = state.faults.pop(0) if state.faults else None
            if fault == "drop":
                self.close_connection = True
                return
            status, headers = fault if isinstance(fault, tuple) else (200, {})
            body = fault if isinstance(fault, bytes) else json.dumps(state.answer(query)).encode()
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing on the test's standard error."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Stream:
    """
    The other end of the websocket. ``send`` puts a frame on the current connection, ``drop`` ends it.

    ``joins`` gets each connection's topic when it has been joined; ``beats`` counts heartbeats.
    """

    def __init__(self) -> None:
        self.joins: queue.Queue[str] = queue.Queue()
        self.beats = 0
        self.answers_beats = True
        self.refuses_joins = False
        self.tokens: list[str] = []
        self.url = ""
        self.socket: ServerConnection | None = None

    def send(self, *frames: Any) -> None:
        assert self.socket is not None
        for frame in frames:
            self.socket.send(frame if isinstance(frame, str | bytes) else json.dumps(frame))

    def drop(self) -> None:
        """End the connection in the middle, without a goodbye."""
        assert self.socket is not None
        self.socket.socket.shutdown(2)

    def hear(self, socket: ServerConnection) -> None:
        self.socket = socket
        request = socket.request
        assert request is not None
        self.tokens += parse_qs(urlsplit(request.path).query).get("token", [])
        try:
            for text in socket:
                join_ref, ref, topic, event, _ = json.loads(text)
                if event == "heartbeat":
                    self.beats += 1
                    if not self.answers_beats:
                        continue
                status = "error" if self.refuses_joins and event == "phx_join" else "ok"
                self.send([join_ref, ref, topic, "phx_reply", {"status": status, "response": {}}])
                if event == "phx_join":
                    self.joins.put(topic)
        except ConnectionClosed:
            return


@contextmanager
def stream_server() -> Iterator[Stream]:
    """The Stream on a port of its own."""
    state = Stream()
    with serve(state.hear, "127.0.0.1", 0) as server:
        state.url = f"ws://127.0.0.1:{server.socket.getsockname()[1]}/socket/websocket"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield state
        finally:
            server.shutdown()
            thread.join()


def until(what: Callable[[], Any], *, seconds: float = 60) -> Any:
    """Wait until something is so; the test fails where it never is."""
    over = threading.Event()
    for _ in range(int(seconds / 0.02)):
        if found := what():
            return found
        over.wait(0.02)
    raise AssertionError("It did not happen in time.")
