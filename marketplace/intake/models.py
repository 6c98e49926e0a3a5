"""Who may send events over HTTP, what they sign with, and which messages came."""

from typing import Final

from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now
from django.db.models.lookups import Exact

# What their secrets are sealed for; those of another purpose have another key.
SEALED_FOR: Final = b"holdfast: secrets of senders"


class Sender(models.Model):
    """
    A system that sends events, and the only source that it may send them as.

    ``revoked_at`` is empty while it may send.
    """

    id = models.AutoField(primary_key=True)
    name = models.TextField(unique=True, db_collation="C")
    added_by = models.TextField()
    added_at = models.DateTimeField(db_default=Now())
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(name__regex=r"^[a-z0-9._-]{1,64}$"), name="sender_is_named_like_a_source"
            ),
        ]


class Secret(models.Model):
    """
    What a sender signs with. A sender has several while it changes from one to the next.

    ``sealed`` is the secret under the application's own key. ``ends_at`` is empty while no other is to take
    its place.
    """

    id = models.AutoField(primary_key=True)
    sender = models.ForeignKey(Sender, on_delete=models.PROTECT, related_name="secrets")
    sealed = models.BinaryField()
    made_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gte=F("made_at")),
                name="secret_ends_after_it_is_made",
            ),
        ]


class Delivery(models.Model):
    """
    A message that was taken in, and what was answered, so that it is answered alike when it comes again.

    ``outcomes`` has a letter for each item (see ``answers.LETTERS``), ``problems`` the reason and place of
    those that were refused or in conflict, by their index. ``digest`` is the SHA-256 of the body.
    """

    id = models.BigAutoField(primary_key=True)
    sender_id = models.IntegerField()
    message_id = models.TextField(db_collation="C")
    digest = models.BinaryField()
    outcomes = models.TextField()
    problems = models.JSONField(default=dict)
    received_at = models.DateTimeField(db_default=Now())

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["sender_id", "message_id"], name="message_is_taken_in_once"),
            models.CheckConstraint(
                condition=Exact(
                    Func(F("digest"), function="octet_length", output_field=models.IntegerField()), 32
                ),
                name="body_is_kept_as_its_sha256",
            ),
        ]
