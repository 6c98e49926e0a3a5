"""Takes snapshots of who stands where, and keeps who does not want to be named."""

from datetime import datetime

from django.db import transaction

from config import db
from rewards.standings.models import OptOut

SQL = db.folder()


@transaction.atomic
def take(*, as_of: datetime) -> bool:
    """
    Put all balances in order as a new snapshot, and drop the older ones.

    Set-based: three statements, however many collectors there are. False where somebody else is at it.
    """
    if not SQL["take_turn"].row()["is_ours"]:
        return False
    SQL["take"].run({"as_of": as_of})
    SQL["drop_older"].run()
    return True


def choose_naming(*, collector_id: int, is_named: bool, as_of: datetime) -> None:
    """Have a collector named among the leaders, or not. It counts for every page from now on."""
    if is_named:
        OptOut.objects.filter(collector_id=collector_id).delete()
    else:
        out = OptOut(collector_id=collector_id, opted_out_at=as_of)
        OptOut.objects.bulk_create([out], ignore_conflicts=True)
