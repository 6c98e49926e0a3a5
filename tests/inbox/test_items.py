"""P1 and P3 over OpenSea's APIs: whichever of them tells an event, it is one; each item gets its answer."""

import gzip
import json
from collections import Counter
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from marketplace.facts import operations as facts
from marketplace.inbox import items
from marketplace.inbox import operations as inbox
from marketplace.inbox.models import Batch, Event
from tests import tables
from tests.inbox.given import ANN, APES, BOB, event
from tests.inbox.opensea import CAT, PAYMENTS, captured, line, paid_in, rest, stream
from tests.inbox.samples import SAMPLES
from tests.tables import day

pytestmark = pytest.mark.django_db


def take(format_name: str, *told: Any, source: str | None = None) -> list[str]:
    """What became of each item, in one word."""
    outcomes = items.take(items=[line(one) for one in told], format=format_name, source=source)
    return [outcome.word for outcome in outcomes]


def stored() -> list[dict[str, Any]]:
    return [dict(row) for row in Event.objects.order_by("key").values()]


class TestTake:
    def test_answers_each_item_in_its_place(self) -> None:
        mints = [event("mint", key=f"k{number}", token_id=str(number)) for number in range(3)]
        take("native", mints[0])
        told = items.take(
            items=[
                line(mints[1]), line(mints[0]), line(mints[0] | {"to": CAT}), line(mints[2] | {"to": 1}),
                line(mints[2]), line(mints[2]), b"{", b"", b"[" * 70_000,
            ],
            format="native",
        )  # fmt: skip
        assert [one.word for one in told] == [
            "new", "known", "conflict", "refused", "new", "known", "refused", "nothing", "refused",
        ]  # fmt: skip
        assert [(one.field, one.reason) for one in told if one.reason] == [
            ("", "market k0 came before with another to; what came first stands."),
            ("to", "to must be text in quotes, not a whole number."),
            ("", "The JSON ends before the object is closed."),
            ("", "The item is longer than 64 KiB."),
        ]
        assert Batch.objects.count() == 2

    def test_p1_knows_everything_the_second_time_and_writes_nothing(self) -> None:
        mints = [event("mint", key=f"k{number}", token_id=str(number)) for number in range(3)]
        take("native", *mints)
        before = stored()
        assert take("native", *mints) == ["known"] * 3
        assert stored() == before
        assert Batch.objects.count() == 1

    def test_refuses_another_senders_source(self) -> None:
        assert take("native", event("mint"), event("mint", source="shop", key="k2"), source="shop") == [
            "refused", "new",
        ]  # fmt: skip

    def test_asks_the_same_number_of_queries_for_one_item_and_for_fifty(self) -> None:
        counts = []
        for numbers in (range(1), range(50)):
            made = [event("mint", key=f"{len(numbers)}-{n}", token_id=str(n)) for n in numbers]
            with CaptureQueriesContext(connection) as queries:
                take("native", *made)
            counts.append(len(queries))
        assert counts[0] == counts[1]


class TestOneEventTwoApis:
    @pytest.mark.parametrize(
        ("from_rest", "from_stream"),
        [
            (rest("sale"), stream("item_sold")),
            (rest("transfer"), stream("item_transferred")),
            (rest("listing"), stream("item_listed")),
            (rest("offer"), stream("item_received_bid")),
            (
                rest(
                    "trait_offer",
                    asset=...,
                    criteria={
                        "collection": {"slug": "apes"},
                        "contract": {"address": APES},
                        "traits": [{"type": "Fur", "value": "Blue"}],
                    },
                ),
                stream("trait_offer"),
            ),
        ],
        ids=["sale", "transfer", "listing", "offer", "trait offer"],
    )
    def test_p1_is_one_event_whichever_tells_it_first(self, from_rest: Any, from_stream: Any) -> None:
        assert take("opensea-v2", from_rest) == ["new"]
        assert take("opensea-stream", from_stream) == ["known"]
        Event.objects.all().delete()
        assert take("opensea-stream", from_stream) == ["new"]
        assert take("opensea-v2", from_rest) == ["known"]

    def test_p1_silence_about_the_standard_is_no_contradiction(self) -> None:
        nft = rest("sale")["nft"] | {"token_standard": "erc1155"}
        assert take("opensea-v2", rest("sale", nft=nft)) == ["new"]
        assert take("opensea-stream", stream("item_sold")) == ["known"]
        assert take("opensea-stream", stream("item_sold", sale_price="1")) == ["conflict"]

    def test_p3_sale_and_transfer_of_one_transaction_are_one_change_of_hands(self) -> None:
        mint = rest("mint", event_timestamp=1767225600, transaction="0x" + "7" * 64, to_address=ANN)
        assert take("opensea-v2", mint, rest("sale"), rest("transfer")) == ["new"] * 3
        assert take("opensea-stream", stream("item_transferred"), stream("item_sold")) == ["known"] * 2
        facts.refresh(as_of=day("2026-02-01"))
        assert len(tables.sales()) == 1
        (first, second) = sorted(tables.holds(), key=lambda hold: hold["started_at"])
        assert (first["wallet"], first["ended_at"]) == (ANN, "2026-01-01 12:00")
        assert (second["wallet"], second["started_at"], second["ended_at"]) == (BOB, "2026-01-01 12:00", "")

    def test_an_accepted_offer_makes_its_maker_the_buyer_in_both(self) -> None:
        weth = {"quantity": "900000000000000000", **PAYMENTS["WETH"]}
        sale = stream(
            "item_sold", payment_token=paid_in("WETH"), maker={"address": BOB}, taker={"address": ANN}
        )
        assert take("opensea-stream", sale) == ["refused"]
        assert take("opensea-stream", sale, stream("item_transferred")) == ["new", "new"]
        assert take("opensea-v2", rest("sale", payment=weth)) == ["known"]
        (stands,) = Event.objects.filter(kind="sale")
        assert (stands.from_wallet, stands.to_wallet) == (ANN, BOB)

    def test_one_transaction_may_fill_two_orders_for_one_edition(self) -> None:
        assert take("opensea-v2", rest("sale"), rest("sale", order_hash="0x5", seller=CAT)) == ["new", "new"]


class TestRealData:
    def test_known_origins_955_events_twice(self) -> None:
        path = SAMPLES / "knownorigin.ndjson.gz"
        lines = gzip.decompress(path.read_bytes())
        first = inbox.ingest(lines=lines.splitlines(), name="first", format="opensea-v1")
        again = inbox.ingest(lines=lines.splitlines()[::-1], name="again", format="opensea-v1")
        assert (first.lines, first.new, first.known, first.refused, first.conflicts) == (955, 973, 0, 0, 0)
        assert (again.lines, again.new, again.known, again.refused, again.conflicts) == (955, 0, 973, 0, 0)

    def test_127_captured_messages_of_49_sales_twice(self) -> None:
        """40 were paid in ether. Of 9 nothing says who sold, until the transfers come with them."""
        messages = captured("stream/item_sold_batch_2022-08-14.json.gz")
        assert (len(messages), len({json.dumps(one, sort_keys=True) for one in messages})) == (127, 49)
        undecided = [one for one in messages if one["payload"]["payment_token"]["address"] != "0x" + "0" * 40]
        assert len({json.dumps(one, sort_keys=True) for one in undecided}) == 9
        first = Counter(take("opensea-stream", *messages))
        assert first == {"new": 40, "known": 127 - len(undecided) - 40, "refused": len(undecided)}
        again = Counter(take("opensea-stream", *messages))
        assert again == {"known": 127 - len(undecided), "refused": len(undecided)}
        # Ours, in the place of those that were not captured: the token went from maker to taker.
        moves = [
            {
                "event_type": "item_transferred",
                "payload": {
                    **{name: one["payload"][name] for name in ("item", "collection", "transaction")},
                    "event_timestamp": one["payload"]["event_timestamp"],
                    "from_account": one["payload"]["maker"],
                    "to_account": one["payload"]["taker"],
                },
            }
            for one in undecided
        ]
        take("opensea-stream", *messages, *moves)
        assert Event.objects.filter(kind="sale").count() == 49
        for stands in Event.objects.filter(kind="sale"):
            assert any(
                one["payload"]["transaction"]["hash"] == stands.tx_hash
                and one["payload"]["maker"]["address"] == stands.from_wallet
                and one["payload"]["taker"]["address"] == stands.to_wallet
                and one["payload"]["sale_price"] == str(stands.price)
                for one in messages
            )

    @pytest.mark.parametrize(
        ("name", "words"),
        [
            ("item_sold_2022-08_v1-envelope", ["refused"]),
            ("item_sold_2023-05_emblem-vault", ["new"]),
            ("item_received_bid_2023-05_y00ts_polygon", ["new"]),
            ("item_received_bid_2024-01_pudgypenguins", ["new"]),
            ("item_transferred_2024-01_zora_mint", ["new"]),
            ("item_metadata_updated_matic", ["nothing"]),
            ("collection_offer_2022-12_doodles", ["new"]),
            ("trait_offer_2023-05_y00ts_polygon", ["new"]),
            ("item_listed_2022-12_official-doc_TRUNCATED", ["new"]),
            # In this file two offers have made-up hashes, and the sale's coin and sides say nothing.
            (
                "phoenix_v2_frames_2026-09_argonauts_trimmed",
                ["new", "new", "new", "refused", "refused", "new", "refused"],
            ),
        ],
    )
    def test_captured_messages_twice(self, name: str, words: list[str]) -> None:
        messages = captured(f"stream/{name}.json")
        assert take("opensea-stream", *messages) == words
        assert take("opensea-stream", *messages) == [word.replace("new", "known") for word in words]

    def test_answers_in_the_shape_of_the_description_twice(self) -> None:
        """Each field that the official description requires is there, and each kind comes in."""
        schemas = captured("rest-v2/openapi-events-subset.json")[0]["components"]["schemas"]
        made = {
            "SaleEvent": [rest("sale")],
            "TransferEvent": [rest("transfer"), rest("mint")],
            "OrderEvent": [rest("listing", order_hash="0x1"), rest("offer", order_hash="0x2")],
        }
        for schema, told in made.items():
            for one in told:
                assert set(schemas[schema]["required"]) <= set(one)
                known = {name for part in schemas[schema]["allOf"] for name in part.get("properties", {})}
                assert set(one) <= known
                for name in ("nft", "asset"):
                    assert set(schemas["Nft"]["required"]) <= set(one.get(name, schemas["Nft"]["required"]))
        told = [one for each in made.values() for one in each]
        assert take("opensea-v2", *told) == ["new"] * 5
        assert take("opensea-v2", *told) == ["known"] * 5
