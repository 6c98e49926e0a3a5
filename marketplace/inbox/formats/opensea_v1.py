"""
Reads the sale events of OpenSea's REST API v1, which large data sets still hold.

A sale of a bundle becomes one native sale an asset. Its price is split evenly over the assets, the odd base
units going to the first ones, so that the parts add up to the price.
"""

from collections.abc import Sequence
from typing import Any, Final, Literal

import msgspec
from msgspec import Struct

from marketplace.inbox.events import AnyEvent
from marketplace.inbox.formats import native
from marketplace.inbox.refusal import Refusal, explain

# The API served Ethereum alone.
CHAIN: Final = "ethereum"
SOURCE: Final = "opensea"


class Account(Struct):
    """A wallet."""

    address: str


class Contract(Struct):
    """The contract of an asset and the standard it follows, such as ERC721."""

    address: str
    schema_name: str = ""


class Collection(Struct):
    """The collection of an asset."""

    slug: str


class Asset(Struct):
    """One token."""

    token_id: str
    asset_contract: Contract
    collection: Collection


class Bundle(Struct):
    """Tokens that are sold at one price."""

    assets: list[Asset]


class PaymentToken(Struct):
    """The currency of the price."""

    symbol: str
    decimals: int


class Transaction(Struct):
    """Where in the chain the sale was made; the instant is UTC, without an offset."""

    timestamp: str
    transaction_hash: str
    block_number: int
    transaction_index: int


class Sale(Struct):
    """The fields that we read of a successful event; the others are OpenSea's affair."""

    id: int
    event_type: Literal["successful"]
    seller: Account
    winner_account: Account
    total_price: str
    payment_token: PaymentToken
    quantity: int
    transaction: Transaction
    asset: Asset | None = None
    asset_bundle: Bundle | None = None


_decoder: Final = msgspec.json.Decoder(Sale, strict=False)


def read(line: bytes) -> Sequence[AnyEvent]:
    """Return the sales of one line: one, or one an asset of a bundle; an empty line tells none."""
    try:
        sale = _decoder.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        if not line.strip():
            return ()
        raise explain(error=error, line=line) from error
    key = f"v1:{sale.id}"
    if sale.asset:
        return [_native(sale, sale.asset, key, sale.total_price, sale.quantity)]
    if not sale.asset_bundle or not sale.asset_bundle.assets:
        raise Refusal("asset and asset_bundle are both empty; a sale needs one of them.")
    assets = sale.asset_bundle.assets
    # The quantity of a bundle is the number of its assets, each of which is one unit.
    return [
        _native(sale, asset, f"{key}:{number}", price, 1)
        for number, (asset, price) in enumerate(
            zip(assets, _split(sale.total_price, len(assets)), strict=True), 1
        )
    ]


def _split(price: str, count: int) -> list[str]:
    if not (price.isdecimal() and price.isascii() and len(price) <= 78):
        return [price] * count  # Not a price; each part is refused with the reason that any sale would get.
    whole, odd = divmod(int(price), count)
    return [str(whole + (number < odd)) for number in range(count)]


def _native(sale: Sale, asset: Asset, key: str, price: str, quantity: int) -> AnyEvent:
    standard = asset.asset_contract.schema_name.lower()
    fields: dict[str, Any] = {
        "source": SOURCE,
        "key": key,
        "kind": "sale",
        "at": f"{sale.transaction.timestamp}Z",
        # The API does not tell the log index.
        "position": (sale.transaction.block_number, sale.transaction.transaction_index, 0),
        "tx_hash": sale.transaction.transaction_hash,
        "chain": CHAIN,
        "contract": asset.asset_contract.address,
        "collection": asset.collection.slug,
        "token_id": asset.token_id,
        "quantity": quantity,
        "standard": standard if standard in ("erc721", "erc1155") else None,
        "from": sale.seller.address,
        "to": sale.winner_account.address,
        "price": price,
        "currency": sale.payment_token.symbol,
        "decimals": sale.payment_token.decimals,
    }
    return native.convert(fields)
