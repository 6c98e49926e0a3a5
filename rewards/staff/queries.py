"""Reads of the change log: who changed what, and what was told."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rewards.staff.models import Change


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A column that a change gave another value; None where there was or is no row."""

    name: str
    before: Any
    after: Any


def list_changes(*, rows: Sequence[tuple[str, str]], limit: int = 50) -> list[Change]:
    """The changes of rows, each given as table and key, newest first."""
    found = Change.objects.none()
    for table_name, row_key in rows:
        found = found | Change.objects.filter(table_name=table_name, row_key=row_key)
    return list(found.order_by("-id")[:limit])


def list_differences(change: Change) -> list[Difference]:
    """The columns in which before and after differ, by name; of a new or a gone row all that it has."""
    before, after = change.before or {}, change.after or {}
    return [
        Difference(name=name, before=before.get(name), after=after.get(name))
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    ]
