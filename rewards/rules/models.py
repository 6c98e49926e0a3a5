"""Seasons, rules in numbered versions that never change, and cohorts."""

from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Now
from django.db.models.lookups import Exact


class Season(models.Model):
    """
    A named span of the program with a funded budget. The ledger holds what is left of it.

    The caps are safety limits, which no plan that is approved may break: for one collector in one shipment,
    for one rule and day, and for one shipment. An empty one does not limit.

    ``farm_alarm_wei_per_1000_xp`` is what 1,000 XP have to cost a farmer in fees; a rule by which they come
    cheaper is named by the farm check. Empty where nobody said.

    ``levels`` are the names that collectors reach by their balance, ``{"name": …, "xp": …}``, lowest first.

    A sale whose signals come to ``wash_threshold`` is a wash trade: it earns nothing and counts in no volume
    and no spend. Where it is empty, signals are shown to staff and change no payment.
    """

    id = models.BigAutoField(primary_key=True)
    slug = models.TextField(unique=True, db_collation="C")
    title = models.TextField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    budget_xp = models.BigIntegerField()
    cap_xp_per_collector = models.BigIntegerField(null=True, blank=True)
    cap_xp_per_rule_day = models.BigIntegerField(null=True, blank=True)
    cap_xp_per_shipment = models.BigIntegerField(null=True, blank=True)
    farm_alarm_wei_per_1000_xp = models.DecimalField(max_digits=40, decimal_places=0, null=True)
    levels = models.JSONField(default=list, blank=True, db_default=Value([], models.JSONField()))
    wash_threshold = models.IntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="season_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(farm_alarm_wei_per_1000_xp=None) | Q(farm_alarm_wei_per_1000_xp__gt=0),
                name="farm_alarm_is_above_zero",
            ),
            models.CheckConstraint(
                condition=Q(wash_threshold=None) | Q(wash_threshold__gt=0),
                name="wash_threshold_is_above_zero",
            ),
            models.CheckConstraint(condition=Q(budget_xp__gt=0), name="season_has_a_budget"),
            models.CheckConstraint(
                condition=Q(cap_xp_per_collector=None) | Q(cap_xp_per_collector__gt=0),
                name="collector_limit_is_above_zero",
            ),
            models.CheckConstraint(
                condition=Q(cap_xp_per_rule_day=None) | Q(cap_xp_per_rule_day__gt=0),
                name="rule_limit_is_above_zero",
            ),
            models.CheckConstraint(
                condition=Q(cap_xp_per_shipment=None) | Q(cap_xp_per_shipment__gt=0),
                name="shipment_limit_is_above_zero",
            ),
            models.CheckConstraint(
                condition=Exact(
                    Func("levels", function="jsonb_typeof", output_field=models.TextField()), Value("array")
                ),
                name="levels_are_a_list",
            ),
        ]

    def __str__(self) -> str:
        return self.title


def flag_of(slug: str) -> str:
    """The name of a rule's own flag."""
    return f"rule.{slug}"


class Rule(models.Model):
    """A way to earn, or to earn more: what never changes about it. Its numbers are in its versions."""

    id = models.BigAutoField(primary_key=True)
    slug = models.TextField(unique=True, db_collation="C")
    season = models.ForeignKey(Season, on_delete=models.PROTECT)
    kind = models.TextField()
    title = models.TextField()
    starts_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.title


class RuleVersion(models.Model):
    """
    The numbers of a rule from one instant on, until the next version's.

    A rule that is changed before it starts has two versions from that instant: the first was never in force.

    ``params`` holds integers only: micro-XP, wei as text, basis points, days. A row never changes
    (P6): a trigger refuses it.
    """

    id = models.BigAutoField(primary_key=True)
    rule = models.ForeignKey(Rule, on_delete=models.PROTECT, related_name="versions")
    number = models.IntegerField()
    params = models.JSONField()
    in_force_from = models.DateTimeField()
    created_at = models.DateTimeField(db_default=Now())
    created_by = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rule", "number"], name="version_number_is_used_once"),
            models.CheckConstraint(
                condition=Q(number=1) | Q(in_force_from__gte=F("created_at")),
                name="new_version_is_not_in_the_past",
            ),
        ]


class Cohort(models.Model):
    """A named list of wallets, such as the testers of a beta."""

    id = models.BigAutoField(primary_key=True)
    slug = models.TextField(unique=True, db_collation="C")


class CohortMember(models.Model):
    """A wallet on a cohort's list. The wallet need not have been seen on the market yet."""

    id = models.BigAutoField(primary_key=True)
    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="members")
    address = models.TextField(db_collation="C")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cohort", "address"], name="wallet_is_listed_once"),
        ]
