"""The engine's signals and what a threshold changes against the reference's, on random markets (P15)."""

from typing import Any

import pytest
from django.db import transaction
from hypothesis import given, note, settings
from hypothesis import strategies as st

from marketplace.facts import operations as engine_facts
from rewards.fairness import operations as fairness
from rewards.rules.models import Season
from rewards.shipments import operations as shipments
from tests.reference import engine
from tests.reference.facts import facts
from tests.reference.fairness import Evidence, Name, signals, washed
from tests.reference.markets import deliveries, markets, trades
from tests.reference.programs import programs
from tests.reference.test_agreement import EXAMPLES, NOW, agreement, deliver
from tests.reference.test_plans_agree import found, put, shown
from tests.reference.xp import plan

THRESHOLD = 3


def found_signals() -> dict[tuple[Name, str], Evidence]:
    """The engine's signals, in the words of the reference."""
    rows = engine.rows("""
        SELECT event.source, event.key, signal.signal, signal.evidence::json AS evidence
        FROM fairness_signal AS signal
        JOIN facts_sale AS sale ON sale.key = signal.sale_key
        JOIN inbox_event AS event ON event.id = sale.event_id
    """)
    return {
        ((row["source"], row["key"]), row["signal"]): tuple(
            (name, value) for name, value in sorted(row["evidence"].items()) if isinstance(value, int)
        )
        for row in rows
    }


@pytest.mark.django_db
class TestSignals:
    @settings(agreement, max_examples=EXAMPLES // 4)
    @given(data=st.data())
    def test_equal_the_reference_in_steps_rebuilt_and_in_what_is_paid(self, data: Any) -> None:
        market = data.draw(st.one_of(trades(), markets()), label="market")
        delivery = data.draw(deliveries(market), label="delivery")
        program = data.draw(programs(earning=True), label="program")
        known = facts(market.events, links=market.links)
        expected = signals(known)
        expected_plan = shown(
            plan(known, program.rules, program.window, washed=washed(known, threshold=THRESHOLD))
        )
        with transaction.atomic():
            deliver(market, delivery, after_each=fairness.refresh)
            in_steps = found_signals()
            rows = engine.rows("SELECT * FROM fairness_signal ORDER BY sale_key, signal")
            put(program)
            Season.objects.update(wash_threshold=THRESHOLD)
            shipments.plan(slug="round", as_of=NOW)
            plan_found = found()
            engine_facts.rebuild(as_of=NOW)
            changed = fairness.refresh()
            rebuilt = engine.rows("SELECT * FROM fairness_signal ORDER BY sale_key, signal")
            transaction.set_rollback(True)
        note(f"engine {in_steps}\nreference {expected}")
        assert in_steps == expected
        assert (changed, rebuilt) == (0, rows)
        assert plan_found == expected_plan
