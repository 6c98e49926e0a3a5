"""
Turns a native event into its row of the inbox: checked, normalised, and with its digests.

A row is a line of PostgreSQL's COPY text format, in the order of ``COLUMNS``, without its batch. Building
it by hand, with digests and addresses remembered, is what keeps an ingest near the speed of COPY.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Final, TypeAlias

import msgspec

from marketplace.inbox import events
from marketplace.inbox.currencies import DECIMALS
from marketplace.inbox.events import (
    KINDS,
    ZERO_ADDRESS,
    AnyEvent,
    Bid,
    Cancel,
    Custody,
    Funding,
    Listing,
    Mint,
    Position,
    Rate,
    Sale,
    Transfer,
)
from marketplace.inbox.refusal import Refusal

COLUMNS: Final = (
    "id", "content", "source", "key", "kind", "at", "block", "tx_index", "log_index",
    "scope", "settlement", "trade", "order_id",
    "chain", "contract", "collection", "token_id", "trait", "quantity", "standard",
    "from_wallet", "to_wallet", "maker", "price", "currency", "decimals",
    "order_key", "expires_at", "tx_hash", "address",
)  # fmt: skip

EARLIEST: Final = datetime(2009, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2201, 1, 1, tzinfo=UTC)

# Wallets and tokens come again and again. The bound keeps memory flat however many there are.
REMEMBERED: Final = 65_536

# An event's digests (scope, settlement, trade, order_id), its columns from chain to address, its transaction
# or nothing, and its place in the chain.
Read: TypeAlias = tuple[str, str, str, Position | None]

_source: Final = re.compile(events.SOURCE)
_chain: Final = re.compile(events.CHAIN)
_address: Final = re.compile(events.ADDRESS)
_currency: Final = re.compile(events.CURRENCY)
_hex: Final = re.compile(r"0x[0-9a-fA-F]+")
_encode: Final = msgspec.json.Encoder().encode


def row(event: AnyEvent) -> str:
    """Return the event's COPY line without its batch and line end; Refusal says what is wrong with it."""
    source = _source_name(event.source)
    identity = _digest("event", source, event.key)
    at = _instant(event.at, "at")
    digests, details, tx_hash, position = _READERS[type(event)](event, identity)
    place = "\t\t" if position is None else f"{position[0]}\t{position[1]}\t{position[2]}"
    told = f"{source}\t{event.key}\t{KINDS[type(event)]}"
    # A field that is added one day joins this text only where an event tells it. Otherwise the content of
    # every event told before would change, and each repeat would be a conflict.
    content = f"{told}\t{details}" if tx_hash else f"{told}\t{details}\t{at}\t{place}"
    line = f"{identity}\t{_digest('content', content)}\t{told}\t{at}\t{place}\t{digests}\t{details}"
    return line.replace("\\", "\\\\") if "\\" in line else line


def _digest(*parts: str) -> str:
    # No part holds a control character, so the separator keeps ("a", "bc") and ("ab", "c") apart.
    return blake2b("\x1f".join(parts).encode(), digest_size=16).hexdigest()


def _read_move(event: Mint | Transfer, identity: str) -> Read:
    chain, contract = _chain_name(event.chain), address(event.contract, "contract")
    scope = _token(chain, contract, event.token_id)
    to_wallet = address(event.to, "to")
    from_wallet = address(event.from_, "from") if event.from_ else ""
    if isinstance(event, Mint):
        if from_wallet not in ("", ZERO_ADDRESS):
            raise Refusal(
                "from of a mint is left out or the zero address; a wallet that gives is a transfer.",
                field="from",
            )
        if to_wallet == ZERO_ADDRESS:
            raise Refusal("to of a mint must be a wallet, not the zero address.", field="to")
        from_wallet = ""
    tx_hash = _tx_hash(event.tx_hash)
    settlement = _digest("tx", scope, tx_hash) if tx_hash else identity
    details = (
        f"{chain}\t{contract}\t{event.collection}\t{event.token_id}\t\t{event.quantity}"
        f"\t{event.standard or ''}\t{from_wallet}\t{to_wallet}\t\t\t\t\t\t\t{tx_hash}\t"
    )
    return f"{scope}\t{settlement}\t\t", details, tx_hash, event.position


def _read_sale(event: Sale, identity: str) -> Read:
    chain, contract = _chain_name(event.chain), address(event.contract, "contract")
    scope = _token(chain, contract, event.token_id)
    seller, buyer = address(event.from_, "from"), address(event.to, "to")
    if seller == buyer:
        raise Refusal("A sale needs two wallets: from and to are the same.")
    if buyer == ZERO_ADDRESS:
        raise Refusal("to of a sale is the buyer and cannot be the zero address.", field="to")
    if seller == ZERO_ADDRESS:
        raise Refusal(
            "from of a sale is the seller and cannot be the zero address; a first sale is a mint.",
            field="from",
        )
    price, (currency, decimals) = _price(event.price), _currency_of(event.currency, event.decimals)
    tx_hash, order_key = _tx_hash(event.tx_hash), event.order_key or ""
    order_id = _digest("order", order_key) if order_key else ""
    if tx_hash:
        settlement = _digest("tx", scope, tx_hash)
    else:
        settlement = _digest("filled", scope, order_key) if order_key else identity
    trade = identity
    if tx_hash or order_key:
        trade = _digest(
            "trade", settlement, seller, buyer, order_key, str(event.quantity), price, currency
        )  # fmt: skip
    details = (
        f"{chain}\t{contract}\t{event.collection}\t{event.token_id}\t\t{event.quantity}"
        f"\t{event.standard or ''}\t{seller}\t{buyer}\t\t{price}\t{currency}\t{decimals}"
        f"\t{order_key}\t\t{tx_hash}\t"
    )
    return f"{scope}\t{settlement}\t{trade}\t{order_id}", details, tx_hash, event.position


def _read_order(event: Listing | Bid, _identity: str) -> Read:
    chain, maker = _chain_name(event.chain), _wallet(event.maker, "maker")
    contract = address(event.contract, "contract") if event.contract else ""
    price, (currency, decimals) = _price(event.price), _currency_of(event.currency, event.decimals)
    trait = (event.trait or "") if isinstance(event, Bid) else ""
    if event.token_id is None:
        scope = _digest("place", maker, event.collection, trait)
    elif trait:
        raise Refusal(
            "trait is for a bid on any token that has it; leave out trait or token_id.", field="trait"
        )
    elif not contract:
        raise Refusal("contract is missing; a bid on a token needs it.", field="contract")
    else:
        scope = _token(chain, contract, event.token_id)
    tx_hash = _tx_hash(event.tx_hash)
    expires_at = _instant(event.expires_at, "expires_at") if event.expires_at else ""
    details = (
        f"{chain}\t{contract}\t{event.collection}\t{event.token_id or ''}\t{trait}\t{event.quantity}"
        f"\t{event.standard or ''}\t\t\t{maker}\t{price}\t{currency}\t{decimals}\t{event.order_key}"
        f"\t{expires_at}\t{tx_hash}\t"
    )
    return f"{scope}\t\t\t{_digest('order', event.order_key)}", details, tx_hash, event.position


def _read_cancel(event: Cancel, _identity: str) -> Read:
    maker = _wallet(event.maker, "maker") if event.maker else ""
    order_id, tx_hash = _digest("order", event.order_key), _tx_hash(event.tx_hash)
    details = f"\t\t\t\t\t\t\t\t\t{maker}\t\t\t\t{event.order_key}\t\t{tx_hash}\t"
    return f"{order_id}\t\t\t{order_id}", details, tx_hash, event.position


def _read_custody(event: Custody, _identity: str) -> Read:
    chain, kept_by = _chain_name(event.chain) if event.chain else "", _wallet(event.address, "address")
    tx_hash = _tx_hash(event.tx_hash)
    return "\t\t\t", f"{chain}" + "\t" * 15 + f"{tx_hash}\t{kept_by}", tx_hash, event.position


def _read_funding(event: Funding, _identity: str) -> Read:
    chain = _chain_name(event.chain) if event.chain else ""
    funder, funded = _wallet(event.from_, "from"), _wallet(event.to, "to")
    if funder == funded:
        raise Refusal("A funding needs two wallets: from and to are the same.")
    tx_hash = _tx_hash(event.tx_hash)
    details = f"{chain}" + "\t" * 7 + f"{funder}\t{funded}" + "\t" * 7 + f"{tx_hash}\t"
    return "\t\t\t", details, tx_hash, event.position


def _read_rate(event: Rate, _identity: str) -> Read:
    price, (currency, decimals) = _price(event.price), _currency_of(event.currency, event.decimals)
    if price == "0":
        raise Refusal("price of a rate must be above zero.", field="price")
    return "\t\t\t", "\t" * 10 + f"{price}\t{currency}\t{decimals}" + "\t" * 4, "", None


_READERS: Final[dict[type, Callable[[Any, str], Read]]] = {
    Mint: _read_move,
    Transfer: _read_move,
    Sale: _read_sale,
    Listing: _read_order,
    Bid: _read_order,
    Cancel: _read_cancel,
    Custody: _read_custody,
    Funding: _read_funding,
    Rate: _read_rate,
}


def _instant(at: datetime, field: str) -> str:
    if not EARLIEST <= at < LATEST:
        raise Refusal(f"{field} must lie in the years 2009 to 2200.", field=field)
    # msgspec writes an instant ten times faster than isoformat does.
    return _encode(at if at.tzinfo is UTC else at.astimezone(UTC))[1:-1].decode()


@lru_cache(maxsize=1_024)
def _source_name(text: str) -> str:
    if not _source.fullmatch(text):
        raise Refusal("source must be 1 to 64 of a-z 0-9 . _ -", field="source")
    return text


@lru_cache(maxsize=1_024)
def _chain_name(text: str) -> str:
    if not _chain.fullmatch(text):
        raise Refusal("chain must be 1 to 32 of a-z 0-9 _ -", field="chain")
    return text


@lru_cache(maxsize=REMEMBERED)
def address(text: str, field: str) -> str:
    """Return the address as it is stored; Refusal names the field that holds a wrong one."""
    if not _address.fullmatch(text):
        raise Refusal(
            f"{field} must be an address: 0x and 40 hex digits, or 1 to 128 of A-Z a-z 0-9 . _ : -",
            field=field,
        )
    return text.lower() if text.startswith("0x") else text


def _wallet(text: str, field: str) -> str:
    wallet = address(text, field)
    if wallet == ZERO_ADDRESS:
        raise Refusal(f"{field} cannot be the zero address, which is nobody.", field=field)
    return wallet


@lru_cache(maxsize=REMEMBERED)
def _token(chain: str, contract: str, token_id: str) -> str:
    return _digest("token", chain, contract, token_id)


def _tx_hash(text: str | None) -> str:
    if not text:
        return ""
    if not text.startswith("0x"):
        return text
    if not _hex.fullmatch(text):
        raise Refusal("tx_hash begins with 0x and must go on with hex digits only.", field="tx_hash")
    return text.lower()


def _price(text: str) -> str:
    if text.isdecimal() and text.isascii():
        if len(text) > 78:
            raise Refusal(f"price has {len(text)} digits; at most 78 are stored.", field="price")
        return text.lstrip("0") or "0"
    if text.startswith("-"):
        raise Refusal("price must not be negative.", field="price")
    raise Refusal(
        "price must be a whole number of base units in digits, such as 900000000000000000.", field="price"
    )


@lru_cache(maxsize=1_024)
def _currency_of(text: str, decimals: int | None) -> tuple[str, int]:
    if not _currency.fullmatch(text):
        raise Refusal("currency must be a symbol: 1 to 16 of A-Z 0-9 . _ -", field="currency")
    symbol = text.upper()
    known = DECIMALS.get(symbol, decimals)
    if known is None:
        raise Refusal(
            f"decimals is missing; it is needed because {symbol} is not a currency we know.", field="decimals"
        )
    if decimals not in (None, known):
        raise Refusal(f"decimals is {decimals}, but {symbol} has {known}.", field="decimals")
    return symbol, known
