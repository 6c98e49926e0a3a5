"""Boost by hold duration: the longer a collector held a token, the more other rules pay."""

from typing import Any, Literal

import msgspec

from config import db
from rewards.rules.kinds import collections as chosen
from rewards.rules.kinds import curves
from rewards.rules.kinds.contract import Kind

SQL = db.folder()


class HoldBoost(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """
    A multiplier by a curve over the days held of tokens in chosen collections.

    ``best_hold``: the collector's oldest hold that is alive when the window closes boosts every line.
    ``each_token``: a token boosts its own lines. ``boosts`` names the rules that it multiplies; left out,
    all of them.
    """

    curve: list[curves.Point]
    collections: chosen.Collections
    shape: Literal["steps", "linear"] = "steps"
    mode: Literal["best_hold", "each_token"] = "best_hold"
    boosts: list[chosen.Slug] = []


def stored_curve(typed: HoldBoost) -> list[dict[str, int]]:
    """The curve's points; ValueError where there is none to boost by."""
    if not typed.curve:
        raise ValueError("has no points; a boost needs at least one")
    return curves.stored(typed.curve)


FIELDS = {
    "shape": ("shape", lambda typed: typed.shape),
    "curve": ("curve", stored_curve),
    "mode": ("mode", lambda typed: typed.mode),
    "collections": ("collections", lambda typed: chosen.stored(typed.collections)),
    "boosts": ("boosts", lambda typed: sorted(set(typed.boosts))),
}


def values(params: dict[str, Any]) -> dict[str, Any]:
    """The version's numbers as the SQL reads them."""
    return {
        "shape": params["shape"],
        "mode": params["mode"],
        **curves.arrays(params["curve"]),
    }


KIND = Kind(
    name="hold_boost",
    schema=HoldBoost,
    fields=FIELDS,
    statement=lambda _: SQL["hold_boost"],
    values=values,
    whole_window=True,
    boosts=True,
)
