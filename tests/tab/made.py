"""Typed rows for the tests of words, figures and curves, without a database."""

from typing import Any

from rewards.tab.rows import Boost, Hold, Late, Line, Order, Pause, Price, RuleVersion, Token
from tests.tab.given import ETH, HOLD_BOOST, PURCHASE
from tests.tables import day


def token(number: str = "812", collection: str = "superrare") -> Token:
    """A token of SuperRare unless told otherwise."""
    return Token(contract="0x41a3", collection=collection, token_id=number)


def rule(kind: str = "purchase", params: dict[str, Any] | None = None, **fields: Any) -> RuleVersion:
    """A version of a rule, in force through 2019."""
    told: dict[str, Any] = {
        "slug": kind,
        "title": kind.capitalize(),
        "number": 1,
        "in_force_from": day("2019-01-01"),
        "ends_at": day("2020-01-01"),
    }
    return RuleVersion(kind=kind, params=params if params is not None else PURCHASE, **(told | fields))


def boost(hold_days: int = 203, boost_bp: int = 15_000, since: str = "2018-09-18", **params: Any) -> Boost:
    """What a boost rule made of the hold of SuperRare #377."""
    return Boost(
        rule=rule("hold_boost", HOLD_BOOST | params),
        token=token("377"),
        started_at=day(since),
        hold_days=hold_days,
        boost_bp=boost_bp,
    )


def late(**fields: Any) -> Late:
    """March's round, looked at again because of a transfer of 12 March that came in on 3 April."""
    told: dict[str, Any] = {
        "round_title": "March",
        "earlier_xp": 0,
        "told_kind": "transfer",
        "told_at": day("2019-03-12"),
        "told_on": day("2019-04-03"),
    }
    return Late(**(told | fields))


def line(**fields: Any) -> Line:
    """A purchase of SuperRare #812 for 0.9 ETH that earned 190 XP."""
    told: dict[str, Any] = {
        "rule": rule(),
        "window_end": day("2019-04-01"),
        "audience": {},
        "token": token(),
        "collection": "superrare",
        "trait": None,
        "at": day("2019-03-03"),
        "price": Price(amount=9 * ETH // 10, currency="ETH", decimals=18),
        "units": 1,
        "counted": 9 * ETH // 10,
        "hold_days": None,
        "base_micro_xp": 190_000_000,
        "boost_bp": 10_000,
        "cut_xp": 0,
        "amount_xp": 190,
        "reason": "earned",
        "boosts": [],
    }
    return Line(**(told | fields))


def hold(days: int, collection: str = "superrare", *, verified: bool = False) -> Hold:
    """A hold that started on 1 January 2019 and is so many days old."""
    return Hold(
        token=token(collection=collection),
        verified=verified,
        quantity=1,
        started_at=day("2019-01-01"),
        hold_days=days,
    )


def pause(starts: str = "2018-09-10", ends: str | None = "2018-09-20", **fields: Any) -> Pause:
    """A pause of listing and bidding for ten days in September 2018."""
    told: dict[str, Any] = {
        "flag": "liquidity",
        "title": "Listing and bidding",
        "reason": "We looked into orders placed by machines",
    }
    return Pause(starts_at=day(starts), ends_at=day(ends) if ends else None, **(told | fields))


def order(**fields: Any) -> Order:
    """A listing of SuperRare #812 for 0.9 ETH, the second of its collection, where the floor is 0.75 ETH."""
    told: dict[str, Any] = {
        "side": "listing",
        "token": token(),
        "collection": "superrare",
        "trait": None,
        "verified": False,
        "price": Price(amount=9 * ETH // 10, currency="ETH", decimals=18),
        "units": 1,
        "placed_at": day("2019-03-03"),
        "ends_at": None,
        "price_wei": 9 * ETH // 10,
        "floor_wei": 3 * ETH // 4,
        "top_bid_wei": ETH // 2,
        "place": 2,
        "is_stacked": False,
    }
    return Order(**(told | fields))
