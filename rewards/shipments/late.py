"""Finds the rounds whose time is to be looked at again, because facts of it came late (P13)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from config import db
from marketplace.registry.models import Collection
from rewards.flags.queries import Span
from rewards.rules import queries as rules
from rewards.rules.models import RuleVersion
from rewards.shipments.models import Shipment
from rewards.shipments.planning import Input, Late, Others, list_paying_rounds

SQL = db.folder()


def look_at_others(*, shipment: Shipment, inputs: Sequence[Input]) -> Others:
    """What a plan reckons with of other rounds; asked in this order, as Others says."""
    paid_by = list_paying_rounds(shipment=shipment, inputs=inputs)
    return Others(paid_by=paid_by, late=list_late(shipment=shipment, inputs=inputs))


def list_late(*, shipment: Shipment, inputs: Sequence[Input]) -> list[Late]:
    """
    The rounds that a plan has to look at again for each of its rules, the earliest first.

    Of each, facts of its time changed since a plan that counts last saw them. Exact while facts stand still.
    A rule that pays a collector once in its life is never late: it looks at every round before anyway.
    """
    ways_to_earn = {
        one.version.slug for one in inputs if not one.version.kind.boosts and not one.version.kind.once
    }
    found = SQL["late_rounds"].rows({"shipment_id": shipment.id, "rules": sorted(ways_to_earn)})
    rules_by_round: dict[int, list[str]] = {}
    for row in found:
        rules_by_round.setdefault(row["shipment_id"], []).append(row["rule"])
    rounds = Shipment.objects.in_bulk(rules_by_round)
    return [
        Late(shipment=rounds[number], rules=slugs, inputs=list_inputs_then(shipment=rounds[number]))
        for number, slugs in rules_by_round.items()
    ]


def list_payers(*, shipment: Shipment) -> list[str]:
    """The rounds that were approved and pay late for the time of a shipment."""
    return [row["slug"] for row in SQL["late_payers"].rows({"shipment_id": shipment.id})]


def list_inputs_then(*, shipment: Shipment) -> list[Input]:
    """What counted for a shipment that was planned, as its plan says."""
    told = shipment.plan_inputs or []
    versions = RuleVersion.objects.select_related("rule").filter(rule__slug__in={one["rule"] for one in told})
    by_name = {(version.rule.slug, version.number): version for version in versions}
    return [_input(by_name[one["rule"], one["version"]], one) for one in told]


def _collections(version: RuleVersion, told: Mapping[str, Any]) -> list[int] | None:
    """
    What a version looked at in a round. Who was a top collection, or verified, stays as the plan says.

    Collections by name are looked up anew: one that no event had named by then is no other one for that.
    """
    if told["collections"] == "all":
        return None
    choice = version.params["collections"]
    slugs = choice["slugs"] if choice["of"] == "named" else told["collections"]
    return sorted(Collection.objects.filter(slug__in=slugs).values_list("id", flat=True))


def _input(version: RuleVersion, told: Mapping[str, Any]) -> Input:
    return Input(
        version=rules.in_part_of_window(
            version=version,
            starts_at=datetime.fromisoformat(told["starts_at"]),
            ends_at=datetime.fromisoformat(told["ends_at"]),
        ),
        collections=_collections(version, told),
        live=[
            Span(starts_at=datetime.fromisoformat(since), ends_at=datetime.fromisoformat(until))
            for since, until in told["live"]
        ],
        wash_threshold=told.get("wash_threshold"),
        decided=told.get("decided"),
    )
