"""Looks for broken promises of plans and shipments: digests, sums, and what the ledger has of them."""

from collections.abc import Iterator

from config import db
from rewards.ledger.audit import Finding
from rewards.rules.kinds import AT_AN_INSTANT
from rewards.shipments import planning
from rewards.shipments.models import Shipment

SQL = db.folder()


def list_findings() -> list[Finding]:
    """Every row of plans and shipments that breaks a promise; empty if all is well."""
    return [
        *_digests(),
        *_awards(),
        *_posts(),
        *_totals(),
        *_paid_twice(),
        *_late_rounds(),
        *_guards(),
    ]


def _digests() -> Iterator[Finding]:
    for shipment in Shipment.objects.exclude(plan_digest=None).order_by("slug"):
        digest = planning.compute_digest(shipment=shipment)
        if digest != shipment.plan_digest:
            yield Finding(
                promise="P7",
                row=f"shipments_shipment {shipment.slug}",
                sentence=f"Its plan has the digest {digest}, but {shipment.plan_digest} was written down.",
            )


def _awards() -> Iterator[Finding]:
    for row in SQL["audit_awards"].rows():
        yield Finding(
            promise="P12",
            row=f"shipments_award {row['slug']} {row['collector_id']}",
            sentence=f"The award says {row['award_xp']:,} XP, but its lines make {row['lines_xp']:,} XP.",
        )


def _posts() -> Iterator[Finding]:
    for row in SQL["audit_posts"].rows():
        yield Finding(
            promise="P9",
            row=f"shipments_award {row['slug']} {row['collector_id']}",
            sentence=f"{row['planned_xp']:,} XP were due, but the ledger has {row['posted_xp']:,} XP.",
        )


def _totals() -> Iterator[Finding]:
    for row in SQL["audit_totals"].rows():
        batches = "no batches" if row["batches_xp"] is None else f"batches of {row['batches_xp']:,} XP"
        yield Finding(
            promise="P8",
            row=f"shipments_shipment {row['slug']}",
            sentence=f"It is {row['state']} with a total of {row['total_xp']:,} XP, but has awards of "
            f"{row['awards_xp']:,} XP and {batches}; its account holds {row['held_xp']:,} XP where "
            f"{row['due_xp']:,} XP are due.",
        )


def _paid_twice() -> Iterator[Finding]:
    for row in SQL["audit_paid_twice"].rows({"at_an_instant": AT_AN_INSTANT}):
        yield Finding(
            promise="P13",
            row=f"shipments_line {row['slug']} {row['collector_id']} {row['subject']}",
            sentence=f"Rounds together count {row['counted_xp']:,} XP for it, but it is worth "
            f"{row['whole_xp']:,} XP: it was paid twice.",
        )


def _late_rounds() -> Iterator[Finding]:
    for row in SQL["audit_late_rounds"].rows():
        yield Finding(
            promise="P13",
            row=f"shipments_line {row['slug']} for {row['late_for']}",
            sentence=f"{row['lines']:,} late lines are for a round that is {row['state']} and was not "
            "approved before them.",
        )


def _guards() -> Iterator[Finding]:
    for row in SQL["audit_guards"].rows():
        yield Finding(
            promise="P8",
            row=f"{row['table_name']} trigger {row['trigger_name']}",
            sentence="The guard is missing or switched off.",
        )
