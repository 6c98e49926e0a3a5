"""Applies a program file: all of it, or nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from rewards.flags import operations as flags
from rewards.flags.errors import FlagError
from rewards.flags.models import Pause
from rewards.program.file import Mistake, Program, ProgramError
from rewards.rules import operations as rules
from rewards.rules.models import Rule, Season
from rewards.rules.operations import RuleError
from rewards.series import operations as series
from rewards.series import windows
from rewards.series.errors import SeriesError
from rewards.shipments import audience as audiences
from rewards.shipments import operations as shipments
from rewards.shipments.errors import ShipmentError

HOUR = 3_600


@dataclass(frozen=True)
class Change:
    """What applying a program did to one of its tables: ``new``, ``unchanged``, ``version 2 from …``."""

    table: str
    name: str
    done: str


def apply(*, program: Program, author: str, as_of: datetime) -> list[Change]:
    """
    Bring seasons, cohorts, rules, pauses, shipments and series to what the file says, in one transaction.

    Applying the same file again changes nothing; a changed rule gets a new version from ``as_of`` on
    (P6). ProgramError says what could not be, and then nothing was changed. What the file no longer
    names stays as it is.
    """
    changes: list[Change] = []
    mistakes: list[Mistake] = []
    with transaction.atomic():
        for name, season in program.seasons.items():
            with _noting(program, f"season.{name}", mistakes):
                done = rules.put_season(
                    slug=name,
                    title=season.title,
                    starts_at=season.starts_at,
                    ends_at=season.ends_at,
                    budget_xp=season.budget_xp,
                    as_of=as_of,
                    limits=season.limits,
                    watch=rules.Watch(
                        farm_alarm_wei=season.farm_alarm_wei, wash_threshold=season.wash_threshold
                    ),
                )
                named = [{"name": level.name, "xp": level.xp} for level in season.levels]
                if rules.put_levels(season=name, levels=named) and done == "unchanged":
                    done = "changed"
                changes.append(Change("season", name, done))
        for name, addresses in program.cohorts.items():
            changes.append(Change("cohort", name, rules.put_cohort(slug=name, addresses=addresses)))
        if not mistakes:
            changes += _put_rules(program=program, author=author, as_of=as_of, mistakes=mistakes)
        if not mistakes:
            changes += _put_pauses(program=program, author=author, as_of=as_of, mistakes=mistakes)
        if not mistakes:
            changes += _put_shipments(program=program, author=author, mistakes=mistakes)
        if not mistakes:
            changes += _put_series(program=program, author=author, mistakes=mistakes)
        if mistakes:
            raise ProgramError(mistakes)
    return changes


def _put_rules(
    *, program: Program, author: str, as_of: datetime, mistakes: list[Mistake]
) -> Iterator[Change]:
    seasons = {season.slug: season for season in Season.objects.filter(slug__in=program.seasons)}
    for name, table in program.rules.items():
        season = seasons[table.head.season]
        with _noting(program, f"rule.{name}", mistakes):
            done = rules.put_rule(
                slug=name,
                season=season,
                kind=table.head.kind,
                title=table.head.title,
                starts_at=table.head.starts_at or season.starts_at,
                params=table.params,
                author=author,
                as_of=as_of,
            )
            yield Change("rule", name, done)


def _put_pauses(
    *, program: Program, author: str, as_of: datetime, mistakes: list[Mistake]
) -> Iterator[Change]:
    for name, table in program.pauses.items():
        known = Pause.objects.filter(flag_id=table.flag, starts_at=table.starts_at).exists()
        with _noting(program, f"pause.{name}", mistakes):
            if not known:
                flags.pause(
                    flag=table.flag,
                    reason=table.reason,
                    by=author,
                    as_of=as_of,
                    starts_at=table.starts_at,
                    ends_at=table.ends_at,
                )
            yield Change("pause", name, "unchanged" if known else "new")


def _put_shipments(*, program: Program, author: str, mistakes: list[Mistake]) -> Iterator[Change]:
    seasons = {season.slug: season for season in Season.objects.filter(slug__in=program.seasons)}
    known = {rule.slug: rule for rule in Rule.objects.filter(slug__in=program.rules)}
    for name, table in program.shipments.items():
        draft = shipments.Draft(
            slug=name,
            season=seasons[table.season],
            title=table.title,
            message=table.message,
            window_start=table.window_start,
            window_end=table.window_end,
            rules=[known[rule] for rule in table.rules],
            plan_due_at=table.plan_at or table.window_end,
            ships_at=table.ships_at,
            approve_by=table.approve_by,
            audience=audiences.stored(table.audience),
        )
        with _noting(program, f"shipment.{name}", mistakes):
            yield Change("shipment", name, shipments.put_draft(draft=draft, author=author))


def _put_series(*, program: Program, author: str, mistakes: list[Mistake]) -> Iterator[Change]:
    seasons = {season.slug: season for season in Season.objects.filter(slug__in=program.seasons)}
    known = {rule.slug: rule for rule in Rule.objects.filter(slug__in=program.rules)}
    for name, table in program.series.items():
        wanted = series.Wanted(
            slug=name,
            season=seasons[table.season],
            title=table.title,
            message=table.message,
            rules=[known[rule] for rule in table.rules],
            first_start=table.window_start,
            period=windows.parse_period(table.period),
            plan_after_seconds=table.plan_after_hours * HOUR,
            approve_within_seconds=_seconds(table.approve_within_hours),
            ships_after_seconds=_seconds(table.ships_after_hours),
            audience=audiences.stored(table.audience),
        )
        with _noting(program, f"series.{name}", mistakes):
            yield Change("series", name, series.put_series(wanted=wanted, author=author))


def _seconds(hours: int | None) -> int | None:
    return None if hours is None else hours * HOUR


@contextmanager
def _noting(program: Program, place: str, mistakes: list[Mistake]) -> Iterator[None]:
    """Note what a stage refuses as a mistake of the file's table, and go on with the next."""
    try:
        yield
    except RuleError as error:
        mistakes.append(program.mistake(f"{place}.{error.field}", error.message))
    except SeriesError as error:
        mistakes.append(program.mistake(f"{place}.{error.field}".rstrip("."), str(error)))
    except (ShipmentError, FlagError) as error:
        mistakes.append(program.mistake(place, str(error)))
