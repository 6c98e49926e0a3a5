"""Flags in a small tree, and pauses: the intervals in which a flag was off (P5)."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now


class Flag(models.Model):
    """
    A named switch over rules.

    Pausing a flag pauses every flag below it. ``parent`` is empty at the top. Each rule has a flag of its
    own, called ``rule.`` and the rule's name.
    """

    slug = models.TextField(primary_key=True, db_collation="C")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    title = models.TextField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(parent=F("slug")), name="flag_is_not_its_own_parent"),
        ]

    def __str__(self) -> str:
        return self.slug


class Pause(models.Model):
    """
    A time ``[starts_at, ends_at)`` in which a flag was or will be off.

    ``ends_at`` is empty while nobody knows when it ends; it equals ``starts_at`` when the pause was called
    off before it began. ``reason`` is what collectors read. A row is never deleted, and only its end
    changes, by whoever is in ``ended_by``.
    """

    id = models.BigAutoField(primary_key=True)
    flag = models.ForeignKey(Flag, on_delete=models.PROTECT, related_name="pauses")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    reason = models.TextField()
    created_by = models.TextField()
    created_at = models.DateTimeField(db_default=Now())
    ended_by = models.TextField(default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gte=F("starts_at")),
                name="pause_ends_after_it_starts",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="pause_has_a_reason"),
            models.UniqueConstraint(
                fields=["flag"], condition=Q(ends_at=None), name="flag_has_one_open_pause"
            ),
        ]

    def is_on(self, *, at: datetime) -> bool:
        """Whether the flag is off by this pause at an instant."""
        return self.starts_at <= at and (self.ends_at is None or at < self.ends_at)
