"""
An empty market beside the real one: temporary tables that stand before those of the same name.

Whatever the engine reads and writes while it is open are these, so that a farm is played by the very
statements that plan a round, and nothing of it can touch what is real. They are gone with the transaction.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from psycopg import sql

# What the engine reads and writes between an event and an award.
TABLES = (
    "inbox_batch",
    "inbox_event",
    "registry_collection",
    "registry_link",
    "registry_wallet",
    "facts_hold",
    "facts_order",
    "facts_retold",
    "facts_sale",
    "facts_volumeday",
    "fairness_decision",
    "fairness_signal",
    "shipments_award",
    "shipments_boost",
    "shipments_line",
    "shipments_shipment",
    "shipments_shipmentrule",
)


@contextmanager
def market() -> Iterator[None]:
    """Open an empty market. It is rolled back at the end, however that comes."""
    with transaction.atomic():
        try:
            with connection.cursor() as cursor:
                for name in TABLES:
                    copy = sql.SQL("CREATE TEMPORARY TABLE {} (LIKE public.{} INCLUDING ALL) ON COMMIT DROP")
                    cursor.execute(copy.format(sql.Identifier(name), sql.Identifier(name)))
            yield
        finally:
            transaction.set_rollback(True)


@contextmanager
def trial() -> Iterator[None]:
    """Do something in the market that is open, and let it be empty again afterwards."""
    with transaction.atomic():
        try:
            yield
        finally:
            transaction.set_rollback(True)
