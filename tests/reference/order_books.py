"""Random order books for hypothesis: few wallets, tokens, prices and hours, so that orders meet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from tests.reference.markets import START, Draw
from tests.reference.pauses import Off
from tests.reference.xp import Span
from tests.tables import address, contract

MAKERS = [address(name) for name in ("ann", "amy", "bob", "cat")]
WEI = 10**18

# Prices that meet bands and floors exactly, and just not.
prices = st.sampled_from([WEI * 3 // 4, WEI, WEI, WEI + 1, WEI * 5 // 4, 2 * WEI])
minutes = st.one_of(st.integers(0, 47).map(lambda half: 30 * half), st.integers(0, 1439))


@dataclass(frozen=True)
class Scene:
    """Who and what orders are about; the smaller it is, the more often they stack."""

    makers: list[str]
    collections: list[str]
    tokens: list[str]


SCENES = [
    Scene(makers=MAKERS, collections=["apes", "apes", "bees"], tokens=["1", "2", "3"]),
    Scene(makers=MAKERS[:3], collections=["apes"], tokens=["1", "2"]),
    Scene(makers=MAKERS[:2], collections=["apes"], tokens=["1"]),
]


@dataclass(frozen=True)
class Book:
    """The events of a day's orders, linked wallets, a rule's side and numbers, its window and pauses."""

    events: list[dict[str, Any]]
    links: list[set[str]]
    side: str
    params: dict[str, Any]
    window: Span
    pauses: Sequence[tuple[str, Off]]


def at(minute: int, number: int = 0) -> datetime:
    """A minute of the first day; a number makes instants differ, because ties go by digests."""
    return START + timedelta(minutes=minute, microseconds=number)


@st.composite
def placings(draw: Draw, number: int, scene: Scene, *, currencies: bool = True) -> dict[str, Any]:
    """A listing or a bid, on a token or a collection, with or without an end."""
    kind = draw(st.sampled_from(["listing", "bid", "bid"]))
    collection = draw(st.sampled_from(scene.collections))
    placed = draw(minutes)
    told = {
        "kind": kind,
        "chain": "ethereum",
        "collection": collection,
        "contract": contract(collection),
        "maker": draw(st.sampled_from(scene.makers)),
        "order_key": f"order-{number}",
        "price": str(draw(prices)),
        "currency": "ETH",
        "at": at(placed, number),
    }
    if kind == "listing" or draw(st.booleans()):
        told |= {"token_id": draw(st.sampled_from(scene.tokens)), "standard": "erc1155"}
    elif draw(st.booleans()):
        told["trait"] = "Fur=Red"
    if currencies and draw(st.integers(0, 7)) == 7:
        told |= {"currency": "GEM", "decimals": 3, "price": draw(st.sampled_from(["1", "1000", "1500"]))}
    if draw(st.booleans()):
        told["expires_at"] = at(placed + draw(st.integers(1, 600)))
    return told


@st.composite
def cancels(draw: Draw, count: int) -> dict[str, Any]:
    """A cancel of one of the orders."""
    return {
        "kind": "cancel",
        "order_key": f"order-{draw(st.integers(0, count - 1))}",
        "at": at(draw(minutes), 500),
    }


@st.composite
def bands(draw: Draw) -> list[dict[str, int]]:
    """One to three bands around the floor; weights may be nothing."""
    edges = draw(st.lists(st.sampled_from([5_000, 7_500, 10_000, 12_500, 20_000]), min_size=1, unique=True))
    weights = st.sampled_from([0, 3_333, 10_000, 10_000, 15_000])
    return [{"price_bp": edge, "weight_bp": draw(weights)} for edge in sorted(edges[:3])]


@st.composite
def params_of(draw: Draw, side: str) -> dict[str, Any]:
    """The numbers of a listing or bidding rule."""
    best = draw(st.sampled_from([None, None, 1, 1, 2, 3]))
    weights = [10_000 + 90_000 // place for place in range(1, (best or 0) + 1)]
    return {
        "micro_xp_per_hour": draw(st.sampled_from([333_333, 60_000_000, 7_000_000_001])),
        "bands": draw(bands()),
        "shape": draw(st.sampled_from(["steps", "linear"])),
        "reference": draw(st.sampled_from(["floor", "top_bid"])) if side == "bid" else "floor",
        "minimum_rest_seconds": draw(st.sampled_from([0, 0, 300, 7_200])),
        "best": best,
        "rank_weights_bp": weights if draw(st.booleans()) else [],
        "collections": draw(st.sampled_from(["all", "all", ["apes"]])),
    }


@st.composite
def pauses(draw: Draw, rule: str, above: str) -> list[tuple[str, Off]]:
    """Pauses with an end, of a rule's own flag and of those above it, that may touch and overlap."""
    flags = st.sampled_from([rule, above, "liquidity"])
    told = draw(st.lists(st.tuples(flags, minutes, st.integers(0, 400)), max_size=3))
    return [(flag, (at(start), at(start + length))) for flag, start, length in told]


@st.composite
def books(draw: Draw) -> Book:
    """A day of orders, and a rule that pays some of its hours."""
    count = draw(st.integers(3, 12))
    scene = draw(st.sampled_from(SCENES))
    told = [draw(placings(number, scene)) for number in range(count)]
    if draw(st.integers(0, 3)):
        # Something to compare with from the beginning on.
        told[0] |= {"kind": "listing", "token_id": "1", "standard": "erc1155", "at": at(0)}
        told[0].pop("trait", None)
    told += draw(st.lists(cancels(count), max_size=3))
    told += [
        {"kind": "rate", "currency": "GEM", "decimals": 3, "price": str(WEI), "at": START}
        for _ in range(draw(st.sampled_from([0, 1, 1])))
    ]
    side = draw(st.sampled_from(["listing", "bid"]))
    start = draw(st.sampled_from([0, 30, 120]))
    above = "liquidity.listing" if side == "listing" else "liquidity.bidding"
    return Book(
        events=named(told),
        links=draw(st.sampled_from([[], [set(MAKERS[:2])], [set(MAKERS[:3])]])),
        side=side,
        params=draw(params_of(side)),
        window=(at(start), at(start + draw(st.sampled_from([60, 450, 1_440, 1_440])))),
        pauses=draw(pauses("rule.resting", above)),
    )


def named(told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The events with source and key, in the order of their instants, and instants as text."""
    ordered = sorted(told, key=lambda event: event["at"])
    return [
        {
            **event,
            "source": "market",
            "key": f"{number:03}",
            **{name: event[name].isoformat() for name in ("at", "expires_at") if name in event},
        }
        for number, event in enumerate(ordered)
    ]
