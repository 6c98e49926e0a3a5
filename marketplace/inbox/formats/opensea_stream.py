"""
Reads messages of OpenSea's Stream API, in each envelope that they have come in.

A message is ``{event_type, sent_at, payload}``. A recording may have it bare, or as it was on the wire: in
Phoenix' first form, a map ``{topic, event, payload, ref}``, or its second, a list ``[join_ref, ref, topic,
event, payload]``. Frames that only keep the connection alive tell nothing.

``item_sold`` names maker and taker, and the maker of an order may be either side. Which one sold is read
from what proves it, and never guessed; see :func:`_maker_sold`.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from marketplace.inbox.events import ZERO_ADDRESS, AnyEvent, Bid, Listing, Mint, Transfer
from marketplace.inbox.formats import opensea
from marketplace.inbox.formats.parts import Part, message
from marketplace.inbox.refusal import Refusal, Undecided

# What tells nothing about the market. An order that can be filled again ended for us when it could not.
SILENT: Final = frozenset({"item_metadata_updated", "order_revalidate"})


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """
    What other messages say about which side of an order sold.

    ``moves`` has sender and receiver of each transfer by chain, transaction, contract and token; ``selling``
    and ``buying`` are the hashes of orders that were seen as listings and as offers.
    """

    moves: dict[tuple[str, ...], set[tuple[str, str]]] = field(default_factory=lambda: defaultdict(set))
    selling: set[str] = field(default_factory=set)
    buying: set[str] = field(default_factory=set)

    def add(self, event: AnyEvent) -> None:
        """Note what one event proves."""
        if isinstance(event, Transfer | Mint):
            place = (event.chain, event.tx_hash or "", event.contract, event.token_id)
            self.moves[place].add((event.from_ or ZERO_ADDRESS, event.to))
        elif isinstance(event, Listing):
            self.selling.add(event.order_key)
        elif isinstance(event, Bid):
            self.buying.add(event.order_key)


NO_EVIDENCE: Final = Evidence()


def reader(lines: Iterable[bytes]) -> Callable[[bytes], Sequence[AnyEvent]]:
    """A reader for lines that may explain each other: transfers and orders say which side of a sale sold."""
    evidence = Evidence()
    for line in lines:
        try:
            told = _read(line, NO_EVIDENCE)
        except Refusal:
            continue  # It is refused where it is read for itself.
        for event in told:
            evidence.add(event)
    return lambda line: _read(line, evidence)


def read(line: bytes) -> Sequence[AnyEvent]:
    """Return the event of one line by itself; a line that tells nothing about the market gives none."""
    return _read(line, NO_EVIDENCE)


def _read(line: bytes, evidence: Evidence) -> Sequence[AnyEvent]:
    value = message(line)
    told = None if value is None else _unwrapped(value)
    if told is None:
        return ()
    kind = told.text("event_type", most=64)
    if kind in SILENT:
        return ()
    if kind == "item_sold":
        return (_sale(told.part("payload"), evidence),)
    reader_of_kind = READERS.get(kind)
    if reader_of_kind is None:
        known = ", ".join(sorted({"item_sold", *READERS, *SILENT}))
        raise told.refusal("event_type", f"is {kind!r}; it must be one of {known}")
    return (reader_of_kind(told.part("payload")),)


def _unwrapped(value: Any) -> Part | None:
    """The message inside whatever envelope it came in; None for a frame that carries none."""
    event: Any
    if isinstance(value, list):
        if len(value) != 5 or not isinstance(value[3], str):
            raise Refusal("The list must be a Phoenix frame: join_ref, ref, topic, event, payload.")
        frame, name, event = Part({"[4]": value[4]}), "[4]", value[3]
    elif isinstance(value, dict):
        frame, name, event = Part(value), "payload", value.get("event")
        if "event_type" in value:
            return frame
    else:
        raise Refusal("The line must be a message of the Stream, or a frame that carries one.")
    if not isinstance(event, str):
        raise frame.refusal("event_type", "is missing")
    # phx_reply and the like, and the answers to heartbeats.
    if event.startswith(("phx_", "presence_")) or event == "heartbeat":
        return None
    return frame.part(name)


def _token(payload: Part) -> opensea.Token:
    item = payload.part("item")
    parts = item.text("nft_id", most=400).split("/")
    if len(parts) not in (2, 3) or not all(parts):
        raise item.refusal("nft_id", "must be chain/contract/token")
    named = Part({"nft_id": parts[1]}, path=item.path)
    contract = named.wallet("nft_id")
    types = _nft_items(payload, contract)
    return opensea.Token(
        chain=opensea.chain_name(Part({"nft_id": parts[0]}, path=item.path).text("nft_id", most=32)),
        contract=contract,
        collection=payload.part("collection").text("slug", most=200),
        token_id=(
            Part({"nft_id": parts[2]}, path=item.path).text("nft_id", most=100)
            if len(parts) == 3
            else _token_id_of_order(item, types)
        ),
        is_edition=any(one.whole("itemType", most=5) in opensea.EDITION_ITEM_TYPES for one in types),
    )


def _nft_items(payload: Part, contract: str) -> list[Part]:
    """The items of the order that are NFTs of the contract."""
    parameters = _parameters(payload)
    if parameters is None:
        return []
    return [
        one
        for one in [*parameters.parts("offer"), *parameters.parts("consideration")]
        if one.whole("itemType", most=5) in opensea.NFT_ITEM_TYPES
        and str(one.get("token")).lower() == contract
    ]


def _parameters(payload: Part) -> Part | None:
    protocol = payload.part_or_none("protocol_data")
    return protocol.part_or_none("parameters") if protocol else None


def _token_id_of_order(item: Part, nft_items: list[Part]) -> str:
    """The token that a bid is for, where its nft_id ends with the contract."""
    by_id = [one for one in nft_items if one.whole("itemType", most=5) in (2, 3)]
    found = {one.digits("identifierOrCriteria", most=78) for one in by_id}
    if len(found) != 1:
        raise item.refusal("nft_id", "has no token id, and protocol_data does not name one token either")
    return found.pop()


def _chain(payload: Part) -> str:
    """The chain of an offer for any token, which older messages say only by the coin that it is paid in."""
    if payload.get("chain") is not None:
        return opensea.chain_name(payload.text("chain", most=32))
    item = payload.part_or_none("item")
    chain = item.part_or_none("chain") if item else None
    if chain:
        return opensea.chain_name(chain.text("name", most=32))
    coin = str(payload.part("payment_token").get("address")).lower()
    chains = [name for name, address in opensea.WRAPPED_ETHER.items() if address == coin]
    if len(chains) != 1:
        raise payload.refusal("chain", "is missing, and nothing else says which chain the order is on")
    return chains[0]


def _order(payload: Part, *, chain: str) -> opensea.Order:
    return opensea.Order(
        hash=opensea.hash_of(payload, "order_hash"),
        maker=payload.part("maker").wallet("address"),
        money=_money(payload, "base_price", chain),
        quantity=payload.quantity(),
        at=opensea.start_of(payload, told="event_timestamp", starts=("listing_date", "created_date")),
        expires_at=payload.end_or_none("expiration_date"),
    )


def _money(payload: Part, name: str, chain: str) -> opensea.Money:
    return opensea.money(
        amount=payload.amount(name),
        token=payload.part("payment_token"),
        address_name="address",
        chain=chain,
    )


def _listed(payload: Part) -> AnyEvent:
    token = _token(payload)
    return opensea.listed(token=token, order=_order(payload, chain=token.chain))


def _bid(payload: Part) -> AnyEvent:
    token = _token(payload)
    return opensea.offered(token=token, order=_order(payload, chain=token.chain))


def _offer_for_any(payload: Part) -> AnyEvent:
    chain = _chain(payload)
    criteria = payload.part_or_none("collection_criteria") or payload.part("collection")
    contract = payload.part_or_none("asset_contract_criteria")
    return opensea.offered_for_any(
        chain=chain,
        contract=contract.wallet("address") if contract else None,
        collection=criteria.text("slug", most=200),
        trait=None,
        order=_order(payload, chain=chain),
    )


def _trait_offer(payload: Part) -> AnyEvent:
    chain = _chain(payload)
    criteria = payload.part_or_none("collection_criteria") or payload.part("collection")
    contract = payload.part_or_none("asset_contract_criteria")
    # The list holds all traits, each of which is asked for; older messages name one.
    traits = payload.parts("trait_criteria_list") or [payload.part("trait_criteria")]
    pairs = [(one.text("trait_type", most=200), one.text("trait_name", most=200)) for one in traits]
    return opensea.offered_for_any(
        chain=chain,
        contract=contract.wallet("address") if contract else None,
        collection=criteria.text("slug", most=200),
        trait=opensea.trait_text(payload, "trait_criteria", pairs),
        order=_order(payload, chain=chain),
    )


def _transferred(payload: Part) -> AnyEvent:
    return opensea.moved(
        token=_token(payload),
        quantity=payload.quantity(),
        sender=payload.part("from_account").wallet("address"),
        receiver=payload.part("to_account").wallet("address"),
        at=payload.instant("event_timestamp"),
        tx_hash=opensea.hash_of(payload.part("transaction"), "hash"),
    )


def _cancelled(payload: Part) -> AnyEvent:
    maker = payload.part_or_none("maker")
    transaction = payload.part_or_none("transaction")
    return opensea.cancelled(
        chain=_chain_of_cancel(payload),
        order_hash=opensea.hash_of(payload, "order_hash"),
        maker=maker.wallet("address") if maker else None,
        at=payload.instant("event_timestamp"),
        tx_hash=opensea.hash_of(transaction, "hash") if transaction else None,
    )


def _invalidated(payload: Part) -> AnyEvent:
    return opensea.invalidated(
        chain=_chain_of_cancel(payload),
        order_hash=opensea.hash_of(payload, "order_hash"),
        at=payload.instant("event_timestamp"),
    )


def _chain_of_cancel(payload: Part) -> str:
    item = payload.part_or_none("item")
    if payload.get("chain") is None and item and item.get("nft_id"):
        return opensea.chain_name(item.text("nft_id", most=400).split("/", maxsplit=1)[0])
    return _chain(payload)


def _sale(payload: Part, evidence: Evidence) -> AnyEvent:
    token = _token(payload)
    maker, taker = (payload.part(name).wallet("address") for name in ("maker", "taker"))
    names = f"{payload.at('maker')} and {payload.at('taker')}"
    opensea.two_wallets(seller=maker, buyer=taker, names=names, field=payload.at("taker"))
    tx_hash = opensea.hash_of(payload.part("transaction"), "hash")
    order_hash = opensea.hash_of(payload, "order_hash") if payload.get("order_hash") else None
    maker_sold = _maker_sold_by_order(payload, order_hash, evidence)
    if maker_sold is None:
        moves = evidence.moves.get((token.chain, tx_hash, token.contract, token.token_id), set())
        maker_sold = _maker_sold(payload, moves, maker=maker, taker=taker)
    if maker_sold is None:
        raise Undecided(
            f"{names}: nothing here says which of them sold. Offers are made in the coin that was paid, and "
            "neither protocol_data nor the transfer of the transaction comes with the sale. The REST API "
            "(opensea-v2) names seller and buyer.",
            field=payload.at("maker"),
        )
    return opensea.sold(
        token=token,
        quantity=payload.quantity(),
        seller=maker if maker_sold else taker,
        buyer=taker if maker_sold else maker,
        money=_money(payload, "sale_price", token.chain),
        order_hash=order_hash,
        at=payload.instant("event_timestamp"),
        tx_hash=tx_hash,
    )


def _maker_sold_by_order(payload: Part, order_hash: str | None, evidence: Evidence) -> bool | None:
    """Whether the order that was filled offered the token; None where neither it nor another message says."""
    parameters = _parameters(payload)
    offer = parameters.parts("offer") if parameters else []
    if offer:
        return offer[0].whole("itemType", most=5) in opensea.NFT_ITEM_TYPES
    if order_hash in evidence.selling:
        return True
    return False if order_hash in evidence.buying else None


def _maker_sold(payload: Part, moves: set[tuple[str, str]], *, maker: str, taker: str) -> bool | None:
    """
    Whether the token went from the maker to the taker; None where that cannot be told.

    It may have gone through a third wallet, such as a router's. Without a transfer the coin may say it: a
    chain's own coin cannot be taken from a bidder's wallet, so an order paid in it was a listing.
    """
    senders, receivers = {sender for sender, _ in moves}, {receiver for _, receiver in moves}
    maker_gave = maker in senders and taker in receivers
    taker_gave = taker in senders and maker in receivers
    if maker_gave != taker_gave:
        return maker_gave
    coin = payload.part("payment_token").get("address")
    return True if coin == ZERO_ADDRESS else None


READERS: Final[dict[str, Callable[[Part], AnyEvent]]] = {
    "item_listed": _listed,
    "item_transferred": _transferred,
    "item_cancelled": _cancelled,
    "item_received_bid": _bid,
    "collection_offer": _offer_for_any,
    "trait_offer": _trait_offer,
    "order_invalidate": _invalidated,
}
