"""Signals of wash trades on sales, and what staff decided about them."""

from django.db import models
from django.db.models import Q


class Signal(models.Model):
    """
    A reason to take a sale for a wash trade.

    ``sale_key`` is the sale's ``key``, which comes from the marketplace's events, so that facts can be
    rebuilt. ``evidence`` has the numbers and keys that a person needs to follow it, ``weight`` what it adds
    to the sale's score.
    """

    pk = models.CompositePrimaryKey("sale_key", "signal")
    sale_key = models.UUIDField()
    signal = models.TextField()
    token = models.UUIDField()
    weight = models.SmallIntegerField()
    evidence = models.JSONField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    signal__in=["buyer_is_seller", "back_and_forth", "bought_three_times", "closed_cycle"]
                ),
                name="signal_has_a_known_name",
            ),
            models.CheckConstraint(condition=Q(weight__gt=0), name="signal_weighs_something"),
        ]
        indexes = [
            # fairness.refresh compares the signals of the tokens whose sales may be others.
            models.Index(fields=["token"], name="signal_by_token"),
        ]


class Decision(models.Model):
    """
    What a person said of a sale: it is ``cleared``, or it is ``confirmed`` to be a wash trade, and why.

    Of several the last counts. ``score`` is what the signals came to when it was made. Rows are added and
    never changed, by a trigger.
    """

    id = models.BigAutoField(primary_key=True)
    sale_key = models.UUIDField()
    verdict = models.TextField()
    reason = models.TextField()
    score = models.IntegerField()
    decided_by = models.TextField()
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(verdict__in=["cleared", "confirmed"]), name="verdict_is_a_known_one"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="decision_has_a_reason"),
        ]
        indexes = [
            # Of several decisions about a sale the last is looked up.
            models.Index(fields=["sale_key", "-id"], name="decision_by_sale"),
        ]
