"""Writes down what a farmer does as events of the market, and adds up what that costs."""

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from rewards.farming.costs import Costs, Market

# Any instant would do: nothing that a rule pays depends on the calendar.
OPENS_AT = datetime(2026, 1, 1, tzinfo=UTC)

# The collection of a farmer's own, with nobody else in it.
OWN = "farm-of-their-own"


def wallet(number: int) -> str:
    """The address of a farmer's wallet."""
    return f"0xfa{number:038x}"


def somebody(number: int) -> str:
    """The address of an honest collector."""
    return f"0xca{number:038x}"


@dataclass
class Told:
    """Events in the order in which they happened."""

    source: str = "farm"
    events: list[dict[str, Any]] = field(default_factory=list)

    def tell(self, kind: str, *, at: datetime, **fields: Any) -> None:
        """Add one event; keys are numbered, so that the same farm tells the same events."""
        self.events.append(
            {
                "source": self.source,
                "key": f"{kind}-{len(self.events)}",
                "kind": kind,
                "at": at.isoformat(),
                **fields,
            }
        )

    def mint(self, *, collection: str, token: str, to: str, at: datetime) -> None:
        """A token comes into being."""
        self.tell("mint", at=at, **_token(collection, token), to=to)

    def sale(
        self, *, collection: str, token: str, seller: str, buyer: str, price_wei: int, at: datetime
    ) -> None:
        """A token changes hands for ETH."""
        price = {"price": str(price_wei), "currency": "ETH"}
        self.tell("sale", at=at, **_token(collection, token), **price, **{"from": seller, "to": buyer})

    def order(
        self, side: str, *, collection: str, token: str, maker: str, price_wei: int, key: str, at: datetime
    ) -> None:
        """A listing or a bid on a token."""
        price = {"price": str(price_wei), "currency": "WETH" if side == "bid" else "ETH"}
        self.tell(side, at=at, **_token(collection, token), **price, maker=maker, order_key=key)


def _token(collection: str, token: str) -> dict[str, str]:
    contract = f"0x{hashlib.sha256(collection.encode()).hexdigest()[:40]}"
    return {"chain": "ethereum", "contract": contract, "collection": collection, "token_id": token}


@dataclass
class Farm:
    """
    A farmer's wallets in a market, what they did, and what it cost.

    ``fees_wei`` is gone for good. ``capital_wei`` is what has to be there meanwhile, and comes back.
    """

    market: Market
    costs: Costs
    collection: str
    wallets: int
    told: Told = field(default_factory=Told)
    fees_wei: int = 0
    capital_wei: int = 0
    tokens: int = 0

    @property
    def closes_at(self) -> datetime:
        """When the round's window closes."""
        return OPENS_AT + timedelta(days=self.market.days)

    @property
    def own(self) -> bool:
        """Whether the farm stands in a collection that the farmer made."""
        return self.collection == OWN

    def get_token(self, *, owner: int, at: datetime) -> str:
        """A token for a wallet: minted in a collection of one's own, else bought at the floor."""
        self.tokens += 1
        token = f"token-{self.tokens}"
        if self.own:
            self.mint(token=token, owner=owner, at=at)
            return token
        seller = somebody(10_000 + self.tokens)
        self.told.mint(collection=self.collection, token=token, to=seller, at=at - timedelta(days=1))
        self.sale(token=token, seller=seller, buyer=wallet(owner), price_wei=self.market.floor_wei, at=at)
        self.capital_wei += self.market.floor_wei
        return token

    def mint(self, *, token: str, owner: int, at: datetime) -> None:
        """The farmer makes a token."""
        self.told.mint(collection=self.collection, token=token, to=wallet(owner), at=at)
        self.fees_wei += self.costs.mint_gas_wei

    def sale(self, *, token: str, seller: str, buyer: str, price_wei: int, at: datetime) -> None:
        """A sale that the farmer pays the fees of."""
        self.told.sale(
            collection=self.collection, token=token, seller=seller, buyer=buyer, price_wei=price_wei, at=at
        )
        self.fees_wei += self.costs.of_sale(price_wei=price_wei)

    def order(self, side: str, *, token: str, maker: int, price_wei: int, key: str, at: datetime) -> None:
        """A listing or bid of the farmer's."""
        self.told.order(
            side,
            collection=self.collection,
            token=token,
            maker=wallet(maker),
            price_wei=price_wei,
            key=key,
            at=at,
        )
        self.fees_wei += self.costs.bid_gas_wei if side == "bid" else self.costs.listing_gas_wei

    def cancel(self, *, key: str, maker: int, at: datetime) -> None:
        """The farmer takes an order back."""
        self.told.tell("cancel", at=at, order_key=key, maker=wallet(maker))
        self.fees_wei += self.costs.cancel_gas_wei
