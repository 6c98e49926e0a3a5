"""Says what changed since a plan was made that would make another one: rule versions, pauses, collections."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, TypeAlias

from config import db
from rewards.rules.kinds import AT_AN_INSTANT
from rewards.shipments import planning
from rewards.shipments.models import Shipment

SQL = db.folder()

Span: TypeAlias = tuple[datetime, datetime]

# So many collections are named one by one.
NAMED_COLLECTIONS = 5


def list_changes(*, shipment: Shipment) -> list[str]:
    """What changed in rules, pauses and collections since the shipment was planned; empty if nothing."""
    planned = {(one["rule"], one["version"]): one for one in shipment.plan_inputs or []}
    inputs = planning.in_words(planning.list_inputs(shipment=shipment), audience=shipment.audience)
    now = {(one["rule"], one["version"]): one for one in inputs}
    changes = [
        f"version {number} of {rule} counts now, {_time(now[rule, number])}"
        for rule, number in now.keys() - planned.keys()
    ]
    changes += [
        f"version {number} of {rule} counts no longer" for rule, number in planned.keys() - now.keys()
    ]
    for key in planned.keys() & now.keys():
        changes += _differences(planned[key], now[key])
    # A decision is about every rule, and said once.
    changes += [*_other_payers(shipment=shipment), *_paid_elsewhere(shipment=shipment)]
    return sorted({*changes})


def _paid_elsewhere(*, shipment: Shipment) -> list[str]:
    """Which rounds were approved since a plan was made and pay some of its sales, too."""
    of_plan = {
        "shipment_id": shipment.id,
        "planned_at": shipment.planned_at,
        "at_an_instant": AT_AN_INSTANT,
    }
    found = SQL["paid_elsewhere"].rows(of_plan)
    return [f"{row['slug']}, which was approved since, pays {row['sales']:,} of its sales" for row in found]


def _other_payers(*, shipment: Shipment) -> list[str]:
    """Which rounds were approved or cancelled since a plan reckoned with what others pay of its rules."""
    planned = {one["rule"]: set(one["paid_by"]) for one in shipment.plan_inputs or [] if "paid_by" in one}
    if not planned:
        return []
    found = planning.list_rounds_that_pay(rules=planned, beside=shipment)
    changes = []
    for rule, known in planned.items():
        now = set(found.get(rule, []))
        changes += [f"{slug}, which pays {rule} too, was approved" for slug in now - known]
        changes += [f"{slug}, which was to pay {rule} too, was cancelled" for slug in known - now]
    return changes


def _differences(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """What is different in one version that counted then and counts now."""
    rule, number = after["rule"], after["version"]
    changes = []
    if (before["starts_at"], before["ends_at"]) != (after["starts_at"], after["ends_at"]):
        said = f"counts for another time: {_time(after)}, where it was {_time(before)}"
        changes.append(f"version {number} of {rule} {said}")
    elif before["live"] != after["live"]:
        earlier, later = _spans(before["live"]), _spans(after["live"])
        changes += [f"{rule} was paused {_from_to(span)}" for span in _without(earlier, later)]
        changes += [f"{rule} is no longer paused {_from_to(span)}" for span in _without(later, earlier)]
    if before["collections"] != after["collections"]:
        changes.append(f"{rule} {_collections(before['collections'], after['collections'])}")
    if before.get("wash_threshold") != after.get("wash_threshold"):
        was, now = (_threshold(one.get("wash_threshold")) for one in (before, after))
        changes.append(f"{rule} takes sales for wash trades {now}, where it was {was}")
    elif before.get("decided") != after.get("decided"):
        changes.append("a flagged sale was cleared or confirmed")
    told = {"rule", "version", "starts_at", "ends_at", "live", "collections", "wash_threshold", "decided"}
    others = sorted(name for name in after if name not in told and after[name] != before.get(name))
    if others:
        changes.append(f"{rule} looks at other {', '.join(others)}")
    return changes


def _threshold(score: int | None) -> str:
    return "never" if score is None else f"from a score of {score} on"


def _collections(before: str | list[str], after: str | list[str]) -> str:
    """How the collections differ; a rule looks at all, or at some by name."""
    if isinstance(before, str) or isinstance(after, str):
        return "looks at all collections now" if isinstance(after, str) else "looks at some collections only"
    said = []
    if new := sorted(set(after) - set(before)):
        said.append(f"looks at {_named(new)}, too")
    if gone := sorted(set(before) - set(after)):
        said.append(f"no longer looks at {_named(gone)}")
    return " and ".join(said)


def _named(slugs: Sequence[str]) -> str:
    more = len(slugs) - NAMED_COLLECTIONS
    named = ", ".join(slugs[:NAMED_COLLECTIONS])
    return f"{named} and {more} more" if more > 0 else named


def _spans(told: Sequence[Sequence[str]]) -> list[Span]:
    return [(datetime.fromisoformat(start), datetime.fromisoformat(end)) for start, end in told]


def _without(spans: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    """What of the spans lies in none of the others; both are in order and touch nobody."""
    left = []
    for start, end in spans:
        free_from = start
        for other_start, other_end in others:
            if other_end <= free_from or other_start >= end:
                continue
            if other_start > free_from:
                left.append((free_from, other_start))
            free_from = max(free_from, other_end)
        if free_from < end:
            left.append((free_from, end))
    return left


def _time(version: dict[str, Any]) -> str:
    (span,) = _spans([[version["starts_at"], version["ends_at"]]])
    return _from_to(span)


def _from_to(span: Span) -> str:
    start, end = (f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}" for at in span)
    return f"from {start} to {end} UTC"
