"""What the tab writes: which rounds their collectors have opened."""

from datetime import datetime

from rewards.tab.models import Opening


def open_round(*, collector_id: int, shipment_id: int, as_of: datetime) -> None:
    """Note that a collector opened a round; the first time is kept."""
    opening = Opening(collector_id=collector_id, shipment_id=shipment_id, opened_at=as_of)
    Opening.objects.bulk_create([opening], ignore_conflicts=True)
