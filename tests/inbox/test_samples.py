"""The sample data is what docs/reference/sample-data.md says, and the converters make it."""

import csv
import gzip
import io
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from marketplace.inbox import operations as inbox
from marketplace.inbox.models import Batch, Event
from marketplace.samples import files, mooncats, superrare
from tests.inbox.samples import SAMPLES, events

ANN, BOB, EVE, NOBODY = (digit * 40 for digit in "abe0")


def kinds(told: Iterable[dict[str, Any]]) -> Counter[str]:
    return Counter(event["kind"] for event in told)


def by_key(told: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The first event of each key."""
    return {event["key"]: event for event in reversed(told)}


class TestSuperRare:
    def test_counts_are_those_of_the_reference(self) -> None:
        told = events("superrare")
        assert kinds(told) == {
            "mint": 2_686, "transfer": 1_952, "sale": 1_222, "listing": 2_875, "bid": 1_963, "cancel": 954,
        }  # fmt: skip
        assert kinds(by_key(told).values()) == {
            "mint": 2_660, "transfer": 1_941, "sale": 1_213, "listing": 2_856, "bid": 1_942, "cancel": 951,
        }  # fmt: skip

    def test_a_repeat_differs_in_nothing_but_its_place(self) -> None:
        told = events("superrare")
        first = by_key(told)
        place = {"at": None, "position": None}
        assert all({**first[event["key"]], **place} == {**event, **place} for event in told)
        assert len(told) - len(first) == 89

    def test_every_sale_fills_an_order_of_the_same_price_and_wallet(self) -> None:
        first = by_key(events("superrare"))
        for sale in (event for event in first.values() if event["kind"] == "sale"):
            order = first[sale["order_key"]]
            assert order["maker"] == (sale["from"] if order["kind"] == "listing" else sale["to"])
            assert (order["price"], order["token_id"]) == (sale["price"], sale["token_id"])

    def test_an_outbid_order_is_cancelled_by_the_bid_of_another(self) -> None:
        first = by_key(events("superrare"))
        outbid = [event for event in first.values() if event["key"].endswith(":outbid")]
        assert len(outbid) == 409
        for cancel in outbid:
            bid, before = first[cancel["key"].removesuffix(":outbid")], first[cancel["order_key"]]
            assert (bid["at"], bid["token_id"]) == (cancel["at"], before["token_id"])
            assert bid["maker"] != before["maker"] == cancel["maker"]

    @pytest.mark.django_db
    def test_p1_an_ingest_knows_the_89_repeats_and_says_that_78_moved(self) -> None:
        def ingest() -> tuple[int, int, int, int, int]:
            with gzip.open(SAMPLES / "superrare.ndjson.gz") as file:
                report = inbox.ingest(lines=file, name="superrare")
            return report.new, report.known, report.moved, report.conflicts, report.refused

        assert ingest() == (11_563, 89, 78, 0, 0)
        assert ingest() == (0, 11_652, 78, 0, 0)
        assert Event.objects.count() == 11_563
        assert sum(Batch.objects.values_list("event_count", flat=True)) == 11_563


class TestMoonCats:
    def test_counts_are_those_of_the_reference(self) -> None:
        told = events("mooncats")
        assert kinds(told) == {"mint": 96, "transfer": 10_210, "sale": 2_001, "custody": 1}
        assert len(by_key(told)) == len(told) == 12_308

    def test_wraps_and_unwraps_by_the_custody_address(self) -> None:
        told = events("mooncats")
        (custody,) = (event["address"] for event in told if event["kind"] == "custody")
        assert sum(event.get("to") == custody for event in told) == 8_680
        assert sum(event.get("from") == custody for event in told) == 320

    def test_each_cat_goes_from_the_wallet_that_had_it(self) -> None:
        owners: dict[str, str] = {}
        for event in events("mooncats"):
            if event["kind"] in ("transfer", "sale"):
                assert owners.get(event["token_id"], event["from"]) == event["from"]
            if event["kind"] != "custody":
                owners[event["token_id"]] = event["to"]

    @pytest.mark.django_db
    def test_is_taken_in_whole(self) -> None:
        with gzip.open(SAMPLES / "mooncats.ndjson.gz") as file:
            report = inbox.ingest(lines=file, name="mooncats")
        assert (report.new, report.known, report.refused) == (12_308, 0, 0)


def write_csv(path: Path, text: str) -> None:
    with gzip.open(path, "wt", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(line.split() for line in text.strip().splitlines())


class TestSuperRareConverter:
    """A market of one token, told as the source tells it; a log's id is its day."""

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        bids = f"1 {BOB} 1e+17 c 5\n1 {EVE} 2e+17 c 6\n1 {EVE} 2e+17 c 9"
        logs = {
            "ERC721Transfer": f"from to tokenId contractAddress id\n{NOBODY} {ANN} 1 c 1\n{ANN} {EVE} 1 c 7",
            "SuperRareSalePriceSet": "tokenId amount contractAddress id\n1 4.6e+17 c 2\n1 0 c 3\n1 0 c 4",
            "SuperRareBid": f"tokenId bidder amount contractAddress id\n{bids}",
            "SuperRareCancelBid": "tokenId bidder amount contractAddress id",
            "SuperRareAcceptBid": f"tokenId seller bidder amount contractAddress id\n1 {ANN} {EVE} 2e+17 c 8",
            "SuperRareSold": "tokenId seller buyer amount contractAddress id",
        }
        details = "blockNumber blockTimestamp blockHash transactionHash transactionIndex logIndex id"
        for number in range(1, 9):
            details += f"\n{number} 2018-05-0{number}T00:00:00 h tx{min(number, 7)} 0 0 {number}"
        details += "\n6 2018-05-06T00:00:13 other tx6 1 0 9"
        for name, text in {**logs, "EventDetails": details}.items():
            write_csv(tmp_path / f"{name}.csv.gz", text)
        return tmp_path

    def test_tells_what_the_contract_did(self, folder: Path) -> None:
        told = [
            (event["at"][8:10], event["kind"], event["key"], event.get("maker"), event.get("order_key"))
            for event in superrare.convert(folder)
        ]
        listing, bid, higher = "ethereum:tx2:listing:1", "ethereum:tx5:bid:1", "ethereum:tx6:bid:1"
        assert told == [
            ("01", "mint", "ethereum:tx1:mint:1", None, None),
            ("02", "listing", listing, f"0x{ANN}", listing),
            ("03", "cancel", "ethereum:tx3:listing:1", None, listing),
            ("05", "bid", bid, f"0x{BOB}", bid),
            ("06", "bid", higher, f"0x{EVE}", higher),
            ("06", "cancel", f"{higher}:outbid", f"0x{BOB}", bid),
            ("06", "bid", higher, f"0x{EVE}", higher),
            ("07", "transfer", "ethereum:tx7:transfer:1", None, None),
            ("08", "sale", "ethereum:tx7:accepted:1", None, higher),
        ]

    def test_writes_wei_in_full(self, folder: Path) -> None:
        prices = [event["price"] for event in superrare.convert(folder) if "price" in event]
        assert prices == ["460000000000000000", "100000000000000000", *["200000000000000000"] * 3]

    def test_writes_the_same_bytes_again(self, folder: Path, tmp_path: Path) -> None:
        written = [tmp_path / "one.gz", tmp_path / "two.gz"]
        for path in written:
            assert files.write(path=path, events=superrare.convert(folder)) == 9
        assert written[0].read_bytes() == written[1].read_bytes()


class TestMoonCatsConverter:
    def test_orders_the_moves_of_one_block_by_who_had_the_cat(self, tmp_path: Path) -> None:
        rows = io.StringIO()
        writer = csv.writer(rows)
        writer.writerow(["timestamp_utc", "cat_id", "price_wei", "from", "to", "block"])
        writer.writerow(["2021-03-15T17:48:13Z", "0x1", "-", BOB, mooncats.WRAPPER_LABEL, "9"])
        writer.writerow(["2021-03-15T17:48:13Z", "0x1", "75", ANN, BOB, "9"])
        writer.writerow(["2021-03-15T17:48:13Z", "0x2", "75", ANN, ANN, "9"])
        writer.writerow(["2021-03-15T17:48:13Z", "0x3", "30", mooncats.ZERO, ANN, "9"])
        path = tmp_path / "adopt.csv.gz"
        path.write_bytes(gzip.compress(rows.getvalue().encode()))
        told = [
            (event["kind"], event.get("token_id"), event.get("from"), event.get("to"), event.get("position"))
            for event in mooncats.convert(path)
        ]
        assert told == [
            ("sale", "0x1", ANN, BOB, (9, 0, 0)),
            ("custody", None, None, None, None),
            ("transfer", "0x1", BOB, mooncats.WRAPPER, (9, 0, 1)),
            ("transfer", "0x2", ANN, ANN, (9, 0, 0)),
            ("mint", "0x3", None, ANN, (9, 0, 0)),
        ]
