"""The figures of docs/explanation/late.md: a month of SuperRare of which every twentieth event came late."""

from pathlib import Path

import pytest

from marketplace.facts import operations as facts
from marketplace.inbox import operations as inbox
from rewards.management.commands.shipment import describe
from rewards.program import operations as program
from rewards.program.file import read
from rewards.shipments import operations as shipments
from rewards.shipments import queries
from rewards.shipments.models import Shipment
from rewards.whatif import operations as whatif
from rewards.whatif import rounds
from rewards.whatif.changes import Changes
from tests.inbox.samples import events
from tests.presets.given import APPLIED_AT, PRESETS, planned_round

DOCS = Path(__file__).parents[2] / "docs" / "explanation" / "late.md"


def told(shipment: Shipment) -> list[str]:
    """What the docs show of a plan."""
    said = describe(shipment, queries.get_progress(shipment=shipment))
    return [line for line in said if "next" not in line]


# A copy of its own: the shared tables are full of rows that were rolled back, which the planner counts.
@pytest.mark.usefixtures("cloned_database")
class TestLate:
    def test_pays_what_the_docs_say_and_nobody_has_less_than_with_all_events_in_time(self) -> None:
        docs = DOCS.read_text(encoding="utf-8")
        sample = events("superrare")
        inbox.accept(events=[one for number, one in enumerate(sample, 1) if number % 20])
        facts.refresh(as_of=APPLIED_AT)
        program.apply(program=read(PRESETS.parent / "superrare.toml"), author="ann", as_of=APPLIED_AT)
        february = planned_round("2019-02")
        assert february.plan_digest is not None
        said = told(february)
        shipments.approve(slug="2019-02", digest=february.plan_digest, approver="bob", as_of=APPLIED_AT)

        inbox.accept(events=sample[19::20])
        facts.refresh(as_of=APPLIED_AT)
        said += told(planned_round("2019-03"))
        assert [line for line in said if line not in docs] == []

        (late,) = queries.list_late_sums(shipment=shipments.get(slug="2019-03"))
        assert (late.lines, late.collectors, late.amount_xp) == (87, 62, 3_746)
        in_time = whatif.compare(of=rounds.of_name(slug="2019-02"), changes=Changes(), as_of=APPLIED_AT)
        assert february.total_xp == 89_941
        assert february.total_xp + late.amount_xp == in_time.before.total_xp + 1_022 == 93_687
        for figure in ("3,746 XP", "62 collectors", "87 lines", "93,687 XP", "92,665 XP", "1,022 XP"):
            assert figure in docs
