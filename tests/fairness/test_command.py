"""The figures of docs/explanation/fairness.md: how well the signals see a market whose truth is known."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from marketplace.facts import operations as facts
from marketplace.facts.models import Sale
from marketplace.inbox import operations as inbox
from tests.inbox.samples import events
from tests.rules.given import PLANNED_AT

DOCS = Path(__file__).parents[2] / "docs" / "explanation" / "fairness.md"


def printed(*arguments: str) -> str:
    """What the command prints."""
    out = StringIO()
    call_command("signals", *arguments, stdout=out)
    return out.getvalue()


# A copy of its own: the shared tables are full of rows that were rolled back, which the planner counts.
@pytest.mark.usefixtures("cloned_database")
class TestSignals:
    def test_measures_what_the_docs_say_and_keeps_nothing(self) -> None:
        docs = DOCS.read_text(encoding="utf-8")
        said = printed("--labelled")
        assert [line for line in said.splitlines() if line not in docs] == []
        assert not Sale.objects.exists()

    def test_counts_the_sales_of_a_real_market_as_the_docs_say(self) -> None:
        inbox.accept(events=events("superrare"))
        facts.refresh(as_of=PLANNED_AT)
        docs = DOCS.read_text(encoding="utf-8")
        said = printed()
        assert Sale.objects.count() == 1_213
        assert [line for line in said.splitlines() if line not in docs] == []
