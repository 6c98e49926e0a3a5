"""The figures of docs/explanation/liquidity.md: a month of real orders, without and with a pause in it."""

from pathlib import Path

import pytest

from marketplace.facts import operations as facts
from marketplace.inbox import operations as inbox
from rewards.flags import operations as flags
from rewards.program import operations as program
from rewards.program.file import read
from rewards.shipments.models import Shipment
from tests.inbox.samples import events
from tests.presets.given import APPLIED_AT, PRESETS, planned_round
from tests.tables import day

ROUND = "liquidity-2019-02"
DOCS = Path(__file__).parents[2] / "docs" / "explanation" / "liquidity.md"


def told(shipment: Shipment) -> list[str]:
    """What the docs show of a plan that has these figures."""
    return [f"  total     {shipment.total_xp:,} XP; the season", f"  digest    {shipment.plan_digest}\n"]


# A copy of its own: the shared tables are full of rows that were rolled back, which the planner counts.
@pytest.mark.usefixtures("cloned_database")
class TestMonth:
    def test_pays_what_the_docs_say_and_less_by_what_was_paused(self) -> None:
        inbox.accept(events=events("superrare"))
        facts.refresh(as_of=APPLIED_AT)
        path = PRESETS.parent / "superrare-liquidity.toml"
        program.apply(program=read(path), author="ann", as_of=APPLIED_AT)
        docs = DOCS.read_text(encoding="utf-8")

        whole = planned_round(ROUND)
        assert whole.total_xp == 197_573
        assert [line for line in told(whole) if line not in docs] == []

        flags.pause(
            flag="liquidity",
            reason="We look at how it is farmed.",
            by="ann",
            as_of=APPLIED_AT,
            starts_at=day("2019-02-14 12:00"),
            ends_at=day("2019-02-18 12:00"),
        )
        paused = planned_round(ROUND)
        assert paused.total_xp == 168_865
        assert [line for line in told(paused) if line not in docs] == []
