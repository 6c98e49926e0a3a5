"""Purchases: XP for each buy, and XP by what was paid."""

from decimal import Decimal
from typing import Any

import msgspec

from config import db
from rewards.rules.kinds import collections as chosen
from rewards.rules.kinds import units
from rewards.rules.kinds.contract import Kind

SQL = db.folder()


class Purchase(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """XP per sale that a collector is the buyer of, however many units it has, plus XP per ETH paid."""

    xp_per_purchase: Decimal = Decimal(0)
    xp_per_eth: Decimal = Decimal(0)
    minimum_price_eth: Decimal = Decimal(0)
    collections: chosen.Collections = "all"


FIELDS = {
    "micro_xp_per_purchase": ("xp_per_purchase", lambda typed: units.micro_xp(typed.xp_per_purchase)),
    "micro_xp_per_eth": ("xp_per_eth", lambda typed: units.micro_xp(typed.xp_per_eth)),
    "minimum_price_wei": ("minimum_price_eth", lambda typed: str(units.wei(typed.minimum_price_eth))),
    "collections": ("collections", lambda typed: chosen.stored(typed.collections)),
}


def values(params: dict[str, Any]) -> dict[str, Any]:
    """The version's numbers as the SQL reads them."""
    return {
        "micro_xp_per_purchase": params["micro_xp_per_purchase"],
        "micro_xp_per_eth": params["micro_xp_per_eth"],
        "minimum_price_wei": int(params["minimum_price_wei"]),
    }


KIND = Kind(name="purchase", schema=Purchase, fields=FIELDS, statement=SQL["purchase"], values=values)
