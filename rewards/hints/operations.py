"""Notes which hints are sent, and how often their work was taken up."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.conf import settings

from config import db
from rewards.hints.models import Hint

SQL = db.folder()


def lease(*, due: Mapping[str, datetime], as_of: datetime) -> list[str]:
    """
    Which of these hints, by key and since when each is due, are to be sent now; in the order given.

    They are noted as sent for the length of a lease, so that a second call returns none of them.
    """
    if not due:
        return []
    params = {
        "keys": list(due),
        "due_at": list(due.values()),
        "as_of": as_of,
        "leased_until": _lease_end(as_of),
    }
    leased = {row["key"] for row in SQL["lease"].rows(params)}
    return [key for key in due if key in leased]


def take_up(*, key: str, due_at: datetime, as_of: datetime) -> int:
    """Count that a worker takes a piece of work up, and return the how manieth time this is."""
    params = {"key": key, "due_at": due_at, "leased_until": _lease_end(as_of)}
    return int(SQL["take_up"].row(params)["attempts"])


def settle(*, key: str) -> None:
    """Forget the hint of work that is done; again changes nothing."""
    Hint.objects.filter(key=key).delete()


def _lease_end(as_of: datetime) -> datetime:
    return as_of + timedelta(seconds=settings.BATCH_LEASE_SECONDS)
