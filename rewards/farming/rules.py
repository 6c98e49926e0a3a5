"""The rules that a farm check looks at: those in force, or those of a program file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from rewards.program.file import Program
from rewards.rules.kinds import KINDS
from rewards.rules.models import Rule, Season
from rewards.shipments.models import Shipment

# Longer rounds are tried as if they had so many days: a strategy goes on as it began.
MOST_DAYS = 30


@dataclass(frozen=True, kw_only=True)
class Tried:
    """
    A rule with the numbers to try, the boosts that multiply it, and the days of a round that pays it.

    ``budget_xp`` is its season's, and ``alarm_wei`` what 1,000 XP must cost at least there, empty where the
    season does not say. ``wash_threshold`` is from which score on its season takes a sale for a wash
    trade, and empty where it does not.
    """

    slug: str
    title: str
    kind: str
    params: dict[str, Any]
    budget_xp: int
    alarm_wei: int | None
    wash_threshold: int | None = None
    round_days: int = MOST_DAYS
    boosts: Sequence["Tried"] = field(default=())


def list_in_force(*, season: Season) -> list[Tried]:
    """Every rule of a season with its latest version."""
    rules = Rule.objects.filter(season=season).order_by("slug").prefetch_related("versions")
    tried = [
        Tried(
            slug=rule.slug,
            title=rule.title,
            kind=rule.kind,
            params=max(rule.versions.all(), key=lambda version: version.number).params,
            budget_xp=season.budget_xp,
            alarm_wei=_whole(season.farm_alarm_wei_per_1000_xp),
            wash_threshold=season.wash_threshold,
            round_days=_days(Shipment.objects.filter(rules=rule).order_by("-window_end").first()),
        )
        for rule in rules
        if rule.versions.all()
    ]
    return [*_with_boosts(tried)]


def list_of_program(*, program: Program) -> list[Tried]:
    """Every rule of a program file."""
    tried = []
    for slug, table in program.rules.items():
        season = program.seasons[table.head.season]
        rounds = [one for one in program.shipments.values() if slug in one.rules]
        tried.append(
            Tried(
                slug=slug,
                title=table.head.title,
                kind=table.head.kind,
                params=table.params,
                budget_xp=season.budget_xp,
                alarm_wei=season.farm_alarm_wei,
                wash_threshold=season.wash_threshold,
                round_days=_days(rounds[-1] if rounds else None),
            )
        )
    return [*_with_boosts(tried)]


def _with_boosts(tried: Sequence[Tried]) -> Iterator[Tried]:
    boosts = [one for one in tried if KINDS[one.kind].boosts]
    for one in tried:
        mine = [boost for boost in boosts if not boost.params["boosts"] or one.slug in boost.params["boosts"]]
        yield Tried(**{**vars(one), "boosts": [] if KINDS[one.kind].boosts else mine})


def _days(of_round: Any) -> int:
    """The whole days of a round's window, at least one."""
    if of_round is None:
        return MOST_DAYS
    span: timedelta = of_round.window_end - of_round.window_start
    return min(max(span.days, 1), MOST_DAYS)


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)
