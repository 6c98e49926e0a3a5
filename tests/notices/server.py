"""A mail server of one test's own, which takes every mail and keeps it."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage


class MailServer(socketserver.ThreadingTCPServer):
    """SMTP as far as a mail needs it; ``mails`` has what came in."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Session)
        self.mails: list[EmailMessage] = []

    @property
    def port(self) -> int:
        """Where it listens, on loopback."""
        return int(self.server_address[1])


class Session(socketserver.StreamRequestHandler):
    """One connection: a line comes in, an answer goes out."""

    server: MailServer

    def handle(self) -> None:
        """Answer until the client leaves."""
        self.say("220 mail.example")
        while line := self.rfile.readline():
            word = line.strip().upper()[:4]
            if word == b"DATA":
                self.say("354 go on")
                body = b"".join(iter(self.rfile.readline, b".\r\n"))
                self.server.mails.append(message_from_bytes(body, policy=policy.default))
            self.say("221 bye" if word == b"QUIT" else "250 ok")

    def say(self, answer: str) -> None:
        """Send a line."""
        self.wfile.write(f"{answer}\r\n".encode())


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """A server that listens while the block runs."""
    with MailServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server
        server.shutdown()
        thread.join()
