"""
Draws a market from a seed and writes it as native events: the same seed, the same bytes.

Few collections, tokens and wallets have most of the trade, as in life. Owners, listings and units are kept
while it is drawn, so that nobody sells what they do not have.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Final

from bench.words import cancelled, custody, minted, placed, rate, sold, transferred

STARTS_AT: Final = datetime(2024, 7, 1, tzinfo=UTC)
DAYS: Final = 548

# How often each thing happens, of a thousand. A sale is two events, or one where no transfer is told.
WEIGHTS: Final = {"mint": 348, "sale": 108, "transfer": 66, "listing": 272, "bid": 128, "cancel": 78}

# Tokens that were minted before the first event; the others are minted on the way.
OLD_SHARE: Final = 0.34

# Every so many collections one is of editions, whose tokens have many units.
EDITION_EVERY: Final = 20

ETH: Final = 10**18


@dataclass(frozen=True, kw_only=True)
class Scale:
    """
    How large a market is, and how much more of it comes in later, in three parts.

    ``orders`` rest on the day of liquidity_day, beside those of the market.
    """

    name: str
    events: int
    wallets: int
    collections: int
    tokens: int
    later: int
    orders: int


SCALES: Final = {
    # Figures of this one say nothing: it is there to see that every bench runs and is right.
    "tiny": Scale(
        name="tiny",
        events=10_000,
        wallets=2_000,
        collections=20,
        tokens=5_000,
        later=100,
        orders=3_490,
    ),
    "small": Scale(
        name="small",
        events=100_000,
        wallets=20_000,
        collections=30,
        tokens=50_000,
        later=1_000,
        orders=34_900,
    ),
    "middle": Scale(
        name="middle",
        events=300_000,
        wallets=60_000,
        collections=90,
        tokens=150_000,
        later=3_000,
        orders=104_700,
    ),
    "full": Scale(
        name="full",
        events=1_000_000,
        wallets=200_000,
        collections=300,
        tokens=500_000,
        later=10_000,
        orders=349_000,
    ),
}

LATER_PARTS: Final = 3


@dataclass(kw_only=True)
class Collection:
    """A set of tokens, with what one of them costs at the moment."""

    slug: str
    contract: str
    is_edition: bool
    floor: float
    tokens: list["Token"] = field(default_factory=list)


@dataclass(kw_only=True)
class Token:
    """
    One item: ``owners`` has one wallet, or of an edition each wallet with its units.

    ``listing`` is the order that offers it, with its maker and price; ``in_vault`` while a vault keeps it
    for its owner.
    """

    collection: Collection
    token_id: int
    owners: dict[int, int]
    listing: tuple[str, int, int] | None = None
    in_vault: bool = False


class Market:
    """The state of the market after the events that were drawn so far."""

    def __init__(self, scale: Scale, seed: int) -> None:
        self.draw = Random(seed)
        self.scale = scale
        self.wallets = [address("wallet", number) for number in range(scale.wallets)]
        self.vault = address("vault", 0)
        self.collections = [self._collection(number) for number in range(scale.collections)]
        # The first collections have most of the tokens, and of the trade.
        self.weights = list(accumulate(1 / (rank + 3) for rank in range(scale.collections)))
        self.orders: list[tuple[str, str]] = []
        self.tx = 0
        self.left_to_mint = round(scale.tokens * (1 - OLD_SHARE))
        for _ in range(scale.tokens - self.left_to_mint):
            self._add_token({self.somebody(): 1})

    def _collection(self, number: int) -> Collection:
        return Collection(
            slug=f"collection-{number:03}",
            contract=address("contract", number),
            is_edition=number % EDITION_EVERY == EDITION_EVERY - 1,
            floor=0.02 * 2 ** self.draw.gauss(1.5, 1.5),
        )

    def _add_token(self, owners: dict[int, int], collection: Collection | None = None) -> Token:
        collection = collection or self.some_collection()
        token = Token(collection=collection, token_id=len(collection.tokens) + 1, owners=owners)
        collection.tokens.append(token)
        return token

    def some_collection(self) -> Collection:
        """A collection, the first ones more often."""
        (chosen,) = self.draw.choices(self.collections, cum_weights=self.weights)
        return chosen

    def some_token(self) -> Token:
        """A token that somebody has, the first of each collection more often."""
        while True:
            tokens = self.some_collection().tokens
            if tokens:
                return tokens[int(len(tokens) * self.draw.random() ** 1.6)]

    def somebody(self, *, but: int = -1) -> int:
        """A wallet: in three of ten cases one of the few busy ones."""
        while True:
            skew = 6 if self.draw.random() < 0.3 else 1
            wallet = int(self.scale.wallets * self.draw.random() ** skew)
            if wallet != but:
                return wallet

    def price(self, collection: Collection) -> int:
        """A price about the collection's floor, in steps of 0.0001 ETH."""
        return max(1, round(collection.floor * 2 ** self.draw.gauss(0.3, 0.5) * 10_000)) * (ETH // 10_000)

    def events(self) -> Iterator[str]:
        """Yield lines of native events in the order of their instants, without end."""
        spacing = DAYS * 86_400 / (self.scale.events + LATER_PARTS * self.scale.later)
        kinds, weights = list(WEIGHTS), list(accumulate(WEIGHTS.values()))
        seconds, day = 0.0, -1
        yield custody(at=stamp(0), key="vault", address=self.vault)
        while True:
            if int(seconds // 86_400) != day:
                day = int(seconds // 86_400)
                yield rate(at=stamp(day * 86_400), wei=round(ETH / 3_000 * (1 + 0.2 * self.draw.random())))
            (kind,) = self.draw.choices(kinds, cum_weights=weights)
            count = 0
            for line in getattr(self, f"_{kind}")(stamp(seconds), int(seconds)):
                yield line
                count += 1
            seconds += count * spacing * self.draw.uniform(0.5, 1.5)

    def _chain_place(self, second: int) -> tuple[str, str]:
        self.tx += 1
        return (
            f"0x{blake2b(b'tx%d' % self.tx, digest_size=32).hexdigest()}",
            f"{20_000_000 + second // 12},{self.tx % 200}",
        )

    def _mint(self, at: str, second: int) -> Iterator[str]:
        if not self.left_to_mint:
            return
        self.left_to_mint -= 1
        collection, wallet = self.some_collection(), self.somebody()
        units = self.draw.randint(1, 20) if collection.is_edition else 1
        token = self._add_token({wallet: units}, collection)
        tx, place = self._chain_place(second)
        yield minted(token, at=at, tx=tx, place=place, to=self.wallets[wallet], quantity=units)

    def _transfer(self, at: str, second: int) -> Iterator[str]:
        token = self.some_token()
        owner, units = self._some_owner(token)
        to = self.somebody(but=owner)
        tx, place = self._chain_place(second)
        sender, receiver = self.wallets[owner], self.wallets[to]
        if token.in_vault:
            # Most take out of the vault what is their own.
            token.in_vault = False
            sender, to = self.vault, owner if self.draw.random() < 0.8 else to
            receiver = self.wallets[to]
        elif not token.collection.is_edition and self.draw.random() < 0.1:
            token.in_vault = True
            to, receiver = owner, self.vault
        self._move(token, owner, to, units)
        yield transferred(token, at=at, tx=tx, place=place, sender=sender, to=receiver, quantity=units)

    def _sale(self, at: str, second: int) -> Iterator[str]:
        token = self.some_token()
        if token.in_vault:
            return
        (seller, units), price, order = self._some_owner(token), self.price(token.collection), ""
        if token.listing and token.listing[1] in token.owners:
            order, seller, price = token.listing
            units, token.listing = 1, None
        buyer = self.somebody(but=seller)
        tx, place = self._chain_place(second)
        who = {"sender": self.wallets[seller], "to": self.wallets[buyer]}
        currency, price = self._currency(price)
        self._move(token, seller, buyer, units)
        yield sold(
            token,
            at=at,
            tx=tx,
            place=place,
            **who,
            quantity=units,
            price=price,
            currency=currency,
            order=order,
        )
        if self.draw.random() > 0.08:
            yield transferred(token, at=at, tx=tx, place=place, **who, quantity=units)

    def _currency(self, price: int) -> tuple[str, int]:
        chance = self.draw.random()
        if chance < 0.02:
            return "USDC", price * 3_000 // 10**12
        return ("WETH" if chance < 0.2 else "ETH"), price

    def _some_owner(self, token: Token) -> tuple[int, int]:
        owner = self.draw.choice(list(token.owners)) if len(token.owners) > 1 else next(iter(token.owners))
        return owner, self.draw.randint(1, token.owners[owner])

    def _move(self, token: Token, owner: int, to: int, units: int) -> None:
        token.owners[owner] -= units
        if not token.owners[owner]:
            del token.owners[owner]
        token.owners[to] = token.owners.get(to, 0) + units

    def _order(self) -> str:
        return f"0x{self.draw.getrandbits(256):064x}"

    def _listing(self, at: str, second: int) -> Iterator[str]:
        token = self.some_token()
        maker, _ = self._some_owner(token)
        order, price = self._order(), self.price(token.collection)
        token.listing = (order, maker, price)
        self.orders.append((order, self.wallets[maker]))
        expires = (
            stamp(second + self.draw.choice([1, 7, 30, 90]) * 86_400) if self.draw.random() < 0.7 else ""
        )
        maker_address = self.wallets[maker]
        yield placed("listing", token, at=at, order=order, maker=maker_address, price=price, expires=expires)

    def _bid(self, at: str, second: int) -> Iterator[str]:
        maker, order, chance = self.somebody(), self._order(), self.draw.random()
        self.orders.append((order, self.wallets[maker]))
        token = self.some_token()
        place = (
            "token" if chance < 0.5 else "collection" if chance < 0.9 else f"Eyes={self.draw.randint(1, 9)}"
        )
        price = self.price(token.collection) * 7 // 10
        expires = stamp(second + self.draw.choice([1, 3, 7]) * 86_400)
        maker_address = self.wallets[maker]
        yield placed(
            "bid", token, at=at, order=order, maker=maker_address, price=price, expires=expires, place=place
        )

    def _cancel(self, at: str, _second: int) -> Iterator[str]:
        if self.orders:
            recent = self.orders[-5_000:] if len(self.orders) > 10_000 else self.orders
            order, maker = self.draw.choice(recent)
            yield cancelled(
                at=at, order=order, maker=maker, key=f"{order}:cancel:{self.draw.getrandbits(48):012x}"
            )


def address(what: str, number: int) -> str:
    """A made-up address of 20 bytes, always the same one for the same thing."""
    return "0x" + blake2b(f"{what} {number}".encode(), digest_size=20).hexdigest()


def stamp(seconds: float) -> str:
    """So many seconds after the market began, as RFC 3339."""
    return (STARTS_AT + timedelta(seconds=int(seconds))).strftime("%Y-%m-%dT%H:%M:%SZ")


def write(*, scale: Scale, seed: int, folder: Path) -> tuple[Path, list[Path]]:
    """
    Write the market to a folder: its first part, and three smaller ones that come in later.

    Half of what comes later are events that are late, from all over the 18 months; the other half is the
    newest.
    """
    first = folder / "market.ndjson"
    later = [folder / f"later-{number}.ndjson" for number in range(1, LATER_PARTS + 1)]
    lateness = Random(seed + 1)
    share = LATER_PARTS * scale.later / 2 / scale.events
    late: list[str] = []
    lines = Market(scale, seed).events()
    with first.open("w") as out:
        count = 0
        while count < scale.events:
            line = next(lines)
            if lateness.random() < share and len(late) < LATER_PARTS * scale.later // 2:
                late.append(line)
            else:
                out.write(line)
                count += 1
    late += [next(lines) for _ in range(LATER_PARTS * scale.later - len(late))]
    for number, path in enumerate(later):
        with path.open("w") as out:
            out.writelines(late[number::LATER_PARTS])
    return first, later
