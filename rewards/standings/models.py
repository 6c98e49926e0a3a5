"""Snapshots of all balances in their order, and who does not want to be named in it."""

from django.db import models
from django.db.models import F, Q


class Snapshot(models.Model):
    """
    A moment at which all balances were put in order.

    ``last_transfer_id`` is how far the ledger had come. ``is_settled`` is true once nothing had moved since
    the snapshot before: a transfer that was committed late, under a lower number, is then in it, too.
    """

    id = models.BigAutoField(primary_key=True)
    taken_at = models.DateTimeField()
    last_transfer_id = models.BigIntegerField()
    is_settled = models.BooleanField()
    collector_count = models.BigIntegerField()


class Standing(models.Model):
    """
    A collector in a snapshot. ``position`` counts from 1 without gaps; ``place`` is shared by equal balances.

    A snapshot's rows never change. The next snapshot has rows of its own and these go, so that a reader never
    sees half of one and half of the other.
    """

    pk = models.CompositePrimaryKey("snapshot_id", "position")
    snapshot_id = models.BigIntegerField()
    position = models.BigIntegerField()
    place = models.BigIntegerField()
    collector_id = models.BigIntegerField()
    balance_xp = models.BigIntegerField()

    class Meta:
        constraints = [
            # Also how a collector's own place is found.
            models.UniqueConstraint(fields=["snapshot_id", "collector_id"], name="collector_stands_once"),
            models.CheckConstraint(condition=Q(balance_xp__gt=0), name="only_xp_gives_a_place"),
            models.CheckConstraint(
                condition=Q(place__gte=1, place__lte=F("position")), name="place_is_not_behind_its_position"
            ),
        ]


class OptOut(models.Model):
    """That a collector is not to be named among the leaders. The place is still counted."""

    collector_id = models.BigIntegerField(primary_key=True)
    opted_out_at = models.DateTimeField()
