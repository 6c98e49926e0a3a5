"""
Facts from events, computed one event at a time from docs/explanation/facts.md alone.

Nothing here imports the engine, so that the two can be held against each other.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from tests.reference.events import Event, People, Token, plain, read, wallets_named
from tests.reference.hands import (
    Hold,
    Move,
    edition_holds,
    edition_steps,
    is_edition,
    moves,
    sales_told_once,
    single_holds,
    single_moves,
    together,
    trade,
)

DECIMALS = {"ETH": 18, "WETH": 18, "DAI": 18, "USDC": 6, "USDT": 6}


@dataclass(frozen=True)
class Sale:
    """
    A sale, named by source and key of the event that told it first.

    ``trade`` is what it stays the same by when another telling turns out to be the first; ``order`` is what
    sales are ordered by.
    """

    source: str
    key: str
    seller: str
    buyer: str
    token: Token
    collection: str
    quantity: int
    price: int
    currency: str
    price_wei: int | None
    at: datetime
    order_key: str | None
    trade: tuple[Any, ...] = field(default=(), compare=False, repr=False)
    order: tuple[Any, ...] = field(default=(), compare=False, repr=False)


@dataclass(frozen=True)
class Order:
    """A listing or a bid with its end."""

    order_key: str
    side: str
    maker: str
    token: Token | None
    collection: str
    trait: str | None
    quantity: int
    placed_at: datetime
    ended_at: datetime | None
    end_reason: str | None


@dataclass(frozen=True)
class VolumeDay:
    """One collection's sales on one UTC day."""

    collection: str
    day: date
    sales: int
    buyers: int
    volume_wei: int


@dataclass(frozen=True)
class Facts:
    """All facts, each list sorted, who is who, which tokens have units, and which sales count as washed."""

    holds: list[Hold]
    sales: list[Sale]
    orders: list[Order]
    volume_days: list[VolumeDay]
    people: People = field(compare=False, repr=False)
    editions: set[Token] = field(default_factory=set, compare=False, repr=False)
    washed: AbstractSet[tuple[str, str]] = field(default=frozenset(), compare=False, repr=False)


def facts(events: Iterable[Mapping[str, Any]], links: Iterable[Iterable[str]] = ()) -> Facts:
    """The facts of events in the order they were accepted: of a repeated source and key the first stands."""
    accepted: dict[tuple[str, str], Event] = {}
    for told in events:
        event = read(told)
        accepted.setdefault((event.source, event.key), event)
    ordered = sorted(accepted.values(), key=lambda event: event.order)
    custody = {event.address for event in ordered if event.kind == "custody" and event.address}
    linked = [{plain(wallet) for wallet in link} for link in links]
    known = wallets_named(ordered).union(*linked)
    people = People(links=linked, custody=custody, known=known)

    histories: dict[Token, list[Event]] = defaultdict(list)
    for event in ordered:
        if event.token:
            histories[event.token].append(event)

    found_holds: list[Hold] = []
    found_sales: list[tuple[Event, Sale]] = []
    moves_of: dict[Token, list[Move]] = {}
    editions: set[Token] = set()
    rates = day_rates(ordered)
    for token, history in histories.items():
        told_sales = sales_told_once(history)
        found_sales += [(event, sale_of(event, rates)) for event in told_sales]
        moves_of[token] = moves(history, told_sales)
        if is_edition(history):
            editions.add(token)
            found_holds += edition_holds(moves_of[token], people)
        else:
            found_holds += single_holds(moves_of[token], people)

    found_sales.sort(key=lambda pair: pair[0].order)
    sales = [sale for _, sale in found_sales]
    return Facts(
        holds=sorted(together(found_holds), key=repr),
        sales=sorted(sales, key=repr),
        orders=sorted(orders(ordered, sales, moves_of, editions, people), key=repr),
        volume_days=sorted(volume_days(sales, people), key=repr),
        people=people,
        editions=editions,
    )


# Sales and volume


def day_rates(ordered: list[Event]) -> dict[tuple[str, date], int]:
    """Wei of ETH for one whole unit, by currency and UTC day: the last rate in order counts."""
    rates = {}
    for event in ordered:
        if event.kind == "rate" and event.currency and event.price is not None:
            rates[event.currency, event.at.date()] = event.price
    return rates


def price_in_wei(event: Event, rates: dict[tuple[str, date], int]) -> int | None:
    """A sale's price in wei of ETH, rounded down, or None where no rate is known."""
    assert event.price is not None
    assert event.currency is not None
    if event.currency in ("ETH", "WETH"):
        return event.price
    rate = rates.get((event.currency, event.at.date()))
    if rate is None:
        return None
    decimals = DECIMALS[event.currency] if event.decimals is None else event.decimals
    wei = event.price * rate // int(10**decimals)
    return wei if wei < 10**78 else None


def sale_of(event: Event, rates: dict[tuple[str, date], int]) -> Sale:
    """The sale that an event tells."""
    assert event.sender is not None
    assert event.receiver is not None
    assert event.token is not None
    assert event.collection is not None
    assert event.price is not None
    assert event.currency is not None
    return Sale(
        source=event.source,
        key=event.key,
        seller=event.sender,
        buyer=event.receiver,
        token=event.token,
        collection=event.collection,
        quantity=event.quantity,
        price=event.price,
        currency=event.currency,
        price_wei=price_in_wei(event, rates),
        at=event.at,
        order_key=event.order_key,
        trade=trade(event),
        order=event.order,
    )


def is_own(sale: Sale, people: People) -> bool:
    """Whether a collector sold to themselves, from one linked wallet to another."""
    buyer = people.collector(sale.buyer)
    return buyer is not None and buyer == people.collector(sale.seller)


def volume_days(sales: list[Sale], people: People) -> list[VolumeDay]:
    """Daily volume by collection, sales between own wallets left out."""
    days: dict[tuple[str, date], list[Sale]] = defaultdict(list)
    for sale in sales:
        if not is_own(sale, people):
            days[sale.collection, sale.at.date()].append(sale)
    return [
        VolumeDay(
            collection=collection,
            day=day,
            sales=len(sold),
            buyers=len({people.collector(sale.buyer) for sale in sold} - {None}),
            volume_wei=sum(sale.price_wei or 0 for sale in sold),
        )
        for (collection, day), sold in days.items()
    ]


# Orders


def orders(
    ordered: list[Event],
    sales: list[Sale],
    moves_of: dict[Token, list[Move]],
    editions: set[Token],
    people: People,
) -> list[Order]:
    """Every order with the first of its ends; ``sales`` are in order."""
    placings: dict[tuple[Any, ...], Event] = {}
    for event in ordered:
        if event.kind in ("listing", "bid"):
            placings.setdefault((event.order_key, scope(event)), event)
    found = []
    for placing in placings.values():
        ends = [
            ("filled", filled_at(placing, sales)),
            ("cancelled", cancelled_at(placing, ordered)),
            ("expired", placing.expires_at),
            ("replaced", replaced_at(placing, list(placings.values()))),
            ("stranded", stranded_at(placing, moves_of, editions, people)),
        ]
        reason, ended_at = None, None
        for name, at in ends:
            if at is not None and (ended_at is None or max(at, placing.at) < ended_at):
                reason, ended_at = name, max(at, placing.at)
        found.append(order_of(placing, ended_at, reason))
    return found


def order_of(placing: Event, ended_at: datetime | None, reason: str | None) -> Order:
    """The order that an event placed."""
    assert placing.order_key is not None
    assert placing.maker is not None
    assert placing.collection is not None
    return Order(
        order_key=placing.order_key,
        side=placing.kind,
        maker=placing.maker,
        token=placing.token,
        collection=placing.collection,
        trait=placing.trait,
        quantity=placing.quantity,
        placed_at=placing.at,
        ended_at=ended_at,
        end_reason=reason,
    )


def filled_at(placing: Event, sales: list[Sale]) -> datetime | None:
    """When the sales that name the order reached its quantity."""
    filled = 0
    for sale in sales:
        if sale.order_key == placing.order_key:
            filled += sale.quantity
            if filled >= placing.quantity:
                return sale.at
    return None


def cancelled_at(placing: Event, ordered: list[Event]) -> datetime | None:
    """When the first cancel named the order."""
    for event in ordered:
        if event.kind == "cancel" and event.order_key == placing.order_key:
            return event.at
    return None


def scope(placing: Event) -> Any:
    """What an order is on: its token, or for a bid without one the maker's place in collection and trait."""
    return placing.token or (placing.maker, placing.collection, placing.trait)


def replaced_at(placing: Event, placings: list[Event]) -> datetime | None:
    """When the same wallet placed the next order of that side on the same scope."""
    for other in sorted(placings, key=lambda event: event.order):
        same = (other.maker, other.kind, scope(other)) == (placing.maker, placing.kind, scope(placing))
        if same and other.order > placing.order:
            return other.at
    return None


def stranded_at(
    placing: Event, moves_of: dict[Token, list[Move]], editions: set[Token], people: People
) -> datetime | None:
    """When the token of a listing left its maker."""
    if placing.kind != "listing" or placing.token is None:
        return None
    found = moves_of[placing.token]
    if placing.token in editions:
        return emptied_at(placing, found, people)
    for move in single_moves(found, people.custody):
        if move.event.order > placing.order and move.receiver != placing.maker:
            return move.at
    return None


def emptied_at(placing: Event, found: list[Move], people: People) -> datetime | None:
    """When the wallet of a listing's maker, having had some units, first had none left after the listing."""
    balance = 0
    for step in edition_steps(found, people):
        before = balance
        if step.taker == placing.maker:
            balance += step.quantity
        if step.giver == placing.maker:
            balance = max(0, balance - step.quantity)
        if step.move.event.order > placing.order and before > 0 and balance == 0:
            return step.move.at
    return None
