"""What collectors did on their pages."""

from django.db import models


class Opening(models.Model):
    """That a collector opened what a round brought. Until then it lies there sealed; the XP counts anyway."""

    pk = models.CompositePrimaryKey("collector_id", "shipment_id")
    collector_id = models.BigIntegerField()
    shipment_id = models.BigIntegerField()
    opened_at = models.DateTimeField()
