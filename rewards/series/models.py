"""Series, and which shipment each of their windows became."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from rewards.rules.models import Rule, Season
from rewards.shipments.models import Shipment


class Series(models.Model):
    """
    Rounds that come again and again, one for each window.

    The first window starts at ``first_start``, and each ends where the next one starts: a whole number of
    calendar months or of days later, whichever is above zero. A window becomes a draft when it opens. The
    draft is planned ``plan_after_seconds`` after the window closes, should be approved
    ``approve_within_seconds`` after that, and goes out ``ships_after_seconds`` after that, or when somebody
    ships it where that is empty. ``title`` and ``message`` may name the window's dates.

    ``next_number`` is the window to become a draft next, at ``next_due_at``, which is empty once the series
    has ended: by a person, or because its season is over. ``retry_at`` puts that off after a failure, which
    ``problem`` tells in a sentence. ``switched_by`` and ``switched_at`` say who paused, resumed or ended it;
    they are empty while nobody did.
    """

    id = models.BigAutoField(primary_key=True)
    slug = models.TextField(unique=True, db_collation="C")
    season = models.ForeignKey(Season, on_delete=models.PROTECT)
    title = models.TextField()
    message = models.TextField(default="")
    audience = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    rules = models.ManyToManyField(Rule, through="SeriesRule")
    first_start = models.DateTimeField()
    months = models.IntegerField()
    days = models.IntegerField()
    plan_after_seconds = models.IntegerField(default=0)
    approve_within_seconds = models.IntegerField(null=True)
    ships_after_seconds = models.IntegerField(null=True)
    author = models.TextField()
    created_at = models.DateTimeField(db_default=Now())
    state = models.TextField(default="on")
    switched_by = models.TextField(default="")
    switched_at = models.DateTimeField(null=True)
    next_number = models.IntegerField(default=1)
    next_due_at = models.DateTimeField(null=True)
    retry_at = models.DateTimeField(null=True)
    problem = models.TextField(default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(months__gt=0, days=0) | Q(months=0, days__gt=0), name="series_has_one_period"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["on", "paused", "ended"]), name="series_has_a_known_state"
            ),
            models.CheckConstraint(
                condition=Q(state="ended", next_due_at=None)
                | (~Q(state="ended") & Q(next_due_at__isnull=False)),
                name="only_an_ended_series_has_no_next_draft",
            ),
            models.CheckConstraint(
                condition=Q(plan_after_seconds__gte=0)
                & (Q(approve_within_seconds=None) | Q(approve_within_seconds__gt=0))
                & (Q(ships_after_seconds=None) | Q(ships_after_seconds__gte=0)),
                name="series_plans_after_its_windows",
            ),
        ]

    def __str__(self) -> str:
        return self.slug


class SeriesRule(models.Model):
    """A rule that the next drafts of a series pay."""

    id = models.BigAutoField(primary_key=True)
    series = models.ForeignKey(Series, on_delete=models.PROTECT)
    rule = models.ForeignKey(Rule, on_delete=models.PROTECT)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["series", "rule"], name="rule_is_in_a_series_once"),
        ]


class Skip(models.Model):
    """
    A coming window that gets no shipment of its own: the next one that is not skipped pays for its time too.

    A row is written and removed only before the window opens, and then stays. ``reason`` is for staff.
    """

    id = models.BigAutoField(primary_key=True)
    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="skips")
    number = models.IntegerField()
    reason = models.TextField()
    skipped_by = models.TextField()
    skipped_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["series", "number"], name="window_is_skipped_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="skip_has_a_reason"),
        ]


class Round(models.Model):
    """The shipment that a window of a series became. A row is written with it, and never changes."""

    id = models.BigAutoField(primary_key=True)
    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="rounds")
    number = models.IntegerField()
    shipment = models.OneToOneField(Shipment, on_delete=models.PROTECT, related_name="round")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["series", "number"], name="window_becomes_one_shipment"),
        ]
