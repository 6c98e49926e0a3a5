"""OpenSea's REST v2 events become native ones."""

from typing import Any

import pytest

from marketplace.inbox.events import Bid, Listing, Mint, Sale, Transfer
from marketplace.inbox.formats import opensea_v2
from marketplace.inbox.refusal import Refusal
from tests.inbox.given import ANN, APES, BOB
from tests.inbox.opensea import CAT, ORDER, PAYMENTS, SECONDS, TX, WETH, line, rest
from tests.tables import day


def read(event: Any) -> Any:
    (told,) = opensea_v2.read(line(event))
    return told


def refusal(event: Any) -> Refusal:
    with pytest.raises(Refusal) as refused:
        read(event)
    return refused.value


class TestRead:
    def test_a_sale_names_seller_and_buyer(self) -> None:
        told = read(rest("sale"))
        assert isinstance(told, Sale)
        assert (told.source, told.key) == ("opensea", f"ethereum:{TX}:sale:{APES}:1:{ORDER}")
        assert (told.from_, told.to, told.at, told.tx_hash) == (ANN, BOB, day("2026-01-01 12:00"), TX)
        assert (told.price, told.currency, told.decimals) == ("900000000000000000", "ETH", 18)
        assert (told.collection, told.token_id, told.quantity, told.standard) == ("apes", "1", 1, None)
        assert told.order_key == ORDER

    def test_a_mint_comes_from_nobody_by_either_name(self) -> None:
        told = read(rest("mint"))
        assert isinstance(told, Mint)
        assert told.to == BOB
        assert told == read(rest("mint", event_type="transfer"))

    def test_a_transfer(self) -> None:
        told = read(rest("transfer"))
        assert isinstance(told, Transfer)
        assert told.key == f"ethereum:{TX}:transfer:{APES}:1:{ANN}:{BOB}"

    def test_a_listing_rests_from_when_it_was_told(self) -> None:
        told = read(rest("listing"))
        assert isinstance(told, Listing)
        assert (told.key, told.order_key, told.maker) == (f"ethereum:listing:{ORDER}", ORDER, ANN)
        assert (told.at, told.expires_at) == (day("2026-01-01 12:00"), day("2026-01-02 12:00"))

    def test_a_listing_for_later_rests_from_its_start(self) -> None:
        assert read(rest("listing", start_date=SECONDS + 3600)).at == day("2026-01-01 13:00")

    @pytest.mark.parametrize("never", [0, None, 2**63, str(2**256 - 1)])
    def test_an_order_may_never_expire(self, never: Any) -> None:
        assert read(rest("listing", expiration_date=never)).expires_at is None

    def test_older_answers_call_all_of_them_orders(self) -> None:
        assert read(rest("listing", event_type="order")) == read(rest("listing"))
        assert read(rest("offer", event_type="order", order_type="item_offer")) == read(rest("offer"))

    def test_an_edition_is_told(self) -> None:
        nft = rest("sale")["nft"] | {"token_standard": "erc1155"}
        assert read(rest("sale", nft=nft, quantity=3)).standard == "erc1155"

    @pytest.mark.parametrize(
        ("criteria", "trait"),
        [
            ({}, None),
            ({"traits": [{"type": "Fur", "value": "Blue"}]}, "Fur=Blue"),
            (
                {"traits": [{"type": "Fur", "value": "Blue"}, {"type": "Eyes", "value": "Red"}]},
                "Eyes=Red & Fur=Blue",
            ),
            ({"numeric_traits": [{"type": "Rank", "min": 1, "max": 9}]}, "Rank=1..9"),
        ],
    )
    def test_an_offer_for_any_token(self, criteria: dict[str, Any], trait: str | None) -> None:
        told = read(
            rest(
                "collection_offer" if trait is None else "trait_offer",
                asset=...,
                criteria={"collection": {"slug": "apes"}, "contract": {"address": APES}, **criteria},
                payment={"quantity": "5", **PAYMENTS["WETH"]},
            )
        )
        assert isinstance(told, Bid)
        assert (told.token_id, told.trait, told.contract, told.collection) == (None, trait, APES, "apes")
        assert (told.currency, told.maker) == ("WETH", ANN)

    def test_polygon_has_one_name(self) -> None:
        assert read(rest("transfer", chain="matic")) == read(rest("transfer", chain="polygon"))

    def test_a_coin_that_is_not_ether_keeps_its_decimals(self) -> None:
        told = read(rest("sale", payment={"quantity": "5000000", **PAYMENTS["USDC"]}))
        assert (told.price, told.currency, told.decimals) == ("5000000", "USDC", 6)

    def test_an_empty_line_tells_nothing(self) -> None:
        assert not opensea_v2.read(b"\n")

    @pytest.mark.parametrize(
        ("event", "field", "sentence"),
        [
            ([], "", "The line must be an object: one event of asset_events."),
            (
                {"asset_events": []},
                "",
                "This is a whole answer of the API; each event of asset_events is a line of its own.",
            ),
            (
                rest("cancel"),
                "event_type",
                (
                    "event_type is 'cancel'; it must be one of sale, transfer, mint, listing, offer, "
                    "collection_offer, trait_offer."
                ),
            ),
            (rest("sale", transaction=...), "transaction", "transaction is missing."),
            (rest("sale", payment=...), "payment", "payment is missing."),
            (rest("sale", nft="1"), "nft", "nft must be an object."),
            (
                rest("sale", buyer=ANN),
                "buyer",
                "seller and buyer are the same wallet; a sale needs two.",
            ),
            (
                rest("sale", payment={**PAYMENTS["ETH"], "quantity": 9.5e17}),
                "payment.quantity",
                "payment.quantity is the float 9.5e+17, which may have lost digits; it must be text.",
            ),
            (
                rest("sale", payment={**PAYMENTS["ETH"], "quantity": "1" * 79}),
                "payment.quantity",
                "payment.quantity has 79 digits; at most 78 are stored.",
            ),
            (
                rest("sale", payment={"quantity": "5", **PAYMENTS["WETH"], "token_address": CAT}),
                "payment.token_address",
                "payment.token_address is not where WETH lives on ethereum.",
            ),
            (
                rest("sale", quantity=1.5),
                "quantity",
                "quantity is the float 1.5, which may have lost digits; it must be text.",
            ),
            (rest("sale", quantity=0), "quantity", "quantity must be 1 to 1000000000000000."),
            (
                rest("sale", event_timestamp=-1),
                "event_timestamp",
                "event_timestamp must be a whole number in digits, not negative.",
            ),
            (
                rest("sale", event_timestamp=253402300800),
                "event_timestamp",
                "event_timestamp must be 0 to 100000000000.",
            ),
            (
                rest("transfer", to_address="ann\0"),
                "to_address",
                "to_address holds the control character U+0000.",
            ),
            (
                rest("listing", order_hash="0xzz"),
                "order_hash",
                "order_hash is not a hash: 0x and hex digits.",
            ),
            (
                rest("trait_offer", asset=..., criteria={"collection": {"slug": "apes"}}),
                "criteria.traits",
                "criteria.traits is empty; a trait offer names at least one.",
            ),
            (
                rest("trait_offer", asset=..., criteria={"collection": {"slug": "apes"}, "traits": ["Fur"]}),
                "criteria.traits",
                "criteria.traits must be a list of objects.",
            ),
        ],
    )
    def test_refuses_with_the_path(self, event: Any, field: str, sentence: str) -> None:
        refused = refusal(event)
        assert (str(refused), refused.field) == (sentence, field)

    def test_takes_a_quantity_that_is_a_float_without_a_fraction(self) -> None:
        assert read(rest("sale", quantity=3.0)).quantity == 3

    def test_believes_wrapped_ether_by_its_address(self) -> None:
        told = read(
            rest("sale", payment={"quantity": "5", "token_address": WETH, "decimals": 18, "symbol": "ETH"})
        )
        assert told.currency == "WETH"
