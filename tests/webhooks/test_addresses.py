"""Nothing is sent to a private network, whatever a name leads to, but to hosts that are named."""

import datetime as dt
import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pytest_django import Settings

from rewards.webhooks import addresses, sending
from rewards.webhooks.errors import Forbidden, WebhookError
from rewards.webhooks.sending import Answer
from tests.webhooks.receiver import Receiver, start

Answers = dict[str, list[str]]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Answers:
    """What names lead to; each look takes the first of several answers away. Numbers stand for themselves."""
    known: Answers = {}
    ask = socket.getaddrinfo

    def getaddrinfo(host: str, port: int, *args: Any, **kwargs: Any) -> Any:
        if host not in known:
            return ask(host, port, *args, **kwargs)
        found = known[host] if len(known[host]) == 1 else [known[host].pop(0)]
        return [
            (
                socket.AF_INET6 if ":" in address else socket.AF_INET,
                socket.SOCK_STREAM,
                6,
                "",
                (address, port),
            )
            for address in found[0].split()
        ]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return known


def sent(url: str, *, seconds: float) -> Answer:
    """What comes of one message on a connection of its own."""
    with closing(sending.Line(url=url)) as line:
        return line.post(headers={}, body=b"{}", seconds=seconds)


def send(url: str) -> Answer:
    return sent(url, seconds=10)


class TestIsPublic:
    @pytest.mark.parametrize(
        "address",
        [
            "127.0.0.1",
            "0.0.0.0",  # noqa: S104 (it is only looked at)
            "10.1.2.3",
            "100.64.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "192.168.1.1",
            "192.0.2.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "fe80::1%eth0",
            "fc00::1",
            "fec0::1",
            "ff02::1",
            "2001:db8::1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "::127.0.0.1",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::1",
            "2002:7f00:1::",
            "2001:0:7f00:1::1",
        ],
    )
    def test_knows_what_is_not(self, address: str) -> None:
        assert not addresses.is_public(address)

    @pytest.mark.parametrize(
        "address", ["8.8.8.8", "93.184.216.34", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
    )
    def test_knows_what_is(self, address: str) -> None:
        assert addresses.is_public(address)


class TestResolve:
    def test_refuses_a_name_of_which_one_address_is_private(self, names: Answers) -> None:
        names["market.example"] = ["93.184.216.34 10.0.0.7"]
        with pytest.raises(Forbidden, match=r"market.example leads to 10.0.0.7.*Nothing was sent"):
            addresses.resolve(host="market.example", port=443)

    @pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "localhost", "::1"])
    def test_refuses_loopback_however_it_is_written(self, host: str) -> None:
        with pytest.raises((Forbidden, socket.gaierror)):
            addresses.resolve(host=host, port=443)

    def test_lets_a_host_pass_that_is_named(self, names: Answers, settings: Settings) -> None:
        names["hooks.internal"] = ["10.0.0.7"]
        settings.WEBHOOK_ALLOWED_HOSTS = ["hooks.internal"]
        assert addresses.resolve(host="hooks.internal", port=443) == ["10.0.0.7"]


class TestReadUrl:
    def test_wants_https_but_on_ones_own_machine(self, settings: Settings) -> None:
        assert addresses.read_url("http://market.example/").hostname == "market.example"
        settings.LOCAL = False
        with pytest.raises(WebhookError, match="nothing is sent in the clear"):
            addresses.read_url("http://market.example/")


class TestPost:
    def test_connects_to_the_address_that_was_looked_at(
        self, names: Answers, receiver: Receiver, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # The name leads somewhere else the second time that it is asked: it is asked once.
        names["rebinding.example"] = ["93.184.216.34", "127.0.0.1"]
        tried: list[tuple[str, int]] = []

        def create_connection(address: tuple[str, int], **_: Any) -> socket.socket:
            tried.append(address)
            raise ConnectionRefusedError("refused")

        monkeypatch.setattr(socket, "create_connection", create_connection)
        answer = send(f"http://rebinding.example:{receiver.port}/")
        assert tried == [("93.184.216.34", receiver.port)]
        assert answer.problem == "It cannot be reached (ConnectionRefusedError: refused)."
        assert not receiver.received

    def test_looks_again_before_it_connects_again(
        self, names: Answers, receiver: Receiver, settings: Settings
    ) -> None:
        """A kept connection leads where it was looked at; for another one the name is asked again."""
        receiver.keeps, receiver.plans = True, [204, "thank"]
        settings.WEBHOOK_ALLOWED_HOSTS = ["rebinding.example"]
        names["rebinding.example"] = ["127.0.0.1", "10.0.0.7"]
        line = sending.Line(url=f"http://rebinding.example:{receiver.port}/")
        said = [line.post(headers={}, body=b"{}", seconds=10).problem]
        settings.WEBHOOK_ALLOWED_HOSTS = []
        said += [line.post(headers={}, body=b"{}", seconds=10).problem for _ in range(2)]
        line.close()
        assert said[:2] == ["", ""]
        assert "leads to 10.0.0.7" in said[2]
        assert receiver.connections == 1

    def test_waits_no_longer_for_a_name_than_for_an_answer(self, monkeypatch: pytest.MonkeyPatch) -> None:
        silent = threading.Event()

        def ask(*_: Any, **__: Any) -> list[Any]:
            silent.wait(60)
            return []

        monkeypatch.setattr(socket, "getaddrinfo", ask)
        began = time.monotonic()
        answer = sent("https://market.example/", seconds=0.2)
        assert answer.problem == "The host of https://market.example/ was not found within 0.2 seconds."
        assert time.monotonic() - began < 30
        silent.set()

    def test_sends_nothing_where_a_name_leads_home(self, names: Answers, receiver: Receiver) -> None:
        names["market.example"] = ["127.0.0.1"]
        assert "leads to 127.0.0.1" in send(f"http://market.example:{receiver.port}/").problem
        assert not receiver.received

    def test_says_that_a_name_is_not_found(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def getaddrinfo(*_: Any, **__: Any) -> None:
            raise socket.gaierror("no such name")

        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
        assert send("https://nowhere.example/").problem == (
            "The host of https://nowhere.example/ is not found (no such name)."
        )

    def test_follows_no_redirect_to_the_metadata_of_a_cloud(self, receiver: Receiver) -> None:
        receiver.plans, receiver.headers = [307], {"location": "http://169.254.169.254/latest/meta-data/"}
        assert send(receiver.url).problem == "It answered 307; redirects are not followed."
        assert len(receiver.received) == 1

    def test_a_second_address_is_tried_where_the_first_is_not_there(
        self, names: Answers, receiver: Receiver, settings: Settings
    ) -> None:
        settings.WEBHOOK_ALLOWED_HOSTS = ["market.example"]
        names["market.example"] = ["127.0.0.2 127.0.0.1"]
        assert send(f"http://market.example:{receiver.port}/").problem == ""

    def test_tls_is_agreed_on_for_the_name_and_not_for_the_address(
        self,
        names: Answers,
        settings: Settings,
        monkeypatch: pytest.MonkeyPatch,
        certificate: Callable[[str], tuple[ssl.SSLContext, ssl.SSLContext]],
    ) -> None:
        settings.WEBHOOK_ALLOWED_HOSTS = ["market.example", "other.example"]
        names["market.example"] = names["other.example"] = ["127.0.0.1"]
        server_side, client_side = certificate("market.example")
        monkeypatch.setattr(sending, "tls_context", lambda: client_side)
        receiver = Receiver(scheme="https")
        server = start(receiver, tls=server_side)
        try:
            assert send(f"https://market.example:{receiver.port}/hooks").status == 204
            refused = send(f"https://other.example:{receiver.port}/hooks").problem
        finally:
            server.shutdown()
            server.server_close()
        assert "SSLCertVerificationError" in refused
        assert [one.headers["host"] for one in receiver.received] == [f"market.example:{receiver.port}"]


@pytest.fixture
def certificate(tmp_path: Path) -> Callable[[str], tuple[ssl.SSLContext, ssl.SSLContext]]:
    """A way to make a certificate for a name: how its server shows it, and how who trusts it alone looks."""

    def make(host: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        now = dt.datetime.now(dt.UTC)
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(1)
            .not_valid_before(now - dt.timedelta(days=1))
            .not_valid_after(now + dt.timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        pem = made.public_bytes(serialization.Encoding.PEM)
        (tmp_path / "both.pem").write_bytes(
            pem
            + key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server_side.load_cert_chain(tmp_path / "both.pem")
        return server_side, ssl.create_default_context(cadata=pem.decode())

    return make
