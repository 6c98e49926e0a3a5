"""Listing and bidding against the reference, on random order books with random pauses (P4, P5)."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given, note, settings
from hypothesis import strategies as st

from marketplace.facts import operations as engine_facts
from marketplace.inbox import operations as inbox
from marketplace.registry import operations as registry
from rewards.flags.models import Pause
from rewards.rules import operations as engine_rules
from rewards.rules.models import Rule, Season
from rewards.shipments import operations as shipments
from tests.reference import engine
from tests.reference.facts import facts
from tests.reference.markets import START, Draw
from tests.reference.order_books import (
    SCENES,
    WEI,
    Book,
    at,
    books,
    cancels,
    minutes,
    named,
    params_of,
    placings,
)
from tests.reference.pauses import Off
from tests.reference.resting import RestingLine, market, resting_lines
from tests.reference.test_agreement import EXAMPLES, NOW, agreement
from tests.reference.xp import Span

HOLDING = {
    "micro_xp_per_token_day": 86_400_000_000,
    "curve": [],
    "minimum_days": 0,
    "collections": {"of": "all"},
}


def put_season() -> None:
    """Make the season, if it is not there."""
    engine_rules.put_season(
        slug="season", title="Season", starts_at=START, ends_at=NOW, budget_xp=10**15, as_of=START
    )


def put_rule(slug: str, kind: str, params: dict[str, Any]) -> None:
    """Make a rule of the season."""
    engine_rules.put_rule(
        slug=slug,
        season=Season.objects.get(slug="season"),
        kind=kind,
        title=slug,
        starts_at=START,
        params=params,
        author="ann",
        as_of=START,
    )


def put(book: Book) -> None:
    """Put a book's events, rule and pauses into the engine, and plan its round."""
    assert inbox.accept(events=book.events).refused == 0
    for link in book.links:
        registry.link(addresses=sorted(link), as_of=NOW)
    engine_facts.refresh(as_of=NOW)
    put_season()
    chosen = book.params["collections"]
    kept = {"of": "all"} if chosen == "all" else {"of": "named", "slugs": chosen}
    kind = "listing" if book.side == "listing" else "bidding"
    put_rule("resting", kind, {**book.params, "collections": kept})
    Pause.objects.bulk_create(
        Pause(flag_id=flag, starts_at=start, ends_at=end, reason="Farmed.", created_by="ann")
        for flag, (start, end) in book.pauses
    )
    draft = shipments.Draft(
        slug="round",
        season=Season.objects.get(slug="season"),
        title="Round",
        message="",
        window_start=book.window[0],
        window_end=book.window[1],
        rules=list(Rule.objects.all()),
        plan_due_at=None,
        ships_at=None,
    )
    shipments.put_draft(draft=draft, author="ann")
    assert shipments.plan(slug="round", as_of=NOW) is not None


def found() -> list[RestingLine]:
    """The lines of the engine's plan."""
    return [
        RestingLine(
            order_key=row["order_key"],
            token=(row["chain"], row["contract"], row["token_id"]) if row["token"] else None,
            collector=row["collector"],
            seconds=int(row["quantity"]),
            base_micro_xp=row["base_micro_xp"],
            xp=row["amount_xp"],
            reason=row["reason"],
        )
        for row in engine.rows(f"""
            SELECT line.*, named.collector, event.order_key, event.chain, event.contract, event.token_id
            FROM shipments_line AS line
            JOIN ({engine.COLLECTOR}) AS named ON named.id = line.collector_id
            JOIN inbox_event AS event ON event.id = line.event_id
        """)
    ]


def expected(book: Book) -> list[RestingLine]:
    """The lines of the reference."""
    told: list[dict[str, Any]] = book.events
    seen = market(told, facts(told, links=book.links), book.window)
    return resting_lines(seen, book.side, book.params, book.window, [off for _, off in book.pauses])


@st.composite
def paused_markets(draw: Draw) -> tuple[list[dict[str, Any]], Span]:
    """
    Listings in ETH, moves of their tokens, and a pause of whole hours in the middle of a day.

    Orders differ in price, because of equal ones the older comes first, and a market without the pause's
    seconds knows no older in them.
    """
    count = draw(st.integers(2, 8))
    told: list[dict[str, Any]] = []
    for number in range(count):
        placing = draw(placings(number, SCENES[0], currencies=False))
        token = {"kind": "listing", "token_id": str(number), "price": str(WEI + WEI * number // 10)}
        told.append({**placing, **token})
        told[-1].pop("standard", None)
        told[-1].pop("trait", None)
        if draw(st.booleans()):
            told.append({**bare(told[-1]), "kind": "mint", "to": told[-1]["maker"], "at": at(draw(minutes))})
    told += draw(st.lists(cancels(count), max_size=3))
    start = draw(st.integers(1, 20))
    return named(told), (at(60 * start), at(60 * (start + draw(st.integers(1, 3)))))


def bare(listing: dict[str, Any]) -> dict[str, Any]:
    """The fields that name a listing's token."""
    return {name: listing[name] for name in ("chain", "contract", "collection", "token_id")}


def without(events: list[dict[str, Any]], off: Span) -> list[dict[str, Any]]:
    """The same market, had the seconds of a pause never been."""

    def moved(text: str) -> str:
        moment = datetime.fromisoformat(text)
        return (moment - max(timedelta(), min(moment, off[1]) - off[0])).isoformat()

    return [
        {**told, **{name: moved(told[name]) for name in ("at", "expires_at") if name in told}}
        for told in events
    ]


def paid(events: list[dict[str, Any]], params: dict[str, Any], end: datetime, off: Span | None) -> list[str]:
    """What the engine pays for a day of listings and holds, line by line, with or without a pause."""
    pauses: list[tuple[str, Off]] = [] if off is None else [("liquidity", off), ("rule.holding", off)]
    with transaction.atomic():
        put_season()
        put_rule("holding", "holding", HOLDING)
        put(Book(events, [], "listing", params, (START, end), pauses))
        lines = engine.rows("""
            SELECT line.base_micro_xp, line.amount_xp, line.quantity, event.order_key, event.token_id
            FROM shipments_line AS line JOIN inbox_event AS event ON event.id = line.event_id
            WHERE line.base_micro_xp > 0
        """)
        transaction.set_rollback(True)
    return sorted(map(repr, lines))


@pytest.mark.django_db
class TestResting:
    @settings(agreement, max_examples=2 * EXAMPLES)
    @given(book=books())
    def test_equals_the_reference_with_any_pauses(self, book: Book) -> None:
        with transaction.atomic():
            put(book)
            ours = found()
            transaction.set_rollback(True)
        theirs = expected(book)
        wrong = [f"engine alone:    {one}" for one in ours if one not in theirs]
        wrong += [f"reference alone: {one}" for one in theirs if one not in ours]
        note("\n".join(wrong))
        assert sorted(map(repr, ours)) == sorted(map(repr, theirs))

    @settings(agreement, max_examples=EXAMPLES // 2)
    @given(told=paused_markets(), params=params_of("listing"))
    def test_with_a_pause_pay_what_the_market_without_its_seconds_pays(
        self, told: tuple[list[dict[str, Any]], Span], params: dict[str, Any]
    ) -> None:
        events, off = told
        # How long an order rested counts its seconds in a pause, too.
        plain = {**params, "minimum_rest_seconds": 0, "collections": "all"}
        end = START + timedelta(days=1)
        with_pause = paid(events, plain, end, off)
        assert with_pause == paid(without(events, off), plain, end - (off[1] - off[0]), None)
