"""Holding: XP for every day that a token is held."""

from decimal import Decimal
from itertools import pairwise
from typing import Any

from config import db
from rewards.rules.kinds import collections as chosen
from rewards.rules.kinds import curves, limits, units
from rewards.rules.kinds.contract import Kind

SQL = db.folder()


class Holding(limits.Limits, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """
    XP per token and day, counted to the second.

    With a curve, a second at an age of so many days counts by that step's multiplier. A hold younger
    than ``minimum_days`` when the window closes, or when it ended, earns nothing yet.
    """

    xp_per_token_day: Decimal
    curve: list[curves.Point] = []
    minimum_days: units.Days = 0
    collections: chosen.Collections = "all"


FIELDS = {
    "micro_xp_per_token_day": ("xp_per_token_day", lambda typed: units.micro_xp(typed.xp_per_token_day)),
    "curve": ("curve", lambda typed: curves.stored(typed.curve)),
    "minimum_days": ("minimum_days", lambda typed: typed.minimum_days),
    "collections": ("collections", lambda typed: chosen.stored(typed.collections)),
    **limits.FIELDS,
}


def values(params: dict[str, Any]) -> dict[str, Any]:
    """The version's numbers as the SQL reads them; a curve as what each step adds to the one before."""
    arrays = curves.arrays(params["curve"])
    basis_points = arrays["curve_bp"]
    return {
        "micro_xp_per_token_day": params["micro_xp_per_token_day"],
        "minimum_days": params["minimum_days"],
        "curve_days": arrays["curve_days"],
        "curve_rises_bp": [step - before for before, step in pairwise(basis_points)],
    }


KIND = Kind(name="holding", schema=Holding, fields=FIELDS, statement=lambda _: SQL["holding"], values=values)
