"""What tests of listing and bidding say and read back: rounds of one day, and lines by their orders."""

from typing import Any

from rewards.shipments.models import Shipment
from tests.rules.given import given_market, given_rule, planned, times
from tests.tables import Table, name, read, short

# The floor is 1 ETH and the top bid 0.8 ETH, since long before the round.
BOOK = """
    kind    | token | maker | at         | price   | order
    listing | floor | flo   | 2026-02-01 | 1 ETH   | floor
    bid     | floor | top   | 2026-02-01 | 0.8 ETH | top
"""

AT_FLOOR = [{"price": 1, "weight": 1}]


def given_orders(text: str) -> None:
    """The orders of a text table, beside those that make the floor and the top bid."""
    given_market(BOOK)
    given_market(text)


def given_listing(**fields: Any) -> None:
    """A listing rule, 60 XP an hour and so 1 XP a minute, for what costs no more than the floor."""
    wanted: dict[str, Any] = {"xp_per_hour": 60, "bands": AT_FLOOR, **fields}
    given_rule("listers", "listing", **wanted)


def given_bidding(**fields: Any) -> None:
    """A bidding rule, 60 XP an hour and so 1 XP a minute, for what bids the floor or more."""
    wanted: dict[str, Any] = {"xp_per_hour": 60, "bands": AT_FLOOR, **fields}
    given_rule("bidders", "bidding", **wanted)


def planned_day(**fields: Any) -> Shipment:
    """The round of the first of March, planned."""
    return planned(slug="day", **({"start": "2026-03-01", "end": "2026-03-02"} | fields))


def order_lines() -> Table:
    """The plan's lines of orders, without those of the book; ``seconds`` is how long they counted."""
    return read(
        """
        SELECT line.*, wallet.address, event.order_key, version.number
        FROM shipments_line AS line
        JOIN rules_ruleversion AS version ON version.id = line.rule_version_id
        JOIN registry_wallet AS wallet ON wallet.id = line.collector_id
        JOIN inbox_event AS event ON event.id = line.event_id
        WHERE event.order_key NOT IN ('floor', 'top')
        """,
        order=lambda row: row["order_key"],
        version=lambda row: short(row["number"]),
        collector=lambda row: name(row["address"]),
        seconds=lambda row: short(row["quantity"]),
        base=lambda row: f"{row['base_micro_xp'] / 1_000_000:.10g}",
        boost=lambda row: times(row["boost_bp"]),
        cut=lambda row: short(row["cut_xp"]),
        xp=lambda row: short(row["amount_xp"]),
        reason=lambda row: row["reason"],
    )
