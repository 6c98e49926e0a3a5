"""P1 to P13: acts in any order, drawn by a machine, held against the plain-Python reference after each."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, event, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from config import failpoints
from marketplace.inbox import operations as inbox
from rewards import pipeline
from rewards.adjustments import operations as adjustments
from rewards.adjustments.errors import AdjustmentError
from rewards.adjustments.sheet import Row
from rewards.flags import operations as flags
from rewards.flags.errors import FlagError
from rewards.rules import operations as engine_rules
from rewards.rules.models import Rule as EngineRule
from rewards.rules.models import Season
from rewards.shipments import operations as shipments
from rewards.shipments import supervision
from rewards.shipments.errors import ApprovalRefused, ShipmentError
from rewards.shipments.models import Batch, Shipment
from tests.faults.forms import FULL
from tests.reference import engine
from tests.reference.facts import facts
from tests.reference.late import late_lines
from tests.reference.markets import START, Market, Told, instants, markets, repeats
from tests.reference.pauses import Off, is_on, live_spans
from tests.reference.programs import LONG_AGO, purchase_params
from tests.reference.test_agreement import NOW
from tests.reference.test_plans_agree import stored
from tests.reference.xp import Line, Rule, Span, Version, plan
from tests.tables import events

POINTS = ["batch.claimed", "batch.before_post", "batch.posted", "batch.marked", "batch.committed"]

WINDOWS: dict[str, Span] = {
    "one": (START, START + timedelta(days=2)),
    "two": (START + timedelta(days=1), START + timedelta(days=5)),
    "next": (START + timedelta(days=2), START + timedelta(days=4)),
}
RULES = {"one": "one", "two": "two", "next": "one"}
# The round that also pays what came late for the one before it, of the same rule.
NEXT, BEFORE = "next", "one"

# How many runs of the machine, of how many acts each.
SHORT_RUNS, LONG_RUNS, ACTS = 10, 150, 40

# Whatever a market is drawn to be, each round has somebody to pay, and something comes late for the first.
BUYERS = """
    kind | token | from | to  | at               | price
    sale | b1    | zoe  | ann | 2026-01-01 07:00 | 1 ETH
    sale | b2    | zoe  | bob | 2026-01-01 21:00 | 2 ETH
    sale | b3    | zoe  | cat | 2026-01-02 11:00 | 3 ETH
    sale | b4    | zoe  | dan | 2026-01-03 07:00 | 4 ETH
    sale | b5    | zoe  | ann | 2026-01-03 15:00 | 5 ETH
    sale | b6    | zoe  | eve | 2026-01-05 01:00 | 6 ETH
    sale | b7    | zoe  | bob | 2026-01-01 15:00 | 7 ETH
    sale | b8    | zoe  | dan | 2026-01-02 19:00 | 8 ETH
"""
COMES_LATE = 2

BALANCES = """
    SELECT wallet.address, account.balance_xp
    FROM ledger_account AS account
    JOIN registry_wallet AS wallet ON wallet.id = account.holder_id
    WHERE account.kind = 'collector'
"""
LATE_XP = """
    SELECT coalesce(sum(line.amount_xp), 0)::BIGINT AS xp
    FROM shipments_line AS line
    JOIN shipments_shipment AS shipment ON shipment.id = line.shipment_id
    WHERE shipment.slug = 'next' AND line.for_shipment_id <> line.shipment_id
"""
AWARDS = """
    SELECT shipment.slug, wallet.address, award.amount_xp, batch.number
    FROM shipments_award AS award
    JOIN shipments_shipment AS shipment ON shipment.id = award.shipment_id
    JOIN registry_wallet AS wallet ON wallet.id = award.collector_id
    LEFT JOIN shipments_batch AS batch ON batch.shipment_id = award.shipment_id
        AND award.collector_id BETWEEN batch.first_collector_id AND batch.last_collector_id
"""


class Crash(Exception):
    """The process ended here, as far as anybody else can tell."""


@dataclass(frozen=True)
class Live(Rule):
    """A rule of the reference that earns in its live time alone; enough for sales, which are instants."""

    pauses: tuple[Off, ...] = ()

    def spans(self, window: Span) -> list[tuple[int, Version, Span]]:
        return [
            (number, version, live)
            for number, version, span in super().spans(window)
            for live in live_spans(self.pauses, span)
        ]


@dataclass
class Round:
    """What is expected of a round. Two of them pay one rule, whose pauses they share."""

    slug: str
    params: Mapping[str, Any]
    pauses: list[Off]
    state: str = "draft"
    digest: str = ""
    live: list[Span] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    awards: dict[str, int] = field(default_factory=dict)
    done: set[int] = field(default_factory=set)
    looked_back: bool = False

    @property
    def window(self) -> Span:
        """The time that the round pays."""
        return WINDOWS[self.slug]

    @property
    def flag(self) -> str:
        """The flag of the round's rule."""
        return f"rule.{RULES[self.slug]}"

    @property
    def is_promised(self) -> bool:
        """Whether it was approved and not called off, so that its time can no longer be paused."""
        return self.state in ("approved", "shipping", "halted", "shipped")

    def rule(self) -> Live:
        """The round's rule for the reference."""
        versions = [Version(LONG_AGO, None, self.params)]
        return Live(RULES[self.slug], "purchase", versions, tuple(self.pauses))

    def live_now(self) -> list[Span]:
        """When the rule was live in the window, as pauses are now."""
        return live_spans(self.pauses, self.window)


class Program(RuleBasedStateMachine):
    """
    A program with three rounds, from events that come in portions to balances.

    Each act is one of the engine's, with what the reference expects of it. A process that dies is an error
    that is raised at a named point of a batch.
    """

    def __init__(self) -> None:
        super().__init__()
        self._atomic = transaction.atomic()
        self._atomic.__enter__()
        self.now = NOW
        self.to_come: list[Told] = []
        self.withheld: list[Told] = []
        self.accepted: list[Told] = []
        self.rounds: list[Round] = []
        self.taken: dict[tuple[str, str], int] = {}

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self._atomic.__exit__(None, None, None)

    @initialize(market=markets(most_acts=10), params=st.lists(purchase_params(), min_size=2, max_size=2))
    def begin(self, market: Market, params: list[dict[str, Any]]) -> None:
        self.to_come = list(market.events)
        buyers = events(BUYERS)
        self.withheld = buyers[-COMES_LATE:]
        self._accept(buyers[:-COMES_LATE])
        engine_rules.put_season(
            slug="season", title="Season", starts_at=LONG_AGO, ends_at=NOW, budget_xp=10**12, as_of=LONG_AGO
        )
        # Of all, since late events may change which are on top, and that is another test's matter.
        chosen = [numbers | {"collections": "all", "micro_xp_per_purchase": 3_500_000} for numbers in params]
        one, two = (Round(slug, numbers, []) for slug, numbers in zip(("one", "two"), chosen, strict=True))
        self.rounds += [one, two, Round(NEXT, one.params, one.pauses)]
        for each in self.rounds:
            self._put(each)

    def _put(self, one: Round) -> None:
        season = Season.objects.get()
        if one.slug in RULES.values():
            engine_rules.put_rule(
                slug=one.slug,
                season=season,
                kind="purchase",
                title=one.slug,
                starts_at=LONG_AGO,
                params=stored(one.rule(), one.params),
                author="ann",
                as_of=LONG_AGO,
            )
        draft = shipments.Draft(
            slug=one.slug,
            season=season,
            title=one.slug,
            message="",
            window_start=one.window[0],
            window_end=one.window[1],
            rules=list(EngineRule.objects.filter(slug=RULES[one.slug])),
            plan_due_at=None,
            ships_at=None,
        )
        shipments.put_draft(draft=draft, author="ann")

    def _tick(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now

    def _accept(self, told: list[Told]) -> None:
        assert inbox.accept(events=told).refused == 0
        self.accepted += told

    def _are_in(self, *states: str) -> list[Round]:
        return [one for one in self.rounds if one.state in states]

    def _choose(self, data: st.DataObject, *states: str) -> Round:
        return data.draw(st.sampled_from(self._are_in(*states)), label="round")

    def _round(self, slug: str) -> Round:
        return next(one for one in self.rounds if one.slug == slug)

    # Events

    @precondition(lambda self: self.to_come)
    @rule(number=st.integers(1, 8), settle=st.booleans())
    def ingest(self, number: int, settle: bool) -> None:
        portion, self.to_come = self.to_come[:number], self.to_come[number:]
        if portion:
            self._accept(portion)
        if settle:
            pipeline.settle(as_of=self._tick())

    @precondition(lambda self: self.withheld and self._round(BEFORE).is_promised)
    @rule(number=st.integers(0, 8))
    def come_late(self, number: int) -> None:
        """For a window that was approved: it stays as it is, and the next round pays the difference."""
        self._accept([self.withheld.pop()])
        self.ingest(number=number, settle=True)

    @precondition(lambda self: self.accepted)
    @rule(data=st.data())
    def come_again(self, data: st.DataObject) -> None:
        """Duplicated, moved by a reorg, or with another content."""
        known = data.draw(st.sampled_from(self.accepted), label="known")
        self._accept([data.draw(repeats(known), label="again")])

    # Pauses

    @rule(data=st.data(), starts_at=instants, hours=st.sampled_from([4, 8, 16, None]))
    def pause(self, data: st.DataObject, starts_at: datetime, hours: int | None) -> None:
        one = data.draw(st.sampled_from(self.rounds), label="round")
        ends_at = None if hours is None else starts_at + timedelta(hours=hours)
        refused = (
            any(
                each.is_promised and starts_at < each.window[1]
                for each in self.rounds
                if each.flag == one.flag
            )
            or any(is_on(known, starts_at) for known in one.pauses)
            or (ends_at is None and any(known[1] is None for known in one.pauses))
        )
        pause = partial(flags.pause, flag=one.flag, reason="Farmed.", by="ann", as_of=self._tick())
        if refused:
            with pytest.raises(FlagError):
                pause(starts_at=starts_at, ends_at=ends_at)
        else:
            pause(starts_at=starts_at, ends_at=ends_at)
            one.pauses.append((starts_at, ends_at))

    @precondition(lambda self: any(None in known for one in self.rounds for known in one.pauses))
    @rule()
    def resume(self) -> None:
        one = next(one for one in self.rounds if any(None in known for known in one.pauses))
        at = self._tick()
        flags.resume(flag=one.flag, by="bob", as_of=at)
        one.pauses[:] = [(start, end or at) for start, end in one.pauses]

    # Plans

    @precondition(lambda self: self._are_in("planned"))
    @rule(data=st.data())
    def plan_again(self, data: st.DataObject) -> None:
        self._plan(self._choose(data, "planned"))

    def _plan(self, one: Round) -> None:
        planned = pipeline.plan(slug=one.slug, as_of=self._tick())
        assert planned is not None
        one.state, one.digest, one.live = "planned", planned.plan_digest or "", one.live_now()
        known = facts(self.accepted, links=[])
        one.lines = plan(known, [one.rule()], one.window).lines
        earned = [(line.collector, line.xp) for line in one.lines]
        before = self._round(BEFORE)
        if one.slug == NEXT and before.is_promised:
            late = late_lines(before.lines, known, [before.rule()], before.window)
            assert engine.rows(LATE_XP) == [{"xp": sum(line.xp for line in late)}]
            event("paid late" if any(line.xp for line in late) else "paid nothing late")
            earned += [(line.line.collector, line.xp) for line in late]
        one.looked_back = any(said.get("late_for") for said in planned.plan_inputs or [])
        one.awards = {
            who: total for who in dict(earned) if (total := sum(xp for w, xp in earned if w == who))
        }
        found = {row["address"]: row["amount_xp"] for row in engine.rows(AWARDS) if row["slug"] == one.slug}
        assert found == one.awards

    def _approve(self, one: Round) -> None:
        """Approve the plan, or find that a pause changed it, and have it planned again."""
        approve = partial(
            shipments.approve, slug=one.slug, digest=one.digest, approver="bob", as_of=self._tick()
        )
        before = self._round(BEFORE)
        if one.live_now() != one.live or (one.looked_back and not before.is_promised):
            with pytest.raises(ApprovalRefused, match="has to be planned again"):
                approve()
            self._plan(one)
        else:
            approve()
            one.state = "approved"

    @precondition(lambda self: self._are_in("planned"))
    @rule(data=st.data())
    def send_back(self, data: st.DataObject) -> None:
        one = self._choose(data, "planned")
        supervision.send_back(slug=one.slug, comment="Too much.", by="bob", as_of=self._tick())
        one.state = "draft"

    # Posts

    @precondition(lambda self: self._are_in("draft", "planned", "approved", "shipping", "halted"))
    @rule(data=st.data())
    def take_further(self, data: st.DataObject) -> None:
        """The next step of a round's life, whatever that is."""
        one = self._choose(data, "draft", "planned", "approved", "shipping", "halted")
        if one.slug == NEXT and self._round(BEFORE).state in ("draft", "planned"):
            # A round is taken further after those before it that pay its rule, as a series does it.
            one = self._round(BEFORE)
        if one.state == "draft":
            self._plan(one)
        elif one.state == "planned":
            self._approve(one)
        elif one.state == "approved":
            batch_size = data.draw(st.integers(1, 2), label="batch size")
            shipments.start(slug=one.slug, as_of=self._tick(), batch_size=batch_size)
            one.state = "shipping"
        elif one.state == "halted":
            supervision.go_on(slug=one.slug, reason="All well.", by="ann", as_of=self._tick())
            one.state = "shipping"
            self._finish()
        else:
            left = Batch.objects.filter(shipment__slug=one.slug, state="pending")
            self._post(left.order_by("number").first(), one)

    # A machine chooses among its rules evenly, and this one makes the others matter.
    take_further_too = precondition(lambda self: self._are_in("draft", "planned", "approved", "shipping"))(
        rule(data=st.data())(lambda self, data: self.take_further(data))
    )

    @precondition(lambda self: self._are_in("shipping", "halted", "shipped"))
    @rule(data=st.data())
    def post(self, data: st.DataObject) -> None:
        """A hint comes, for whichever batch it is: what is done, or held back, stays as it is."""
        one = self._choose(data, "shipping", "halted", "shipped")
        self._post(self._batch(data, one), one)

    def _post(self, batch: Batch | None, one: Round) -> None:
        if batch is not None:
            expected = one.state == "shipping" and batch.number not in one.done
            assert pipeline.post(batch_id=batch.id, as_of=self._tick()) == expected
            if expected:
                one.done.add(batch.number)
                self._finish()

    @precondition(lambda self: self._are_in("shipping"))
    @rule(data=st.data(), point=st.sampled_from(POINTS))
    def crash(self, data: st.DataObject, point: str) -> None:
        """Whoever posts the batch dies at that point; what it had not committed is gone."""
        one = self._choose(data, "shipping")
        batch = self._batch(data, one)

        def die() -> None:
            raise Crash

        if batch is not None and batch.number not in one.done:
            with failpoints.meeting(point, die), pytest.raises(Crash):
                pipeline.post(batch_id=batch.id, as_of=self._tick())
            if point == "batch.committed":
                one.done.add(batch.number)

    @precondition(lambda self: self._are_in("shipping"))
    @rule()
    def sweep(self) -> None:
        pipeline.list_due(as_of=self._tick())
        self._finish()

    @precondition(lambda self: self._are_in("shipping"))
    @rule(data=st.data())
    def halt(self, data: st.DataObject) -> None:
        one = self._choose(data, "shipping")
        supervision.halt(slug=one.slug, reason="Looking.", by="ann", as_of=self._tick())
        one.state = "halted"

    @precondition(lambda self: self._are_in("approved") and not self._are_in("cancelled"))
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        """One of them at most, so that there is something to post; none whose time another pays late for."""
        one = self._choose(data, "approved")
        after = self._round(NEXT)
        cancel = partial(shipments.cancel, slug=one.slug, as_of=self._tick())
        if one.slug == BEFORE and after.is_promised and after.looked_back:
            with pytest.raises(ShipmentError, match="while next pays late for its time"):
                cancel()
            return
        cancel()
        one.state = "cancelled"

    @precondition(lambda self: self._are_in("shipped"))
    @rule(data=st.data(), share=st.sampled_from([2, 1]))
    def reverse(self, data: st.DataObject, share: int) -> None:
        """Take back half of an award, or all of it; more than is left of it is refused as a whole."""
        one = self._choose(data, "shipped")
        if not one.awards:
            return
        who = data.draw(st.sampled_from(sorted(one.awards)), label="who")
        xp, left = max(1, one.awards[who] // share), one.awards[who] - self.taken.get((one.slug, who), 0)
        row = Row(line=1, address=who, amount_xp=-xp, reason="Wrong.", evidence="Seen.", takes_back=one.slug)
        write = partial(
            adjustments.write,
            season=Season.objects.get(),
            title="Wrong",
            rows=[row],
            author="ann",
            as_of=self._tick(),
        )
        if xp > left:
            with pytest.raises(AdjustmentError, match="are left to take"):
                write()
            return
        made = write()
        adjustments.approve(adjustment_id=made.id, digest=made.digest, approver="bob", as_of=self._tick())
        self.taken[one.slug, who] = self.taken.get((one.slug, who), 0) + xp

    def _batch(self, data: st.DataObject, one: Round) -> Batch | None:
        batches = list(Batch.objects.filter(shipment__slug=one.slug).order_by("number"))
        return data.draw(st.sampled_from(batches), label="batch") if batches else None

    def _finish(self) -> None:
        """Every round that is through is shipped once somebody looks, also one in which nobody earned."""
        for one in self._are_in("shipping"):
            batches = Batch.objects.filter(shipment__slug=one.slug).count()
            if len(one.done) == batches and Shipment.objects.get(slug=one.slug).state == "shipped":
                one.state = "shipped"

    # What holds after each act

    @invariant()
    def the_audit_finds_nothing(self) -> None:
        assert pipeline.list_findings() == []

    @invariant()
    def states_are_as_expected(self) -> None:
        states = dict(Shipment.objects.values_list("slug", "state"))
        assert states == {one.slug: one.state for one in self.rounds}

    @invariant()
    def balances_are_what_the_reference_awards(self) -> None:
        expected: dict[str, int] = {}
        rounds = {one.slug: one for one in self.rounds}
        for row in engine.rows(AWARDS):
            one = rounds[row["slug"]]
            if row["number"] in one.done:
                xp = one.awards[row["address"]]
                expected[row["address"]] = expected.get(row["address"], 0) + xp
        for (_, who), xp in self.taken.items():
            expected[who] -= xp
        expected = {who: xp for who, xp in expected.items() if xp}
        found = {row["address"]: row["balance_xp"] for row in engine.rows(BALANCES)}
        note(f"found {found}, expected {expected}")
        assert {who: xp for who, xp in found.items() if xp} == expected
        for one in self._are_in("shipped"):
            assert sum(one.awards.values()) == (Shipment.objects.get(slug=one.slug).total_xp or 0)


@pytest.mark.django_db
class TestProgram:
    def test_is_as_the_reference_says_after_each_act(self, request: pytest.FixtureRequest) -> None:
        runs = LONG_RUNS if request.config.getoption("--faults") == FULL else SHORT_RUNS
        # A failing run is printed act by act, with the line that makes it again. CI always draws the same.
        run_state_machine_as_test(
            Program,
            settings=settings(
                max_examples=int(os.environ.get("MACHINES", runs)),
                stateful_step_count=ACTS,
                deadline=None,
                derandomize="CI" in os.environ,
                print_blob=True,
                database=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
