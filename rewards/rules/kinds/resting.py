"""Listing and bidding: XP for every hour that an order rests, weighted by how good its price is."""

from decimal import Decimal
from functools import partial
from math import isqrt
from typing import Any, Literal

import msgspec

from config import db
from config.db import Statement
from rewards.rules.kinds import collections as chosen
from rewards.rules.kinds import limits, units
from rewards.rules.kinds.contract import Kind

SQL = db.folder()

MOST_RANKS = 1000


class Band(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A price as a multiple of the reference, and the weight that a resting hour has there."""

    price: Decimal
    weight: Decimal


class RankWeight(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The weight of the N-th best order of an hour: ``base`` + ``over_root`` / √N, four decimals, down."""

    base: Decimal
    over_root: Decimal = Decimal(0)


class Resting(limits.Limits, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """
    XP per hour that an order rests, times its weight.

    The price is compared with the floor of the hour (of bids also with the top bid). ``steps``: a
    listing has the weight of the first band whose price it does not exceed, a bid of the last whose
    price it reaches; others earn nothing. ``linear``: straight lines between the bands. With ``best`` only
    the best so many orders of a collection and side earn, as they stood when the hour began, and
    ``rank`` weighs them by their place.
    """

    xp_per_hour: Decimal
    bands: list[Band]
    shape: Literal["steps", "linear"] = "steps"
    reference: Literal["floor", "top_bid"] = "floor"
    minimum_rest_minutes: int = 0
    best: int | None = None
    rank: RankWeight | None = None
    collections: chosen.Collections = "all"


def stored_bands(typed: Resting) -> list[dict[str, int]]:
    """The bands in basis points; ValueError where they do not rise in price."""
    if not typed.bands:
        raise ValueError("has no bands; an order earns only within one")
    prices = [units.basis_points(band.price) for band in typed.bands]
    if prices != sorted(set(prices)):
        raise ValueError("must list its prices once each, from the lowest on")
    if any(band.weight < 0 for band in typed.bands):
        raise ValueError("has a weight below zero")
    return [
        {"price_bp": price, "weight_bp": int(band.weight * units.WHOLE_BP)}
        for price, band in zip(prices, typed.bands, strict=True)
    ]


def stored_best(typed: Resting) -> int | None:
    """How many orders earn; ValueError outside 1 to 1,000, or where a rank is weighed without it."""
    if typed.best is None and typed.rank is not None:
        raise ValueError("is missing; a weight by rank needs to know how many ranks there are")
    if typed.best is not None and not 1 <= typed.best <= MOST_RANKS:
        raise ValueError(f"is {typed.best}; it lies between 1 and {MOST_RANKS:,}")
    return typed.best


def stored_ranks(typed: Resting) -> list[int]:
    """The weight of each rank in basis points, exact and rounded down; empty where all weigh the same."""
    if typed.rank is None or typed.best is None:
        return []
    base = int(typed.rank.base * units.WHOLE_BP)
    over = int(typed.rank.over_root * units.WHOLE_BP)
    if base < 0 or over < 0:
        raise ValueError("has a weight below zero")
    # ⌊over / √n⌋ = ⌊√(over² / n)⌋, in integers.
    return [base + isqrt(over * over // place) for place in range(1, typed.best + 1)]


def stored_rest(typed: Resting) -> int:
    """The shortest rest that earns, in seconds; ValueError below zero or above 30 days."""
    if not 0 <= typed.minimum_rest_minutes <= 43_200:
        raise ValueError("lies between 0 and 43,200 minutes")
    return typed.minimum_rest_minutes * 60


def stored_reference(typed: Resting, *, side: str) -> str:
    """What prices are compared with; ValueError for a listing against bids."""
    if side == "listing" and typed.reference != "floor":
        raise ValueError("of a listing is the floor")
    return typed.reference


def fields(side: str) -> dict[str, Any]:
    """The stored parameters of one side."""
    return {
        "micro_xp_per_hour": ("xp_per_hour", lambda typed: units.micro_xp(typed.xp_per_hour)),
        "bands": ("bands", stored_bands),
        "shape": ("shape", lambda typed: typed.shape),
        "reference": ("reference", partial(stored_reference, side=side)),
        "minimum_rest_seconds": ("minimum_rest_minutes", stored_rest),
        "best": ("best", stored_best),
        "rank_weights_bp": ("rank", stored_ranks),
        "collections": ("collections", lambda typed: chosen.stored(typed.collections)),
        **limits.FIELDS,
    }


def values(params: dict[str, Any], *, side: str) -> dict[str, Any]:
    """
    The version's numbers as the SQL reads them.

    ``weights_bp`` has one weight more than there are prices: below the lowest price of a bid and above the
    highest of a listing it is zero, below the lowest of a listing and above the highest of a bid it goes on.
    """
    prices = [band["price_bp"] for band in params["bands"]]
    weights = [band["weight_bp"] for band in params["bands"]]
    return {
        "side": side,
        "micro_xp_per_hour": params["micro_xp_per_hour"],
        "reference": params["reference"],
        "shape": params["shape"],
        "prices_bp": prices,
        "band_weights_bp": weights,
        "weights_bp": [*weights, 0] if side == "listing" else [0, *weights],
        "minimum_rest_seconds": params["minimum_rest_seconds"],
        "best": params["best"],
        "rank_weights_bp": params["rank_weights_bp"],
    }


def statement(params: dict[str, Any]) -> Statement:
    """The statement that counts by the hour where ranks matter, and by stretches of the book elsewhere."""
    counted = SQL["resting_by_rank"] if params["best"] else SQL["resting_by_price"]
    return SQL["resting"].fill(counted=counted.fill(weighed=SQL["resting_weighed"]))


def kind(*, name: str, side: str, flag: str) -> Kind:
    """Listing or bidding as a kind."""
    return Kind(
        name=name,
        schema=Resting,
        fields=fields(side),
        statement=statement,
        values=partial(values, side=side),
        flag=flag,
        reads_book=True,
    )


LISTING = kind(name="listing", side="listing", flag="liquidity.listing")
BIDDING = kind(name="bidding", side="bid", flag="liquidity.bidding")
