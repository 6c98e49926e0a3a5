"""How far each feed of another marketplace has been read."""

from django.db import models
from django.db.models.functions import Now


class Mark(models.Model):
    """
    Everything that OpenSea told of a collection until ``read_until`` has been asked for and taken in.

    A later reading begins a little earlier, because its API tells some events late.
    """

    id = models.AutoField(primary_key=True)
    collection = models.TextField(unique=True, db_collation="C")
    read_until = models.DateTimeField()
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        default_permissions = ()
