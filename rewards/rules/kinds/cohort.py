"""Cohorts: a fixed amount of XP for the wallets on a list, once."""

from decimal import Decimal
from typing import Any

import msgspec

from config import db
from rewards.rules.kinds import units
from rewards.rules.kinds.collections import Slug
from rewards.rules.kinds.contract import Kind

SQL = db.folder()


class CohortGift(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """XP for each collector with a wallet on the list of ``cohort``, paid once in the life of the rule."""

    xp: Decimal
    cohort: Slug


FIELDS = {
    "micro_xp": ("xp", lambda typed: units.micro_xp(typed.xp)),
    "cohort": ("cohort", lambda typed: typed.cohort),
}


def values(params: dict[str, Any]) -> dict[str, Any]:
    """The version's numbers as the SQL reads them."""
    return {"micro_xp": params["micro_xp"], "cohort": params["cohort"]}


KIND = Kind(
    name="cohort",
    schema=CohortGift,
    fields=FIELDS,
    statement=lambda _: SQL["cohort"],
    values=values,
    whole_window=True,
    once=True,
)
