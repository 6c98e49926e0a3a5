"""Events as the reference reads them, and the people behind their wallets."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias

Token: TypeAlias = tuple[str, str, str]

ZERO = "0x0000000000000000000000000000000000000000"


@dataclass(frozen=True)
class Event:
    """One event as the documentation lists its fields, with defaults filled in and text made equal."""

    source: str
    key: str
    kind: str
    at: datetime
    position: tuple[int, int, int] | None
    token: Token | None
    collection: str | None
    trait: str | None
    quantity: int
    standard: str | None
    sender: str | None
    receiver: str | None
    maker: str | None
    price: int | None
    currency: str | None
    decimals: int | None
    order_key: str | None
    expires_at: datetime | None
    tx_hash: str | None
    address: str | None

    @property
    def order(self) -> tuple[Any, ...]:
        """What events are compared by."""
        position = (0, *self.position) if self.position else (1,)
        return (self.at, position, self.key.encode(), self.source.encode())


class People:
    """
    Which collector a wallet belongs to; the zero address and custody addresses are nobody.

    ``known`` are the wallets that some event or link has named.
    """

    def __init__(self, *, links: Iterable[set[str]], custody: set[str], known: set[str]) -> None:
        self.custody = custody
        self.known = known
        self.groups: list[set[str]] = []
        for link in links:
            group = set(link)
            apart = [other for other in self.groups if not other & group]
            for other in self.groups:
                if other & group:
                    group = group | other
            self.groups = [*apart, group]

    def collector(self, wallet: str | None) -> str | None:
        """The smallest address of the wallet's collector, or None for nobody."""
        if wallet is None or wallet == ZERO or wallet in self.custody:
            return None
        for group in self.groups:
            if wallet in group:
                return min(group)
        return wallet


def plain(address: str) -> str:
    """An address as it is compared: hexadecimal ones lower case."""
    return address.lower() if address[:2].lower() == "0x" else address


def instant(text: str | None) -> datetime | None:
    """The UTC instant that an RFC 3339 text names."""
    return datetime.fromisoformat(text).astimezone(UTC) if text else None


def read(told: Mapping[str, Any]) -> Event:
    """An event from the dictionary that a sender would send."""

    def wallet(name: str) -> str | None:
        return plain(told[name]) if told.get(name) else None

    token = None
    if told.get("token_id") is not None:
        token = (told["chain"], plain(told["contract"]), told["token_id"])
    at = instant(told["at"])
    assert at is not None
    return Event(
        source=told["source"],
        key=told["key"],
        kind=told["kind"],
        at=at,
        position=tuple(told["position"]) if told.get("position") else None,
        token=token,
        collection=told.get("collection"),
        trait=told.get("trait"),
        quantity=told.get("quantity") or 1,
        standard=told.get("standard"),
        sender=wallet("from"),
        receiver=wallet("to"),
        maker=wallet("maker"),
        price=int(told["price"]) if told.get("price") else None,
        currency=told["currency"].upper() if told.get("currency") else None,
        decimals=told.get("decimals"),
        order_key=told.get("order_key"),
        expires_at=instant(told.get("expires_at")),
        tx_hash=told.get("tx_hash"),
        address=wallet("address"),
    )


def wallets_named(events: list[Event]) -> set[str]:
    """Every wallet that some event names, apart from the zero address."""
    named = set()
    for event in events:
        named |= {event.sender, event.receiver, event.maker, event.address}
    return {wallet for wallet in named if wallet and wallet != ZERO}
