"""Presets as staff apply them, on markets of a few rows."""

from datetime import timedelta
from pathlib import Path

from rewards.program import operations as program
from rewards.program.file import Program, read
from rewards.shipments import operations as shipments
from rewards.shipments.models import Shipment
from tests.tables import day

PRESETS = Path(__file__).parents[2] / "rewards" / "samples" / "presets"

# Presets are programs of 2025; their rounds are planned when they are over.
APPLIED_AT = day("2026-01-01")


def preset(name: str) -> Program:
    """A preset as it lies in the samples."""
    return read(PRESETS / f"{name}.toml")


def planned(name: str, *, shipment: str = "day-1") -> Shipment:
    """A round of a preset, applied and planned."""
    program.apply(program=preset(name), author="ann", as_of=APPLIED_AT)
    return planned_round(shipment)


def planned_round(shipment: str) -> Shipment:
    """A round of what was applied, planned."""
    found = shipments.plan(slug=shipment, as_of=APPLIED_AT)
    assert found is not None
    return found


def days_before(end: str, days: int) -> str:
    """The date so many days before another, as tables have it."""
    return f"{day(end) - timedelta(days=days):%Y-%m-%d}"
