"""A balance a user, and an entry for each award."""

from django.db import models


class Balance(models.Model):
    """What a user has."""

    user_id = models.BigIntegerField(unique=True)
    xp = models.BigIntegerField(default=0)


class Entry(models.Model):
    """One award to a user, by the round that it belongs to."""

    balance = models.ForeignKey(Balance, on_delete=models.PROTECT)
    round = models.TextField()
    xp = models.BigIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["balance", "round"], name="naive_award_once")]
