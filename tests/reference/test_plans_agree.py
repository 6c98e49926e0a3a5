"""The engine's plans against the reference's, for random programs on random markets (P7)."""

from typing import Any

import pytest
from django.db import transaction
from hypothesis import given, note, reject
from hypothesis import strategies as st

from rewards.rules import operations as engine_rules
from rewards.rules.models import Rule as EngineRule
from rewards.rules.models import Season
from rewards.shipments import operations as shipments
from rewards.shipments.errors import PlanFailed
from tests.reference import engine
from tests.reference.facts import facts
from tests.reference.markets import deliveries, markets
from tests.reference.programs import LONG_AGO, Program, programs
from tests.reference.test_agreement import NOW, agreement, deliver
from tests.reference.xp import Plan, Rule, plan


def put(program: Program) -> None:
    """Put a program and its shipment into the engine."""
    engine_rules.put_season(
        slug="season", title="Season", starts_at=LONG_AGO, ends_at=NOW, budget_xp=10**12, as_of=LONG_AGO
    )
    season = Season.objects.get(slug="season")
    for rule in program.rules:
        for version in rule.versions:
            engine_rules.put_rule(
                slug=rule.slug,
                season=season,
                kind=rule.kind,
                title=rule.slug,
                starts_at=rule.versions[0].in_force_from,
                params=stored(rule, version.params),
                author="ann",
                as_of=version.in_force_from,
            )
        if rule.kind == "cohort":
            engine_rules.put_cohort(slug="list", addresses=rule.versions[0].params["wallets"])
    draft = shipments.Draft(
        slug="round",
        season=season,
        title="Round",
        message="",
        window_start=program.window[0],
        window_end=program.window[1],
        rules=list(EngineRule.objects.all()),
        plan_due_at=None,
        ships_at=None,
    )
    shipments.put_draft(draft=draft, author="ann")


def stored(rule: Rule, params: Any) -> dict[str, Any]:
    """The numbers of a version as the engine keeps them."""
    kept = dict(params)
    if rule.kind == "cohort":
        return {"micro_xp": params["micro_xp"], "cohort": "list"}
    if rule.kind == "purchase":
        kept["minimum_price_wei"] = str(params["minimum_price_wei"])
    chosen = params["collections"]
    if chosen == "all":
        kept["collections"] = {"of": "all"}
    elif isinstance(chosen, list):
        kept["collections"] = {"of": "named", "slugs": sorted(chosen)}
    else:
        kept["collections"] = {"of": "top_volume", **chosen["top_volume"]}
    return kept


def shown(expected: Plan) -> list[str]:
    """The reference's plan as text, a line for each line, boost and award."""
    lines = []
    for line in expected.lines:
        told = line.subject[1:3] if line.subject[0] == "sale" else (None, None)
        lines.append(
            f"line {line.rule}@{line.version} {line.collector} {told} "
            f"{line.base_micro_xp} x {line.boost_bp} = {line.xp} {line.reason}"
        )
    for boost in expected.boosts:
        token = boost.token[2] if boost.token else None
        lines.append(
            f"boost {boost.rule}@{boost.version} {boost.collector} {token} {boost.hold_days} {boost.boost_bp}"
        )
    return sorted([*lines, *(f"award {collector} {xp}" for collector, xp in expected.awards.items())])


def found() -> list[str]:
    """The engine's plan, in the same words."""
    lines = engine.rows(f"""
        SELECT line.*, rule.slug, rule.kind, version.number, named.collector,
            event.source, event.key AS event_key
        FROM shipments_line AS line
        JOIN rules_ruleversion AS version ON version.id = line.rule_version_id
        JOIN rules_rule AS rule ON rule.id = version.rule_id
        JOIN ({engine.COLLECTOR}) AS named ON named.id = line.collector_id
        LEFT JOIN inbox_event AS event ON event.id = line.event_id AND rule.kind = 'purchase'
    """)
    boosts = engine.rows(f"""
        SELECT boost.*, rule.slug, version.number, named.collector, event.token_id
        FROM shipments_boost AS boost
        JOIN rules_ruleversion AS version ON version.id = boost.rule_version_id
        JOIN rules_rule AS rule ON rule.id = version.rule_id
        JOIN ({engine.COLLECTOR}) AS named ON named.id = boost.collector_id
        JOIN inbox_event AS event ON event.id = boost.event_id
    """)
    awards = engine.rows(f"""
        SELECT award.amount_xp, named.collector
        FROM shipments_award AS award
        JOIN ({engine.COLLECTOR}) AS named ON named.id = award.collector_id
    """)
    return sorted(
        [
            *(
                f"line {row['slug']}@{row['number']} {row['collector']} {row['source'], row['event_key']} "
                f"{row['base_micro_xp']} x {row['boost_bp']} = {row['amount_xp']} {row['reason']}"
                for row in lines
            ),
            *(
                f"boost {row['slug']}@{row['number']} {row['collector']} "
                f"{row['token_id'] if row['token'] else None} {row['hold_days']} {row['boost_bp']}"
                for row in boosts
            ),
            *(f"award {row['collector']} {row['amount_xp']}" for row in awards),
        ]
    )


@pytest.mark.django_db
class TestPlan:
    @agreement
    @given(data=st.data())
    def test_equals_the_reference_and_has_one_digest_however_events_come(self, data: Any) -> None:
        market = data.draw(markets(), label="market")
        program = data.draw(programs(), label="program")
        known = plan(facts(market.events, links=market.links), program.rules, program.window)
        expected = shown(known)
        digests = set()
        for turn in ("first", "second"):
            delivery = data.draw(deliveries(market), label=f"{turn} delivery")
            with transaction.atomic():
                deliver(market, delivery)
                put(program)
                try:
                    planned = shipments.plan(slug="round", as_of=NOW)
                except PlanFailed:
                    # A price beyond reason fails closed; the reference must find it as large.
                    transaction.set_rollback(True)
                    assert max(line.base_micro_xp for line in known.lines) >= 2**63
                    reject()
                plan_found = found()
                transaction.set_rollback(True)
            assert planned is not None
            digests.add(planned.plan_digest)
            wrong = [f"engine alone: {one}" for one in plan_found if one not in expected]
            wrong += [f"reference alone: {one}" for one in expected if one not in plan_found]
            note("\n".join(wrong))
            assert plan_found == expected
        assert len(digests) == 1
