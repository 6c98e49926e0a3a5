"""
The native event as types: what a sender may tell, field by field.

``docs/reference/event.schema.json`` is made from these types by ``python -m marketplace.inbox.events``.
Patterns are stated here for the schema and checked where rows are made (``rows.py``), because that costs
a quarter of what checking them while decoding does.
"""

import json
import re
from datetime import datetime
from typing import Annotated, Any, Final, Literal, TypeAlias

import msgspec
from msgspec import Meta, Struct

SOURCE: Final = r"^[a-z0-9._-]{1,64}$"
CHAIN: Final = r"^[a-z0-9_-]{1,32}$"
ADDRESS: Final = r"^(0x[0-9a-fA-F]{40}|(?!0x)[A-Za-z0-9._:-]{1,128})$"
PRICE: Final = r"^[0-9]{1,78}$"
CURRENCY: Final = r"^[A-Za-z0-9._-]{1,16}$"

ZERO_ADDRESS: Final = "0x" + "0" * 40


def _pattern(pattern: str, description: str) -> Meta:
    return Meta(description=description, extra_json_schema={"pattern": pattern})


def _text(most: int, description: str) -> Meta:
    return Meta(min_length=1, max_length=most, description=f"{description}; no control characters")


Source: TypeAlias = Annotated[str, _pattern(SOURCE, "who sends the event")]
Key: TypeAlias = Annotated[str, _text(512, "identity of the event within its source")]
Instant: TypeAlias = Annotated[
    datetime, Meta(tz=True, description="RFC 3339 instant with offset, years 2009 to 2200")
]
Index: TypeAlias = Annotated[int, Meta(ge=0, le=2**53 - 1)]
Position: TypeAlias = Annotated[
    tuple[Index, Index, Index], Meta(description="block, transaction index, log index")
]
Chain: TypeAlias = Annotated[str, _pattern(CHAIN, "such as ethereum")]
Address: TypeAlias = Annotated[str, _pattern(ADDRESS, "an address; EVM ones are 0x and 40 hex digits")]
Collection: TypeAlias = Annotated[str, _text(200, "the collection's slug")]
TokenId: TypeAlias = Annotated[str, _text(100, "the token's id within its contract")]
Trait: TypeAlias = Annotated[str, _text(200, "such as Background=Blue")]
Quantity: TypeAlias = Annotated[int, Meta(ge=1, le=10**15, description="units")]
Price: TypeAlias = Annotated[str, _pattern(PRICE, "whole number of the currency's base units")]
Currency: TypeAlias = Annotated[str, _pattern(CURRENCY, "symbol; stored in upper case")]
Decimals: TypeAlias = Annotated[int, Meta(ge=0, le=36, description="decimals of one whole unit")]
OrderKey: TypeAlias = Annotated[str, _text(512, "identity of the order, global")]
TxHash: TypeAlias = Annotated[str, _text(128, "pairs a sale with its transfer")]


class Event(
    Struct, kw_only=True, frozen=True, gc=False, forbid_unknown_fields=True, tag_field="kind",
    rename={"from_": "from"},
):  # fmt: skip
    """What every event tells: who says it, which one it is, and when it happened."""

    source: Source
    key: Key
    at: Instant


class ChainEvent(Event, kw_only=True, frozen=True):
    """An event that may name its place in a chain."""

    position: Position | None = None
    tx_hash: TxHash | None = None


class TokenEvent(ChainEvent, kw_only=True, frozen=True):
    """An event about units of one token."""

    chain: Chain
    contract: Address
    collection: Collection
    token_id: TokenId
    quantity: Quantity = 1
    standard: Literal["erc721", "erc1155"] | None = None


class Mint(TokenEvent, tag="mint", kw_only=True, frozen=True):
    """Units of a token came into being and went to a wallet."""

    to: Address
    from_: Address | None = None


class Transfer(TokenEvent, tag="transfer", kw_only=True, frozen=True):
    """Units of a token went from one wallet to another; to the zero address they are burnt."""

    from_: Address
    to: Address


class Sale(TokenEvent, tag="sale", kw_only=True, frozen=True):
    """Units of a token were bought: ``from`` is the seller, ``to`` the buyer."""

    from_: Address
    to: Address
    price: Price
    currency: Currency
    decimals: Decimals | None = None
    order_key: OrderKey | None = None


class Listing(TokenEvent, tag="listing", kw_only=True, frozen=True):
    """A wallet offers units of a token at a price."""

    maker: Address
    price: Price
    currency: Currency
    order_key: OrderKey
    decimals: Decimals | None = None
    expires_at: Instant | None = None


class Bid(ChainEvent, tag="bid", kw_only=True, frozen=True):
    """A wallet offers a price for a token, or for any token of a collection or trait."""

    chain: Chain
    collection: Collection
    maker: Address
    price: Price
    currency: Currency
    order_key: OrderKey
    contract: Address | None = None
    token_id: TokenId | None = None
    trait: Trait | None = None
    quantity: Quantity = 1
    standard: Literal["erc721", "erc1155"] | None = None
    decimals: Decimals | None = None
    expires_at: Instant | None = None


class Cancel(ChainEvent, tag="cancel", kw_only=True, frozen=True):
    """An order was withdrawn."""

    order_key: OrderKey
    maker: Address | None = None


class Custody(ChainEvent, tag="custody", kw_only=True, frozen=True):
    """An address only keeps tokens for others: a wrapper, vault, staking or escrow contract."""

    address: Address
    chain: Chain | None = None


class Funding(ChainEvent, tag="funding", kw_only=True, frozen=True):
    """``from`` was the first to fund the wallet ``to``."""

    from_: Address
    to: Address
    chain: Chain | None = None


class Rate(Event, tag="rate", kw_only=True, frozen=True):
    """What one whole unit of a currency is worth on the UTC day of ``at``, in wei of ETH."""

    price: Price
    currency: Currency
    decimals: Decimals | None = None


AnyEvent: TypeAlias = Mint | Transfer | Sale | Listing | Bid | Cancel | Custody | Funding | Rate

KINDS: Final[dict[type[Event], str]] = {
    Mint: "mint",
    Transfer: "transfer",
    Sale: "sale",
    Listing: "listing",
    Bid: "bid",
    Cancel: "cancel",
    Custody: "custody",
    Funding: "funding",
    Rate: "rate",
}

CONTROL_CHARACTER: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def schema() -> dict[str, Any]:
    """The JSON Schema of one line, as it is published."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Holdfast native event",
        **msgspec.json.schema(AnyEvent),
    }


def schema_text() -> str:
    """The schema as its file holds it."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    print(schema_text(), end="")
