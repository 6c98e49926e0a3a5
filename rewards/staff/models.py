"""The change log, which the database writes by itself, and what staff told the inbox."""

from django.db import models
from django.db.models.functions import Now


class Change(models.Model):
    """
    A row that staff edit was made, changed or removed.

    A trigger on each such table writes it in the transaction of the change. ``before`` is empty for a row
    that was made, ``after`` for one that was removed. ``actor`` is whom the session named
    (``operations.acting``), and ``database role NAME`` where nobody was named. Nobody changes or removes a
    row of this table, and none but the triggers add one.

    The permissions that roles are made of hang on this model, since every one of them leaves its trace here.
    """

    id = models.BigAutoField(primary_key=True)
    table_name = models.TextField()
    row_key = models.TextField()
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    actor = models.TextField()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        default_permissions = ()
        permissions = [
            ("look", "May read every page"),
            ("pause", "May pause and resume"),
            ("edit_rules", "May change rules by new versions"),
            ("edit_lists", "May upload cohorts, mark collections, name custody addresses and rates"),
            ("plan", "May have shipments planned"),
            ("send_back", "May send plans back"),
            ("halt", "May halt what ships, let it go on, and try again what failed"),
            ("approve", "May approve shipments"),
            ("correct", "May write corrections of balances"),
            ("adjust", "May approve corrections of balances"),
            ("answer", "May answer appeals"),
            ("keep_webhooks", "May pause and resume webhooks, and send again what was given up"),
            ("judge", "May clear flagged sales and confirm them"),
        ]
        indexes = [
            # The history of one row, newest first.
            models.Index(fields=["table_name", "row_key", "-id"], name="change_by_row"),
        ]


class Told(models.Model):
    """
    An event that staff told the inbox: a custody address, or a rate.

    ``key`` is the event's key in the source ``staff``. ``event`` is the event as the inbox took it in, and
    ``note`` is why, for colleagues.
    """

    id = models.BigAutoField(primary_key=True)
    key = models.TextField(unique=True, db_collation="C")
    kind = models.TextField()
    event = models.JSONField()
    note = models.TextField(default="")
    told_by = models.TextField()
    told_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
