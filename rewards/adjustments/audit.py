"""Looks for corrections that the ledger has otherwise than they were approved."""

from config import db
from rewards.adjustments.models import Adjustment
from rewards.ledger.audit import Finding

SQL = db.folder()


def list_findings() -> list[Finding]:
    """Every entry, transfer or digest that breaks a promise; empty if all is well."""
    found = [
        Finding(
            promise="P10",
            row=f"ledger_transfer {row['key']}",
            sentence=f"A correction of {row['due_xp']:,} XP was approved, but the ledger has "
            f"{row['posted_xp']:,} XP, or between other accounts.",
        )
        for row in SQL["audit_posts"].rows()
    ]
    found += [
        Finding(
            promise="P10",
            row=f"ledger_transfer {row['key']}",
            sentence=f"{row['taken_xp']:,} XP of it were taken back, but it was {row['amount_xp']:,} XP.",
        )
        for row in SQL["audit_taken"].rows()
    ]
    for adjustment in Adjustment.objects.order_by("id"):
        said = SQL["digest"].row({"adjustment_id": adjustment.id})
        if any(getattr(adjustment, name) != value for name, value in said.items()):
            found.append(
                Finding(
                    promise="P8",
                    row=f"adjustments_adjustment {adjustment.id}",
                    sentence=f"Its entries have the digest {said['digest']}, but {adjustment.digest} was "
                    "written down, or other sums.",
                )
            )
    return found
