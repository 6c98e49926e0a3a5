"""Keys of programs that use the API."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now
from django.db.models.lookups import Exact


class ApiKey(models.Model):
    """
    What a program shows to use the API: whom it is for, what it may do, and until when.

    The key itself is shown once, when it is made. ``digest`` is its SHA-256, ``prefix`` its beginning, by
    which people name it. ``revoked_at`` is empty while it counts, ``used_at`` until it is first used, and
    then right to the hour. A trigger keeps everything but these as it was made.
    """

    id = models.BigAutoField(primary_key=True)
    name = models.TextField()
    prefix = models.TextField(unique=True, db_collation="C")
    digest = models.BinaryField(unique=True)
    scopes = ArrayField(models.TextField())
    created_by = models.TextField()
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.TextField(default="", db_default="")
    used_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Exact(
                    Func(F("digest"), function="octet_length", output_field=models.IntegerField()), 32
                ),
                name="key_is_kept_as_its_sha256",
            ),
            models.CheckConstraint(condition=~Q(scopes=[]), name="key_has_a_scope"),
            models.CheckConstraint(condition=~Q(name=""), name="key_has_a_name"),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="key_expires_after_it_is_made"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prefix} ({self.name})"
