"""Hints for work that has no rows of its own to note them on."""

from django.db import models


class Hint(models.Model):
    """
    The hint that was last sent for a piece of work, such as ``settle`` or ``plan:2019-02``.

    It is not sent again before ``leased_until``, unless the work became due anew: ``due_at`` is since when
    the work was due that the hint is about. ``attempts`` counts the times that a worker took it up since
    then. A row may go at any time; then a hint more is sent.
    """

    key = models.TextField(primary_key=True, db_collation="C")
    due_at = models.DateTimeField()
    leased_until = models.DateTimeField()
    attempts = models.IntegerField(default=0, db_default=0)
