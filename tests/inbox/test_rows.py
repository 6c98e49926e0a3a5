"""What an event becomes: a normalised row with its digests."""

import json
from typing import Any

import pytest

from marketplace.inbox.formats import native
from marketplace.inbox.rows import COLUMNS, row
from tests.inbox.given import ANN, APES, BOB, GOOD, ZERO, event


def read(fields: dict[str, Any]) -> dict[str, str]:
    """The row of an event by column, empty ones left out."""
    (told,) = native.read(json.dumps(fields).encode())
    columns = dict(zip(COLUMNS, row(told).split("\t"), strict=True))
    return {name: value for name, value in columns.items() if value}


class TestRow:
    @pytest.mark.parametrize("kind", GOOD)
    def test_takes_every_kind(self, kind: str) -> None:
        assert read(event(kind))["kind"] == kind

    def test_holds_every_column_of_a_sale(self) -> None:
        sale = event(
            "sale", position=[7, 8, 9], tx_hash="0xAB", order_key="o", standard="erc1155", quantity=3
        )
        digests = {"id", "content", "scope", "settlement", "trade", "order_id"}
        columns = read(sale)
        assert digests <= columns.keys()
        assert {name: value for name, value in columns.items() if name not in digests} == {
            "source": "market", "key": "k1", "kind": "sale", "at": "2026-01-01T12:00:00Z",
            "block": "7", "tx_index": "8", "log_index": "9",
            "chain": "ethereum", "contract": APES, "collection": "apes", "token_id": "1",
            "quantity": "3", "standard": "erc1155", "from_wallet": ANN, "to_wallet": BOB,
            "price": "900000000000000000", "currency": "ETH", "decimals": "18", "order_key": "o",
            "tx_hash": "0xab",
        }  # fmt: skip

    def test_holds_every_column_of_a_bid_on_a_trait(self) -> None:
        bid = event(
            "bid", token_id=..., trait="Fur=Gold", expires_at="2026-02-01T01:00:00+01:00", tx_hash="T"
        )
        columns = read(bid)
        assert columns["trait"] == "Fur=Gold"
        assert columns["expires_at"] == "2026-02-01T00:00:00Z"
        assert columns["maker"] == BOB
        assert columns["tx_hash"] == "T"
        assert "token_id" not in columns

    def test_puts_the_columns_of_the_lists_where_they_belong(self) -> None:
        custody = read(event("custody", chain="ethereum", tx_hash="0x1"))
        funding = read(event("funding", chain="ethereum", tx_hash="0x1"))
        rate = read(event("rate"))
        cancel = read(event("cancel", maker=ANN, tx_hash="0x1"))
        assert (custody["chain"], custody["tx_hash"], custody["address"]) == ("ethereum", "0x1", BOB)
        assert (funding["from_wallet"], funding["to_wallet"], funding["tx_hash"]) == (ANN, BOB, "0x1")
        assert (rate["price"], rate["currency"], rate["decimals"]) == ("400000000000000", "USDC", "6")
        assert (cancel["maker"], cancel["order_key"], cancel["tx_hash"]) == (ANN, "bid-1", "0x1")

    def test_escapes_what_copy_would_read_as_an_escape(self) -> None:
        assert read(event("mint", collection="a\\Nb"))["collection"] == "a\\\\Nb"

    @pytest.mark.parametrize(
        "spelling",
        [
            {"currency": "eth"},
            {"decimals": 18},
            {"decimals": None},
            {"quantity": 1},
            {"price": "000900000000000000000"},
            {"from_": ANN.upper().replace("0X", "0x")},
            {"at": "2026-01-01T13:30:00+01:30"},
            {"at": "2026-01-01T12:00:00.000000Z"},
        ],
    )
    def test_is_the_same_however_it_is_spelt(self, spelling: dict[str, Any]) -> None:
        assert read(event("sale", **spelling)) == read(event("sale"))

    @pytest.mark.parametrize("zero", [ZERO, None])
    def test_knows_a_mint_from_the_zero_address_as_one_from_nobody(self, zero: str | None) -> None:
        assert read(event("mint", from_=zero)) == read(event("mint"))

    def test_lets_a_wallet_send_to_itself_and_burn(self) -> None:
        assert read(event("transfer", to=ANN))["to_wallet"] == ANN
        assert read(event("transfer", to=ZERO))["to_wallet"] == ZERO

    def test_keeps_seventy_eight_digits(self) -> None:
        assert read(event("sale", price="9" * 78))["price"] == "9" * 78


class TestContent:
    def test_leaves_the_place_out_of_an_event_that_names_a_transaction(self) -> None:
        first = read(event("mint", tx_hash="0x1", position=[1, 2, 3]))
        moved = read(event("mint", tx_hash="0x1", position=[4, 5, 6], at="2026-01-01T12:00:13Z"))
        assert moved["content"] == first["content"]

    def test_holds_the_instant_of_one_that_does_not(self) -> None:
        assert read(event("mint"))["content"] != read(event("mint", at="2026-01-01T12:00:13Z"))["content"]
        assert read(event("mint"))["content"] != read(event("mint", position=[1, 2, 3]))["content"]

    def test_stays_as_it_is_stored_in_inboxes_that_exist(self) -> None:
        assert read(event("sale"))["content"] == "6f8b266b14f21ca00282c59dbd9ee8d6"
        assert read(event("sale"))["id"] == "0ab9c4aceb6f0660359ce4c59d61c3e8"


class TestDigests:
    def test_scope_is_the_token(self) -> None:
        scopes = {read(event(kind))["scope"] for kind in ("mint", "transfer", "sale", "listing", "bid")}
        assert len(scopes) == 1
        assert scopes != {read(event("mint", token_id="2"))["scope"]}

    def test_scope_of_a_collection_bid_is_the_makers_place(self) -> None:
        place = read(event("bid", token_id=...))["scope"]
        assert place == read(event("bid", token_id=..., order_key="other", price="1"))["scope"]
        assert place != read(event("bid", token_id=..., maker=ANN))["scope"]
        assert place != read(event("bid", token_id=..., trait="Fur=Gold"))["scope"]

    def test_scope_of_a_cancel_is_the_order(self) -> None:
        assert read(event("cancel"))["scope"] == read(event("bid"))["order_id"]

    def test_settlement_joins_what_one_transaction_did_to_a_token(self) -> None:
        settlement = read(event("transfer", tx_hash="0x1"))["settlement"]
        assert settlement == read(event("sale", tx_hash="0X1".lower(), key="k2", order_key="o"))["settlement"]
        assert settlement != read(event("transfer", tx_hash="0x1", token_id="2"))["settlement"]
        assert settlement != read(event("transfer", tx_hash="0x2"))["settlement"]

    def test_settlement_joins_sales_of_one_order_without_a_transaction(self) -> None:
        assert (
            read(event("sale", order_key="o"))["settlement"]
            == read(event("sale", order_key="o", key="k2"))["settlement"]
        )

    def test_settlement_and_trade_are_the_events_own_where_nothing_joins_it(self) -> None:
        sale = read(event("sale"))
        assert sale["settlement"] == sale["trade"] == sale["id"]

    @pytest.mark.parametrize(
        "change",
        [{"to": "0x" + "d" * 40}, {"quantity": 2}, {"price": "1"}, {"currency": "WETH"}, {"order_key": "o"}],
    )
    def test_trade_is_told_apart_within_a_transaction(self, change: dict[str, Any]) -> None:
        sale = read(event("sale", tx_hash="0x1"))
        assert sale["trade"] == read(event("sale", tx_hash="0x1", key="told twice"))["trade"]
        assert sale["trade"] != read(event("sale", tx_hash="0x1", **change))["trade"]
