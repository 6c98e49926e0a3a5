"""OpenSea's v1 sales become native ones."""

import gzip
import json
from collections import Counter
from typing import Any

import pytest

from marketplace.inbox.events import Sale
from marketplace.inbox.formats import opensea_v1
from marketplace.inbox.refusal import Refusal
from tests.inbox.given import ANN, APES, BOB
from tests.inbox.samples import SAMPLES


def asset(token_id: str, schema_name: str = "ERC721") -> dict[str, Any]:
    contract = {"address": APES, "schema_name": schema_name}
    return {"token_id": token_id, "asset_contract": contract, "collection": {"slug": "apes"}}


def sale(**changes: Any) -> dict[str, Any]:
    """A v1 event with the fields that matter; the real ones have dozens more."""
    return {
        "id": 77,
        "event_type": "successful",
        "seller": {"address": ANN},
        "winner_account": {"address": BOB},
        "total_price": "1000",
        "payment_token": {"symbol": "ETH", "decimals": 18, "usd_price": "3000"},
        "quantity": "1",
        "asset": asset("1"),
        "asset_bundle": None,
        "transaction": {
            "timestamp": "2021-09-23T11:42:12",
            "transaction_hash": "0xab",
            "block_number": "13281794",
            "transaction_index": "187",
        },
    } | changes


def read(event: dict[str, Any]) -> list[Any]:
    return list(opensea_v1.read(json.dumps(event).encode()))


def refusal(event: dict[str, Any]) -> str:
    with pytest.raises(Refusal) as refused:
        read(event)
    return str(refused.value)


class TestRead:
    def test_turns_a_sale_into_a_native_one(self) -> None:
        (told,) = read(sale())
        assert isinstance(told, Sale)
        assert (told.source, told.key, told.at.isoformat()) == (
            "opensea", "v1:77", "2021-09-23T11:42:12+00:00",
        )  # fmt: skip
        assert (told.position, told.tx_hash) == ((13281794, 187, 0), "0xab")
        assert (told.chain, told.contract, told.collection, told.token_id) == ("ethereum", APES, "apes", "1")
        assert (told.from_, told.to) == (ANN, BOB)
        assert (told.price, told.currency, told.decimals) == ("1000", "ETH", 18)
        assert (told.quantity, told.standard) == (1, "erc721")

    def test_keeps_the_quantity_of_an_edition(self) -> None:
        (told,) = read(sale(quantity="3", asset=asset("1", "ERC1155")))
        assert (told.quantity, told.standard, told.price) == (3, "erc1155", "1000")

    def test_leaves_a_standard_that_we_do_not_know_untold(self) -> None:
        assert read(sale(asset=asset("1", "CRYPTOPUNKS")))[0].standard is None

    def test_splits_a_bundle_exactly_with_the_odd_units_first(self) -> None:
        bundle = {"assets": [asset(str(number)) for number in range(1, 4)]}
        told = read(sale(asset=None, asset_bundle=bundle, total_price="1001", quantity="3"))
        assert [(one.key, one.token_id, one.price, one.quantity) for one in told] == [
            ("v1:77:1", "1", "334", 1),
            ("v1:77:2", "2", "334", 1),
            ("v1:77:3", "3", "333", 1),
        ]

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"event_type": "created"}, "event_type cannot be 'created'."),
            ({"seller": None}, "seller must be an object, not null."),
            ({"seller": {}}, "seller.address is missing."),
            ({"asset": None}, "asset and asset_bundle are both empty; a sale needs one of them."),
            (
                {"asset": None, "asset_bundle": {"assets": []}},
                "asset and asset_bundle are both empty; a sale needs one of them.",
            ),
            (
                {"transaction": {**sale()["transaction"], "timestamp": "yesterday"}},
                "at is not an RFC 3339 instant, such as 2026-01-31T12:00:00Z.",
            ),
            ({"asset": asset("1\0")}, "token_id holds the control character U+0000."),
        ],
    )
    def test_refuses_what_is_no_sale(self, changes: dict[str, Any], sentence: str) -> None:
        assert refusal(sale(**changes)) == sentence

    def test_an_empty_line_tells_nothing(self) -> None:
        assert not opensea_v1.read(b"\n")


class TestKnownOrigin:
    def test_reads_every_line_and_loses_no_wei(self) -> None:
        with gzip.open(SAMPLES / "knownorigin.ndjson.gz") as file:
            lines = file.read().splitlines()
        told = [opensea_v1.read(line) for line in lines]
        assert len(lines) == 955
        assert Counter(map(len, told)) == {1: 952, 3: 1, 8: 1, 10: 1}
        sales = [one for sold in told for one in sold]
        assert Counter(one.currency for one in sales if isinstance(one, Sale)) == {
            "ETH": 813,
            "WETH": 159,
            "USDC": 1,
        }
        for line, sold in zip(lines, told, strict=True):
            total = sum(int(one.price) for one in sold if isinstance(one, Sale))
            assert total == int(json.loads(line)["total_price"])
