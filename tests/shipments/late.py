"""A round over March, those after it, and what they pay late, as tests of late facts begin with."""

from typing import Any

from rewards.shipments import operations as shipments
from rewards.shipments.models import Shipment
from tests.rules.given import PLANNED_AT, given_market, lines, planned, shipped
from tests.tables import Table


def given_march(text: str, **fields: Any) -> None:
    """Ship a round over March on these events."""
    given_market(text)
    shipped(slug="march", **fields)


def april(slug: str = "april", start: str = "2026-03-31", end: str = "2026-04-30") -> Shipment:
    """The plan of the round after March."""
    return planned(slug=slug, start=start, end=end)


def late_lines(of: str = "april") -> Table:
    """The lines of a round that are for another one."""
    found = lines()
    rows = [row for row in found if row["shipment"] == of and row["for_round"] != of]
    return Table(found.columns, rows)


def approve(slug: str) -> None:
    """Approve the plan that is there."""
    digest = Shipment.objects.get(slug=slug).plan_digest or ""
    shipments.approve(slug=slug, digest=digest, approver="bob", as_of=PLANNED_AT)


def inputs(slug: str) -> list[dict[str, Any]]:
    """What a plan says that counted."""
    return Shipment.objects.get(slug=slug).plan_inputs or []
