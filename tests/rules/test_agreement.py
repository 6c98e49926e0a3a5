"""
Plans of random rules on random markets: equal to the plain-Python reference, and a pure function of what
came in (P7), however it came.
"""

import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from marketplace.facts import operations as facts
from marketplace.inbox import operations as inbox
from marketplace.registry import operations as registry
from rewards.program.file import stored
from rewards.rules import operations as rules
from rewards.rules.kinds import KINDS
from rewards.rules.models import Rule, RuleVersion
from rewards.shipments import operations as shipments
from rewards.shipments.models import Shipment
from tests.reference import engine, xp
from tests.reference.facts import facts as expected_facts
from tests.reference.markets import START, WALLETS, Delivery, Market, deliveries, markets
from tests.rules.given import given_round, given_season
from tests.tables import day

NOW = day("2026-06-01")
BEFORE = day("2025-01-01")

agreement = settings(
    max_examples=int(os.environ.get("PLANS", "30")),
    deadline=None,
    derandomize="CI" in os.environ,
    print_blob=True,
    database=None,
    # Making a failing market small takes minutes; a run that looks for one may ask for it.
    phases=[Phase.explicit, Phase.generate, *([Phase.shrink] if "SHRINK" in os.environ else [])],
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)

Draw = Callable[[st.SearchStrategy[Any]], Any]

# Random markets happen in the first four days of 2026, so curves count in whole days from none to four.
points = st.lists(
    st.tuples(st.integers(0, 4), st.sampled_from(["0.5", "1", "1.25", "1.3333", "2", "7.7777"])),
    min_size=1,
    max_size=3,
    unique_by=lambda point: point[0],
).map(lambda drawn: [{"days": days, "multiplier": float(times)} for days, times in sorted(drawn)])
amounts = st.sampled_from([0, 0.000001, 0.3, 1, 33.333333, 1000])
collections = st.sampled_from(
    ["all", ["apes"], ["cats", "nobody"], {"top_volume": 1}, {"top_volume": 2, "minimum_buyers": 2}]
)
hours = st.integers(-30, 100)
windows = st.tuples(hours, hours).filter(lambda span: span[0] < span[1])


@st.composite
def purchases(draw: Draw) -> dict[str, Any]:
    return {
        "xp_per_purchase": draw(amounts),
        "xp_per_eth": draw(amounts),
        "minimum_price_eth": draw(st.sampled_from([0, 0.25, 0.000000000000000002])),
        "collections": draw(collections),
    }


@st.composite
def holdings(draw: Draw) -> dict[str, Any]:
    return {
        "xp_per_token_day": draw(amounts),
        "curve": draw(st.just([]) | points),
        "minimum_days": draw(st.integers(0, 2)),
        "collections": draw(collections),
    }


@st.composite
def boosts(draw: Draw) -> dict[str, Any]:
    return {
        "curve": draw(points),
        "shape": draw(st.sampled_from(["steps", "linear"])),
        "mode": draw(st.sampled_from(["best_hold", "each_token"])),
        "collections": draw(collections),
        "boosts": draw(st.sampled_from([[], ["a-purchase"], ["b-holding", "c-cohort"]])),
    }


cohorts = st.fixed_dictionaries({"xp": amounts, "cohort": st.just("listed")})
KINDS_DRAWN = {
    "a-purchase": purchases(),
    "b-holding": holdings(),
    "c-cohort": cohorts,
    "d-hold_boost": boosts(),
    "e-hold_boost": boosts(),
}


@st.composite
def programs(draw: Draw) -> dict[str, list[tuple[int, dict[str, Any]]]]:
    """
    Some rules by slug, each as its versions: the hour from which it is in force, and its fields.

    Rules that count for whole windows have one version: which of several counts is written down in
    test_hold_boost.py, and the reference does not know cohorts that change.
    """
    chosen = draw(st.sets(st.sampled_from(sorted(KINDS_DRAWN)), min_size=1))
    program = {}
    for slug in sorted(chosen):
        changes = [] if slug[0] in "cde" else draw(st.lists(st.integers(-30, 100), max_size=2))
        program[slug] = [(hour, draw(KINDS_DRAWN[slug])) for hour in [-5000, *sorted(changes)]]
    return program


def at(hour: int) -> Any:
    return START + timedelta(hours=hour)


def given_program(program: dict[str, list[tuple[int, dict[str, Any]]]], listed: set[str]) -> None:
    """Make the rules with their versions."""
    season = given_season()
    rules.put_cohort(slug="listed", addresses=listed)
    for slug, versions in program.items():
        kind = KINDS[slug[2:]]
        for hour, fields in versions:
            rules.put_rule(
                slug=slug,
                season=season,
                kind=kind.name,
                title=slug,
                starts_at=at(-5000),
                params=stored(kind=kind, typed=msgspec.convert(fields, kind.schema)),
                author="ann",
                as_of=at(hour),
            )


def deliver(market: Market, delivery: Delivery) -> None:
    """Let a market reach the inbox in one way, refreshing facts on the way and at the end."""
    for number, batch in enumerate(delivery.batches):
        inbox.accept(events=batch)
        for link, after in zip(market.links, delivery.links_after, strict=True):
            if after == number:
                registry.link(addresses=sorted(link), as_of=NOW)
        if delivery.refresh_after[number]:
            facts.refresh(as_of=NOW)
    facts.refresh(as_of=NOW)


def plan(window: tuple[int, int]) -> Shipment:
    """The plan of a round of all rules over hours from the market's start."""
    given_round(start=f"{at(window[0]):%Y-%m-%d %H:%M}", end=f"{at(window[1]):%Y-%m-%d %H:%M}")
    shipment = shipments.plan(slug="march", as_of=NOW)
    assert shipment is not None
    return shipment


# The engine's rules and plans in the words of the reference


def reference_rules(listed: set[str]) -> list[xp.Rule]:
    """The rules in the database as the reference reads them."""
    found = []
    for rule in Rule.objects.order_by("slug"):
        versions = list(RuleVersion.objects.filter(rule=rule).order_by("number"))
        until = [version.in_force_from for version in versions[1:]]
        found.append(
            xp.Rule(
                slug=rule.slug,
                kind=rule.kind,
                versions=[
                    xp.Version(version.in_force_from, end, reference_params(version.params, listed))
                    for version, end in zip(versions, [*until, None], strict=True)
                ],
            )
        )
    return found


def reference_params(params: dict[str, Any], listed: set[str]) -> dict[str, Any]:
    """A version's numbers, with collections and wallets as the reference has them."""
    told = dict(params)
    if "minimum_price_wei" in told:
        told["minimum_price_wei"] = int(told["minimum_price_wei"])
    if "cohort" in told:
        told["wallets"] = sorted(listed)
    if choice := told.get("collections"):
        if choice["of"] == "all":
            told["collections"] = "all"
        elif choice["of"] == "named":
            told["collections"] = choice["slugs"]
        else:
            told["collections"] = {
                "top_volume": {"count": choice["count"], "minimum_buyers": choice["minimum_buyers"]}
            }
    return told


def engine_lines() -> list[tuple[Any, ...]]:
    """The lines in the tables: who gets how much for which rule, and why."""
    rows = engine.rows(f"""
        SELECT rule.slug, version.number, named.collector, event.token_id, event.chain, line.base_micro_xp,
            line.boost_bp, line.amount_xp, line.reason
        FROM shipments_line AS line
        JOIN rules_ruleversion AS version ON version.id = line.rule_version_id
        JOIN rules_rule AS rule ON rule.id = version.rule_id
        JOIN ({engine.COLLECTOR}) AS named ON named.id = line.collector_id
        LEFT JOIN inbox_event AS event ON event.id = line.event_id
    """)
    return sorted((tuple(row.values()) for row in rows), key=repr)


def reference_lines(plan: xp.Plan, tokens: dict[Any, Any]) -> list[tuple[Any, ...]]:
    """The same of the reference; ``tokens`` has each subject's."""
    found = []
    for line in plan.lines:
        token = tokens.get(line.subject)
        found.append(
            (
                line.rule,
                line.version,
                line.collector,
                token[2] if token else None,
                token[0] if token else None,
                line.base_micro_xp,
                line.boost_bp,
                line.xp,
                line.reason,
            )
        )
    return sorted(found, key=repr)


def engine_boosts() -> list[tuple[Any, ...]]:
    """What boost rules gave; a token that is not boosted has no row."""
    rows = engine.rows(f"""
        SELECT rule.slug, version.number, named.collector,
            CASE WHEN boost.token IS NULL THEN NULL ELSE event.token_id END, boost.hold_days, boost.boost_bp
        FROM shipments_boost AS boost
        JOIN rules_ruleversion AS version ON version.id = boost.rule_version_id
        JOIN rules_rule AS rule ON rule.id = version.rule_id
        JOIN ({engine.COLLECTOR}) AS named ON named.id = boost.collector_id
        JOIN inbox_event AS event ON event.id = boost.event_id
    """)
    return sorted((tuple(row.values()) for row in rows), key=repr)


def reference_boosts(plan: xp.Plan) -> list[tuple[Any, ...]]:
    return sorted(
        (
            (one.rule, one.version, one.collector, one.token and one.token[2], one.hold_days, one.boost_bp)
            for one in plan.boosts
            if one.token is None or one.boost_bp != 10_000
        ),
        key=repr,
    )


def engine_awards() -> dict[str, int]:
    rows = engine.rows(f"""
        SELECT named.collector, award.amount_xp
        FROM shipments_award AS award
        JOIN ({engine.COLLECTOR}) AS named ON named.id = award.collector_id
    """)
    return {row["collector"]: row["amount_xp"] for row in rows}


@pytest.mark.django_db
class TestPlan:
    @agreement
    @given(data=st.data())
    def test_equals_the_reference(self, data: Any) -> None:
        market = data.draw(markets(), label="market")
        program = data.draw(programs(), label="program")
        window = data.draw(windows, label="window")
        listed = data.draw(st.sets(st.sampled_from(WALLETS)), label="listed")
        with transaction.atomic():
            deliver(market, in_one_batch(market))
            given_program(program, listed)
            plan(window)
            known = expected_facts(market.events, links=market.links)
            # A wallet that somebody linked is known, too.
            known.people.known.update(*market.links)
            expected = xp.plan(known, reference_rules(listed), (at(window[0]), at(window[1])))
            tokens = {("hold", hold.key, hold.collector): hold.token for hold in known.holds} | {
                ("sale", sale.source, sale.key): sale.token for sale in known.sales
            }
            pairs = [
                (engine_boosts(), reference_boosts(expected)),
                (engine_lines(), reference_lines(expected, tokens)),
                (engine_awards(), expected.awards),
            ]
            transaction.set_rollback(True)
        for found, wanted in pairs:
            note(f"engine:    {found}\nreference: {wanted}")
            assert found == wanted

    @agreement
    @given(data=st.data())
    def test_has_the_same_digest_however_events_come(self, data: Any) -> None:
        market = data.draw(markets(), label="market")
        program = data.draw(programs(), label="program")
        window = data.draw(windows, label="window")
        listed = data.draw(st.sets(st.sampled_from(WALLETS)), label="listed")
        digests = []
        for delivery in (in_one_batch(market), data.draw(deliveries(market), label="delivery")):
            with transaction.atomic():
                deliver(market, delivery)
                given_program(program, listed)
                digests.append(plan(window).plan_digest)
                again = shipments.plan(slug="march", as_of=NOW)
                assert again is not None
                digests.append(again.plan_digest)
                transaction.set_rollback(True)
        assert len(set(digests)) == 1


def in_one_batch(market: Market) -> Delivery:
    """The events in the order of the market, all at once."""
    return Delivery(batches=[market.events], refresh_after=[False], links_after=[0] * len(market.links))
