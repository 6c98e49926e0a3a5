"""Whom a shipment is for: filters over collectors, as people write them and as they are kept."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from config import db
from config.db import Statement
from rewards.fairness import queries as fairness
from rewards.rules.kinds import units
from rewards.rules.kinds.collections import Slug

SQL = db.folder()


class Audience(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """
    Every filter that is given must hold; without any, a shipment is for everybody.

    ``random_share`` picks that share of collectors by a digest of ``seed`` and their address: the same
    ones each time, and nobody can tell beforehand without the seed.
    """

    bought_in_window: bool = False
    minimum_spend_eth: Decimal = Decimal(0)
    in_cohort: Slug | None = None
    not_in_cohort: Slug | None = None
    first_seen_before: Annotated[datetime, Meta(tz=True)] | None = None
    random_share: Decimal | None = None
    seed: Annotated[str, Meta(max_length=100)] = ""


def stored(audience: Audience | None) -> dict[str, Any]:
    """The filters as a shipment keeps them; empty for everybody. ValueError begins with the field."""
    if audience is None or audience == Audience():
        return {}
    share = audience.random_share
    if share is not None and not 0 < share <= 1:
        raise ValueError(f"random_share is {share}; it lies above 0 and is at most 1")
    if share is not None and not audience.seed:
        raise ValueError("seed is missing; without it nobody could check the choice")
    return {
        "bought_in_window": audience.bought_in_window,
        "minimum_spend_wei": str(units.wei(audience.minimum_spend_eth)),
        "in_cohort": audience.in_cohort,
        "not_in_cohort": audience.not_in_cohort,
        "first_seen_before": (
            audience.first_seen_before.isoformat() if audience.first_seen_before is not None else None
        ),
        "random_share_bp": None if share is None else units.basis_points(share),
        "seed": audience.seed,
    }


def statement() -> Statement:
    """The collectors whom filters let through. What counts as a wash trade is nothing that was bought."""
    return SQL["audience"].fill(washed=fairness.washed())


def count(
    *, filters: dict[str, Any], window_start: datetime, window_end: datetime, wash_threshold: int | None
) -> int:
    """How many collectors the filters let through, now."""
    window = {"window_start": window_start, "window_end": window_end, "wash_threshold": wash_threshold}
    return int(SQL["audience_count"].fill(audience=statement()).row(params(filters) | window)["collectors"])


def params(filters: dict[str, Any]) -> dict[str, Any]:
    """The filters as the SQL reads them."""
    return {
        "bought_in_window": filters.get("bought_in_window", False),
        "minimum_spend_wei": int(filters.get("minimum_spend_wei", 0)),
        "in_cohort": filters.get("in_cohort"),
        "not_in_cohort": filters.get("not_in_cohort"),
        "first_seen_before": filters.get("first_seen_before"),
        "random_share_bp": filters.get("random_share_bp"),
        "seed": filters.get("seed", ""),
    }
