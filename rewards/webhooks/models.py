"""Messages that are told to other systems, who is told, and how each telling went."""

from typing import Final

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from rewards.webhooks.kinds import KINDS

# What secrets are sealed for here; those of another purpose have another key.
SEALED_FOR: Final = b"holdfast: secrets of webhook endpoints"

STATES: Final = ("on", "paused", "gone", "revoked")


class Endpoint(models.Model):
    """
    An address of the marketplace's that is told what it asked for.

    ``state`` is on; paused (what is announced waits for it); gone (it answered 410, so nothing more is kept
    for it); or revoked. ``notice`` says why it is gone. ``quiet_until`` is when a worker looks at it again:
    it is ahead while one is at it, and while it rests after ``failures`` tries in a row that failed.
    """

    id = models.AutoField(primary_key=True)
    name = models.TextField(unique=True, db_collation="C")
    url = models.TextField()
    kinds = ArrayField(models.TextField())
    state = models.TextField(default="on", db_default="on")
    notice = models.TextField(default="", db_default="")
    added_by = models.TextField()
    added_at = models.DateTimeField(db_default=Now())
    failures = models.IntegerField(default=0, db_default=0)
    quiet_until = models.DateTimeField(db_default=Now())

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(name__regex=r"^[a-z0-9._-]{1,64}$"), name="endpoint_has_a_plain_name"
            ),
            models.CheckConstraint(condition=Q(state__in=STATES), name="endpoint_has_a_known_state"),
            models.CheckConstraint(
                condition=Q(kinds__len__gt=0) & Q(kinds__contained_by=list(KINDS)),
                name="endpoint_asks_for_known_kinds",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Secret(models.Model):
    """
    What messages to an endpoint are signed with: with several, while it changes from one to the next.

    ``sealed`` is the secret under the application's own key. ``ends_at`` is empty while no other is to take
    its place.
    """

    id = models.AutoField(primary_key=True)
    endpoint = models.ForeignKey(Endpoint, on_delete=models.PROTECT, related_name="secrets")
    sealed = models.BinaryField()
    made_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gte=F("made_at")),
                name="endpoint_secret_ends_after_it_is_made",
            ),
        ]


class Message(models.Model):
    """
    Something that happened, as it is told. Nobody changes a row.

    ``key`` says which thing of its kind happened, so that it is told of once. ``uid`` is the ``webhook-id``
    by which a receiver knows a message again, and the same for every endpoint and try.
    """

    id = models.BigAutoField(primary_key=True)
    uid = models.UUIDField(db_default=RandomUUID())
    kind = models.TextField()
    key = models.TextField(db_collation="C")
    data = models.JSONField()
    announced_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["kind", "key"], name="message_is_announced_once"),
        ]


class Delivery(models.Model):
    """
    One message for one endpoint.

    ``state`` is pending, delivered, or dead: given up after the last try, until somebody has it sent again.
    ``next_at`` is when it is tried next; a worker that takes it up moves it ahead by a lease. ``status``,
    ``problem`` and ``excerpt`` are what came of the last try, and empty before the first.
    """

    id = models.BigAutoField(primary_key=True)
    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="deliveries")
    endpoint = models.ForeignKey(
        Endpoint, on_delete=models.PROTECT, related_name="deliveries", db_index=False
    )
    state = models.TextField(default="pending", db_default="pending")
    attempts = models.IntegerField(default=0, db_default=0)
    next_at = models.DateTimeField()
    tried_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    status = models.IntegerField(null=True)
    problem = models.TextField(default="", db_default="")
    excerpt = models.TextField(default="", db_default="")

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["message", "endpoint"], name="message_is_for_an_endpoint_once"),
            models.CheckConstraint(
                condition=Q(state="delivered", delivered_at__isnull=False)
                | (Q(state__in=["pending", "dead"]) & Q(delivered_at=None)),
                name="delivered_message_has_its_instant",
            ),
        ]
        indexes = [
            # The sweeper and the workers look for what is due.
            models.Index(fields=["endpoint", "next_at"], name="delivery_due", condition=Q(state="pending")),
            # The admin lists what was given up, and the sweeper's count of it.
            models.Index(fields=["endpoint", "id"], name="delivery_given_up", condition=Q(state="dead")),
            # The sweeper forgets what is over.
            models.Index(fields=["next_at"], name="delivery_over", condition=~Q(state="pending")),
            # The admin lists what was tried lately.
            models.Index(fields=["endpoint", "-tried_at"], name="delivery_tried"),
        ]
