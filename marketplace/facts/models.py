"""The facts: what Holdfast concludes from events. docs/explanation/facts.md says how, exactly."""

from django.db import models
from django.db.models import F, Q


class Hold(models.Model):
    """
    A stretch of time during which one collector kept a token, or some units of an edition.

    ``key`` comes from the settlement that started the hold, ``part`` numbers the pieces that left at
    different times. ``event_id`` is the event that started it. ``ended_at`` is exclusive and empty
    while the collector still has the token, so two holds of one token touch but never overlap.
    """

    pk = models.CompositePrimaryKey("key", "wallet_id", "part")
    key = models.UUIDField()
    wallet_id = models.BigIntegerField()
    part = models.IntegerField()
    collector_id = models.BigIntegerField()
    collection_id = models.IntegerField()
    token = models.UUIDField()
    edition = models.BooleanField()
    event_id = models.UUIDField()
    quantity = models.BigIntegerField()
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gt=F("started_at")),
                name="hold_ends_after_it_starts",
            ),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="hold_has_units"),
            models.UniqueConstraint(
                fields=["token"],
                condition=Q(ended_at=None, edition=False),
                name="single_token_has_one_holder",
            ),
        ]
        indexes = [
            # facts.refresh compares the holds of the tokens that new events name.
            models.Index(fields=["token"], name="hold_by_token"),
            # The tab lists a collector's holds; linking finds the tokens it touches.
            models.Index(fields=["collector_id"], name="hold_by_collector"),
        ]


class Sale(models.Model):
    """
    A token changed hands for a price.

    ``price`` is in the currency's base units for all units of the sale together; ``price_wei`` is the
    same in wei of ETH by the day's rate, and empty where no rate is known. ``seller_id`` and
    ``buyer_id`` are wallets.
    """

    event_id = models.UUIDField(primary_key=True)
    key = models.UUIDField()
    token = models.UUIDField()
    collection_id = models.IntegerField()
    seller_id = models.BigIntegerField()
    buyer_id = models.BigIntegerField()
    quantity = models.BigIntegerField()
    price = models.DecimalField(max_digits=78, decimal_places=0)
    currency = models.TextField()
    price_wei = models.DecimalField(max_digits=100, decimal_places=0, null=True)
    at = models.DateTimeField()
    order_id = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(seller_id=F("buyer_id")), name="sale_has_two_sides"),
            models.UniqueConstraint(fields=["key"], name="sale_is_counted_once"),
        ]
        indexes = [
            # facts.refresh compares the sales of the tokens that new events name.
            models.Index(fields=["token"], name="sale_by_token"),
            # Plans, volumes and ranks read the sales of a span of time.
            models.Index(fields=["at"], name="sale_by_instant"),
            # facts.refresh asks which sales filled an order.
            models.Index(fields=["order_id"], name="sale_by_order", condition=~Q(order_id=None)),
        ]


class Order(models.Model):
    """
    A listing or a bid, from its placing to the first thing that ended it.

    ``scope`` is the token, or the maker's place in a collection for a bid that names no token.
    ``ended_at`` is exclusive, may lie in the future for an order that expires, and is empty for
    one that rests until something happens. ``end_reason`` is empty exactly when ``ended_at`` is.
    """

    pk = models.CompositePrimaryKey("order_id", "scope")
    order_id = models.UUIDField()
    scope = models.UUIDField()
    event_id = models.UUIDField()
    side = models.TextField()
    maker_id = models.BigIntegerField()
    token = models.UUIDField(null=True)
    collection_id = models.IntegerField()
    trait = models.TextField(null=True)
    quantity = models.BigIntegerField()
    price = models.DecimalField(max_digits=78, decimal_places=0)
    currency = models.TextField()
    placed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    end_reason = models.TextField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("placed_at")),
                name="order_ends_after_it_is_placed",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, end_reason=None)
                | Q(
                    ended_at__isnull=False,
                    # An empty reason is in no list and not in none either, which a check lets pass.
                    end_reason__isnull=False,
                    end_reason__in=["filled", "cancelled", "expired", "replaced", "stranded"],
                ),
                name="an_end_has_its_reason",
            ),
            models.CheckConstraint(condition=Q(side__in=["listing", "bid"]), name="order_has_a_side"),
        ]
        indexes = [
            # facts.refresh compares the orders of the scopes that new events name.
            models.Index(fields=["scope"], name="order_by_scope"),
            # The tab lists a collector's orders that rest.
            models.Index(fields=["maker_id"], name="order_by_maker"),
        ]


class VolumeDay(models.Model):
    """
    What was traded in one collection on one UTC day, sales between own wallets left out.

    ``volume_wei`` leaves out the price of sales without a known rate; ``sale_count`` has them.
    """

    pk = models.CompositePrimaryKey("collection_id", "day")
    collection_id = models.IntegerField()
    day = models.DateField()
    sale_count = models.IntegerField()
    buyer_count = models.IntegerField()
    volume_wei = models.DecimalField(max_digits=100, decimal_places=0)


class Retold(models.Model):
    """
    A token whose sales, or who stands behind their wallets, may be others since the last look at them.

    A refresh and a rebuild add rows. Who concludes something from all sales of a token takes them away.
    """

    token = models.UUIDField(primary_key=True)


class Change(models.Model):
    """
    A step in which a refresh changed facts, of whatever time.

    ``changed_from`` is the earliest instant of which the facts are other ones since. Whoever knows the facts
    up to one change can so tell whether those of a past window are still the same. Linking wallets makes
    no row: it changes whose the facts are.
    """

    id = models.BigAutoField(primary_key=True)
    settled_at = models.DateTimeField()
    changed_from = models.DateTimeField()
