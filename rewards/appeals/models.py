"""What collectors say is wrong with a line, and what they were answered."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual

from rewards.adjustments.models import Adjustment
from rewards.shipments.models import Shipment

MOST_LETTERS = 2_000

# So many of a collector's appeals wait for an answer at most; a trigger counts them.
MOST_OPEN = 10


class Appeal(models.Model):
    """
    A collector's word that a line is wrong, and the answer, which is empty while the appeal is open.

    The line is that of ``line_collector_id`` in ``shipment``, and ``collector_id`` who appealed: the two
    differ where the line came to a wallet before it was joined. ``wallet_id`` had signed in. ``adjustment``
    is the correction that was written with the answer, and empty without one; whether it was made, it says
    itself. What was said stays as it was said.
    """

    id = models.BigAutoField(primary_key=True)
    collector_id = models.BigIntegerField()
    wallet_id = models.BigIntegerField()
    shipment = models.ForeignKey(Shipment, on_delete=models.PROTECT)
    line_collector_id = models.BigIntegerField()
    rule_version_id = models.BigIntegerField()
    subject = models.UUIDField()
    for_shipment_id = models.BigIntegerField()
    text = models.TextField()
    opened_at = models.DateTimeField()
    state = models.TextField(default="open")
    answer = models.TextField(default="")
    answered_by = models.TextField(null=True)
    answered_at = models.DateTimeField(null=True)
    adjustment = models.OneToOneField(Adjustment, on_delete=models.PROTECT, null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "shipment",
                    "line_collector_id",
                    "rule_version_id",
                    "subject",
                    "for_shipment_id",
                ],
                condition=Q(state="open"),
                name="line_has_one_open_appeal",
            ),
            models.CheckConstraint(
                condition=~Q(text="") & Q(LessThanOrEqual(Length("text"), MOST_LETTERS)),
                name="appeal_says_something",
            ),
            models.CheckConstraint(
                condition=Q(state="open", answer="", answered_by=None, answered_at=None, adjustment=None)
                | (
                    Q(state="answered", answered_by__isnull=False, answered_at__isnull=False)
                    & ~Q(answer="")
                    & Q(LessThanOrEqual(Length("answer"), MOST_LETTERS))
                ),
                name="answered_appeal_has_its_answer",
            ),
        ]
        indexes = [
            # The appeals of a collector, on its pages: those about its wallets' lines.
            models.Index(fields=["line_collector_id", "-id"], name="appeal_by_line"),
            # How many of a collector are open, which the trigger counts.
            models.Index(fields=["collector_id"], name="appeal_by_collector", condition=Q(state="open")),
            # The queue of staff, the oldest first.
            models.Index(fields=["id"], name="appeal_to_answer", condition=Q(state="open")),
        ]
