"""
What OpenSea's REST API v2 and its Stream say alike, so that one event is one event whichever tells it (P1).

The key of what happened on a chain is made of chain, transaction, kind and token, with what tells two of a
kind in one transaction apart: the order of a sale, both wallets of a transfer. The key of an order is its
hash.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from marketplace.inbox.events import ZERO_ADDRESS, Bid, Cancel, Listing, Mint, Sale, Transfer
from marketplace.inbox.formats.parts import Part
from marketplace.inbox.refusal import Refusal

SOURCE: Final = "opensea"

# The Stream calls Polygon by its old name.
CHAIN_NAMES: Final = {"matic": "polygon"}

# Where wrapped ether lives. The Stream calls it ETH on some chains, and anybody can name a coin WETH.
WRAPPED_ETHER: Final = {
    "ethereum": "0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2",
    "polygon": "0x7ceb23fd6bc0add59e62ac25578270cff1b9f619",
    "arbitrum": "0x82af49447d8a07e3bd95bd0d56f35241523fbab1",
    "base": "0x4200000000000000000000000000000000000006",
    "optimism": "0x4200000000000000000000000000000000000006",
    "zora": "0x4200000000000000000000000000000000000006",
}
EVM_ADDRESS: Final = re.compile(r"0x[0-9a-f]{40}")
HASH: Final = re.compile(r"0x[0-9a-f]{1,126}|(?!0x)[A-Za-z0-9]{1,128}")

# A Seaport item's type: 0 the chain's coin, 1 another coin, 2 to 5 an NFT, by id or by criteria.
NFT_ITEM_TYPES: Final = frozenset({2, 3, 4, 5})
EDITION_ITEM_TYPES: Final = frozenset({3, 5})


@dataclass(frozen=True, kw_only=True)
class Token:
    """One item of a collection; ``is_edition`` where it is said to have many units."""

    chain: str
    contract: str
    collection: str
    token_id: str
    is_edition: bool = False

    @property
    def standard(self) -> Literal["erc1155"] | None:
        """What is worth telling: an item of one unit is what every token is until something else is said."""
        return "erc1155" if self.is_edition else None


@dataclass(frozen=True, kw_only=True)
class Money:
    """An amount in a currency's base units."""

    price: str
    currency: str
    decimals: int


@dataclass(frozen=True, kw_only=True)
class Order:
    """What a listing and a bid have in common. ``at`` is when it was told, or starts, if that is later."""

    hash: str
    maker: str
    money: Money
    quantity: int
    at: datetime
    expires_at: datetime | None


def chain_name(name: str) -> str:
    """The one name that we call a chain by."""
    return CHAIN_NAMES.get(name, name)


def hash_of(part: Part, name: str) -> str:
    """The hash of a transaction or an order, in lower case where it is hex."""
    text = part.text(name, most=128)
    text = text.lower() if text[:2].lower() == "0x" else text
    if not HASH.fullmatch(text):
        raise part.refusal(name, "is not a hash: 0x and hex digits")
    return text


def money(*, amount: str, token: Part, address_name: str, chain: str) -> Money:
    """
    An amount of a payment token.

    A token that calls itself ether is believed only at ether's own addresses, where we know them.
    """
    symbol, decimals = token.text("symbol", most=16).upper(), token.whole("decimals", most=36)
    address = (token.text_or_none(address_name, most=128) or "").lower()
    wrapped = WRAPPED_ETHER.get(chain)
    if address and address == wrapped:
        symbol = "WETH"
    elif symbol in ("ETH", "WETH") and wrapped and EVM_ADDRESS.fullmatch(address) and address != ZERO_ADDRESS:
        raise token.refusal(address_name, f"is not where {symbol} lives on {chain}")
    return Money(price=amount, currency=symbol, decimals=decimals)


def start_of(part: Part, *, told: str, starts: tuple[str, ...]) -> datetime:
    """
    When an order begins to rest: when it was told, or when it says that it starts, if that is later.

    Never earlier than it was told, since its maker chooses the start. To the second, because the REST API
    knows no fractions and both must say the same.
    """
    at = part.instant(told)
    for name in starts:
        start = part.instant_or_none(name)
        if start is not None:
            at = max(at, start)
    return at.replace(microsecond=0)


def moved(
    *, token: Token, quantity: int, sender: str, receiver: str, at: datetime, tx_hash: str
) -> Mint | Transfer:
    """A transfer, or a mint where it comes from nobody."""
    kind = "mint" if sender == ZERO_ADDRESS else "transfer"
    key = f"{token.chain}:{tx_hash}:{kind}:{token.contract}:{token.token_id}:{sender}:{receiver}"
    if sender == ZERO_ADDRESS:
        return Mint(
            source=SOURCE, key=key, at=at, tx_hash=tx_hash, chain=token.chain, contract=token.contract,
            collection=token.collection, token_id=token.token_id, quantity=quantity,
            standard=token.standard, to=receiver,
        )  # fmt: skip
    return Transfer(
        source=SOURCE, key=key, at=at, tx_hash=tx_hash, chain=token.chain, contract=token.contract,
        collection=token.collection, token_id=token.token_id, quantity=quantity, standard=token.standard,
        from_=sender, to=receiver,
    )  # fmt: skip


def sold(
    *, token: Token, quantity: int, seller: str, buyer: str, money: Money, order_hash: str | None,
    at: datetime, tx_hash: str,
) -> Sale:  # fmt: skip
    """A sale; its order is part of its key, since one transaction can fill several orders for one edition."""
    key = f"{token.chain}:{tx_hash}:sale:{token.contract}:{token.token_id}"
    return Sale(
        source=SOURCE, key=f"{key}:{order_hash}" if order_hash else key, at=at, tx_hash=tx_hash,
        chain=token.chain, contract=token.contract, collection=token.collection, token_id=token.token_id,
        quantity=quantity, standard=token.standard, from_=seller, to=buyer, price=money.price,
        currency=money.currency, decimals=money.decimals, order_key=order_hash,
    )  # fmt: skip


def listed(*, token: Token, order: Order) -> Listing:
    """An offer to sell a token."""
    return Listing(
        source=SOURCE, key=f"{token.chain}:listing:{order.hash}", at=order.at, chain=token.chain,
        contract=token.contract, collection=token.collection, token_id=token.token_id,
        quantity=order.quantity, standard=token.standard, maker=order.maker, price=order.money.price,
        currency=order.money.currency, decimals=order.money.decimals, order_key=order.hash,
        expires_at=order.expires_at,
    )  # fmt: skip


def offered(*, token: Token, order: Order) -> Bid:
    """An offer to buy one token."""
    return Bid(
        source=SOURCE, key=f"{token.chain}:bid:{order.hash}", at=order.at, chain=token.chain,
        contract=token.contract, collection=token.collection, token_id=token.token_id,
        quantity=order.quantity, standard=token.standard, maker=order.maker, price=order.money.price,
        currency=order.money.currency, decimals=order.money.decimals, order_key=order.hash,
        expires_at=order.expires_at,
    )  # fmt: skip


def offered_for_any(
    *, chain: str, contract: str | None, collection: str, trait: str | None, order: Order
) -> Bid:
    """An offer to buy any token of a collection, or any that has the traits."""
    return Bid(
        source=SOURCE, key=f"{chain}:bid:{order.hash}", at=order.at, chain=chain, contract=contract,
        collection=collection, trait=trait, quantity=order.quantity, maker=order.maker,
        price=order.money.price, currency=order.money.currency, decimals=order.money.decimals,
        order_key=order.hash, expires_at=order.expires_at,
    )  # fmt: skip


def cancelled(*, chain: str, order_hash: str, maker: str | None, at: datetime, tx_hash: str | None) -> Cancel:
    """An order that its maker withdrew."""
    return Cancel(
        source=SOURCE, key=f"{chain}:cancel:{order_hash}", at=at, order_key=order_hash, maker=maker,
        tx_hash=tx_hash,
    )  # fmt: skip


def invalidated(*, chain: str, order_hash: str, at: datetime) -> Cancel:
    """
    An order that cannot be filled any more, and so does not rest: it ends as if it had been withdrawn.

    That may happen several times to one order, if it could be filled again in between; the first ends it.
    """
    key = f"{chain}:invalidate:{order_hash}:{at.isoformat()}"
    return Cancel(source=SOURCE, key=key, at=at, order_key=order_hash)


def two_wallets(*, seller: str, buyer: str, names: str, field: str) -> None:
    """Refuse a sale to oneself or with nobody, in the words of the message."""
    if seller == buyer:
        raise Refusal(f"{names} are the same wallet; a sale needs two.", field=field)
    if ZERO_ADDRESS in (seller, buyer):
        raise Refusal(f"{names} must be wallets; one is the zero address, which is nobody.", field=field)


def trait_text(part: Part, name: str, pairs: list[tuple[str, str]]) -> str:
    """Traits that an offer asks for, all of them, in one order whoever tells them."""
    text = " & ".join(f"{kind}={value}" for kind, value in sorted(set(pairs)))
    if not 1 <= len(text) <= 200:
        raise part.refusal(name, f"are {len(text)} characters as text; 1 to 200 are kept")
    return text
