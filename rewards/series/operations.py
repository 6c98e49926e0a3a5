"""Brings series to what the program says, switches them, and makes the drafts that are due."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from config import db
from rewards.rules.models import Rule, Season
from rewards.series import windows
from rewards.series.errors import SeriesError, UnknownSeries
from rewards.series.models import Round, Series, SeriesRule, Skip
from rewards.series.windows import Period, Window
from rewards.shipments import operations as shipments
from rewards.shipments.errors import ShipmentError
from rewards.shipments.models import Shipment

logger = logging.getLogger("holdfast.series")

SQL = db.folder()

# A sweep makes so many drafts at most; after years of absence the next sweeps go on.
MOST_DRAFTS = 50

# After a failure a series is left alone for so long.
RETRY_AFTER = timedelta(minutes=5)

# What may change; the windows themselves stay as they began.
CHANGEABLE = (
    "title",
    "message",
    "audience",
    "plan_after_seconds",
    "approve_within_seconds",
    "ships_after_seconds",
)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A series as the program has it. Without an audience it is for everybody."""

    slug: str
    season: Season
    title: str
    message: str
    rules: Sequence[Rule]
    first_start: datetime
    period: Period
    plan_after_seconds: int
    approve_within_seconds: int | None
    ships_after_seconds: int | None
    audience: dict[str, Any] = field(default_factory=dict)


@transaction.atomic
def put_series(*, wanted: Wanted, author: str) -> str:
    """
    Make a series, or change one, and return what was done. A change counts from the next draft on.

    Raises SeriesError for what cannot change: season, first window and period, and anything once it ended.
    """
    if not wanted.season.starts_at <= wanted.first_start < wanted.season.ends_at:
        raise SeriesError("lies outside its season", field="window_start")
    series = Series.objects.select_for_update().filter(slug=wanted.slug).first()
    rule_ids = sorted(rule.id for rule in wanted.rules)
    values = {name: getattr(wanted, name) for name in CHANGEABLE}
    if series is None:
        series = Series.objects.create(
            slug=wanted.slug,
            season=wanted.season,
            first_start=wanted.first_start,
            months=wanted.period.months,
            days=wanted.period.days,
            author=author,
            next_due_at=wanted.first_start,
            **values,
        )
        _put_rules(series=series, rule_ids=rule_ids)
        return "new"
    _refuse_other_windows(series=series, wanted=wanted)
    known_ids = sorted(SeriesRule.objects.filter(series=series).values_list("rule_id", flat=True))
    if known_ids == rule_ids and all(getattr(series, name) == values[name] for name in values):
        return "unchanged"
    if series.state == "ended":
        raise SeriesError("has ended, so nothing of it can change; a new series needs another name")
    for name, value in values.items():
        setattr(series, name, value)
    # Who wrote what the rounds are must not be who approves them. A failure may be mended by the change.
    series.author, series.retry_at = author, None
    series.save()
    _put_rules(series=series, rule_ids=rule_ids)
    return f"changed from round {series.next_number} on"


def _put_rules(*, series: Series, rule_ids: Sequence[int]) -> None:
    """Let the series pay these rules and no others."""
    kept = SeriesRule.objects.filter(series=series)
    kept.exclude(rule_id__in=rule_ids).delete()
    missing = set(rule_ids) - set(kept.values_list("rule_id", flat=True))
    SeriesRule.objects.bulk_create(SeriesRule(series=series, rule_id=one) for one in sorted(missing))


def _refuse_other_windows(*, series: Series, wanted: Wanted) -> None:
    if series.season_id != wanted.season.id:
        raise SeriesError("cannot change", field="season")
    if series.first_start != wanted.first_start:
        raise SeriesError("cannot change; end this series and begin another", field="window_start")
    if (series.months, series.days) != (wanted.period.months, wanted.period.days):
        raise SeriesError("cannot change; end this series and begin another", field="period")


def pause(*, slug: str, by: str, as_of: datetime) -> Series:
    """Let a series make no drafts until it is resumed. Paused already, nothing changes."""
    return _switch(slug=slug, state="paused", by=by, as_of=as_of)


def resume(*, slug: str, by: str, as_of: datetime) -> Series:
    """Let a paused series go on; windows that opened meanwhile become drafts with the next sweep."""
    return _switch(slug=slug, state="on", by=by, as_of=as_of)


def end(*, slug: str, by: str, as_of: datetime) -> Series:
    """End a series for good: it makes no more drafts. Those that it made stay as they are."""
    return _switch(slug=slug, state="ended", by=by, as_of=as_of)


@transaction.atomic
def _switch(*, slug: str, state: str, by: str, as_of: datetime) -> Series:
    series = Series.objects.select_for_update().filter(slug=slug).first()
    if series is None:
        raise UnknownSeries(slug)
    if series.state == state:
        return series
    if series.state == "ended":
        raise SeriesError(f"{slug} has ended, and an ended series does not go on. Nothing was changed.")
    series.state, series.switched_by, series.switched_at = state, by, as_of
    series.retry_at = None
    if state == "ended":
        series.next_due_at = None
    series.save()
    return series


@transaction.atomic
def skip(*, slug: str, number: int, reason: str, by: str, as_of: datetime) -> Skip:
    """
    Let a coming window have no shipment of its own: the next round pays for its time as well (P13).

    Skipped already, nothing changes. Raises SeriesError for a window that has opened, for the last one of the
    season, and without a reason.
    """
    series, window = _lock_coming(slug=slug, number=number, as_of=as_of)
    known = Skip.objects.filter(series=series, number=number).first()
    if known is not None:
        return known
    if series.state == "ended":
        raise SeriesError(f"{slug} has ended, so it has no coming window. Nothing was changed.")
    if get_window(series=series, number=number + 1) is None:
        raise SeriesError(
            f"Window {window.number} is the last one of {slug}, so no round comes after it that could pay "
            "for its time. Nothing was changed. If nothing should be earned then, pause the rules: "
            "collectors read why."
        )
    if not reason.strip():
        raise SeriesError("A skip needs a reason; colleagues read it.", field="reason")
    return Skip.objects.create(
        series=series, number=number, reason=reason.strip(), skipped_by=by, skipped_at=as_of
    )


@transaction.atomic
def take_back_skip(*, slug: str, number: int, as_of: datetime) -> None:
    """Let a window that was skipped have its shipment after all. Raises SeriesError once it has opened."""
    series, window = _lock_coming(slug=slug, number=number, as_of=as_of)
    removed, _ = Skip.objects.filter(series=series, number=window.number).delete()
    if not removed:
        raise SeriesError(f"Window {number} of {slug} is not skipped. Nothing was changed.")


def _lock_coming(*, slug: str, number: int, as_of: datetime) -> tuple[Series, Window]:
    """A series, locked, and one of its windows that has not opened yet."""
    series = Series.objects.select_for_update(of=["self"]).select_related("season").filter(slug=slug).first()
    if series is None:
        raise UnknownSeries(slug)
    window = get_window(series=series, number=number) if number > 0 else None
    if window is None:
        raise SeriesError(f"{slug} has no window {number}. Nothing was changed.")
    if window.opens_at <= as_of or number < series.next_number:
        raise SeriesError(
            f"Window {number} of {slug} opened at {window.opens_at:%Y-%m-%d %H:%M} UTC, so it can no longer "
            "be skipped, nor a skip of it be taken back. Nothing was changed. A draft can be cancelled."
        )
    return series, window


def make_due(*, as_of: datetime, most: int = MOST_DRAFTS) -> list[str]:
    """
    Make the drafts that are due, the oldest window first, and return their names.

    Each is a transaction of its own, and is made once however many sweepers there are (P9). A series that
    fails says so in its row and stops no other.
    """
    made: list[str] = []
    for _ in range(most):
        tried, name = _make_next(as_of=as_of)
        if not tried:
            break
        made += [name] if name else []
    return made


def _make_next(*, as_of: datetime) -> tuple[bool, str]:
    """Take the series that is due the longest; say whether there was one, and the draft it made, if any."""
    with transaction.atomic():
        due = SQL["lock_due"].rows({"as_of": as_of})
        if not due:
            return False, ""
        series = Series.objects.select_related("season").get(id=due[0]["id"])
        try:
            with transaction.atomic():
                return True, _make_round(series=series, as_of=as_of)
        except (ShipmentError, SeriesError) as error:
            problem = f"Round {series.next_number} {error}."
        except Exception as error:
            logger.exception("The series %s failed. Nothing of its round was made.", series.slug)
            problem = f"Round {series.next_number} failed with {type(error).__name__}: {error}"
        note = {"problem": problem, "retry_at": as_of + RETRY_AFTER}
        Series.objects.filter(id=series.id).update(**note)
        return True, ""


def _make_round(*, series: Series, as_of: datetime) -> str:
    """
    Make the next draft of a series whose row is locked, and move the series on; return its name.

    A window that is skipped makes none, and its name is empty.
    """
    window = get_window(series=series, number=series.next_number)
    assert window is not None, "a series has a next draft only while there is a window for it"
    following = get_window(series=series, number=window.number + 1)
    is_skipped = series.skips.filter(number=window.number).exists()
    slug = "" if is_skipped else _make_draft(series=series, window=window, as_of=as_of)
    series.next_number += 1
    series.retry_at, series.problem = None, ""
    if following is None:
        series.state, series.next_due_at = "ended", None
        series.switched_by, series.switched_at = "the end of its season", as_of
    else:
        series.next_due_at = following.opens_at
    series.save()
    return slug


def _make_draft(*, series: Series, window: Window, as_of: datetime) -> str:
    """Make the shipment that a window becomes, and return its name."""
    slug = f"{series.slug}.{window.starts_at:%Y-%m-%d}"
    if Shipment.objects.filter(slug=slug).exists():
        raise SeriesError(f"would be called {slug}, and another shipment has that name already")
    shipments.put_draft(draft=draft_of(series=series, window=window, slug=slug), author=series.author)
    shipment = shipments.get(slug=slug)
    Round.objects.create(series=series, number=window.number, shipment=shipment, made_at=as_of)
    return slug


def draft_of(*, series: Series, window: Window, slug: str) -> shipments.Draft:
    """What a window of a series becomes."""
    return shipments.Draft(
        slug=slug,
        season=series.season,
        title=windows.fill(series.title, window),
        message=windows.fill(series.message, window),
        window_start=window.starts_at,
        window_end=window.ends_at,
        rules=list(series.rules.all()),
        audience=series.audience,
        **list_times(series=series, window=window),
    )


def list_times(*, series: Series, window: Window) -> dict[str, Any]:
    """When the draft of a window is planned, by when it should be approved, and when it ships."""
    plan_due_at = window.ends_at + timedelta(seconds=series.plan_after_seconds)
    return {
        "plan_due_at": plan_due_at,
        "approve_by": _later(plan_due_at, series.approve_within_seconds),
        "ships_at": _later(plan_due_at, series.ships_after_seconds),
    }


def get_window(*, series: Series, number: int) -> Window | None:
    """A window of a series, with the time of those that were skipped before it; None past its season."""
    return windows.get_window(
        first_start=series.first_start,
        period=Period(months=series.months, days=series.days),
        number=number,
        last_end=series.season.ends_at,
        skipped={one.number for one in series.skips.all()},
    )


def _later(at: datetime, seconds: int | None) -> datetime | None:
    return None if seconds is None else at + timedelta(seconds=seconds)
