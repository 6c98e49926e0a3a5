"""Looks for XP of joined wallets that the ledger has otherwise than it was noted."""

from config import db
from rewards.ledger.audit import Finding

SQL = db.folder()


def list_findings() -> list[Finding]:
    """Every move without its transfer and every such transfer without its move; empty if all is well."""
    return [
        Finding(
            promise="P9",
            row=f"ledger_transfer {row['key']}",
            sentence=f"{row['noted_xp']:,} XP of a joined wallet were noted, but the ledger has "
            f"{row['posted_xp']:,} XP.",
        )
        for row in SQL["audit_moves"].rows()
    ]
