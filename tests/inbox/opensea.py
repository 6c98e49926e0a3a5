"""
Messages in the shape of OpenSea's, made up here: the same events as the REST API and as the Stream tell them.

The captured ones are not ours to copy. Tests read them where HOLDFAST_MARKET_DATA says that they lie.
"""

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.inbox.given import ANN, APES, BOB, ZERO

WETH = "0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2"
USDC = "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48"
CAT, ROUTER = "0x" + "d" * 40, "0x" + "e" * 40
TX, ORDER = "0x" + "1" * 64, "0x" + "2" * 64
AT, SECONDS = "2026-01-01T12:00:00.250000+00:00", 1767268800

PAYMENTS = {
    "ETH": {"token_address": ZERO, "decimals": 18, "symbol": "ETH"},
    "WETH": {"token_address": WETH, "decimals": 18, "symbol": "WETH"},
    "USDC": {"token_address": USDC, "decimals": 6, "symbol": "USDC"},
}


def rest(kind: str, **changes: Any) -> dict[str, Any]:
    """One of ``asset_events``; ... leaves a field out."""
    nft = {
        "identifier": "1", "collection": "apes", "contract": APES, "token_standard": "erc721",
        "is_disabled": False, "is_nsfw": False, "opensea_url": "", "traits": [], "updated_at": "",
    }  # fmt: skip
    order = {
        "maker": ANN, "taker": "", "order_type": kind, "order_hash": ORDER, "asset": nft,
        "start_date": SECONDS - 1, "expiration_date": SECONDS + 86400, "is_private_listing": False,
    }  # fmt: skip
    fields: dict[str, dict[str, Any]] = {
        "sale": {"seller": ANN, "buyer": BOB, "closing_date": SECONDS, "nft": nft, "transaction": TX,
                 "order_hash": ORDER},
        "transfer": {"from_address": ANN, "to_address": BOB, "nft": nft, "transaction": TX,
                     "transfer_type": "transfer", "payment": ...},
        "mint": {"from_address": ZERO, "to_address": BOB, "nft": nft, "transaction": TX,
                 "transfer_type": "mint", "payment": ...},
    }  # fmt: skip
    told = {
        "event_type": kind,
        "event_timestamp": SECONDS,
        "chain": "ethereum",
        "quantity": 1,
        "payment": {"quantity": "900000000000000000", **PAYMENTS["ETH"]},
        **fields.get(kind, order),
        **changes,
    }
    return {name: value for name, value in told.items() if value is not ...}


def payload(kind: str, **changes: Any) -> dict[str, Any]:
    """The payload of one message of the Stream; ... leaves a field out."""
    token = {"address": ZERO, "decimals": 18, "symbol": "ETH", "eth_price": "1.0", "usd_price": "3000.1"}
    item = {"nft_id": f"ethereum/{APES}/1", "chain": {"name": "ethereum"}, "metadata": {}}
    order = {
        "base_price": "900000000000000000", "payment_token": token, "maker": {"address": ANN}, "taker": None,
        "order_hash": ORDER, "expiration_date": "2026-01-02T12:00:00.000000+00:00",
        "listing_date": "2026-01-01T11:59:59.000000+00:00", "item": item,
    }  # fmt: skip
    transaction = {"hash": TX, "timestamp": "2026-01-01T12:00:00.000000+00:00"}
    fields: dict[str, dict[str, Any]] = {
        "item_sold": {
            "sale_price": "900000000000000000", "payment_token": token, "maker": {"address": ANN},
            "taker": {"address": BOB}, "order_hash": ORDER, "transaction": transaction, "item": item,
        },
        "item_transferred": {
            "from_account": {"address": ANN}, "to_account": {"address": BOB}, "transaction": transaction,
            "item": item,
        },
        "item_cancelled": {"order_hash": ORDER, "maker": {"address": ANN}, "transaction": None, "item": item},
        "order_invalidate": {"order_hash": ORDER, "item": item},
        "collection_offer": {**order, "item": {}, "collection_criteria": {"slug": "apes"},
                             "asset_contract_criteria": {"address": APES}},
        "trait_offer": {**order, "item": None, "collection_criteria": {"slug": "apes"},
                        "asset_contract_criteria": {"address": APES},
                        "trait_criteria": {"trait_type": "Fur", "trait_name": "Blue"}},
    }  # fmt: skip
    told = {
        "event_timestamp": AT,
        "chain": "ethereum",
        "collection": {"slug": "apes"},
        "quantity": 1,
        **fields.get(kind, order),
        **changes,
    }
    return {name: value for name, value in told.items() if value is not ...}


def stream(kind: str, **changes: Any) -> dict[str, Any]:
    """One message of the Stream without an envelope."""
    return {"event_type": kind, "sent_at": AT, "version": 1, "payload": payload(kind, **changes)}


def paid_in(symbol: str) -> dict[str, Any]:
    """A payment token as the Stream tells it."""
    told = PAYMENTS[symbol]
    return {"address": told["token_address"], "decimals": told["decimals"], "symbol": symbol}


def line(value: Any) -> bytes:
    """A message as one line."""
    return json.dumps(value).encode()


def captured(name: str) -> list[dict[str, Any]]:
    """Captured messages of one file, or the test is skipped with the reason."""
    folder = os.environ.get("HOLDFAST_MARKET_DATA")
    if not folder:
        pytest.skip("captured market data is not here: HOLDFAST_MARKET_DATA does not name its folder")
    path = Path(folder) / "opensea-payloads" / name
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    told = json.loads(data)
    return told if isinstance(told, list) else [told]
