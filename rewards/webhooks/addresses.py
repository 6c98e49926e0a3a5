"""
Which addresses messages may be sent to: those of the public internet, and the hosts that are named.

An endpoint is typed by a person and its name is answered by somebody else's server, so what it leads to is
looked at each time, and the connection is made to the very address that was looked at.
"""

import ipaddress
import socket
from typing import Final, TypeAlias
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from rewards.webhooks.errors import Forbidden, WebhookError

Ip: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

# Under this prefix a network that speaks IPv6 alone reaches IPv4 addresses.
NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")


def read_url(url: str) -> SplitResult:
    """The parts of an endpoint's URL. Raises WebhookError, with a sentence for who typed it."""
    if not url.isascii() or not url.isprintable() or " " in url:
        raise WebhookError("The URL must be plain ASCII without spaces; write other letters percent-encoded.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise WebhookError(f"{url} is no URL: {error}.") from error
    if parts.scheme != "https" and not (settings.LOCAL and parts.scheme == "http"):
        raise WebhookError("The URL must begin with https://; nothing is sent in the clear.")
    if not parts.hostname or port == 0:
        raise WebhookError(f"{url} names no host to send to.")
    if parts.username is not None or parts.fragment:
        raise WebhookError(
            "The URL must have no user name, password or fragment; the signature says who it is."
        )
    return parts


def resolve(*, host: str, port: int) -> list[str]:
    """
    The addresses of a host. Each may be connected to: it is public, or the host is named in the settings.

    Raises Forbidden if a single one is not, and OSError where the name has no address.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if host.lower() not in settings.WEBHOOK_ALLOWED_HOSTS:
        for address in addresses:
            if not is_public(address):
                where = f"{host} leads to {address}, which" if host != address else host
                raise Forbidden(
                    f"{where} is no public address. Nothing was sent. If it is meant, name the host in "
                    "WEBHOOK_ALLOWED_HOSTS."
                )
    return addresses


def is_public(address: str) -> bool:
    """Whether an address, and the ones that it carries within it, belong to the public internet."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv4Address):
        return _is_public(ip)
    if ip.ipv4_mapped or ip in NAT64:
        # Another spelling of an IPv4 address, which is what will be reached.
        return _is_public(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF))
    carried = [one for one in (ip.sixtofour, *(ip.teredo or ())) if one is not None]
    return not ip.is_site_local and all(_is_public(one) for one in (ip, *carried))


def _is_public(ip: Ip) -> bool:
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)
