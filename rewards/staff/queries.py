"""Reads of the change log: who changed what, and what was told."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from rewards.staff.models import Change


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A column that a change gave another value; None where there was or is no row."""

    name: str
    before: Any
    after: Any


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A change, and the columns that it gave another value."""

    change: Change
    differences: list[Difference]


def list_changes(*, rows: Sequence[tuple[str, Sequence[str]]], limit: int = 50) -> list[Entry]:
    """The changes of rows, given as a table and the keys in it, newest first."""
    wanted = Q(pk__in=[])
    for table_name, row_keys in rows:
        wanted |= Q(table_name=table_name, row_key__in=row_keys)
    found = Change.objects.filter(wanted).order_by("-id")[:limit]
    return [Entry(change=change, differences=list_differences(change)) for change in found]


def list_differences(change: Change) -> list[Difference]:
    """The columns in which before and after differ, by name; of a new or a gone row all that it has."""
    before, after = change.before or {}, change.after or {}
    return [
        Difference(name=name, before=before.get(name), after=after.get(name))
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    ]
