"""The engine's facts, read in the words of the reference."""

from typing import Any

from django.db import connection

from tests.reference.events import People
from tests.reference.facts import Facts, Order, Sale, VolumeDay
from tests.reference.hands import Hold, together

FACT_TABLES = ["facts_hold", "facts_sale", "facts_order", "facts_volumeday"]


def rows(sql: str) -> list[dict[str, Any]]:
    """The rows of a query."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def fact_rows() -> dict[str, list[str]]:
    """Every row of the fact tables, whole."""
    return {table: sorted(map(repr, rows(f"SELECT * FROM {table}"))) for table in FACT_TABLES}


def facts() -> Facts:
    """The facts in the tables."""
    return Facts(
        holds=sorted(holds(), key=repr),
        sales=sorted(sales(), key=repr),
        orders=sorted(orders(), key=repr),
        volume_days=sorted(volume_days(), key=repr),
        people=People(links=[], custody=set(), known=set()),
    )


# A collector is named by the smallest of its wallets' addresses, which is how the reference names it.
COLLECTOR = """
    SELECT wallet.id, MIN(other.address COLLATE "C") AS collector
    FROM registry_wallet AS wallet
    JOIN registry_wallet AS other ON other.collector_id = wallet.collector_id
    GROUP BY wallet.id
"""


def holds() -> list[Hold]:
    """All holds, their pieces of one start and one end together."""
    found = rows(f"""
        SELECT hold.*, wallet.address, named.collector, collection.slug,
            event.chain, event.contract, event.token_id
        FROM facts_hold AS hold
        JOIN inbox_event AS event ON event.id = hold.event_id
        JOIN registry_wallet AS wallet ON wallet.id = hold.wallet_id
        JOIN ({COLLECTOR}) AS named ON named.id = hold.collector_id
        JOIN registry_collection AS collection ON collection.id = hold.collection_id
    """)
    return together(
        [
            Hold(
                collector=row["collector"],
                wallet=row["address"],
                token=(row["chain"], row["contract"], row["token_id"]),
                quantity=row["quantity"],
                started_at=row["started_at"],
                ended_at=row["ended_at"],
                key=(row["key"],),
                collection=row["slug"],
            )
            for row in found
        ]
    )


def sales() -> list[Sale]:
    """All sales."""
    found = rows("""
        SELECT sale.*, seller.address AS seller, buyer.address AS buyer, collection.slug,
            event.source, event.key AS event_key, event.order_key,
            event.chain, event.contract, event.token_id
        FROM facts_sale AS sale
        JOIN inbox_event AS event ON event.id = sale.event_id
        JOIN registry_wallet AS seller ON seller.id = sale.seller_id
        JOIN registry_wallet AS buyer ON buyer.id = sale.buyer_id
        JOIN registry_collection AS collection ON collection.id = sale.collection_id
    """)
    return [
        Sale(
            source=row["source"],
            key=row["event_key"],
            seller=row["seller"],
            buyer=row["buyer"],
            token=(row["chain"], row["contract"], row["token_id"]),
            collection=row["slug"],
            quantity=row["quantity"],
            price=int(row["price"]),
            currency=row["currency"],
            price_wei=None if row["price_wei"] is None else int(row["price_wei"]),
            at=row["at"],
            order_key=row["order_key"],
        )
        for row in found
    ]


def orders() -> list[Order]:
    """All orders."""
    found = rows("""
        SELECT placed.*, event.order_key, event.chain, event.contract, event.token_id,
            maker.address AS maker, collection.slug
        FROM facts_order AS placed
        JOIN inbox_event AS event ON event.id = placed.event_id
        JOIN registry_wallet AS maker ON maker.id = placed.maker_id
        JOIN registry_collection AS collection ON collection.id = placed.collection_id
    """)
    return [
        Order(
            order_key=row["order_key"],
            side=row["side"],
            maker=row["maker"],
            token=None if row["token"] is None else (row["chain"], row["contract"], row["token_id"]),
            collection=row["slug"],
            trait=row["trait"],
            quantity=row["quantity"],
            placed_at=row["placed_at"],
            ended_at=row["ended_at"],
            end_reason=row["end_reason"],
        )
        for row in found
    ]


def volume_days() -> list[VolumeDay]:
    """Daily volume by collection."""
    found = rows("""
        SELECT volume.*, collection.slug
        FROM facts_volumeday AS volume
        JOIN registry_collection AS collection ON collection.id = volume.collection_id
    """)
    return [
        VolumeDay(
            collection=row["slug"],
            day=row["day"],
            sales=row["sale_count"],
            buyers=row["buyer_count"],
            volume_wei=int(row["volume_wei"]),
        )
        for row in found
    ]
