"""The inbox: every accepted event, once, as it was told (P1)."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models.functions import Now


class Batch(models.Model):
    """
    A run of events that came in with one transaction.

    ``settled_at`` is empty until the facts have taken the batch in. ``fingerprint`` is a digest of the raw
    bytes that the batch was read from; it is empty where a part of them was refused or in conflict, so
    that a batch with a fingerprint can be skipped unread when the same bytes come again.

    ``event_count`` is the number of events that the batch brought. ``told_count`` is the number that its
    bytes tell, known ones included, and ``moved_count`` how many of these stand elsewhere in the chain than
    the accepted one: what a report says when the bytes are skipped.
    """

    id = models.BigAutoField(primary_key=True)
    fingerprint = models.UUIDField(null=True)
    format = models.TextField(default="native")
    event_count = models.IntegerField()
    told_count = models.IntegerField(db_default=0)
    moved_count = models.IntegerField(db_default=0)
    received_at = models.DateTimeField(db_default=Now())
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["format", "fingerprint"], name="bytes_are_taken_in_once"),
        ]
        indexes = [
            # facts.refresh looks for the batches that are not in the facts yet.
            models.Index(fields=["id"], name="batch_to_settle", condition=models.Q(settled_at=None)),
        ]


class Event(models.Model):
    """
    One immutable message about the market, in columns.

    ``id`` is the 128-bit BLAKE2b digest of source and key, so that one narrow index keeps P1. The other
    digests are made when the event is read: ``scope`` is the token (chain, contract, token_id), or the
    maker's place in a collection for a bid without a token, or the order for a cancel; ``settlement``
    groups what one transaction or order did to a token; ``trade`` is a sale's own identity within
    that; ``order_id`` stands for ``order_key``. ``content`` is a digest of all that the sender told,
    without ``at`` and ``position`` for events that name a transaction, because a reorg moves those.

    Prices are in the currency's base units, except a rate's, which is wei of ETH for one whole unit.
    """

    id = models.UUIDField(primary_key=True)
    batch_id = models.BigIntegerField()
    source = models.TextField(db_collation="C")
    key = models.TextField(db_collation="C")
    kind = models.TextField()
    at = models.DateTimeField()
    block = models.BigIntegerField(null=True)
    tx_index = models.BigIntegerField(null=True)
    log_index = models.BigIntegerField(null=True)
    scope = models.UUIDField(null=True)
    settlement = models.UUIDField(null=True)
    trade = models.UUIDField(null=True)
    order_id = models.UUIDField(null=True)
    chain = models.TextField(null=True)
    contract = models.TextField(null=True)
    collection = models.TextField(null=True)
    token_id = models.TextField(null=True)
    trait = models.TextField(null=True)
    quantity = models.BigIntegerField(null=True)
    standard = models.TextField(null=True)
    from_wallet = models.TextField(null=True)
    to_wallet = models.TextField(null=True)
    maker = models.TextField(null=True)
    price = models.DecimalField(max_digits=78, decimal_places=0, null=True)
    currency = models.TextField(null=True)
    decimals = models.SmallIntegerField(null=True)
    order_key = models.TextField(null=True, db_collation="C")
    expires_at = models.DateTimeField(null=True)
    tx_hash = models.TextField(null=True)
    address = models.TextField(null=True)
    content = models.UUIDField()

    class Meta:
        indexes = [
            # facts.refresh reads every event of the tokens and orders that new events name.
            models.Index(fields=["scope"], name="event_by_scope"),
            # facts.refresh reads the events of new batches; rows lie in the order of their batches, so a
            # block range index finds them and costs an ingest nothing.
            BrinIndex(fields=["batch_id"], name="event_by_batch", pages_per_range=16),
            # facts and fairness read the lists of custody addresses, funders and rates.
            models.Index(
                fields=["kind"],
                name="event_of_a_list",
                condition=models.Q(kind__in=["custody", "funding", "rate"]),
            ),
        ]
