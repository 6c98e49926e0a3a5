"""Sign-ins, the texts that wallets sign, and XP that moved when wallets became one collector."""

import uuid

from django.db import models
from django.db.models import F, Q


class Challenge(models.Model):
    """
    A text that the server built for one wallet to sign, once, and soon (EIP-4361).

    ``purpose`` is ``sign_in`` or ``link``; a link names the sign-in that asked for it. ``used_at`` is empty
    until a signature came for it, whether it was good or not. What is long over is deleted.
    """

    id = models.BigAutoField(primary_key=True)
    nonce = models.TextField(unique=True, db_collation="C")
    purpose = models.TextField()
    sign_in_id = models.UUIDField(null=True)
    address = models.TextField(db_collation="C")
    domain = models.TextField()
    text = models.TextField()
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(purpose="sign_in", sign_in_id=None) | Q(purpose="link", sign_in_id__isnull=False),
                name="only_a_link_names_a_sign_in",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("issued_at")), name="challenge_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(used_at=None) | Q(used_at__lt=F("expires_at")), name="challenge_is_used_in_time"
            ),
        ]
        indexes = [
            # The sweeper deletes what is over.
            models.Index(fields=["expires_at"], name="challenge_by_end"),
        ]


class SignIn(models.Model):
    """
    A browser in which a wallet has signed in. ``ended_at`` is empty until it signed out.

    ``browser`` is what it calls itself in two words, for its collector to know it by; empty if unknown.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    wallet_id = models.BigIntegerField()
    browser = models.TextField(default="", db_default="")
    signed_in_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            # Signing out everywhere.
            models.Index(fields=["wallet_id"], name="sign_in_by_wallet", condition=Q(ended_at=None)),
            # The sweeper deletes what is over.
            models.Index(fields=["expires_at"], name="sign_in_by_end"),
        ]


class Move(models.Model):
    """
    XP that a joined wallet's account gives to its collector's, as it was found; the ledger has the transfer.

    ``number`` counts the moves of one link: the first comes with it, later ones when a round that was
    planned before pays the old account.
    """

    pk = models.CompositePrimaryKey("link_id", "number")
    link_id = models.BigIntegerField()
    number = models.IntegerField()
    from_collector_id = models.BigIntegerField()
    to_collector_id = models.BigIntegerField()
    amount_xp = models.BigIntegerField()
    moved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_xp__gt=0), name="move_moves_xp"),
            models.CheckConstraint(
                condition=~Q(from_collector_id=F("to_collector_id")), name="move_has_two_sides"
            ),
        ]


class PageChoice(models.Model):
    """Whether others may see a collector's page. Without a row they may unless it ever had linked wallets."""

    collector_id = models.BigIntegerField(primary_key=True)
    is_public = models.BooleanField()
    chosen_at = models.DateTimeField()
