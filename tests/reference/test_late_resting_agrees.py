"""What is paid late for orders that rest, also to wallets linked since, against the reference (P13)."""

from collections import defaultdict
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import event, given, note, settings
from hypothesis import strategies as st

from marketplace.facts import operations as engine_facts
from marketplace.inbox import operations as inbox
from marketplace.registry import operations as registry
from rewards.rules.models import Rule, Season
from rewards.shipments import audit
from rewards.shipments import operations as shipments
from tests.reference import engine
from tests.reference.facts import facts
from tests.reference.order_books import Book, books
from tests.reference.resting import RestingLine, market, resting_lines
from tests.reference.test_agreement import EXAMPLES, NOW, agreement
from tests.reference.test_resting_agrees import put
from tests.reference.xp import Span

Told = list[dict[str, Any]]


def lines(told: Told, links: list[set[str]], book: Book) -> list[RestingLine]:
    """The lines of the book's window by what is told."""
    seen = market(told, facts(told, links=links), book.window)
    return resting_lines(seen, book.side, book.params, book.window, [off for _, off in book.pauses])


def sums(found: list[RestingLine], told: Told, links: list[set[str]]) -> dict[str, int]:
    """XP by thing: the token of a collector of now, or the order where it names none."""
    people = facts(told, links=links).people
    by_thing: dict[str, int] = defaultdict(int)
    for line in found:
        by_thing[f"{people.collector(line.collector)} {line.token or line.order_key}"] += line.xp
    return by_thing


def approve(slug: str) -> bool:
    """Plan and approve a round; whether it looked at the first one again."""
    planned = shipments.plan(slug=slug, as_of=NOW)
    assert planned is not None
    shipments.approve(slug=slug, digest=planned.plan_digest or "", approver="bob", as_of=NOW)
    return any(said.get("late_for") for said in planned.plan_inputs or [])


def put_second(window: Span) -> None:
    """Make a round of the same rule for the days after a window."""
    draft = shipments.Draft(
        slug="second",
        season=Season.objects.get(),
        title="Second",
        message="",
        window_start=window[1],
        window_end=window[1] + timedelta(days=1),
        rules=list(Rule.objects.all()),
        plan_due_at=None,
        ships_at=None,
    )
    shipments.put_draft(draft=draft, author="ann")


def paid_late() -> list[str]:
    """What the second round pays for the first one's window, by thing."""
    by_thing: dict[str, int] = defaultdict(int)
    for row in engine.rows(f"""
        SELECT line.*, named.collector, event.order_key, event.chain, event.contract, event.token_id
        FROM shipments_line AS line
        JOIN ({engine.COLLECTOR}) AS named ON named.id = line.collector_id
        JOIN inbox_event AS event ON event.id = line.event_id
        WHERE line.for_shipment_id <> line.shipment_id
    """):
        token = (row["chain"], row["contract"], row["token_id"]) if row["token"] else None
        by_thing[f"{row['collector']} {token or row['order_key']}"] += row["amount_xp"]
    return sorted(f"{thing}: {xp}" for thing, xp in by_thing.items() if xp)


@pytest.mark.django_db
class TestResting:
    @settings(agreement, max_examples=EXAMPLES // 2)
    @given(data=st.data())
    def test_what_comes_late_equals_the_reference(self, data: Any) -> None:
        book: Book = data.draw(books(), label="book")
        order = list(data.draw(st.permutations(book.events), label="order"))
        cut = data.draw(st.integers(0, len(order)), label="told before the first round")
        # The order books link their wallets first; here half of them do so only after the first round.
        before = book.links if data.draw(st.booleans(), label="linked before") else []
        with transaction.atomic():
            put(Book(order[:cut], before, book.side, book.params, book.window, book.pauses))
            approve("round")
            if order[cut:]:
                assert inbox.accept(events=order[cut:]).refused == 0
            for link in book.links if before != book.links else []:
                registry.link(addresses=sorted(link), as_of=NOW)
            engine_facts.refresh(as_of=NOW)
            put_second(book.window)
            looked = approve("second")
            found, findings = paid_late(), audit.list_findings()
            transaction.set_rollback(True)
        assert findings == []
        known = lines(order, book.links, book)
        counted = sums(lines(order[:cut], before, book), order, book.links)
        due = {thing: xp - counted[thing] for thing, xp in sums(known, order, book.links).items()}
        wanted = sorted(f"{thing}: {xp}" for thing, xp in due.items() if xp > 0)
        note(f"looked again: {looked}; found {found}, wanted {wanted}")
        event(f"late: {bool(wanted)}, linked since: {before != book.links}")
        if looked:
            assert found == wanted
        else:
            # Linking alone is no late fact. Had something come late, the lines would be others.
            assert found == []
            assert sorted(map(repr, lines(order[:cut], book.links, book))) == sorted(map(repr, known))
