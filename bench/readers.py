"""
Reads an address many times over connections that stay open, and prints the seconds.

    python -m bench.readers PORT PATH COOKIE REQUESTS CONNECTIONS

A request is written once and an answer is not parsed beyond its length, so that the server is what is
measured.
"""

import socket
import sys
import time
from concurrent.futures import ThreadPoolExecutor


def read(port: int, path: str, cookie: str) -> bytes:
    """The body of one answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        return _ask(connection, _request(port, path, cookie))


def _request(port: int, path: str, cookie: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie}\r\n\r\n".encode()


def _ask(connection: socket.socket, request: bytes) -> bytes:
    connection.sendall(request)
    said = b""
    while b"\r\n\r\n" not in said:
        said += _more(connection)
    head, _, body = said.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200 "):
        raise SystemExit(f"An answer that is none: {head[:200]!r}")
    length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
    while len(body) < length:
        body += _more(connection)
    return body


def _more(connection: socket.socket) -> bytes:
    part = connection.recv(262_144)
    if not part:
        raise SystemExit("The server closed a connection.")
    return part


def _read_often(port: int, request: bytes, count: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        for _ in range(count):
            _ask(connection, request)


def main() -> None:
    """Read with several connections at once."""
    port, path, cookie, requests, connections = sys.argv[1:]
    each, request = int(requests) // int(connections), _request(int(port), path, cookie)
    started = time.perf_counter()
    with ThreadPoolExecutor(int(connections)) as clients:
        for done in [clients.submit(_read_often, int(port), request, each) for _ in range(int(connections))]:
            done.result()
    print(time.perf_counter() - started)


if __name__ == "__main__":
    main()
