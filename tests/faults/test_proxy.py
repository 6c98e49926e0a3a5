"""The proxy spoils the network as it says; else the tests through it would mean nothing."""

import socket
from collections.abc import Iterator
from contextlib import closing

import pytest

from config.local.redis import Redis
from tests.faults.proxy import Proxy

PING, PONG = b"PING\r\n", b"+PONG\r\n"


@pytest.fixture
def proxy(own_redis: Redis) -> Iterator[Proxy]:
    with Proxy(own_redis.socket) as proxy:
        yield proxy


def connect(proxy: Proxy) -> socket.socket:
    return socket.create_connection(("127.0.0.1", proxy.port), timeout=20)


def ask(client: socket.socket, *, patience: float = 20) -> bytes:
    """What Redis says to a ping, nothing if it ended the connection; TimeoutError if nobody answers."""
    client.settimeout(patience)
    client.sendall(PING)
    return client.recv(100)


def is_ended(proxy: Proxy) -> bool:
    """Whether a new connection is ended at once: before, while or after it says something."""
    try:
        with closing(connect(proxy)) as client:
            return ask(client) == b""
    except ConnectionError:
        return True


class TestProxy:
    def test_passes_on_and_tells_of_an_end(self, proxy: Proxy, own_redis: Redis) -> None:
        with closing(connect(proxy)) as client:
            assert ask(client) == PONG
            assert proxy.open_connections() == 1
            own_redis.stop()
            assert client.recv(100) == b""
        assert is_ended(proxy)

    def test_swallows_everything_and_closes_nothing(self, proxy: Proxy) -> None:
        with closing(connect(proxy)) as old:
            assert ask(old) == PONG
            proxy.black_hole()
            with closing(connect(proxy)) as new:
                for client in (old, new):
                    with pytest.raises(TimeoutError):
                        ask(client, patience=0.1)
            proxy.pass_on()
            with pytest.raises(TimeoutError):
                ask(old, patience=0.1)
            with closing(connect(proxy)) as new:
                assert ask(new) == PONG

    def test_forgets_old_connections_and_passes_new_ones(self, proxy: Proxy) -> None:
        with closing(connect(proxy)) as old:
            assert ask(old) == PONG
            proxy.forget()
            with pytest.raises(TimeoutError):
                ask(old, patience=0.1)
            with closing(connect(proxy)) as new:
                assert ask(new) == PONG

    def test_resets_until_it_passes_on(self, proxy: Proxy) -> None:
        with closing(connect(proxy)) as old:
            assert ask(old) == PONG
            proxy.reset()
            with pytest.raises(ConnectionError):
                ask(old)
        assert is_ended(proxy)
        proxy.pass_on()
        with closing(connect(proxy)) as new:
            assert ask(new) == PONG

    def test_holds_back_each_way(self, proxy: Proxy) -> None:
        proxy.delay(0.2)
        with closing(connect(proxy)) as client:
            with pytest.raises(TimeoutError):
                ask(client, patience=0.3)
            client.settimeout(20)
            assert client.recv(100) == PONG
