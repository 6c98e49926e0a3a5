"""The names that events use: wallets, with the collector that each belongs to, and collections."""

from django.db import models


class Wallet(models.Model):
    """
    An address that some event named.

    ``collector_id`` is the id of the wallet that stands for the collector: the wallet's own while it
    is not linked. EVM addresses are lower case. The zero address is nobody and has no row.
    """

    id = models.BigAutoField(primary_key=True)
    address = models.TextField(unique=True, db_collation="C")
    collector_id = models.BigIntegerField()

    class Meta:
        indexes = [
            # Linking and every page of a collector ask for the wallets of one collector.
            models.Index(fields=["collector_id"], name="wallet_by_collector"),
        ]


class Collection(models.Model):
    """A set of tokens by its slug. ``verified`` is a mark that staff give."""

    id = models.AutoField(primary_key=True)
    slug = models.TextField(unique=True, db_collation="C")
    verified = models.BooleanField(default=False, db_default=False)


class Link(models.Model):
    """
    A wallet was joined to a collector.

    ``settled_at`` is empty until the facts have taken it in.
    """

    id = models.BigAutoField(primary_key=True)
    wallet_id = models.BigIntegerField()
    collector_id = models.BigIntegerField()
    linked_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
