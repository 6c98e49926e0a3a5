"""What a shipment has come to: everything that must be the same whatever was killed on the way."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, TypeAlias

import psycopg

Rows: TypeAlias = list[tuple[Any, ...]]

# Instants are left out, and so are transfer and account numbers: they say when and in which order, and
# a batch that is tried twice uses up numbers.
TRANSFERS = """
    SELECT
        transfer.key,
        debit.kind,
        debit.holder_id,
        credit.kind,
        credit.holder_id,
        transfer.amount_xp,
        transfer.reason,
        transfer.shipment_id
    FROM ledger_transfer AS transfer
    INNER JOIN ledger_account AS debit ON transfer.debit_account_id = debit.id
    INNER JOIN ledger_account AS credit ON transfer.credit_account_id = credit.id
    ORDER BY transfer.key
"""
BALANCES = "SELECT kind, holder_id, balance_xp FROM ledger_account ORDER BY kind, holder_id"
AWARDS = "SELECT shipment_id, collector_id, amount_xp FROM shipments_award ORDER BY shipment_id, collector_id"
SHIPMENTS = """
    SELECT slug, state, plan_digest, line_count, award_count, total_xp, approved_by, problem
    FROM shipments_shipment
    ORDER BY slug
"""
BATCHES = """
    SELECT shipment_id, number, first_collector_id, last_collector_id, award_count, amount_xp, state, problem
    FROM shipments_batch
    ORDER BY shipment_id, number
"""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The rows of one database at one moment."""

    transfers: Rows
    balances: Rows
    awards: Rows
    shipments: Rows
    batches: Rows


def read_outcome(url: str) -> Outcome:
    """Read the outcome from a database, in one snapshot."""
    with psycopg.connect(url) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        return Outcome(
            transfers=connection.execute(TRANSFERS).fetchall(),
            balances=connection.execute(BALANCES).fetchall(),
            awards=connection.execute(AWARDS).fetchall(),
            shipments=connection.execute(SHIPMENTS).fetchall(),
            batches=connection.execute(BATCHES).fetchall(),
        )


def differences(outcome: Outcome, calm: Outcome, *, apart_from: Sequence[str] = ()) -> list[str]:
    """Each row that only one of the two outcomes has, in words; empty if they are equal."""
    found = []
    for field in fields(Outcome):
        if field.name in apart_from:
            continue
        got, wanted = Counter(getattr(outcome, field.name)), Counter(getattr(calm, field.name))
        found += [f"{field.name}: {row} is too much" for row in (got - wanted).elements()]
        found += [f"{field.name}: {row} is missing" for row in (wanted - got).elements()]
    return found
