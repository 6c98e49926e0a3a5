"""
Makes native events of the MoonCats' adoptions from the CSV file of market.mooncatrescue.

    python -m marketplace.samples.mooncats ADOPT.csv.gz OUT.ndjson.gz

The wrapper contract keeps cats for their owners, which one custody event says.
docs/reference/sample-data.md says what else was decided and why.
"""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Final

from marketplace.samples.files import NativeEvent, rows, run

CONTRACT: Final = "0x60cd862c9c687a9de49aecdc3a99b74a4fc54ab6"
WRAPPER: Final = "0x7c40c393dc0f283f318791d746d894ddd3693572"
WRAPPER_LABEL: Final = "WrappedMoonCatRescue (WMCR)"
ZERO: Final = "0x" + "0" * 40

FREE: Final = "-"


def convert(file: Path) -> Iterator[NativeEvent]:
    """Yield the native events of the source's CSV file."""
    owners: dict[str, str] = {}
    is_wrapper_known = False
    for _, in_block in groupby(rows(file), key=lambda row: row["block"]):
        for index, row in _in_order(list(in_block), owners):
            if not is_wrapper_known and row["to"] == WRAPPER_LABEL:
                is_wrapper_known = True
                yield {
                    "source": "mooncats",
                    "key": "custody:wrapper",
                    "kind": "custody",
                    "at": row["timestamp_utc"],
                    "chain": "ethereum",
                    "address": WRAPPER,
                }
            yield _event(row, index)


def _in_order(in_block: list[dict[str, str]], owners: dict[str, str]) -> Iterator[tuple[int, dict[str, str]]]:
    # The source has no index within a block. Of a cat that moved more than once in a block, the move that
    # its owner made comes first; in all but one case that is the source's own order.
    moved: dict[str, int] = {}
    waiting = list(in_block)
    while waiting:
        cat = waiting[0]["cat_id"]
        of_cat = [row for row in waiting if row["cat_id"] == cat]
        receivers = {row["to"] for row in of_cat}
        row = next(
            (row for row in of_cat if row["from"] == owners.get(cat)),
            next((row for row in of_cat if row["from"] not in receivers), of_cat[0]),
        )
        waiting.remove(row)
        owners[cat] = row["to"]
        moved[cat] = moved.get(cat, -1) + 1
        yield moved[cat], row


def _event(row: dict[str, str], index: int) -> NativeEvent:
    seller, buyer = (WRAPPER if row[side] == WRAPPER_LABEL else row[side] for side in ("from", "to"))
    event = {
        "source": "mooncats",
        "key": f"ethereum:{row['block']}:{row['cat_id']}:{seller}:{buyer}",
        "at": row["timestamp_utc"],
        "position": (int(row["block"]), 0, index),
        "chain": "ethereum",
        "contract": CONTRACT,
        "collection": "mooncatrescue",
        "token_id": row["cat_id"],
        "to": buyer,
    }
    if seller == ZERO:
        # An adoption from the contract has a price that nobody of the market received: it is a mint.
        return {**event, "kind": "mint"}
    if row["price_wei"] == FREE or seller == buyer:
        # Two cats were bought by their own owners, which sold nothing.
        return {**event, "kind": "transfer", "from": seller}
    return {**event, "kind": "sale", "from": seller, "price": row["price_wei"], "currency": "ETH"}


if __name__ == "__main__":
    run(convert)
