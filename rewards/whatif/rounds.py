"""What a what-if begins from: a shipment in any state, or a window that has none."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from rewards.rules import queries as rules
from rewards.rules.kinds import KINDS
from rewards.rules.models import Rule, RuleVersion, Season
from rewards.rules.queries import VersionInWindow
from rewards.shipments import operations as shipments
from rewards.shipments.models import Shipment
from rewards.whatif.errors import WhatIfError

WENT_OUT = ("shipping", "halted", "shipped", "sealed")


@dataclass(frozen=True, kw_only=True)
class Round:
    """
    The window, season, rules and audience that a what-if begins from.

    ``shipment`` is empty for a window that has none; it then has every rule of the season.
    """

    title: str
    season: Season
    window_start: datetime
    window_end: datetime
    audience: dict[str, Any]
    rules: list[Rule]
    shipment: Shipment | None

    @property
    def has_plan(self) -> bool:
        """Whether there are lines of it to compare with: a plan, or what went out."""
        return self.shipment is not None and self.shipment.plan_digest is not None


def of_shipment(*, shipment: Shipment) -> Round:
    """The round that a shipment is, whatever its state."""
    return Round(
        title=shipment.title,
        season=shipment.season,
        window_start=shipment.window_start,
        window_end=shipment.window_end,
        audience=shipment.audience,
        rules=list(shipment.rules.order_by("slug")),
        shipment=shipment,
    )


def of_name(*, slug: str) -> Round:
    """The round of the shipment with that name. Raises UnknownShipment."""
    return of_shipment(shipment=shipments.get(slug=slug))


def of_window(*, window_start: datetime, window_end: datetime, season: str | None = None) -> Round:
    """A window without a shipment. Raises WhatIfError where the season is not clear."""
    if window_end <= window_start:
        raise WhatIfError("The window would end before it starts.")
    found = Season.objects.order_by("slug")
    found = found.filter(slug=season) if season else found.filter(starts_at__lt=window_end)
    seasons = [one for one in found if season or one.ends_at > window_start]
    if len(seasons) != 1:
        known = ", ".join(Season.objects.order_by("slug").values_list("slug", flat=True)) or "none yet"
        raise WhatIfError(f"Which season's rules? Name one of them: {known}.")
    return Round(
        title=f"{window_start:%Y-%m-%d %H:%M} to {window_end:%Y-%m-%d %H:%M} UTC",
        season=seasons[0],
        window_start=window_start,
        window_end=window_end,
        audience={},
        rules=list(Rule.objects.filter(season=seasons[0]).order_by("slug")),
        shipment=None,
    )


def get_last(*, rule: Rule) -> Shipment | None:
    """The latest round that went out with the rule; None before the first."""
    return list_shipments(rule=rule).filter(state__in=WENT_OUT).first()


def list_shipments(*, rule: Rule) -> "QuerySet[Shipment]":
    """The shipments with a rule, the latest window first."""
    return Shipment.objects.filter(rules=rule).order_by("-window_end", "-id")


def get_version(*, of: Round, rule: Rule) -> VersionInWindow:
    """
    The last version of a rule that counts in the round's window, as if it did in all of it.

    Of a rule that comes into force later, that is its first one.
    """
    counting = rules.list_versions_in_window(
        rules=[rule.id], window_start=of.window_start, window_end=of.window_end
    )
    if counting:
        last = counting[-1]
        number, params, version_id = last.number, last.params, last.id
    else:
        first = RuleVersion.objects.filter(rule=rule).order_by("number").first()
        if first is None:
            raise WhatIfError(f"{rule.slug} has no version yet.")
        number, params, version_id = first.number, first.params, first.id
    return VersionInWindow(
        id=version_id,
        rule_id=rule.id,
        slug=rule.slug,
        kind=KINDS[rule.kind],
        title=rule.title,
        number=number,
        params=params,
        starts_at=of.window_start,
        ends_at=of.window_end,
    )
