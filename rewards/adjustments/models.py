"""Corrections of balances by hand: who wrote one, who approved it, and what it gives or takes from whom."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual

from rewards.rules.models import Season

MOST_LETTERS = 2_000


class Adjustment(models.Model):
    """
    A correction of one balance or of many, which is made as a whole or not at all.

    It is a draft that waits for a second person until it is approved or cancelled; one that was sent back
    waits for its entries to be written anew. A trigger keeps it one way. ``digest`` names its entries, and
    the sums are of them. ``note`` is what was last said of it, when it was sent back or cancelled.
    """

    id = models.BigAutoField(primary_key=True)
    season = models.ForeignKey(Season, on_delete=models.PROTECT)
    title = models.TextField()
    state = models.TextField(default="draft")
    author = models.TextField()
    created_at = models.DateTimeField()
    written_at = models.DateTimeField()
    digest = models.TextField()
    entry_count = models.IntegerField()
    granted_xp = models.BigIntegerField()
    taken_xp = models.BigIntegerField()
    approved_by = models.TextField(null=True)
    approved_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    note = models.TextField(default="")

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["draft", "sent_back", "approved", "cancelled"]),
                name="adjustment_has_a_known_state",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("author")),
                name="adjuster_is_not_approver",
            ),
            models.CheckConstraint(
                condition=Q(state="approved", approved_by__isnull=False, approved_at__isnull=False)
                | (~Q(state="approved") & Q(approved_by=None, approved_at=None)),
                name="approved_adjustment_says_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(state="cancelled", cancelled_at__isnull=False)
                | (~Q(state="cancelled") & Q(cancelled_at=None)),
                name="cancelled_adjustment_says_when",
            ),
            models.CheckConstraint(condition=~Q(title=""), name="adjustment_has_a_title"),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "approved"]) | ~Q(note=""),
                name="who_stops_an_adjustment_says_why",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def net_xp(self) -> int:
        """What it takes of the season's budget; below zero where more comes back than goes out."""
        return self.granted_xp - self.taken_xp


class Entry(models.Model):
    """
    What an adjustment gives a wallet's collector, or takes back from it, where ``amount_xp`` is below zero.

    ``takes_back`` is the key of the ledger's transfer that was wrong, an award or an earlier correction; it
    is empty for what is given. ``reason`` is for the collector to read, ``evidence`` for staff.
    ``collector_id`` is whose account it went to, the wallet's collector at the approval, and empty before.
    """

    id = models.BigAutoField(primary_key=True)
    adjustment = models.ForeignKey(Adjustment, on_delete=models.PROTECT, related_name="entries")
    number = models.IntegerField()
    address = models.TextField(db_collation="C")
    amount_xp = models.BigIntegerField()
    takes_back = models.TextField(default="", db_collation="C")
    reason = models.TextField()
    evidence = models.TextField()
    collector_id = models.BigIntegerField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["adjustment", "number"], name="entry_number_is_used_once"),
            models.UniqueConstraint(
                fields=["adjustment", "address", "takes_back"], name="wallet_is_corrected_once_for_a_thing"
            ),
            models.CheckConstraint(
                condition=Q(amount_xp__gt=0, takes_back="") | (Q(amount_xp__lt=0) & ~Q(takes_back="")),
                name="what_is_taken_back_is_named",
            ),
            models.CheckConstraint(
                condition=~Q(reason="") & Q(LessThanOrEqual(Length("reason"), MOST_LETTERS)),
                name="collectors_read_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(evidence="") & Q(LessThanOrEqual(Length("evidence"), MOST_LETTERS)),
                name="staff_read_the_evidence",
            ),
        ]
        indexes = [
            # How much of a transfer was taken back already.
            models.Index(fields=["takes_back"], name="entry_by_transfer", condition=~Q(takes_back="")),
            # The page of a collector.
            models.Index(
                fields=["collector_id"], name="entry_by_collector", condition=Q(collector_id__isnull=False)
            ),
        ]

    @property
    def key(self) -> str:
        """The key of the ledger's transfer."""
        return f"adjustment:{self.adjustment_id}:{self.number}"
