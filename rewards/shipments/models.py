"""Shipments, what a plan writes (boosts, lines, awards), batches of what goes out, and what people say."""

import hashlib
import json
from datetime import datetime

from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Now

from rewards.rules.models import Rule, Season


class Shipment(models.Model):
    """
    One round of XP for the window ``[window_start, window_end)``.

    It goes draft, planned, approved, shipping, shipped, sealed; a trigger keeps it one way.
    ``plan_due_at`` and ``ships_at`` are the work list: from that instant on, planning or shipping is
    due, whoever was told so. ``approve_by`` is the deadline of an approval: one that comes later, or never,
    does not let the shipment go out by itself. ``audience`` says whom it is for, and is empty for everybody.
    ``changed_by`` is who last changed by hand what it says, whom it is for or its times, and is empty where
    nobody did; like its author they do not approve it.
    ``plan_inputs`` says which rule versions and collections counted; it, ``plan_digest`` and the totals
    are empty until it is planned. ``facts_change`` is the last change of facts that the plan knew, so that
    what changed since is late for it. ``problem`` says in a sentence why the last try to plan or ship did not
    come through.
    """

    id = models.BigAutoField(primary_key=True)
    slug = models.TextField(unique=True, db_collation="C")
    season = models.ForeignKey(Season, on_delete=models.PROTECT)
    title = models.TextField()
    message = models.TextField(default="")
    audience = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    window_start = models.DateTimeField()
    window_end = models.DateTimeField()
    rules = models.ManyToManyField(Rule, through="ShipmentRule")
    state = models.TextField(default="draft")
    author = models.TextField()
    changed_by = models.TextField(default="", db_default="")
    created_at = models.DateTimeField(db_default=Now())
    plan_due_at = models.DateTimeField(null=True)
    ships_at = models.DateTimeField(null=True)
    approve_by = models.DateTimeField(null=True)
    planned_at = models.DateTimeField(null=True)
    plan_digest = models.TextField(null=True)
    plan_inputs = models.JSONField(null=True)
    facts_change = models.BigIntegerField(default=0, db_default=0)
    line_count = models.BigIntegerField(null=True)
    award_count = models.BigIntegerField(null=True)
    total_xp = models.BigIntegerField(null=True)
    approved_by = models.TextField(null=True)
    approved_at = models.DateTimeField(null=True)
    shipping_at = models.DateTimeField(null=True)
    shipped_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    problem = models.TextField(default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(window_end__gt=F("window_start")), name="window_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=[
                        "draft",
                        "planned",
                        "approved",
                        "shipping",
                        "halted",
                        "shipped",
                        "sealed",
                        "cancelled",
                    ]
                ),
                name="shipment_has_a_known_state",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("author")),
                name="approver_is_not_author",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("changed_by")),
                name="approver_did_not_change_it",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "cancelled"])
                | Q(
                    plan_digest__isnull=False,
                    total_xp__isnull=False,
                    award_count__isnull=False,
                    line_count__isnull=False,
                    planned_at__isnull=False,
                ),
                name="a_plan_has_its_digest",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "planned", "cancelled"])
                | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="nothing_ships_unapproved",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def words_digest(self) -> str:
        """A digest of what is approved beside the numbers of the plan: words, audience and times."""
        times = [at and at.isoformat() for at in (self.approve_by, self.ships_at)]
        said = json.dumps([self.title, self.message, self.audience, *times], sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()

    @property
    def is_sent_back(self) -> bool:
        """Whether it was planned, is a draft again, and nobody asked for another plan yet."""
        return self.state == "draft" and self.plan_digest is not None and self.plan_due_at is None

    def is_overdue(self, *, as_of: datetime) -> bool:
        """Whether its deadline passed without an approval, so that it no longer goes out by itself."""
        if self.approve_by is None or self.state not in ("draft", "planned", "approved"):
            return False
        return self.approve_by <= (self.approved_at or as_of)


class ShipmentRule(models.Model):
    """
    A rule that a shipment pays.

    It repeats the shipment's window, so that the database can refuse to pay a rule twice for the
    same time; ``counts`` turns false when the shipment is cancelled.
    """

    id = models.BigAutoField(primary_key=True)
    shipment = models.ForeignKey(Shipment, on_delete=models.PROTECT)
    rule = models.ForeignKey(Rule, on_delete=models.PROTECT)
    window_start = models.DateTimeField()
    window_end = models.DateTimeField()
    counts = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shipment", "rule"], name="rule_is_in_a_shipment_once"),
            ExclusionConstraint(
                name="rule_pays_a_time_once",
                expressions=[
                    (Func("rule_id", "rule_id", Value("[]"), function="int8range"), "&&"),
                    (Func("window_start", "window_end", function="tstzrange"), "&&"),
                ],
                condition=Q(counts=True),
            ),
        ]


class Boost(models.Model):
    """
    A multiplier that a boost rule gives a collector in a shipment, and the hold that it comes from.

    ``token`` is empty when it applies to all lines of the collector. ``boost_bp`` is in basis points
    and 10000 when the hold is too young, so that the collector can read what is missing.
    ``event_id`` is the event that started the hold, ``hold_days`` its whole days. ``for_shipment_id`` is the
    round whose time it counts for: another one than its own where it boosted late lines for that one.
    """

    pk = models.CompositePrimaryKey(
        "shipment_id", "collector_id", "rule_version_id", "hold_key", "for_shipment_id"
    )
    shipment_id = models.BigIntegerField()
    collector_id = models.BigIntegerField()
    rule_version_id = models.BigIntegerField()
    hold_key = models.UUIDField()
    event_id = models.UUIDField()
    token = models.UUIDField(null=True)
    hold_days = models.IntegerField()
    boost_bp = models.IntegerField()
    for_shipment_id = models.BigIntegerField()


class Line(models.Model):
    """
    One reason for XP, or for none, of one collector in one shipment.

    ``subject`` is the stable key of the sale or hold, ``event_id`` the event to show for it.
    ``quantity`` is what was counted: a sale's price in wei, a hold's unit-seconds. ``hold_days`` is a
    hold's age in whole days. ``base_micro_xp`` is rounded down for reading; ``amount_xp`` is rounded
    down once, from the exact base times ``boost_bp``; ``cut_xp`` is what a cap took off that, and with
    a pot ``amount_xp`` is the share of it. ``reason`` is ``earned`` exactly when
    ``amount_xp`` is above zero.

    ``for_shipment_id`` is the round whose time the line pays. A line for another round than its own is
    late: it says what is known of that time now, and pays what ``earlier_xp``, which was counted before,
    leaves of it: ``earlier_xp`` + ``cut_xp`` + ``amount_xp`` is its whole XP, or its share of a pot.
    """

    pk = models.CompositePrimaryKey(
        "shipment_id", "collector_id", "rule_version_id", "subject", "for_shipment_id"
    )
    shipment_id = models.BigIntegerField()
    collector_id = models.BigIntegerField()
    rule_version_id = models.BigIntegerField()
    subject = models.UUIDField()
    event_id = models.UUIDField(null=True)
    token = models.UUIDField(null=True)
    quantity = models.DecimalField(max_digits=100, decimal_places=0, null=True)
    hold_days = models.IntegerField(null=True)
    base_micro_xp = models.BigIntegerField()
    boost_bp = models.IntegerField()
    cut_xp = models.BigIntegerField(default=0, db_default=0)
    amount_xp = models.BigIntegerField()
    reason = models.TextField()
    for_shipment_id = models.BigIntegerField()
    earlier_xp = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_xp__gt=0, reason="earned") | (Q(amount_xp=0) & ~Q(reason="earned")),
                name="every_xp_has_its_reason",
            ),
            models.CheckConstraint(
                condition=Q(earlier_xp=0) | (Q(earlier_xp__gt=0) & ~Q(for_shipment_id=F("shipment_id"))),
                name="only_a_late_line_was_counted_before",
            ),
        ]
        indexes = [
            # A plan asks what was paid late for a round, and audit looks at every late line.
            models.Index(
                fields=["for_shipment_id"],
                name="late_line_by_round",
                condition=~Q(for_shipment_id=F("shipment_id")),
            ),
        ]


class Award(models.Model):
    """One collector's total in a shipment: the sum of the lines, above zero."""

    pk = models.CompositePrimaryKey("shipment_id", "collector_id")
    shipment_id = models.BigIntegerField()
    collector_id = models.BigIntegerField()
    amount_xp = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_xp__gt=0), name="award_is_above_zero"),
        ]


class Batch(models.Model):
    """
    A slice of a shipment's awards: the collectors from ``first_collector_id`` to the last, both in it.

    It is the unit of work of one task. ``state`` is pending, done or failed; ``attempts`` counts the
    times that a worker took it up, ``leased_until`` tells the sweeper when to send another.
    """

    id = models.BigAutoField(primary_key=True)
    shipment = models.ForeignKey(Shipment, on_delete=models.PROTECT, related_name="batches")
    number = models.IntegerField()
    first_collector_id = models.BigIntegerField()
    last_collector_id = models.BigIntegerField()
    award_count = models.IntegerField()
    amount_xp = models.BigIntegerField()
    state = models.TextField(default="pending")
    attempts = models.IntegerField(default=0)
    leased_until = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    problem = models.TextField(default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shipment", "number"], name="batch_number_is_used_once"),
            models.CheckConstraint(
                condition=Q(state__in=["pending", "done", "failed"]), name="batch_has_a_known_state"
            ),
            models.CheckConstraint(
                condition=Q(state="done", done_at__isnull=False) | (~Q(state="done") & Q(done_at=None)),
                name="done_batch_has_its_instant",
            ),
        ]
        indexes = [
            # The sweeper and the workers look for what is left to do.
            models.Index(fields=["shipment", "number"], name="batch_to_post", condition=Q(state="pending")),
        ]


class Comment(models.Model):
    """
    What somebody did to a shipment by hand, and said with it. Nobody changes or removes a row.

    ``kind`` is sent_back, halted, went_on, tried_again, called_off, or said where nothing was done.
    ``plan_digest`` is that of the plan at the time, and empty where there was none.
    """

    id = models.BigAutoField(primary_key=True)
    shipment = models.ForeignKey(Shipment, on_delete=models.PROTECT, related_name="comments")
    kind = models.TextField()
    text = models.TextField()
    plan_digest = models.TextField(null=True)
    written_by = models.TextField()
    written_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["said", "sent_back", "halted", "went_on", "tried_again", "called_off"]),
                name="comment_has_a_known_kind",
            ),
            models.CheckConstraint(condition=~Q(text=""), name="comment_says_something"),
        ]
