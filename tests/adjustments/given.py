"""Rows of corrections, and corrections by ann that bob approves."""

from datetime import timedelta

from marketplace.registry.models import Wallet
from rewards.adjustments import operations as adjustments
from rewards.adjustments.models import Adjustment
from rewards.adjustments.sheet import Row
from rewards.ledger import queries as ledger
from rewards.ledger.operations import Holder
from rewards.rules.models import Season
from tests.rules.given import PLANNED_AT
from tests.tables import address, table

NOW = PLANNED_AT + timedelta(days=1)


def rows(text: str) -> list[Row]:
    """The rows that a table draws: wallet, xp, and what is taken back."""
    return [
        Row(
            line=line,
            address=address(row["wallet"]),
            amount_xp=int(row["xp"]),
            reason=row.get("reason", "A sale was counted wrong."),
            evidence=row.get("evidence", "Ticket 12."),
            takes_back=row.get("takes_back", ""),
        )
        for line, row in enumerate(table(text), start=2)
    ]


def written(text: str, **fields: int) -> Adjustment:
    """A correction by ann that waits."""
    return adjustments.write(
        season=Season.objects.get(slug="genesis"),
        title="Counted wrong",
        rows=rows(text),
        author="ann",
        as_of=NOW,
        **fields,
    )


def approved(adjustment: Adjustment, *, by: str = "bob") -> Adjustment:
    """The correction as made."""
    return adjustments.approve(adjustment_id=adjustment.id, digest=adjustment.digest, approver=by, as_of=NOW)


def xp(name: str) -> int:
    """What a wallet's collector has."""
    collector_id = Wallet.objects.get(address=address(name)).collector_id
    return ledger.get_balance(holder=Holder("collector", collector_id))
