"""Seasons, rules and cohorts: made once, and changed only forward."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from rewards.flags import operations as flags
from rewards.ledger import operations as ledger
from rewards.rules.kinds import KINDS
from rewards.rules.models import Cohort, CohortMember, Rule, RuleVersion, Season, flag_of

MOST_BUDGET_XP = 10**18

# The safety limits of a season, which a plan has to keep to be approved.
LIMITS = ("cap_xp_per_collector", "cap_xp_per_rule_day", "cap_xp_per_shipment")


class RuleError(Exception):
    """A change of the program that cannot be; the message is for the person who asked for it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


@dataclass(frozen=True, kw_only=True)
class Watch:
    """What a season measures farmers by; empty where nobody said. See Season."""

    farm_alarm_wei: int | None = None
    wash_threshold: int | None = None


UNWATCHED = Watch()


@transaction.atomic
def put_season(
    *,
    slug: str,
    title: str,
    starts_at: datetime,
    ends_at: datetime,
    budget_xp: int,
    as_of: datetime,
    limits: Mapping[str, int | None] | None = None,
    watch: Watch = UNWATCHED,
) -> str:
    """
    Make a season and fund it, or raise its budget, and return what was done in a few words.

    A budget is only ever raised: XP that was promised is not taken back. ``limits`` names the safety limits
    to set, or to lift by None; the others stay as they are. Raises RuleError.
    """
    season, is_new = Season.objects.select_for_update().get_or_create(
        slug=slug,
        defaults={"title": title, "starts_at": starts_at, "ends_at": ends_at, "budget_xp": budget_xp},
    )
    funded = 0 if is_new else season.budget_xp
    if not is_new:
        for field, value in (("starts_at", starts_at), ("ends_at", ends_at)):
            if getattr(season, field) != value:
                raise RuleError(field, f"is {getattr(season, field):%Y-%m-%d} in the season that exists")
        if budget_xp < funded:
            raise RuleError("budget_xp", f"is below the {funded:,} XP that the season was funded with")
    if budget_xp > funded:
        ledger.transfer(
            key=f"budget:{slug}:{budget_xp}",
            debit=ledger.ISSUANCE,
            credit=ledger.Holder("season", season.id),
            amount_xp=budget_xp - funded,
            reason="budget",
            posted_at=as_of,
        )
    wanted: dict[str, Any] = {
        "title": title,
        "budget_xp": budget_xp,
        "farm_alarm_wei_per_1000_xp": watch.farm_alarm_wei,
        "wash_threshold": watch.wash_threshold,
    }
    changed = any(getattr(season, name) != value for name, value in wanted.items())
    for name, value in wanted.items():
        setattr(season, name, value)
    season.save()
    limited = put_limits(season=season, limits=limits or {})
    if is_new:
        return "new"
    if limited != "unchanged" and budget_xp == funded:
        return limited
    return (
        f"budget raised to {budget_xp:,} XP" if budget_xp > funded else "changed" if changed else "unchanged"
    )


@transaction.atomic
def put_limits(*, season: Season, limits: Mapping[str, int | None]) -> str:
    """
    Set the safety limits of a season that are named, or lift them by None, and return what was done.

    They count for every plan that is approved from now on; what was approved stays. Raises RuleError.
    """
    season = Season.objects.select_for_update().get(id=season.id)
    done = []
    for field, value in limits.items():
        if value is not None and not 0 < value <= MOST_BUDGET_XP:
            raise RuleError(field, f"is {value}; it lies between 1 and {MOST_BUDGET_XP:,}")
        if getattr(season, field) != value:
            setattr(season, field, value)
            done.append(f"{field} lifted" if value is None else f"{field} {value:,}")
    if not done:
        return "unchanged"
    season.save(update_fields=LIMITS)
    return ", ".join(done)


@transaction.atomic
def put_levels(*, season: str, levels: Sequence[Mapping[str, Any]]) -> bool:
    """
    Set the names that balances reach in a season, lowest first, and return whether that changed anything.

    They can change at any time, since nothing is paid by them.
    """
    found = Season.objects.select_for_update().get(slug=season)
    if found.levels == list(levels):
        return False
    found.levels = list(levels)
    found.save(update_fields=["levels"])
    return True


@transaction.atomic
def put_rule(
    *,
    slug: str,
    season: Season,
    kind: str,
    title: str,
    starts_at: datetime,
    params: dict[str, Any],
    author: str,
    as_of: datetime,
) -> str:
    """
    Make a rule with its first version, or a new version where ``params`` changed, from ``as_of`` on.

    The first version counts from the rule's start, which may lie in the past; later ones never do (P6).
    With nothing changed, nothing is written. Returns what was done. Raises RuleError.
    """
    flags.put_flag(slug=flag_of(slug), title=title, parent=KINDS[kind].flag)
    rule, is_new = Rule.objects.select_for_update().get_or_create(
        slug=slug, defaults={"season": season, "kind": kind, "title": title, "starts_at": starts_at}
    )
    for field, value in (("kind", kind), ("season_id", season.id), ("starts_at", starts_at)):
        if getattr(rule, field) != value:
            name = field.removesuffix("_id")
            raise RuleError(name, "cannot change in a rule that exists; make a new rule instead")
    if rule.title != title:
        rule.title = title
        rule.save()
    latest = rule.versions.order_by("number").last()
    if latest and latest.params == params:
        return "unchanged"
    version = RuleVersion.objects.create(
        rule=rule,
        number=latest.number + 1 if latest else 1,
        params=params,
        # Changed before it starts, a rule starts with its new numbers.
        in_force_from=max(latest.in_force_from, as_of) if latest else starts_at,
        created_at=as_of,
        created_by=author,
    )
    if is_new:
        return "new"
    return f"version {version.number} from {version.in_force_from:%Y-%m-%d %H:%M:%S} UTC"


@transaction.atomic
def put_cohort(*, slug: str, addresses: Iterable[str]) -> str:
    """Make a cohort, or add wallets to its list; none is taken off. Returns what was done."""
    cohort, is_new = Cohort.objects.get_or_create(slug=slug)
    known = set(cohort.members.values_list("address", flat=True))
    missing = sorted(set(addresses) - known)
    CohortMember.objects.bulk_create(CohortMember(cohort=cohort, address=address) for address in missing)
    if is_new:
        return f"new, {len(missing)} wallets"
    return f"{len(missing)} wallets added" if missing else "unchanged"
