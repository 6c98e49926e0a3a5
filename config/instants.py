"""Instants as people type them at a terminal."""

from argparse import ArgumentTypeError
from datetime import UTC, date, datetime, time


def instant(text: str) -> datetime:
    """An instant with an offset, or a day, which is its midnight; in UTC. Raises ArgumentTypeError."""
    try:
        return datetime.combine(date.fromisoformat(text), time(tzinfo=UTC))
    except ValueError:
        pass
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        # A clock without an offset means another instant to each who reads it.
        raise ArgumentTypeError(
            f"{text!r} is no instant with an offset, such as 2026-01-31T12:00:00Z, and no day, such as "
            "2026-01-31"
        )
    return at.astimezone(UTC)
