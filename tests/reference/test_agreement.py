"""The engine's facts against the reference's, on random markets delivered in random ways (P1, P2)."""

import os
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from marketplace.facts import operations as facts
from marketplace.inbox import operations as inbox
from marketplace.registry import operations as registry
from tests.reference import engine
from tests.reference.facts import Facts
from tests.reference.facts import facts as expected_facts
from tests.reference.markets import Delivery, Market, deliveries, markets
from tests.tables import day

NOW = day("2026-02-01")

# MARKETS=1000 looks harder than an ordinary run has time for.
EXAMPLES = int(os.environ.get("MARKETS", "50"))

# A failing market is printed with the seed that makes it again. CI takes the same markets every time.
agreement = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize="CI" in os.environ,
    print_blob=True,
    database=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)


def standing_first(link: set[str], market: Market) -> list[str]:
    """
    The wallets of a link, led by the first of all that are linked to them sooner or later.

    Who comes first stands for the collector, and a plan's digest names them. So the order of links may
    not choose, as it does not where people link: they add wallets to the one that stands for them.
    """
    together = set(link)
    while more := [one for one in market.links if one & together and not one <= together]:
        together |= more[0]
    return [min(together), *sorted(link - {min(together)})]


def deliver(market: Market, delivery: Delivery, *, after_each: Callable[[], object] = lambda: None) -> None:
    """Let a market reach the inbox in one way, refreshing facts on the way and at the end."""
    for number, batch in enumerate(delivery.batches):
        assert inbox.accept(events=batch).refused == 0
        for link, after in zip(market.links, delivery.links_after, strict=True):
            if after == number:
                registry.link(addresses=standing_first(link, market), as_of=NOW)
        if delivery.refresh_after[number]:
            facts.refresh(as_of=NOW)
            after_each()
    facts.refresh(as_of=NOW)
    after_each()


def differences(found: Facts, expected: Facts) -> list[str]:
    """What one of two sets of facts has and the other lacks."""
    lines = []
    for name in ("holds", "sales", "orders", "volume_days"):
        ours, theirs = getattr(found, name), getattr(expected, name)
        lines += [f"engine alone:    {row}" for row in ours if ours.count(row) > theirs.count(row)]
        lines += [f"reference alone: {row}" for row in theirs if theirs.count(row) > ours.count(row)]
    return lines


@pytest.mark.django_db
class TestFacts:
    @agreement
    @given(data=st.data())
    def test_equal_the_reference_however_events_come(self, data: Any) -> None:
        market = data.draw(markets(), label="market")
        delivery = data.draw(deliveries(market), label="delivery")
        with transaction.atomic():
            deliver(market, delivery)
            accepted = [event for batch in delivery.batches for event in batch]
            wrong = differences(engine.facts(), expected_facts(accepted, links=market.links))
            transaction.set_rollback(True)
        note("\n".join(wrong))
        assert wrong == []

    @settings(agreement, max_examples=EXAMPLES // 2)
    @given(data=st.data())
    def test_rebuilt_equal_those_made_in_small_steps_row_for_row(self, data: Any) -> None:
        market = data.draw(markets(), label="market")
        delivery = data.draw(deliveries(market), label="delivery")
        with transaction.atomic():
            deliver(market, delivery)
            in_steps = engine.fact_rows()
            facts.rebuild(as_of=NOW)
            rebuilt = engine.fact_rows()
            transaction.set_rollback(True)
        assert rebuilt == in_steps
