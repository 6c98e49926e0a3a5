"""What staff are told, and how it reached each of them."""

from django.contrib.auth.models import User
from django.db import models
from django.db.models import Q

from rewards.shipments.models import Shipment


class Notice(models.Model):
    """
    Something that a role is told once, such as that a plan waits for approval.

    ``key`` is what it is about: ``approve:SLUG:DIGEST`` or ``overdue:SLUG:DEADLINE``. Planned again with
    another digest, or given another deadline that passes too, a shipment is told of again.
    """

    id = models.BigAutoField(primary_key=True)
    key = models.TextField(unique=True, db_collation="C")
    kind = models.TextField()
    role = models.TextField()
    shipment = models.ForeignKey(Shipment, on_delete=models.PROTECT)
    made_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["approve", "overdue"]), name="notice_has_a_known_kind"
            ),
        ]


class Recipient(models.Model):
    """
    Somebody who had the role when the notice was made.

    ``seen_at`` is when they said that they saw it. ``mail_due_at`` is when the next try to mail it is due; it
    is empty once it was mailed, at ``mailed_at``, was given up, or where mail is not set up.
    ``mail_problem`` says why the last try did not come through.
    """

    id = models.BigAutoField(primary_key=True)
    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="recipients")
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    seen_at = models.DateTimeField(null=True)
    mail_due_at = models.DateTimeField(null=True)
    mail_attempts = models.IntegerField(default=0, db_default=0)
    mailed_at = models.DateTimeField(null=True)
    mail_problem = models.TextField(default="", db_default="")

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["notice", "user"], name="somebody_is_told_once"),
        ]
        indexes = [
            # The sweeper looks for mails to send.
            models.Index(fields=["mail_due_at"], name="mail_to_send", condition=Q(mail_due_at__isnull=False)),
        ]
