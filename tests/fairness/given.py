"""What tests of fairness read back, as tables."""

from typing import Any

from tests.tables import Table, read, short


def signals() -> Table:
    """The signals, a sale named by its token and its instant; ``evidence`` without keys."""
    return read(
        """
        SELECT signal.signal, signal.weight, signal.evidence::json AS evidence, sale.at, event.token_id
        FROM fairness_signal AS signal
        JOIN facts_sale AS sale ON sale.key = signal.sale_key
        JOIN inbox_event AS event ON event.id = sale.event_id
        """,
        token=lambda row: row["token_id"],
        at=lambda row: short(row["at"]),
        signal=lambda row: row["signal"],
        weight=lambda row: short(row["weight"]),
        evidence=lambda row: numbers(row["evidence"]),
    )


def numbers(evidence: dict[str, Any]) -> str:
    """The numbers of some evidence: ``sales 3, seconds 86400``."""
    told = {name: value for name, value in sorted(evidence.items()) if isinstance(value, int)}
    return ", ".join(f"{name} {value}" for name, value in told.items())
