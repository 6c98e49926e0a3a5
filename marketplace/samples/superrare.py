"""
Makes native events of SuperRare's first year from the CSV files of art_metrics_public.

    python -m marketplace.samples.superrare RAW_DIR OUT.ndjson.gz

The events come in the order of the chain. Repeats of a transaction in another block are kept, so that an
ingest meets them as it would in life; docs/reference/sample-data.md says what else was decided and why.
"""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias

from marketplace.samples.files import NativeEvent, rows, run

Row: TypeAlias = dict[str, str]
Fields: TypeAlias = dict[str, Any]

ZERO: Final = "0" * 40

# Which file tells which kind of log; Market has a method of each name.
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
    row: Row


class Market:
    """The contract's state after the logs so far, and what each further log tells about the market."""

    def __init__(self) -> None:
        self.owners: dict[str, str] = {}
        self.listings: dict[str, str] = {}
        self.bids: dict[str, tuple[str, str]] = {}

    def mint(self, event: Fields, row: Row) -> Iterator[NativeEvent]:
        """The token comes into being at its creator's."""
        self.owners[row["tokenId"]] = row["to"]
        yield {**event, **_token(row), "kind": "mint", "to": f"0x{row['to']}"}

    def transfer(self, event: Fields, row: Row) -> Iterator[NativeEvent]:
        """The token changes hands; a sale of the same transaction says why."""
        self.owners[row["tokenId"]] = row["to"]
        yield {**event, **_token(row), "kind": "transfer", **_wallets(row["from"], row["to"])}

    def listing(self, event: Fields, row: Row) -> Iterator[NativeEvent]:
        """The owner sets a price. Zero takes it back, or tells nothing where there was none."""
        token = row["tokenId"]
        if Decimal(row["amount"]):
            self.listings[token] = event["key"]
            yield self._order(event, row, kind="listing", maker=self.owners[token])
        elif order_key := self.listings.pop(token, None):
            yield {**event, "kind": "cancel", "order_key": order_key}

    def bid(self, event: Fields, row: Row) -> Iterator[NativeEvent]:
        """A bid is placed. A token has one: the contract sends back the one before."""
        bidder = row["bidder"]
        outbid, order_key = self.bids.get(row["tokenId"], (bidder, ""))
        self.bids[row["tokenId"]] = (bidder, event["key"])
        yield self._order(event, row, kind="bid", maker=bidder)
        if outbid != bidder:
            yield _cancel({**event, "key": f"{event['key']}:outbid"}, outbid, order_key)

    def cancel(self, event: Fields, row: Row) -> Iterator[NativeEvent]:
        """The bidder withdraws. One bid was placed before the records begin; it has no order to name."""
        if bid := self.bids.pop(row["tokenId"], None):
            yield _cancel(event, *bid)

    def accepted(self, event: Fields, row: Row) -> Iterator[NativeEvent]:
        """The owner takes the open bid."""
        _, order_key = self.bids.pop(row["tokenId"])
        self.listings.pop(row["tokenId"], None)
        yield self._sale(event, row, row["bidder"], order_key)

    def sold(self, event: Fields, row: Row) -> Iterator[NativeEvent]:
        """Somebody pays the listed price."""
        yield self._sale(event, row, row["buyer"], self.listings.pop(row["tokenId"]))

    def _order(self, event: Fields, row: Row, *, kind: str, maker: str) -> NativeEvent:
        order = {"kind": kind, "maker": f"0x{maker}", "order_key": event["key"]}
        return {**event, **_token(row), **order, **_price(row)}

    def _sale(self, event: Fields, row: Row, buyer: str, order_key: str) -> NativeEvent:
        self.owners[row["tokenId"]] = buyer
        sale = {"kind": "sale", **_wallets(row["seller"], buyer), "order_key": order_key}
        return {**event, **_token(row), **sale, **_price(row)}


def convert(folder: Path) -> Iterator[NativeEvent]:
    """Yield the native events of the source's raw CSV files."""
    market = Market()
    told: dict[str, NativeEvent] = {}
    for log in sorted(_logs(folder)):
        key = f"ethereum:{log.tx_hash}:{log.kind}:{log.row['tokenId']}"
        place = {"at": log.at, "position": log.position}
        if key in told:
            # The same transaction in another block: only its place differs.
            yield {**told[key], **place}
            continue
        event = {"source": "superrare", "key": key, **place, "tx_hash": log.tx_hash}
        for native in getattr(market, log.kind)(event, log.row):
            told[native["key"]] = native
            yield native


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
                row=row,
            )


def _token(row: Row) -> Fields:
    return {
        "chain": "ethereum",
        "contract": f"0x{row['contractAddress']}",
        "collection": "superrare",
        "token_id": row["tokenId"],
    }


def _wallets(giver: str, taker: str) -> Fields:
    return {"from": f"0x{giver}", "to": f"0x{taker}"}


def _cancel(event: Fields, bidder: str, order_key: str) -> NativeEvent:
    return {**event, "kind": "cancel", "maker": f"0x{bidder}", "order_key": order_key}


def _price(row: Row) -> Fields:
    # The source writes wei like 4.6e+17: decimal text in the form of a float, exact as decimals are.
    return {"price": str(int(Decimal(row["amount"]))), "currency": "ETH"}


if __name__ == "__main__":
    run(convert)
