"""What tests say of rules and rounds, in the words of a program file, and what a plan wrote, as tables."""

from datetime import datetime
from typing import Any

import msgspec

from marketplace.facts import operations as facts
from rewards.program.file import stored
from rewards.rules import operations as rules
from rewards.rules.kinds import KINDS
from rewards.rules.models import Rule, Season
from rewards.shipments import operations as shipments
from rewards.shipments.models import Shipment
from tests.tables import Table, amount, day, given_events, name, read, short

# Rules were made long before the rounds of the tests, and rounds are planned when their month is over.
BEFORE = day("2025-01-01")
PLANNED_AT = day("2026-05-01")


def given_market(text: str) -> None:
    """Accept the events of a text table and bring the facts up to date."""
    given_events(text)
    facts.refresh(as_of=PLANNED_AT)


def given_season(*, budget_xp: int = 1_000_000) -> Season:
    """The season of the tests, made once."""
    rules.put_season(
        slug="genesis",
        title="Genesis",
        starts_at=day("2025-01-01"),
        ends_at=day("2027-01-01"),
        budget_xp=budget_xp,
        as_of=BEFORE,
    )
    return Season.objects.get(slug="genesis")


def given_rule(
    slug: str, kind: str, *, since: str = "2025-01-01", as_of: datetime = BEFORE, **fields: Any
) -> Rule:
    """A rule with the fields that a program file would give it; again, and changed, a new version."""
    season = Season.objects.filter(slug="genesis").first() or given_season()
    typed = msgspec.convert(fields, KINDS[kind].schema)
    rules.put_rule(
        slug=slug,
        season=season,
        kind=kind,
        title=slug.capitalize(),
        starts_at=day(since),
        params=stored(kind=KINDS[kind], typed=typed),
        author="ann",
        as_of=as_of,
    )
    return Rule.objects.get(slug=slug)


def given_round(
    *, slug: str = "march", start: str = "2026-03-01", end: str = "2026-03-31", only: list[str] | None = None
) -> Shipment:
    """A draft, by ann, of a round of 30 days that pays all rules, or only those."""
    rules_in_it = Rule.objects.all() if only is None else Rule.objects.filter(slug__in=only)
    draft = shipments.Draft(
        slug=slug,
        season=Season.objects.get(slug="genesis"),
        title=slug.capitalize(),
        message="",
        window_start=day(start),
        window_end=day(end),
        rules=list(rules_in_it),
        plan_due_at=day(end),
        ships_at=None,
    )
    shipments.put_draft(draft=draft, author="ann")
    return Shipment.objects.get(slug=slug)


def planned(*, slug: str = "march", **fields: Any) -> Shipment:
    """The round, made if it is not there yet, with its plan."""
    if not Shipment.objects.filter(slug=slug).exists():
        given_round(slug=slug, **fields)
    shipment = shipments.plan(slug=slug, as_of=PLANNED_AT)
    assert shipment is not None
    return shipment


def approved(*, slug: str = "march", **fields: Any) -> Shipment:
    """The round with its plan, approved by bob."""
    digest = planned(slug=slug, **fields).plan_digest
    assert digest is not None
    return shipments.approve(slug=slug, digest=digest, approver="bob", as_of=PLANNED_AT)


def shipped(*, slug: str = "march", **fields: Any) -> Shipment:
    """The round, posted in batches of two awards."""
    shipments.start(slug=approved(slug=slug, **fields).slug, as_of=PLANNED_AT, batch_size=2)
    for batch in shipments.get(slug=slug).batches.order_by("number"):
        shipments.post_batch(batch_id=batch.id, as_of=PLANNED_AT)
    shipments.finish(as_of=PLANNED_AT)
    return shipments.get(slug=slug)


def times(basis_points: int) -> str:
    """A multiplier as people read it: 12500 basis points are ×1.25."""
    return f"×{basis_points / 10_000:g}"


def lines() -> Table:
    """What the plans' lines say. ``base`` is XP before the boost; ``price`` is a purchase's."""
    return read(
        """
        SELECT line.*, rule.slug AS rule, rule.kind, version.number, shipment.slug AS shipment,
            wallet.address, event.token_id, event.collection,
            (SELECT slug FROM shipments_shipment WHERE id = line.for_shipment_id) AS for_round
        FROM shipments_line AS line
        JOIN shipments_shipment AS shipment ON shipment.id = line.shipment_id
        JOIN rules_ruleversion AS version ON version.id = line.rule_version_id
        JOIN rules_rule AS rule ON rule.id = version.rule_id
        JOIN registry_wallet AS wallet ON wallet.id = line.collector_id
        LEFT JOIN inbox_event AS event ON event.id = line.event_id
        """,
        shipment=lambda row: row["shipment"],
        rule=lambda row: row["rule"],
        version=lambda row: short(row["number"]),
        collector=lambda row: name(row["address"]),
        token=lambda row: short(row["token_id"]),
        collection=lambda row: short(row["collection"]),
        price=lambda row: amount(row["quantity"], "ETH") if row["kind"] == "purchase" else "",
        unit_seconds=lambda row: short(row["quantity"]) if row["kind"] == "holding" else "",
        days=lambda row: short(row["hold_days"]),
        base=lambda row: f"{row['base_micro_xp'] / 1_000_000:.10g}",
        boost=lambda row: times(row["boost_bp"]),
        earlier=lambda row: short(row["earlier_xp"]),
        cut=lambda row: short(row["cut_xp"]),
        xp=lambda row: short(row["amount_xp"]),
        reason=lambda row: row["reason"],
        for_round=lambda row: row["for_round"],
    )


def boosts() -> Table:
    """What the plans' boosts say; ``token`` is empty where all lines of the collector are boosted."""
    return read(
        """
        SELECT boost.*, rule.slug AS rule, version.number, wallet.address, event.token_id
        FROM shipments_boost AS boost
        JOIN rules_ruleversion AS version ON version.id = boost.rule_version_id
        JOIN rules_rule AS rule ON rule.id = version.rule_id
        JOIN registry_wallet AS wallet ON wallet.id = boost.collector_id
        JOIN inbox_event AS event ON event.id = boost.event_id
        """,
        rule=lambda row: row["rule"],
        version=lambda row: short(row["number"]),
        collector=lambda row: name(row["address"]),
        token=lambda row: row["token_id"] if row["token"] else "",
        held=lambda row: row["token_id"],
        days=lambda row: short(row["hold_days"]),
        boost=lambda row: times(row["boost_bp"]),
    )


def awards() -> Table:
    """What the plans' awards say."""
    return read(
        """
        SELECT award.amount_xp, shipment.slug AS shipment, wallet.address
        FROM shipments_award AS award
        JOIN shipments_shipment AS shipment ON shipment.id = award.shipment_id
        JOIN registry_wallet AS wallet ON wallet.id = award.collector_id
        """,
        shipment=lambda row: row["shipment"],
        collector=lambda row: name(row["address"]),
        xp=lambda row: short(row["amount_xp"]),
    )
