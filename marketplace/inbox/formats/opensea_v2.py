"""
Reads events of OpenSea's REST API v2 (``/api/v2/events``), one event a line.

Seller and buyer stand there plainly. An order's events come under their own names, and in older answers as
``order`` with an ``order_type``. Cancellations are told by the Stream alone.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

from marketplace.inbox.events import AnyEvent
from marketplace.inbox.formats import opensea
from marketplace.inbox.formats.parts import Part, message
from marketplace.inbox.refusal import Refusal

ORDER_TYPES: Final = {"item_offer": "offer"}


def read(line: bytes) -> Sequence[AnyEvent]:
    """Return the event of one line; an empty line tells none."""
    value = message(line)
    if value is None:
        return ()
    return (event(value),)


def event(value: Any) -> AnyEvent:
    """Return the native event that one of ``asset_events`` tells."""
    if not isinstance(value, dict):
        raise Refusal("The line must be an object: one event of asset_events.")
    if "asset_events" in value:
        raise Refusal("This is a whole answer of the API; each event of asset_events is a line of its own.")
    part = Part(value)
    kind = part.text("event_type", most=64)
    if kind == "order":
        kind = part.text("order_type", most=64)
        kind = ORDER_TYPES.get(kind, kind)
    reader = READERS.get(kind)
    if reader is None:
        name = "order_type" if part.get("event_type") == "order" else "event_type"
        raise part.refusal(name, f"is {kind!r}; it must be one of {', '.join(READERS)}")
    return reader(part)


def _token(part: Part, name: str) -> opensea.Token:
    nft = part.part(name)
    return opensea.Token(
        chain=_chain(part),
        contract=nft.wallet("contract"),
        collection=nft.text("collection", most=200),
        token_id=nft.text("identifier", most=100),
        is_edition=nft.get("token_standard") == "erc1155",
    )


def _chain(part: Part) -> str:
    return opensea.chain_name(part.text("chain", most=32))


def _money(part: Part) -> opensea.Money:
    payment = part.part("payment")
    return opensea.money(
        amount=payment.amount("quantity"), token=payment, address_name="token_address", chain=_chain(part)
    )


def _order(part: Part) -> opensea.Order:
    return opensea.Order(
        hash=opensea.hash_of(part, "order_hash"),
        maker=part.wallet("maker"),
        money=_money(part),
        quantity=part.quantity(),
        at=opensea.start_of(part, told="event_timestamp", starts=("start_date",)),
        expires_at=part.end_or_none("expiration_date"),
    )


def _sale(part: Part) -> AnyEvent:
    seller, buyer = part.wallet("seller"), part.wallet("buyer")
    opensea.two_wallets(seller=seller, buyer=buyer, names="seller and buyer", field="buyer")
    return opensea.sold(
        token=_token(part, "nft"),
        quantity=part.quantity(),
        seller=seller,
        buyer=buyer,
        money=_money(part),
        order_hash=opensea.hash_of(part, "order_hash") if part.get("order_hash") else None,
        at=part.instant("event_timestamp"),
        tx_hash=opensea.hash_of(part, "transaction"),
    )


def _transfer(part: Part) -> AnyEvent:
    return opensea.moved(
        token=_token(part, "nft"),
        quantity=part.quantity(),
        sender=part.wallet("from_address"),
        receiver=part.wallet("to_address"),
        at=part.instant("event_timestamp"),
        tx_hash=opensea.hash_of(part, "transaction"),
    )


def _listing(part: Part) -> AnyEvent:
    return opensea.listed(token=_token(part, "asset"), order=_order(part))


def _offer(part: Part) -> AnyEvent:
    # An offer that names criteria is for any token that meets them, whatever its type is called.
    if part.part_or_none("asset"):
        return opensea.offered(token=_token(part, "asset"), order=_order(part))
    return _offer_for_any(part)


def _offer_for_any(part: Part) -> AnyEvent:
    criteria = part.part("criteria")
    contract = criteria.part_or_none("contract")
    return opensea.offered_for_any(
        chain=_chain(part),
        contract=contract.wallet("address") if contract else None,
        collection=criteria.part("collection").text("slug", most=200),
        trait=_trait(part, criteria),
        order=_order(part),
    )


def _trait(part: Part, criteria: Part) -> str | None:
    pairs = [
        (trait.text("type", most=200), trait.text("value", most=200)) for trait in criteria.parts("traits")
    ]
    for trait in criteria.parts("numeric_traits"):
        least, most = (trait.get(name) if trait.get(name) is not None else "" for name in ("min", "max"))
        pairs.append((trait.text("type", most=200), f"{least}..{most}"))
    if not pairs:
        if part.get("event_type") == "trait_offer" or part.get("order_type") == "trait_offer":
            raise criteria.refusal("traits", "is empty; a trait offer names at least one")
        return None
    return opensea.trait_text(criteria, "traits", pairs)


READERS: Final[dict[str, Callable[[Part], AnyEvent]]] = {
    "sale": _sale,
    "transfer": _transfer,
    "mint": _transfer,
    "listing": _listing,
    "offer": _offer,
    "collection_offer": _offer_for_any,
    "trait_offer": _offer_for_any,
}
