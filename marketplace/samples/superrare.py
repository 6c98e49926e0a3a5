"""
Makes native events of SuperRare's first year from the CSV files of art_metrics_public.

    python -m marketplace.samples.superrare RAW_DIR OUT.ndjson.gz

The events come in the order of the chain. Repeats of a transaction in another block are kept, so that an
ingest meets them as it would in life; docs/reference/sample-data.md says what else was decided and why.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, NamedTuple

from marketplace.samples.files import NativeEvent, rows, run

ZERO: Final = "0" * 40

# Which file tells which kind of log.
LOGS: Final = {
    "ERC721Transfer": "transfer",
    "SuperRareSalePriceSet": "listing",
    "SuperRareBid": "bid",
    "SuperRareCancelBid": "cancel",
    "SuperRareAcceptBid": "accepted",
    "SuperRareSold": "sold",
}


class Log(NamedTuple):
    """One log of the contract; ordered as in the chain, its id settling what a reorganisation doubled."""

    position: tuple[int, int, int]
    id: str
    at: str
    tx_hash: str
    kind: str
    fields: dict[str, str]


@dataclass
class Market:
    """What the contract's state is after the logs so far: owner, price and bid of each token."""

    owners: dict[str, str] = field(default_factory=dict)
    listings: dict[str, str] = field(default_factory=dict)
    bids: dict[str, tuple[str, str]] = field(default_factory=dict)


def convert(folder: Path) -> Iterator[NativeEvent]:
    """Yield the native events of the source's raw CSV files."""
    market = Market()
    told: dict[str, NativeEvent] = {}
    for log in sorted(_logs(folder)):
        key = f"ethereum:{log.tx_hash}:{log.kind}:{log.fields['tokenId']}"
        place = {"at": log.at, "position": log.position}
        if key in told:
            # The same transaction in another block: only its place differs.
            yield {**told[key], **place}
            continue
        for event in _events(log, key, place, market):
            told[event["key"]] = event
            yield event


def _logs(folder: Path) -> Iterator[Log]:
    details = {row["id"]: row for row in rows(folder / "EventDetails.csv.gz")}
    for name, kind in LOGS.items():
        for row in rows(folder / f"{name}.csv.gz"):
            place = details[row["id"]]
            yield Log(
                position=(
                    int(place["blockNumber"]),
                    int(place["transactionIndex"]),
                    int(place["logIndex"]),
                ),
                id=row["id"],
                at=place["blockTimestamp"].replace(" ", "T") + "Z",
                tx_hash=place["transactionHash"],
                kind="mint" if kind == "transfer" and row["from"] == ZERO else kind,
                fields=row,
            )


def _events(log: Log, key: str, place: dict[str, Any], market: Market) -> Iterator[NativeEvent]:
    row, token = log.fields, log.fields["tokenId"]
    chain = {"source": "superrare", "key": key, **place, "tx_hash": log.tx_hash}
    on_token = {
        **chain,
        "chain": "ethereum",
        "contract": f"0x{row['contractAddress']}",
        "collection": "superrare",
        "token_id": token,
    }
    if log.kind == "mint":
        market.owners[token] = row["to"]
        yield {**on_token, "kind": "mint", "to": f"0x{row['to']}"}
    elif log.kind == "transfer":
        market.owners[token] = row["to"]
        yield {**on_token, "kind": "transfer", "from": f"0x{row['from']}", "to": f"0x{row['to']}"}
    elif log.kind == "listing" and not Decimal(row["amount"]):
        # A price of zero takes the listing back. Where there is none, there is nothing to tell.
        if order_key := market.listings.pop(token, None):
            yield {**chain, "kind": "cancel", "order_key": order_key}
    elif log.kind == "listing":
        market.listings[token] = key
        maker = f"0x{market.owners[token]}"
        yield {**on_token, "kind": "listing", "maker": maker, **_price(row), "order_key": key}
    elif log.kind == "bid":
        bidder = row["bidder"]
        outbid, order_key = market.bids.get(token, (bidder, ""))
        market.bids[token] = (bidder, key)
        yield {**on_token, "kind": "bid", "maker": f"0x{bidder}", **_price(row), "order_key": key}
        if outbid != bidder:
            # A token has one open bid; the contract sends the one before back to its bidder.
            yield {
                **chain,
                "key": f"{key}:outbid",
                "kind": "cancel",
                "maker": f"0x{outbid}",
                "order_key": order_key,
            }
    elif log.kind == "cancel":
        bidder, order_key = market.bids.pop(token, ("", ""))
        if order_key:
            yield {**chain, "kind": "cancel", "maker": f"0x{bidder}", "order_key": order_key}
    elif log.kind == "accepted":
        bidder, order_key = market.bids.pop(token)
        market.listings.pop(token, None)
        yield _sale(on_token, row, row["bidder"], order_key, market)
    else:
        yield _sale(on_token, row, row["buyer"], market.listings.pop(token), market)


def _sale(
    on_token: dict[str, Any], row: dict[str, str], buyer: str, order_key: str, market: Market
) -> NativeEvent:
    market.owners[row["tokenId"]] = buyer
    wallets = {"from": f"0x{row['seller']}", "to": f"0x{buyer}"}
    return {**on_token, "kind": "sale", **wallets, **_price(row), "order_key": order_key}


def _price(row: dict[str, str]) -> dict[str, str]:
    # The source writes wei like 4.6e+17: decimal text in the form of a float, exact as decimals are.
    return {"price": str(int(Decimal(row["amount"]))), "currency": "ETH"}


if __name__ == "__main__":
    run(convert)
