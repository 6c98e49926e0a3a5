"""The simple strategies of farmers: how each is played, in words, and which are worth a try for a rule."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random
from typing import Any, ClassVar, TypeAlias

from rewards.farming.costs import ETH, Market
from rewards.farming.farm import OPENS_AT, OWN, Farm, wallet

WHOLE_BP = 10_000
MINUTES_A_DAY = 1440

# Two wallets trade with each other; in a ring of so many, no way back is short enough to be seen.
PAIR, RING = 2, 6

# Somebody who trades more often than this is a market of their own.
MOST_SALES_A_DAY = 50


@dataclass(frozen=True, kw_only=True)
class Wash:
    """
    Rings of wallets that nothing links sell to each other; two wallets are a pair.

    ``fresh``: each sale is of a new token, because a rule looks at first sales, or a filter at repeats. In a
    larger ring the token comes back late enough for a filter of short ways.
    """

    price_wei: int
    a_day: int
    fresh: bool
    collection: str
    ring: int = PAIR

    @property
    def least_wallets(self) -> int:
        """What one farm needs."""
        return self.ring

    def play(self, farm: Farm) -> None:
        """Sell around, at even times of the day."""
        for first in range(0, max(farm.wallets // self.ring, 1) * self.ring, self.ring):
            token = "" if self.fresh else farm.get_token(owner=first, at=OPENS_AT)
            for number in range(farm.market.days * self.a_day):
                at = OPENS_AT + timedelta(days=1) * (number + 0.5) / self.a_day
                place = 0 if self.fresh else number
                seller, buyer = (first + one % self.ring for one in (place, place + 1))
                if self.fresh:
                    token = farm.get_token(owner=first, at=at - timedelta(minutes=1))
                farm.sale(
                    token=token,
                    seller=wallet(seller),
                    buyer=wallet(buyer),
                    price_wei=self.price_wei,
                    at=at,
                )
            farm.capital_wei += self.price_wei

    def vary(self, random: Random) -> "Wash":
        """Another price and another pace nearby."""
        return replace(
            self,
            price_wei=max(_nearby(self.price_wei, random), 1),
            a_day=min(max(_nearby(self.a_day, random), 1), MOST_SALES_A_DAY),
        )

    def __str__(self) -> str:
        if self.ring > PAIR:
            who, token = f"{self.ring} wallets", "one token in a ring"
        else:
            who, token = "Two wallets", "a new token each time" if self.fresh else "one token to and fro"
        pace = f"{'once' if self.a_day == 1 else f'{self.a_day} times'} a day at {eth(self.price_wei)}"
        return f"{who} sell each other {token}, {pace}{_in(self)}"


@dataclass(frozen=True, kw_only=True)
class Rest:
    """
    Orders that rest where nobody takes them.

    ``relist_minutes`` is how long each rests before it is cancelled and placed again; empty where it is left
    alone.
    """

    side: str
    price_wei: int
    orders: int
    relist_minutes: int | None
    collection: str
    least_wallets: ClassVar[int] = 1

    def play(self, farm: Farm) -> None:
        """Place the orders at the opening, or again and again."""
        step = timedelta(minutes=self.relist_minutes or farm.market.days * MINUTES_A_DAY)
        for maker in range(farm.wallets):
            for number in range(self.orders):
                if self.side == "listing":
                    token = farm.get_token(owner=maker, at=OPENS_AT - timedelta(hours=1))
                else:
                    token = f"bid-on-{number}"
                at = OPENS_AT
                while at < farm.closes_at:
                    key = f"{maker}-{number}-{at.isoformat()}"
                    farm.order(self.side, token=token, maker=maker, price_wei=self.price_wei, key=key, at=at)
                    at += step
                    if self.relist_minutes and at < farm.closes_at:
                        farm.cancel(key=key, maker=maker, at=at)
            if self.side == "bid":
                # One balance stands behind all of a wallet's bids.
                farm.capital_wei += self.price_wei

    def vary(self, random: Random) -> "Rest":
        """More or fewer orders; the price stays where its band ends."""
        orders = self.orders if self.relist_minutes else min(max(_nearby(self.orders, random), 1), 100)
        return replace(self, orders=orders)

    def __str__(self) -> str:
        what = {"listing": ("listing", "listings"), "bid": ("bid", "bids")}[self.side]
        count = f"{self.orders} {what[self.orders > 1]}"
        alone = self.relist_minutes is None
        rest = "left to rest" if alone else f"cancelled and placed again every {self.relist_minutes} minutes"
        return f"One wallet has {count} at {eth(self.price_wei)}, {rest}{_in(self)}"


@dataclass(frozen=True, kw_only=True)
class Keep:
    """Tokens that are got once and kept."""

    tokens: int
    days_before: int
    collection: str
    least_wallets: ClassVar[int] = 1

    def play(self, farm: Farm) -> None:
        """Get the tokens so many days before the opening."""
        at = OPENS_AT - timedelta(days=self.days_before)
        for owner in range(farm.wallets):
            for _ in range(self.tokens):
                farm.get_token(owner=owner, at=at)

    def vary(self, random: Random) -> "Keep":
        """More or fewer tokens."""
        return replace(self, tokens=min(max(_nearby(self.tokens, random), 1), 100))

    def __str__(self) -> str:
        count = f"{self.tokens} token{'s' if self.tokens > 1 else ''}"
        since = f", got {self.days_before} days before" if self.days_before else ""
        return f"One wallet keeps {count}{since}{_in(self)}"


Strategy: TypeAlias = Wash | Rest | Keep


def list_for(
    *, kind: str, params: dict[str, Any], market: Market, collection: str, is_filtered: bool
) -> Iterator[Strategy]:
    """
    What is worth a try for a rule, from the simplest on. None for a kind that pays for no doing.

    ``is_filtered``: wash trades earn nothing there, so that ways around the filter are worth a try.
    """
    of = params.get("collections") or {"of": "all"}
    places = [OWN, collection] if of["of"] == "all" else [collection]
    for place in places:
        if kind == "purchase":
            yield from _washes(params, market=market, place=place, is_filtered=is_filtered)
        elif kind in ("listing", "bidding"):
            yield from _rests(kind, params, market=market, place=place)
        elif kind == "holding":
            for tokens in (1, 10):
                yield Keep(tokens=tokens, days_before=params["minimum_days"], collection=place)


def _washes(params: dict[str, Any], *, market: Market, place: str, is_filtered: bool) -> Iterator[Strategy]:
    least = int(params["minimum_price_wei"])
    prices = sorted(
        {max(least, 1), max(least, ETH // 1000), max(least, market.floor_wei), max(least, 10 * ETH)}
    )
    # A new token costs its price at the floor wherever the collection is not the farmer's own.
    ways = [(False, PAIR), (True, PAIR), (False, RING)]
    for fresh, ring in ways if is_filtered else ways[:2]:
        if fresh and params.get("sales", "all") == "resale":
            continue
        for price in prices:
            for a_day in (1, 20):
                yield Wash(price_wei=price, a_day=a_day, fresh=fresh, collection=place, ring=ring)


def _rests(kind: str, params: dict[str, Any], *, market: Market, place: str) -> Iterator[Strategy]:
    side = "bid" if kind == "bidding" else "listing"
    if side == "bid" and place == OWN:
        # Nobody else lists there, so the farmer would have to: the crowd's floor serves as well.
        return
    reference = market.floor_wei * 9 // 10 if params["reference"] == "top_bid" else market.floor_wei
    for band in params["bands"]:
        if band["weight_bp"] == 0 and params["shape"] == "steps":
            continue
        price = reference * band["price_bp"]
        just_inside = price // WHOLE_BP if side == "listing" else -(-price // WHOLE_BP)
        for orders, relist in ((1, None), (20, None), (1, max(60, params["minimum_rest_seconds"] // 60))):
            yield Rest(
                side=side, price_wei=just_inside, orders=orders, relist_minutes=relist, collection=place
            )


def _nearby(value: int, random: Random) -> int:
    """Between half and double."""
    return value * random.randint(50, 200) // 100


def _in(strategy: Strategy) -> str:
    return ", in a collection of the farmer's own" if strategy.collection == OWN else ""


def eth(wei: int) -> str:
    """An amount of ETH in full: 0.05 ETH; a tiny one in wei."""
    if 0 < wei < 10**9:
        return f"{wei:,} wei"
    whole, part = divmod(wei, ETH)
    return f"{whole:,}.{part:018}".rstrip("0").rstrip(".") + " ETH"


def about(wei: int) -> str:
    """An amount of ETH to four digits, rounded up: 0.006915 ETH."""
    grain = 10 ** max(len(str(wei)) - 4, 0)
    return eth(-(-wei // grain) * grain)
