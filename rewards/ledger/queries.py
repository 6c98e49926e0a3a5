"""Reads the ledger: balances, transfers, and what the audit finds."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from config.db import folder
from rewards.ledger.audit import CHECKS, Finding
from rewards.ledger.operations import Holder

SQL = folder()

NEWEST = 2**63 - 1


@dataclass(frozen=True, kw_only=True)
class AccountTransfer:
    """
    A transfer as one of its two accounts sees it: ``change_xp`` is negative where XP was given.

    ``other`` is the account on the other side. ``id`` is where the next page begins.
    """

    id: int
    key: str
    reason: str
    change_xp: int
    other: Holder
    shipment_id: int | None
    posted_at: datetime


def get_balance(*, holder: Holder) -> int:
    """The XP that a holder has; 0 where it has no account yet."""
    rows = SQL["get_balance"].rows(holder._asdict())
    return int(rows[0]["balance_xp"]) if rows else 0


def list_balances(*, kind: str, holder_ids: Collection[int]) -> dict[int, int]:
    """The XP of each of these holders of one kind, 0 included, with one statement for all."""
    rows = SQL["list_balances"].rows({"kind": kind, "holder_ids": list(holder_ids)})
    return dict.fromkeys(holder_ids, 0) | {row["holder_id"]: row["balance_xp"] for row in rows}


def list_transfers(*, holder: Holder, before_id: int | None = None, limit: int = 50) -> list[AccountTransfer]:
    """
    A page of a holder's transfers, newest first.

    The next page is asked for with the last row's ``id`` as ``before_id``.
    """
    before = NEWEST if before_id is None else before_id
    rows = SQL["list_transfers"].rows({**holder._asdict(), "before_id": before, "limit": limit})
    return [
        AccountTransfer(
            id=row["id"],
            key=row["key"],
            reason=row["reason"],
            change_xp=row["change_xp"],
            other=Holder(row["other_kind"], row["other_holder_id"]),
            shipment_id=row["shipment_id"],
            posted_at=row["posted_at"],
        )
        for row in rows
    ]


def list_findings() -> list[Finding]:
    """
    Every row, guard and privilege that breaks a promise of the ledger; empty if all is well.

    Each check is one statement and so sees one moment. Reads the whole ledger.
    """
    return [finding for check in CHECKS for finding in check.findings()]
