"""XP to begin with, and entries to post, for the tests of the ledger."""

import json
from typing import Any

from django.db import connection

from config.db import Statement
from rewards.ledger import operations as ledger
from rewards.ledger.operations import ISSUANCE, Holder, Posted
from tests.tables import Table, day, read

SEASON = Holder("season", 1)
ROUND = Holder("shipment", 7)
ANN = Holder("collector", 101)
BOB = Holder("collector", 102)

ENTRIES = Statement(
    name="tests.entries",
    text="""
        SELECT entry.*
        FROM jsonb_to_recordset(%(entries)s::jsonb) AS entry (
            key text, debit_kind text, debit_holder bigint, credit_kind text, credit_holder bigint,
            amount_xp bigint, reason text, shipment_id bigint
        )
    """,
)


def entry(
    key: str, debit: Holder, credit: Holder, amount_xp: int | None, reason: str | None = "award"
) -> dict[str, Any]:
    """One entry as ``post`` wants it."""
    return {
        "key": key,
        "debit_kind": debit.kind,
        "debit_holder": debit.holder_id,
        "credit_kind": credit.kind,
        "credit_holder": credit.holder_id,
        "amount_xp": amount_xp,
        "reason": reason,
        "shipment_id": debit.holder_id if debit.kind == "shipment" else None,
    }


def award(collector: int, amount_xp: int, *, shipment: int = 7) -> dict[str, Any]:
    """What a shipment gives one collector."""
    shipper = Holder("shipment", shipment)
    return entry(f"award:{shipment}:{collector}", shipper, Holder("collector", collector), amount_xp)


def post(*entries: dict[str, Any], at: str = "2026-02-01") -> Posted:
    """Post these entries."""
    return ledger.post(entries=ENTRIES, params={"entries": json.dumps(entries)}, posted_at=day(at))


def given_round(amount_xp: int, *, shipment: int = 7) -> None:
    """Issue XP to the season and reserve it all for a shipment."""
    shipper = Holder("shipment", shipment)
    post(
        entry(f"budget:{shipment}", ISSUANCE, SEASON, amount_xp, "budget"),
        entry(f"reserve:{shipment}", SEASON, shipper, amount_xp, "reserve"),
        at="2026-01-01",
    )


def balances() -> Table:
    """All accounts."""
    return read(
        "SELECT kind, holder_id, balance_xp FROM ledger_account",
        kind=lambda row: row["kind"],
        holder=lambda row: str(row["holder_id"]),
        xp=lambda row: str(row["balance_xp"]),
    )


def transfers() -> Table:
    """All transfers."""
    return read(
        "SELECT key, amount_xp, reason, shipment_id FROM ledger_transfer",
        key=lambda row: row["key"],
        xp=lambda row: str(row["amount_xp"]),
        reason=lambda row: row["reason"],
        shipment=lambda row: str(row["shipment_id"] or ""),
    )


def execute(statement: str, params: Any = None) -> None:
    """Run raw SQL, as somebody with a console would."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
