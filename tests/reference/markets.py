"""
Random small markets for hypothesis, and the ways in which their events may reach the inbox.

Few wallets, tokens, orders and instants, so that what is rare in the world (ties, round trips, one order
filled twice, a vault that turns out to be one) happens in every other example.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, TypeAlias

from hypothesis import strategies as st

from tests.tables import ZERO, address, contract

Told: TypeAlias = dict[str, Any]
Draw: TypeAlias = Callable[[st.SearchStrategy[Any]], Any]

WALLETS = [address(name) for name in ("ann", "bob", "cat", "dan")] + ["tz1eve"]
CUSTODY = [address("vault"), address("wrapper")]
TOKENS = [
    ("ethereum", "apes", "s0"),
    ("ethereum", "apes", "e0"),
    ("ethereum", "apes", "s1"),
    ("base", "cats", "s1"),
]
ORDERS = [f"order-{number}" for number in range(5)]
SOURCES = ["chain", "market"]
START = datetime(2026, 1, 1, tzinfo=UTC)

instants = st.one_of(
    st.integers(0, 12).map(lambda number: START + timedelta(hours=8 * number)),
    st.just(START + timedelta(hours=8, microseconds=1)),
)
positions = st.none() | st.lists(st.integers(0, 2), min_size=3, max_size=3)
transactions = st.sampled_from([None, None, None, *(f"tx-{number}" for number in range(5))])
prices = st.sampled_from(["1", "3", "7000000", "250000000000000000", "1999999999999999999"])
currencies = st.sampled_from(
    [{"currency": "ETH"}, {"currency": "WETH"}, {"currency": "USDC"}, {"currency": "GEM", "decimals": 3}]
)


@dataclass(frozen=True)
class Scene:
    """Who and what a market is about; the smaller it is, the more often its acts meet."""

    wallets: list[str]
    tokens: list[tuple[str, str, str]]

    @property
    def wallet(self) -> st.SearchStrategy[str]:
        """A wallet of a collector."""
        return st.sampled_from(self.wallets)

    @property
    def keeper(self) -> st.SearchStrategy[str]:
        """A wallet that may hold a token: a collector's, or sometimes one that may be custody."""
        return st.sampled_from([*self.wallets, *self.wallets, *CUSTODY])

    @property
    def token(self) -> st.SearchStrategy[tuple[str, str, str]]:
        """A token."""
        return st.sampled_from(self.tokens)


SCENES = [
    Scene(wallets=WALLETS, tokens=[*TOKENS[:2], *TOKENS]),
    Scene(wallets=WALLETS[:3], tokens=TOKENS[:2]),
    Scene(wallets=WALLETS[:2], tokens=[TOKENS[1]]),
]


@dataclass(frozen=True)
class Market:
    """Events, each (source, key) once, and which wallets are linked."""

    events: list[Told]
    links: list[set[str]]


@dataclass(frozen=True)
class Delivery:
    """
    One way for a market to reach the inbox: batches, in turn.

    ``refresh_after`` says after which batches the facts are brought up to date, and ``links_after`` after
    which batch each of the market's links is made.
    """

    batches: list[list[Told]]
    refresh_after: list[bool]
    links_after: list[int]


def chain_event(draw: Draw, kind: str, **fields: Any) -> Told:
    """An event on the chain; fields that are None are left out."""
    told = {"source": draw(st.sampled_from(SOURCES)), "kind": kind, **fields}
    told.setdefault("at", draw(instants))
    told.setdefault("position", draw(positions))
    return {name: value for name, value in told.items() if value is not None}


def of_token(draw: Draw, token: tuple[str, str, str]) -> Told:
    """The fields that name a token and how many units of it."""
    chain, collection, token_id = token
    fields: Told = {
        "chain": chain,
        "collection": collection,
        "contract": contract(collection),
        "token_id": token_id,
    }
    if token_id.startswith("e"):
        fields["quantity"] = draw(st.integers(1, 4))
        fields["standard"] = draw(st.sampled_from([None, "erc1155"]))
    return fields


@st.composite
def mints(draw: Draw, scene: Scene) -> list[Told]:
    """A mint; to a wallet or straight into custody."""
    token = of_token(draw, draw(scene.token))
    nobody = draw(st.sampled_from([None, ZERO]))
    return [
        chain_event(
            draw, "mint", **token, **{"from": nobody, "to": draw(scene.keeper)}, tx_hash=draw(transactions)
        )
    ]


@st.composite
def transfers(draw: Draw, scene: Scene) -> list[Told]:
    """A run of transfers of one token from hand to hand, in one transaction or apart; burns end it."""
    token = of_token(draw, draw(scene.token))
    tx_hash = draw(transactions)
    hands = draw(st.lists(scene.keeper, min_size=2, max_size=4))
    if draw(st.integers(0, 7)) == 7:
        hands[-1] = ZERO
    if draw(st.integers(0, 7)) == 7 and hands[1] != ZERO:
        hands[0] = ZERO
    together = draw(st.booleans())
    at = draw(instants)
    return [
        chain_event(
            draw,
            "transfer",
            **token,
            **{"from": giver, "to": taker},
            tx_hash=tx_hash,
            at=at if together else draw(instants),
        )
        for giver, taker in pairwise(hands)
    ]


@st.composite
def sales(draw: Draw, scene: Scene) -> list[Told]:
    """A sale, perhaps of an order, perhaps with its transfer, perhaps told by both sources."""
    token = of_token(draw, draw(scene.token))
    seller, buyer = draw(st.lists(scene.keeper, min_size=2, max_size=2, unique=True))
    sides = {"from": seller, "to": buyer}
    tx_hash = draw(transactions)
    price = {
        "price": draw(prices),
        "order_key": draw(st.none() | st.sampled_from(ORDERS)),
        **draw(currencies),
    }
    sale = chain_event(draw, "sale", **token, **sides, **price, tx_hash=tx_hash)
    told = [sale]
    if draw(st.booleans()):
        told.append(chain_event(draw, "transfer", **token, **sides, tx_hash=tx_hash))
    if draw(st.booleans()):
        told.append(
            {**sale, "source": draw(st.sampled_from(SOURCES)), "at": draw(st.just(sale["at"]) | instants)}
        )
    return told


@st.composite
def placings(draw: Draw, scene: Scene) -> list[Told]:
    """A listing or a bid, on a token, a collection or a trait."""
    token = of_token(draw, draw(scene.token))
    kind = draw(st.sampled_from(["listing", "bid"]))
    if kind == "bid" and draw(st.booleans()):
        del token["token_id"]
        token["trait"] = draw(st.sampled_from([None, "Fur=Red"]))
        if draw(st.booleans()):
            del token["contract"]
    at = draw(instants)
    expires_at = draw(st.none() | instants)
    return [
        chain_event(
            draw,
            kind,
            **token,
            maker=draw(scene.wallet),
            price=draw(prices),
            **draw(currencies),
            order_key=draw(st.sampled_from(ORDERS)),
            at=at,
            expires_at=expires_at,
            tx_hash=draw(transactions),
        )
    ]


@st.composite
def cancels(draw: Draw, scene: Scene) -> list[Told]:
    """A cancel of an order that exists or not."""
    maker = draw(st.none() | scene.wallet)
    return [chain_event(draw, "cancel", order_key=draw(st.sampled_from(ORDERS)), maker=maker)]


@st.composite
def custodies(draw: Draw) -> list[Told]:
    """A notice that an address is custody, before or after it kept something."""
    return [chain_event(draw, "custody", address=draw(st.sampled_from(CUSTODY)))]


@st.composite
def rates(draw: Draw) -> list[Told]:
    """A day's rate of a currency, perhaps not the day's only one."""
    told = chain_event(
        draw,
        "rate",
        price=draw(st.sampled_from(["1", "333333333333333", "400000000000000001"])),
        currency=draw(st.sampled_from(["USDC", "GEM"])),
        position=None,
    )
    return [told | ({"decimals": 3} if told["currency"] == "GEM" else {})]


@st.composite
def fundings(draw: Draw, scene: Scene) -> list[Told]:
    """Who funded a wallet, which changes no fact."""
    giver, taker = draw(st.lists(scene.wallet, min_size=2, max_size=2, unique=True))
    return [chain_event(draw, "funding", **{"from": giver, "to": taker})]


def named(draw: Draw, told: list[Told]) -> list[Told]:
    """The events with a key each, in no particular order of keys, and instants as text."""
    initials = st.sampled_from(["0", "B", "a", "~", "é"])
    return [
        {
            **event,
            "key": f"{draw(initials)}{number}",
            **{name: event[name].isoformat() for name in ("at", "expires_at") if name in event},
        }
        for number, event in enumerate(told)
    ]


@st.composite
def markets(draw: Draw, *, most_acts: int = 30) -> Market:
    """A market of up to so many acts of one to three events each."""
    scene = draw(st.sampled_from(SCENES))
    moving = [mints(scene), transfers(scene), transfers(scene), sales(scene), sales(scene)]
    ordering = [placings(scene), placings(scene), cancels(scene)]
    act = st.one_of(*moving, *ordering, rare_acts(scene))
    number_of_acts = draw(st.integers(1, most_acts))
    acts = draw(st.lists(act, min_size=number_of_acts, max_size=number_of_acts))
    told = [event for events in acts for event in events]
    links = draw(st.lists(st.sets(scene.wallet, min_size=2, max_size=3), max_size=2))
    return Market(events=named(draw, single_mints(told)), links=links)


@st.composite
def trades(draw: Draw) -> Market:
    """A market of sales alone, over two months and near in price, between so few that some go around."""
    told: list[Told] = []
    for _ in range(draw(st.integers(2, 14))):
        seller, buyer = draw(st.lists(st.sampled_from(WALLETS[:4]), min_size=2, max_size=2, unique=True))
        if told and draw(st.booleans()):
            seller = told[-1]["to"]
            buyer = draw(st.sampled_from([one for one in WALLETS[:4] if one != seller]))
        chain, collection, token_id = draw(st.sampled_from([TOKENS[0], TOKENS[0], TOKENS[1], TOKENS[2]]))
        days = draw(st.sampled_from([0, 1, 2, 15, 29, 30, 31, 45, 60]))
        late = timedelta(microseconds=draw(st.sampled_from([0, 0, 0, 1])))
        told.append(
            chain_event(
                draw,
                "sale",
                chain=chain,
                collection=collection,
                contract=contract(collection),
                token_id=token_id,
                **{"from": seller, "to": buyer},
                quantity=2 if token_id.startswith("e") else None,
                price=draw(st.sampled_from(["100", "100", "104", "105", "106"])),
                currency=draw(st.sampled_from(["ETH", "ETH", "ETH", "ETH", "USDC"])),
                at=START + timedelta(days=days) + late,
            )
        )
    links = draw(st.lists(st.sets(st.sampled_from(WALLETS[:4]), min_size=2, max_size=2), max_size=1))
    return Market(events=named(draw, told), links=links)


def rare_acts(scene: Scene) -> st.SearchStrategy[list[Told]]:
    """What a market sees less often."""
    return st.one_of(custodies(), custodies(), rates(), rates(), fundings(scene))


def single_mints(told: list[Told]) -> list[Told]:
    """The events without most second mints of a token, which would turn every token into an edition."""
    minted = set()
    kept = []
    for event in told:
        token = (event.get("chain"), event.get("collection"), event.get("token_id"))
        again = event["kind"] == "mint" and token in minted and "quantity" not in event
        if not again or event["source"] == SOURCES[-1]:
            kept.append(event)
        if event["kind"] == "mint":
            minted.add(token)
    return kept


@st.composite
def deliveries(draw: Draw, market: Market) -> Delivery:
    """A way to deliver a market: shuffled, with repeats, cut into batches, links made on the way."""
    told = list(draw(st.permutations(market.events)))
    for repeated in draw(st.lists(st.sampled_from(market.events), max_size=5)):
        place = draw(st.integers(told.index(repeated) + 1, len(told)))
        told.insert(place, draw(repeats(repeated)))
    cuts = sorted(draw(st.sets(st.integers(1, len(told)), max_size=4)) | {0, len(told)})
    batches = [told[start:end] for start, end in pairwise(cuts)]
    return Delivery(
        batches=batches,
        refresh_after=[draw(st.booleans()) for _ in batches],
        links_after=[draw(st.integers(0, len(batches) - 1)) for _ in market.links],
    )


@st.composite
def repeats(draw: Draw, told: Told) -> Told:
    """
    An event that comes again: as it was, moved to another block by a reorg, or with another content.

    Whatever it is, it comes after the first, which stands.
    """
    how = draw(st.sampled_from(["same", "moved", "conflict"]))
    if how == "moved" and "tx_hash" in told:
        return {**told, "at": draw(instants).isoformat(), "position": [9, 0, 0]}
    if how == "conflict" and "price" in told:
        return {**told, "price": "5"}
    return dict(told)
