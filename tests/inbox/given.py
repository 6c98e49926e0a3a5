"""Good events to change one field of."""

from typing import Any

ANN, BOB, APES, ZERO = ("0x" + digit * 40 for digit in "abc0")

TOKEN = {"chain": "ethereum", "contract": APES, "collection": "apes", "token_id": "1"}
PRICE = {"price": "900000000000000000", "currency": "ETH"}

GOOD: dict[str, dict[str, Any]] = {
    "mint": {**TOKEN, "to": ANN},
    "transfer": {**TOKEN, "from": ANN, "to": BOB},
    "sale": {**TOKEN, **PRICE, "from": ANN, "to": BOB},
    "listing": {**TOKEN, **PRICE, "maker": ANN, "order_key": "listing-1"},
    "bid": {**TOKEN, **PRICE, "maker": BOB, "order_key": "bid-1"},
    "cancel": {"order_key": "bid-1"},
    "custody": {"address": BOB},
    "funding": {"from": ANN, "to": BOB},
    "rate": {"price": "400000000000000", "currency": "USDC"},
}


def event(kind: str, /, **changes: Any) -> dict[str, Any]:
    """A good event with some fields changed; ``from_`` stands for ``from``, and ... leaves a field out."""
    fields = {"source": "market", "key": "k1", "kind": kind, "at": "2026-01-01T12:00:00Z", **GOOD[kind]}
    fields |= {name.rstrip("_"): value for name, value in changes.items()}
    return {name: value for name, value in fields.items() if value is not ...}
