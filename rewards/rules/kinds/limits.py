"""Caps and pots, which every way to earn can have: how much at most, or a fixed sum to share."""

from collections.abc import Callable
from typing import Any

import msgspec

from rewards.rules.kinds import units


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """
    What bounds a rule, beside its budget.

    ``cap_xp_per_collector`` and ``cap_xp`` hold in one shipment, for each collector and for all
    together; the earliest subjects come first. With ``pot_xp``, or ``pot_xp_per_day`` for each day that
    the rule was live, the lines share that sum by what they would have earned, to the last XP.
    """

    cap_xp_per_collector: int | None = None
    cap_xp: int | None = None
    pot_xp: int | None = None
    pot_xp_per_day: int | None = None


def _bound(name: str) -> Callable[[Limits], int | None]:
    def stored(typed: Limits) -> int | None:
        value: int | None = getattr(typed, name)
        if value is not None and not 0 < value <= units.MOST_XP:
            raise ValueError(f"is {value}; it lies between 1 and {units.MOST_XP:,}")
        if name == "pot_xp_per_day" and value is not None and typed.pot_xp is not None:
            raise ValueError("cannot stand beside pot_xp; a rule shares one pot")
        return value

    return stored


FIELDS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    name: (name, _bound(name)) for name in ("cap_xp_per_collector", "cap_xp", "pot_xp", "pot_xp_per_day")
}
