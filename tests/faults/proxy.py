"""
A TCP proxy between a program and a server, through which a test can spoil the network between them.

It runs in a thread of the test's own process and listens on loopback. The server is reached at a unix socket
or at a host and port, so that Redis and PostgreSQL as the tests start them can both stand behind it.
"""

import asyncio
import socket
import struct
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self, TypeAlias

Target: TypeAlias = Path | tuple[str, int]

CHUNK_BYTES = 65_536
PATIENCE_SECONDS = 30

# Closed with this, a socket sends a reset instead of a farewell.
ABRUPTLY = struct.pack("ii", 1, 0)


@dataclass(kw_only=True)
class Connection:
    """
    A connection through the proxy, as it is on both sides.

    Of one that is ``lost`` nothing passes any more, for good: bytes that were swallowed leave a hole that no
    later byte may follow. Both sides still believe that it is open.
    """

    client: asyncio.StreamWriter
    server: asyncio.StreamWriter | None = None
    lost: bool = False


class Proxy:
    """
    A network between programs and one server; a context manager, whose ``port`` is open inside it.

    ``pass_on`` is what it does at first. ``black_hole`` swallows what is sent, on old connections and new
    ones, and closes nothing: no side learns of it but by a time-out of its own. ``forget`` does that to the
    connections of this moment alone, as a firewall that lost its state does: new ones pass. ``reset`` ends
    all of them with a reset, and new ones too until ``pass_on``. ``delay`` holds back each piece, each way.
    """

    def __init__(self, target: Target) -> None:
        self.port = 0
        self.accepted = 0
        self._target = target
        self._mode = "pass"
        self._delay_seconds = 0.0
        self._connections: list[Connection] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._open(), self._loop).result(PATIENCE_SECONDS)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(PATIENCE_SECONDS)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def pass_on(self) -> None:
        """Let everything pass at once again. Connections that were lost stay lost."""
        self._set("pass")

    def black_hole(self) -> None:
        """Swallow everything, on every connection there is or will be."""
        self._set("hole", self._lose)

    def forget(self) -> None:
        """Lose the connections of this moment, and let new ones pass."""
        self._set("pass", self._lose)

    def reset(self) -> None:
        """End every connection there is or will be with a reset."""
        self._set("reset", self._break)

    def delay(self, seconds: float) -> None:
        """Hold back each piece for so long, each way."""
        self._set("pass", delay_seconds=seconds)

    def open_connections(self) -> int:
        """How many connections pass at this moment; those that were lost do not count."""
        return sum(not one.lost for one in self._connections)

    def _set(
        self, mode: str, do_to_each: Callable[[Connection], None] | None = None, delay_seconds: float = 0.0
    ) -> None:
        async def set_it() -> None:
            self._mode, self._delay_seconds = mode, delay_seconds
            for connection in list(self._connections):
                if do_to_each is not None:
                    do_to_each(connection)

        asyncio.run_coroutine_threadsafe(set_it(), self._loop).result(PATIENCE_SECONDS)

    def _lose(self, connection: Connection) -> None:
        connection.lost = True

    def _break(self, connection: Connection) -> None:
        for side in (connection.client, connection.server):
            if side is not None:
                with suppress(OSError):
                    side.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABRUPTLY)
                side.transport.abort()

    async def _open(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        self._server.close()
        for connection in self._connections:
            self._break(connection)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        # One more turn, in which the transports that were ended say so.
        await asyncio.sleep(0)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        connection = Connection(client=writer, lost=self._mode == "hole")
        self._connections.append(connection)
        if self._mode == "reset":
            self._break(connection)
            self._connections.remove(connection)
            return
        if connection.lost:
            self._start(self._pump(connection, reader, None))
            return
        try:
            from_server, connection.server = await self._connect()
        except OSError:
            # The server is gone: so is the way to it.
            self._break(connection)
            self._connections.remove(connection)
            return
        self._start(self._pump(connection, reader, connection.server))
        self._start(self._pump(connection, from_server, writer))

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if isinstance(self._target, Path):
            return await asyncio.open_unix_connection(str(self._target))
        return await asyncio.open_connection(*self._target)

    def _start(self, pump: Coroutine[None, None, None]) -> None:
        task = self._loop.create_task(pump)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _pump(
        self, connection: Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter | None
    ) -> None:
        """Pass on what one side sends until it ends; of a lost connection swallow it, and its end, too."""
        with suppress(OSError):
            while piece := await reader.read(CHUNK_BYTES):
                if self._delay_seconds:
                    await asyncio.sleep(self._delay_seconds)
                if not connection.lost and writer is not None:
                    writer.write(piece)
                    await writer.drain()
        if not connection.lost and writer is not None:
            writer.close()
            if connection in self._connections and connection.client.is_closing():
                self._connections.remove(connection)
