"""The ledger: who has how much XP, and every transfer that made it so (P10, P11)."""

from django.db import models
from django.db.models import F, Q


class Kind(models.TextChoices):
    """What an account is for; XP flows down this list and back."""

    ISSUANCE = "issuance"
    SEASON = "season"
    SHIPMENT = "shipment"
    COLLECTOR = "collector"


class Account(models.Model):
    """
    A holder of XP: a season, a shipment, a collector, or the one account that XP is issued from.

    ``holder_id`` is the holder's number in its own stage, which the ledger does not look up; it is 0 for
    issuance. ``balance_xp`` is the sum of the account's transfers. Only the trigger that runs with an
    INSERT of transfers changes it, and it has no index, so that those updates stay within their page.
    """

    id = models.BigAutoField(primary_key=True)
    kind = models.TextField(choices=Kind)
    holder_id = models.BigIntegerField()
    balance_xp = models.BigIntegerField(db_default=0)
    opened_at = models.DateTimeField()

    class Meta:
        constraints = [
            # post and every read of a balance find an account by its holder.
            models.UniqueConstraint(fields=["kind", "holder_id"], name="holder_has_one_account"),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="account_kind_is_known"),
            models.CheckConstraint(
                condition=~Q(kind=Kind.ISSUANCE) | Q(holder_id=0), name="issuance_has_no_holder"
            ),
            models.CheckConstraint(
                condition=Q(balance_xp__gte=0) | Q(kind=Kind.ISSUANCE), name="only_issuance_goes_below_zero"
            ),
        ]


class Transfer(models.Model):
    """
    XP that went from one account (debit) to another (credit); a row never changes and never goes.

    ``key`` makes a transfer happen once. ``reason`` is a short code such as ``award``. ``shipment_id``
    names the round that the transfer belongs to and is empty for others, such as a season's budget.
    ``payload_hash`` is the SHA-256 of ``debit|credit|amount|reason|shipment|key`` (account ids, an empty
    shipment as nothing); ``posted_at`` stays out of it, because a repeated post comes at another time.
    """

    id = models.BigAutoField(primary_key=True)
    # No foreign keys: they look up row by row, a second per 100,000 transfers. The trigger that keeps the
    # balances refuses a transfer whose accounts do not exist, and no account can be deleted.
    debit_account = models.ForeignKey(
        Account, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    credit_account = models.ForeignKey(
        Account, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    amount_xp = models.BigIntegerField()
    shipment_id = models.BigIntegerField(null=True)
    posted_at = models.DateTimeField()
    key = models.TextField(db_collation="C")
    reason = models.TextField()
    payload_hash = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key"], name="transfer_is_posted_once"),
            models.CheckConstraint(condition=~Q(key=""), name="transfer_has_a_key"),
            models.CheckConstraint(condition=Q(amount_xp__gt=0), name="transfer_moves_xp"),
            models.CheckConstraint(
                condition=~Q(debit_account=F("credit_account")), name="transfer_has_two_sides"
            ),
            models.CheckConstraint(condition=Q(reason__regex=r"^[a-z][a-z_]*$"), name="reason_is_a_code"),
        ]
        indexes = [
            # queries.list_transfers: what an account received, newest first.
            models.Index(fields=["credit_account", "id"], name="transfer_by_credit"),
            # queries.list_transfers: what an account gave, newest first; of a shipment, its awards.
            models.Index(fields=["debit_account", "id"], name="transfer_by_debit"),
        ]
