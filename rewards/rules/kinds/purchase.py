"""Purchases: XP for each buy, and XP by what was paid."""

from decimal import Decimal
from typing import Any, Literal

from config import db
from rewards.rules.kinds import collections as chosen
from rewards.rules.kinds import limits, units
from rewards.rules.kinds.contract import Kind

SQL = db.folder()


class Purchase(limits.Limits, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """
    XP per sale that a collector is the buyer of, however many units it has, plus XP per ETH paid.

    ``pays`` says which side of the sale it is for. ``sales``: all of them, only the first sale of a
    token, or only resales. ``cap_xp_per_day`` holds for each collector and UTC day; the earliest
    purchases come first.
    """

    xp_per_purchase: Decimal = Decimal(0)
    xp_per_eth: Decimal = Decimal(0)
    minimum_price_eth: Decimal = Decimal(0)
    collections: chosen.Collections = "all"
    sales: Literal["all", "first", "resale"] = "all"
    pays: Literal["buyer", "seller"] = "buyer"
    cap_xp_per_day: int | None = None


def stored_daily_cap(typed: Purchase) -> int | None:
    """The cap of a day; ValueError where it lets nothing through."""
    if typed.cap_xp_per_day is not None and not 0 < typed.cap_xp_per_day <= units.MOST_XP:
        raise ValueError(f"is {typed.cap_xp_per_day}; it lies between 1 and {units.MOST_XP:,}")
    return typed.cap_xp_per_day


FIELDS = {
    "micro_xp_per_purchase": ("xp_per_purchase", lambda typed: units.micro_xp(typed.xp_per_purchase)),
    "micro_xp_per_eth": ("xp_per_eth", lambda typed: units.micro_xp(typed.xp_per_eth)),
    "minimum_price_wei": ("minimum_price_eth", lambda typed: str(units.wei(typed.minimum_price_eth))),
    "collections": ("collections", lambda typed: chosen.stored(typed.collections)),
    "sales": ("sales", lambda typed: typed.sales),
    "pays": ("pays", lambda typed: typed.pays),
    "cap_xp_per_day": ("cap_xp_per_day", stored_daily_cap),
    **limits.FIELDS,
}


def values(params: dict[str, Any]) -> dict[str, Any]:
    """The version's numbers as the SQL reads them."""
    return {
        "micro_xp_per_purchase": params["micro_xp_per_purchase"],
        "micro_xp_per_eth": params["micro_xp_per_eth"],
        "minimum_price_wei": int(params["minimum_price_wei"]),
        "sales": params.get("sales", "all"),
        "pays": params.get("pays", "buyer"),
    }


KIND = Kind(
    name="purchase",
    schema=Purchase,
    fields=FIELDS,
    statement=lambda _: SQL["purchase"],
    values=values,
    at_an_instant=True,
)
