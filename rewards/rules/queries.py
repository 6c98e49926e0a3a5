"""Reads of rules: which versions count in a window, and what their statements need."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from config import db
from config.db import Statement
from marketplace.registry.models import Collection
from rewards.fairness import queries as fairness
from rewards.rules.kinds import KINDS
from rewards.rules.kinds.contract import Kind
from rewards.rules.models import RuleVersion

SQL = db.folder()


@dataclass(frozen=True, kw_only=True)
class VersionInWindow:
    """A rule version and the part ``[starts_at, ends_at)`` of a window in which it is in force."""

    id: int
    rule_id: int
    slug: str
    kind: Kind
    title: str
    number: int
    params: dict[str, Any]
    starts_at: datetime
    ends_at: datetime

    def boosts_rule(self, slug: str) -> bool:
        """Whether this boost multiplies the lines of the rule with that slug."""
        return self.kind.boosts and (not self.params["boosts"] or slug in self.params["boosts"])


def list_versions_in_window(
    *, rules: Sequence[int], window_start: datetime, window_end: datetime
) -> list[VersionInWindow]:
    """
    The versions that count in the window, by slug and number.

    Of a kind that counts for whole windows, that is the version in force when the window opens, or
    else the first one that comes into force in it.
    """
    rows = SQL["versions_in_window"].rows(
        {"rules": list(rules), "window_start": window_start, "window_end": window_end}
    )
    versions: list[VersionInWindow] = []
    whole: set[int] = set()
    for row in rows:
        kind = KINDS[row["kind"]]
        if kind.whole_window:
            if row["rule_id"] in whole:
                continue
            whole.add(row["rule_id"])
            row["ends_at"] = window_end
        params = row["params"]
        if isinstance(params, str):
            params = json.loads(params)
        versions.append(VersionInWindow(**{**row, "kind": kind, "params": params}))
    return versions


def in_part_of_window(*, version: RuleVersion, starts_at: datetime, ends_at: datetime) -> VersionInWindow:
    """A version in the part of a window that is told, as it was found when a plan was made of it."""
    return VersionInWindow(
        id=version.id,
        rule_id=version.rule_id,
        slug=version.rule.slug,
        kind=KINDS[version.rule.kind],
        title=version.rule.title,
        number=version.number,
        params=version.params,
        starts_at=starts_at,
        ends_at=ends_at,
    )


def get_eligible_collections(
    *, params: dict[str, Any], window_start: datetime, wash_threshold: int | None
) -> list[int] | None:
    """
    The ids of the collections that a version looks at in a window; None for all of them.

    Top-volume is taken from the 30 days before the window opens, without what counts as wash trades.
    """
    choice = params.get("collections")
    if choice is None or choice["of"] == "all":
        return None
    if choice["of"] == "verified":
        return sorted(Collection.objects.filter(verified=True).values_list("id", flat=True))
    if choice["of"] == "named":
        return sorted(Collection.objects.filter(slug__in=choice["slugs"]).values_list("id", flat=True))
    rows = (
        SQL["eligible_collections"]
        .fill(washed=fairness.washed())
        .rows(
            {
                "wash_threshold": wash_threshold,
                "window_start": window_start,
                "count": choice["count"],
                "minimum_buyers": choice["minimum_buyers"],
            }
        )
    )
    return [row["collection_id"] for row in rows]


def list_slugs(*, collections: Sequence[int]) -> list[str]:
    """The slugs of collections by id, in alphabetical order."""
    return sorted(Collection.objects.filter(id__in=collections).values_list("slug", flat=True))


def statement_of(version: VersionInWindow, *, paid: Statement) -> Statement:
    """The version's statement; ``paid`` lists the collectors whom an earlier round paid for its rule."""
    return version.kind.statement(version.params).fill(paid=paid, washed=fairness.washed())
