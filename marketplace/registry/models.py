"""The names that events use: wallets, with the collector that each belongs to, and collections."""

from django.db import models
from django.db.models import F, Q


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
    A stretch of time in which a wallet belonged to a collector other than itself. It stays for ever.

    ``ended_at`` is exclusive and empty while the wallet belongs to it. ``settled_at`` is empty until the
    facts have taken the beginning in, ``end_settled_at`` until they have taken the end in.
    """

    id = models.BigAutoField(primary_key=True)
    wallet_id = models.BigIntegerField()
    collector_id = models.BigIntegerField()
    linked_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    end_settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("linked_at")), name="link_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(end_settled_at=None) | Q(ended_at__isnull=False),
                name="only_an_ended_link_is_settled_as_ended",
            ),
            models.UniqueConstraint(
                fields=["wallet_id"], condition=Q(ended_at=None), name="wallet_has_one_link_at_a_time"
            ),
        ]
        indexes = [
            # The pages of a wallet ask whether it was ever linked, and so does what was paid to whom.
            models.Index(fields=["wallet_id"], name="link_by_wallet"),
            models.Index(fields=["collector_id"], name="link_by_collector"),
            # Every refresh of the facts and every sweep look for links to take in.
            models.Index(
                fields=["id"],
                name="link_to_settle",
                condition=Q(settled_at=None) | Q(ended_at__isnull=False, end_settled_at=None),
            ),
        ]

    @classmethod
    def unsettled(cls) -> Q:
        """The links whose beginning or end the facts have not taken in yet."""
        return Q(settled_at=None) | Q(ended_at__isnull=False, end_settled_at=None)
