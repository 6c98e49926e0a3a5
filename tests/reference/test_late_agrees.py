"""What a second round pays for the time of the first, against the reference, on random markets (P13)."""

from collections import defaultdict
from typing import Any

import pytest
from django.db import transaction
from hypothesis import event, given, note, reject, settings
from hypothesis import strategies as st

from marketplace.facts import operations as engine_facts
from marketplace.inbox import operations as inbox
from marketplace.registry import operations as registry
from rewards.rules.models import Rule as EngineRule
from rewards.rules.models import Season
from rewards.shipments import audit
from rewards.shipments import operations as shipments
from rewards.shipments.errors import PlanFailed
from tests.reference import engine
from tests.reference.facts import Facts, facts
from tests.reference.late import LateLine, frozen, late_lines, thing_of, things
from tests.reference.markets import Market, markets
from tests.reference.programs import Program, programs
from tests.reference.test_agreement import EXAMPLES, NOW, agreement
from tests.reference.test_plans_agree import put
from tests.reference.xp import Line, Plan, plan


def told(events: list[dict[str, Any]]) -> None:
    """Accept events, in two batches, and bring the facts up to date after each."""
    for part in (events[::2], events[1::2]):
        inbox.accept(events=part)
        engine_facts.refresh(as_of=NOW)


def approved_first() -> None:
    """Plan and approve the round that pays the first window."""
    planned = shipments.plan(slug="round", as_of=NOW)
    assert planned is not None
    assert planned.plan_digest is not None
    shipments.approve(slug="round", digest=planned.plan_digest, approver="bob", as_of=NOW)


def planned_second(program: Program) -> None:
    """Plan a round over the time after the first window."""
    start, end = program.window
    draft = shipments.Draft(
        slug="second",
        season=Season.objects.get(),
        title="Second",
        message="",
        window_start=end,
        window_end=end + (end - start),
        rules=list(EngineRule.objects.all()),
        plan_due_at=None,
        ships_at=None,
    )
    shipments.put_draft(draft=draft, author="ann")
    assert shipments.plan(slug="second", as_of=NOW) is not None


def engine_lines(*, late: bool) -> list[dict[str, Any]]:
    """The second round's lines, those for the first one or those of its own."""
    return engine.rows(f"""
        SELECT line.*, rule.slug, rule.kind, version.number, named.collector, event.source,
            event.key AS event_key, event.chain, event.contract, event.token_id
        FROM shipments_line AS line
        JOIN shipments_shipment AS shipment ON shipment.id = line.shipment_id
        JOIN rules_ruleversion AS version ON version.id = line.rule_version_id
        JOIN rules_rule AS rule ON rule.id = version.rule_id
        JOIN ({engine.COLLECTOR}) AS named ON named.id = line.collector_id
        LEFT JOIN inbox_event AS event ON event.id = line.event_id
        WHERE shipment.slug = 'second' AND (line.for_shipment_id <> line.shipment_id) = {late}
    """)


def engine_thing(row: dict[str, Any]) -> str:
    """What differences are taken by, of a line of the engine."""
    if row["kind"] == "purchase":
        return f"{row['slug']} {row['collector']} {row['source'], row['event_key']}"
    token = (row["chain"], row["contract"], row["token_id"])
    return f"{row['slug']}@{row['number']} {row['collector']} {token}"


def thing(line: Line) -> str:
    """The same of a line of the reference."""
    if line.subject[0] == "sale":
        return f"{line.rule} {line.collector} {line.subject[1:3]}"
    return f"{line.rule}@{line.version} {line.collector} {line.thing}"


def engine_late(alone: set[str]) -> list[str]:
    """What the engine pays late: for each thing, and line by line for those that are one line alone."""
    rows = engine_lines(late=True)
    sums: dict[str, int] = defaultdict(int)
    for row in rows:
        sums[engine_thing(row)] += row["amount_xp"]
    return sorted(
        [
            *(f"{name}: {xp}" for name, xp in sums.items() if xp),
            *(
                f"{engine_thing(row)}@{row['number']}: {row['base_micro_xp']} x {row['boost_bp']} "
                f"- {row['earlier_xp']} = {row['amount_xp']} {row['reason']}"
                for row in rows
                if engine_thing(row) in alone
            ),
        ]
    )


def expected_late(found: list[LateLine], alone: set[str]) -> list[str]:
    """The same by the reference."""
    sums: dict[str, int] = defaultdict(int)
    for one in found:
        sums[thing(one.line)] += one.xp
    return sorted(
        [
            *(f"{name}: {xp}" for name, xp in sums.items() if xp),
            *(
                f"{thing(one.line)}@{one.line.version}: {one.line.base_micro_xp} x {one.line.boost_bp} "
                f"- {one.earlier} = {one.xp} {one.reason}"
                for one in found
                if thing(one.line) in alone
            ),
        ]
    )


def expected_own(second: Plan) -> list[str]:
    """The second round's own lines by the reference."""
    return sorted(
        f"{line.rule}@{line.version} {line.collector} {line.base_micro_xp} x {line.boost_bp} {line.reason}"
        for line in second.lines
    )


def engine_own() -> list[str]:
    """The same by the engine."""
    return sorted(
        f"{row['slug']}@{row['number']} {row['collector']} {row['base_micro_xp']} x {row['boost_bp']} "
        f"{row['reason']}"
        for row in engine_lines(late=False)
    )


def gifts(first: Plan) -> set[tuple[str, str]]:
    """Which wallets a plan gave something by which rule."""
    return {(line.rule, line.subject[1]) for line in first.lines if line.subject[0] == "wallet" and line.xp}


def check_totals(paid: list[Line], late: list[LateLine], known: Plan, program: Program) -> None:
    """Nobody has less than an undisturbed run pays, and whose things did not shrink has as much."""
    got: dict[Any, int] = defaultdict(int)
    for line in paid:
        got[thing_of(line, program.rules)] += line.xp
    before = dict(got)
    for one in late:
        got[thing_of(one.line, program.rules)] += one.xp
    for name, lines in things(known.lines, program.rules).items():
        undisturbed = sum(line.xp for line in lines)
        assert got[name] >= undisturbed
        if before.get(name, 0) <= undisturbed:
            assert got[name] == undisturbed


@pytest.mark.django_db
class TestLateLines:
    @settings(agreement, max_examples=EXAMPLES // 2)
    @given(data=st.data())
    def test_equal_the_reference_and_leave_nobody_with_less_than_an_undisturbed_run(self, data: Any) -> None:
        market: Market = data.draw(markets(), label="market")
        program: Program = data.draw(programs(earning=True), label="program")
        order = list(data.draw(st.permutations(market.events), label="order"))
        cut = data.draw(st.integers(0, len(order)), label="told before the first round")
        then, now = facts(order[:cut], links=market.links), facts(order, links=market.links)
        first = plan(then, program.rules, program.window)
        expected, known = self.expect(first, then, now, program)
        second_window = (program.window[1], program.window[1] + (program.window[1] - program.window[0]))
        second = plan(now, program.rules, second_window, gifts(first))
        lines = [
            line for found in things(known.lines, program.rules).values() if len(found) == 1 for line in found
        ]
        alone = {thing(line) for line in lines}
        with transaction.atomic():
            told(order[:cut])
            for link in market.links:
                registry.link(addresses=sorted(link), as_of=NOW)
            engine_facts.refresh(as_of=NOW)
            put(program)
            try:
                approved_first()
                told(order[cut:])
                planned_second(program)
            except PlanFailed:
                # A price beyond reason fails closed; the reference must find it as large.
                transaction.set_rollback(True)
                plans = [*first.lines, *known.lines, *second.lines]
                assert max(line.base_micro_xp for line in plans) >= 2**63
                reject()
            found, own = engine_late(alone), engine_own()
            findings = [one for one in audit.list_findings() if one.promise == "P13"]
            transaction.set_rollback(True)
        event("paid something late" if any(one.xp for one in expected) else "paid nothing late")
        wanted = expected_late(expected, alone)
        note("\n".join([f"engine alone: {one}" for one in found if one not in wanted]))
        note("\n".join([f"reference alone: {one}" for one in wanted if one not in found]))
        assert found == wanted
        assert own == expected_own(second)
        assert findings == []
        check_totals(first.lines, expected, known, program)

    def expect(self, first: Plan, then: Facts, now: Facts, program: Program) -> tuple[list[LateLine], Plan]:
        """The late lines, and the first window's plan by all that is known now."""
        rules = frozen(program.rules, then, program.window)
        known = plan(now, [rule for rule in rules if rule.kind != "cohort"], program.window)
        return late_lines(first.lines, now, rules, program.window), known
