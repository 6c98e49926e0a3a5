"""OpenSea's Stream messages become native events, in every envelope."""

from typing import Any

import pytest

from marketplace.inbox.events import Bid, Cancel, Listing, Mint, Sale, Transfer
from marketplace.inbox.formats import opensea_stream
from marketplace.inbox.refusal import Refusal, Undecided
from tests.inbox.given import ANN, APES, BOB, ZERO
from tests.inbox.opensea import CAT, ORDER, ROUTER, TX, line, paid_in, stream
from tests.tables import day

NFT, COIN = {"itemType": 2, "token": APES, "identifierOrCriteria": "1"}, {"itemType": 1, "token": CAT}


def read(message: Any, *others: Any) -> Any:
    """The event of a message that came together with others."""
    lines = [line(one) for one in (message, *others)]
    (told,) = opensea_stream.reader(lines)(lines[0])
    return told


def refusal(message: Any, *others: Any) -> Refusal:
    with pytest.raises(Refusal) as refused:
        read(message, *others)
    return refused.value


def of_order(*, offer: list[Any], consideration: list[Any] | None = None) -> dict[str, Any]:
    return {"parameters": {"offer": offer, "consideration": consideration or []}}


class TestEnvelopes:
    @pytest.mark.parametrize(
        "wrap",
        [
            lambda told: told,
            lambda told: {"topic": "t", "event": told["event_type"], "payload": told, "ref": None},
            lambda told: ["1", None, "collection:apes", told["event_type"], told],
            lambda told: {"event": told["event_type"], "sent_at": told["sent_at"], "payload": told},
        ],
        ids=["bare", "phoenix 1", "phoenix 2", "as documented"],
    )  # fmt: skip
    def test_a_message_says_the_same_in_each(self, wrap: Any) -> None:
        told = stream("item_transferred")
        assert read(wrap(told)) == read(told)

    @pytest.mark.parametrize(
        "frame",
        [
            ["1", "1", "collection:apes", "phx_reply", {"status": "ok", "response": {}}],
            [None, "2", "phoenix", "phx_reply", {"status": "ok", "response": {}}],
            {"topic": "phoenix", "event": "phx_reply", "payload": {"status": "ok"}, "ref": 1},
            {"topic": "collection:apes", "event": "phx_close", "payload": {}, "ref": None},
            stream("item_metadata_updated"),
            stream("order_revalidate"),
        ],
    )
    def test_what_is_no_event_tells_nothing(self, frame: Any) -> None:
        assert not opensea_stream.read(line(frame))

    @pytest.mark.parametrize(
        ("frame", "field", "sentence"),
        [
            (1, "", "The line must be a message of the Stream, or a frame that carries one."),
            ([1, 2], "", "The list must be a Phoenix frame: join_ref, ref, topic, event, payload."),
            ({}, "event_type", "event_type is missing."),
            (["1", None, "t", "item_sold", []], "[4]", "[4] must be an object."),
            (
                ["1", None, "t", "item_sold", {"event_type": "item_sold"}],
                "[4].payload",
                "[4].payload is missing.",
            ),
            (
                {"event_type": "item_burnt", "payload": {}},
                "event_type",
                (
                    "event_type is 'item_burnt'; it must be one of collection_offer, item_cancelled, "
                    "item_listed, item_metadata_updated, item_received_bid, item_sold, item_transferred, "
                    "order_invalidate, order_revalidate, trait_offer."
                ),
            ),
        ],
    )
    def test_refuses_with_the_path(self, frame: Any, field: str, sentence: str) -> None:
        refused = refusal(frame)
        assert (str(refused), refused.field) == (sentence, field)


class TestSale:
    """Whoever made the order may be either side: what proves it decides, and nothing else does."""

    def sides(self, *others: Any, **changes: Any) -> tuple[str, str]:
        told = read(stream("item_sold", **changes), *others)
        assert isinstance(told, Sale)
        return told.from_, told.to

    def test_who_is_paid_in_the_chains_own_coin_had_listed(self) -> None:
        assert self.sides() == (ANN, BOB)

    def test_an_order_that_offers_the_token_is_its_sellers(self) -> None:
        weth = paid_in("WETH")
        assert self.sides(payment_token=weth, protocol_data=of_order(offer=[NFT])) == (ANN, BOB)

    def test_an_order_that_offers_a_coin_is_its_buyers(self) -> None:
        weth = paid_in("WETH")
        assert self.sides(payment_token=weth, protocol_data=of_order(offer=[COIN])) == (BOB, ANN)

    @pytest.mark.parametrize(
        ("hops", "sides"),
        [
            ([(ANN, BOB)], (ANN, BOB)),
            ([(BOB, ANN)], (BOB, ANN)),
            ([(BOB, ROUTER), (ROUTER, ANN)], (BOB, ANN)),
        ],
        ids=["listing", "accepted offer", "accepted offer by way of a router"],
    )
    def test_the_transfer_of_the_transaction_says_it(
        self, hops: list[tuple[str, str]], sides: tuple[str, str]
    ) -> None:
        moves = [
            stream("item_transferred", from_account={"address": giver}, to_account={"address": taker})
            for giver, taker in hops
        ]
        assert self.sides(*moves, payment_token=paid_in("WETH")) == sides

    @pytest.mark.parametrize(
        ("kind", "sides"),
        [("item_listed", (ANN, BOB)), ("item_received_bid", (BOB, ANN)), ("collection_offer", (BOB, ANN))],
    )
    def test_the_order_that_was_placed_says_it(self, kind: str, sides: tuple[str, str]) -> None:
        assert self.sides(stream(kind), payment_token=paid_in("WETH")) == sides

    @pytest.mark.parametrize(
        "other",
        [
            stream("item_transferred", transaction={"hash": "0x" + "9" * 64}),
            stream("item_transferred", item={"nft_id": f"ethereum/{APES}/2"}),
            stream("item_transferred", from_account={"address": CAT}),
            stream("item_listed", order_hash="0x" + "9" * 64),
        ],
        ids=["another transaction", "another token", "another wallet", "another order"],
    )
    def test_without_a_proof_it_is_undecided(self, other: Any) -> None:
        refused = refusal(stream("item_sold", payment_token=paid_in("WETH")), other)
        assert isinstance(refused, Undecided)
        assert str(refused).startswith(
            "payload.maker and payload.taker: nothing here says which of them sold."
        )

    def test_its_time_may_be_seconds_as_text(self) -> None:
        assert read(stream("item_sold", event_timestamp="1767268800")).at == day("2026-01-01 12:00")

    def test_rates_are_no_part_of_it(self) -> None:
        token = paid_in("ETH") | {"eth_price": "0.9", "usd_price": "x"}
        assert read(stream("item_sold", payment_token=token)) == read(stream("item_sold"))


class TestOrders:
    def test_a_listing_rests_from_when_it_was_told_to_the_second(self) -> None:
        told = read(stream("item_listed"))
        assert isinstance(told, Listing)
        assert (told.at, told.expires_at) == (day("2026-01-01 12:00"), day("2026-01-02 12:00"))

    def test_a_bid_without_a_token_id_has_it_from_the_order(self) -> None:
        data = of_order(offer=[COIN], consideration=[COIN, NFT | {"identifierOrCriteria": "7531"}])
        told = read(stream("item_received_bid", item={"nft_id": f"ethereum/{APES}"}, protocol_data=data))
        assert isinstance(told, Bid)
        assert (told.token_id, told.contract) == ("7531", APES)

    @pytest.mark.parametrize("identifier", [1.0479044511256843e77, None])
    def test_a_token_id_is_never_made_of_a_float(self, identifier: Any) -> None:
        data = of_order(offer=[COIN], consideration=[NFT | {"identifierOrCriteria": identifier}])
        refused = refusal(
            stream("item_received_bid", item={"nft_id": f"ethereum/{APES}"}, protocol_data=data)
        )
        assert refused.field == "payload.protocol_data.parameters.consideration[0].identifierOrCriteria"

    @pytest.mark.parametrize(
        "data", [..., of_order(offer=[NFT, NFT | {"identifierOrCriteria": "2"}]), of_order(offer=[COIN])]
    )
    def test_a_bid_without_any_token_id_is_refused(self, data: Any) -> None:
        told = stream("item_received_bid", item={"nft_id": f"ethereum/{APES}"}, protocol_data=data)
        assert str(refusal(told)) == (
            "payload.item.nft_id has no token id, and protocol_data does not name one token either."
        )

    def test_a_collection_offer(self) -> None:
        told = read(stream("collection_offer"))
        assert isinstance(told, Bid)
        assert (told.token_id, told.trait, told.contract, told.collection) == (None, None, APES, "apes")

    def test_an_old_collection_offer_says_its_chain_by_its_coin(self) -> None:
        told = read(stream("collection_offer", chain=..., payment_token=paid_in("WETH")))
        assert told.chain == "ethereum"
        refused = refusal(stream("collection_offer", chain=..., payment_token=paid_in("USDC")))
        assert refused.field == "payload.chain"

    def test_a_trait_offer_asks_for_all_its_traits(self) -> None:
        assert read(stream("trait_offer")).trait == "Fur=Blue"
        traits = [{"trait_type": "Fur", "trait_name": "Blue"}, {"trait_type": "Eyes", "trait_name": "Red"}]
        assert read(stream("trait_offer", trait_criteria_list=traits)).trait == "Eyes=Red & Fur=Blue"

    def test_a_cancel_ends_its_order(self) -> None:
        told = read(stream("item_cancelled"))
        assert isinstance(told, Cancel)
        assert (told.key, told.order_key, told.maker) == (f"ethereum:cancel:{ORDER}", ORDER, ANN)

    def test_an_order_that_cannot_be_filled_ends_each_time_anew(self) -> None:
        first, again, later = (
            read(stream("order_invalidate", event_timestamp=at, chain=...))
            for at in ("2026-01-01T12:00:00Z", "2026-01-01T13:00:00+01:00", "2026-01-01T12:00:01Z")
        )
        assert first == again
        assert first.key != later.key

    def test_an_edition_is_told_where_the_order_says_it(self) -> None:
        data = of_order(offer=[NFT | {"itemType": 3}])
        assert read(stream("item_listed", protocol_data=data)).standard == "erc1155"


class TestMoves:
    def test_a_transfer(self) -> None:
        told = read(stream("item_transferred"))
        assert isinstance(told, Transfer)
        assert (told.from_, told.to, told.tx_hash) == (ANN, BOB, TX)

    def test_a_mint_comes_from_nobody(self) -> None:
        told = read(stream("item_transferred", from_account={"address": ZERO}))
        assert isinstance(told, Mint)

    @pytest.mark.parametrize(
        ("nft_id", "sentence"),
        [
            ("ethereum//1", "payload.item.nft_id must be chain/contract/token."),
            ("ethereum/0x12/1", "payload.item.nft_id must be an address: 0x and 40 hex digits, or"),
            (f"ethereum/{APES}", "payload.item.nft_id has no token id, and protocol_data does not"),
        ],
    )
    def test_refuses_an_item_that_is_no_token(self, nft_id: str, sentence: str) -> None:
        assert str(refusal(stream("item_transferred", item={"nft_id": nft_id}))).startswith(sentence)
