"""A small market and a program for it: 400 collectors who each bought, a third of them holding for long."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.tables import day

COLLECTORS = 400
BATCH_SIZE = 50

SHIPMENT = "2026-03"
CONTRACT = "0x" + "c" * 40

PROGRAM = """
[season.one]
title = "Season one"
starts_at = 2025-01-01T00:00:00Z
ends_at = 2027-01-01T00:00:00Z
budget_xp = 10_000_000

[rule.buyers]
kind = "purchase"
season = "one"
title = "Buying"
xp_per_purchase = 100
xp_per_eth = 100
minimum_price_eth = 0.01

[rule.long-holders]
kind = "hold_boost"
season = "one"
title = "Long holders"
collections = ["apes"]
curve = [{ days = 90, multiplier = 1.25 }, { days = 180, multiplier = 1.5 }]

[shipment.2026-03]
season = "one"
title = "March 2026"
window_start = 2026-03-01T00:00:00Z
window_end = 2026-04-01T00:00:00Z
rules = ["buyers", "long-holders"]
"""


def write_market(path: Path, *, collectors: int = COLLECTORS, only_sales: bool = False) -> None:
    """Write the market as native events, the same each time; a sale moves a token that nobody minted."""
    with path.open("w") as file:
        file.writelines(
            json.dumps(event) + "\n"
            for event in _events(collectors)
            if event["kind"] == "sale" or not only_sales
        )


def _events(collectors: int) -> Iterator[dict[str, Any]]:
    maker = _wallet(collectors)
    # An hour apart, or as much closer as it takes for all to fit into the round's window.
    pace = min(timedelta(hours=1), timedelta(days=30) / collectors)
    for number in range(collectors):
        buyer = _wallet(number)
        if number % 3 == 0:
            # Mints between July and March: some holds are too young, some cross a step, some two.
            held_since = day("2025-07-01") + timedelta(days=number % COLLECTORS * 2 // 3)
            yield _event(f"held-{number}", "mint", at=held_since.isoformat(), to=buyer)
        minted_at = day("2026-02-01") + timedelta(seconds=number)
        yield _event(f"sold-{number}", "mint", at=minted_at.isoformat(), to=maker)
        sale = {"from": maker, "to": buyer, "price": str((1 + number % 97) * 10**16), "currency": "ETH"}
        sold_at = day("2026-03-01") + pace * number
        yield _event(f"sold-{number}", "sale", at=sold_at.isoformat(), **sale)


def _wallet(number: int) -> str:
    return f"0x{number + 1:040x}"


def _event(token: str, kind: str, **fields: str) -> dict[str, Any]:
    place = {"chain": "ethereum", "contract": CONTRACT, "collection": "apes"}
    key = f"{token}:{kind}"
    return {"source": "market", "key": key, "kind": kind, **place, "token_id": token, **fields}
