"""What is on and what is off, as the pages of flags and rules show it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q

from rewards.flags import queries as flags
from rewards.flags.models import Flag, Pause
from rewards.rules.models import Rule, RuleVersion, flag_of


@dataclass(frozen=True, kw_only=True)
class Switch:
    """
    A flag and what holds for it at an instant.

    ``own`` is its own pause, ``above`` one of a flag over it, ``coming`` its next own pause; each is
    empty where there is none. ``depth`` is how many flags stand over it.
    """

    flag: Flag
    depth: int
    own: Pause | None
    above: Pause | None
    coming: Pause | None

    @property
    def pause(self) -> Pause | None:
        """Why nothing is earned under the flag now; empty while it is on."""
        return self.own or self.above


@dataclass(frozen=True, kw_only=True)
class RuleRow:
    """A rule with the version in force, or else the first to come, and its switch."""

    rule: Rule
    version: RuleVersion
    coming: RuleVersion | None
    state: str
    switch: Switch


def list_switches(*, as_of: datetime) -> list[Switch]:
    """Every flag as a tree: each below the one over it, by name."""
    standing = Pause.objects.exclude(ends_at=F("starts_at")).filter(Q(ends_at=None) | Q(ends_at__gt=as_of))
    own: dict[str, Pause] = {}
    coming: dict[str, Pause] = {}
    for pause in standing.order_by("starts_at"):
        kept = own if pause.starts_at <= as_of else coming
        kept.setdefault(pause.flag_id, pause)
    below: dict[str | None, list[Flag]] = {}
    for flag in flags.list_flags():
        below.setdefault(flag.parent_id, []).append(flag)

    def walk(parent: str | None, depth: int, above: Pause | None) -> Iterator[Switch]:
        for flag in below.get(parent, []):
            switch = Switch(
                flag=flag, depth=depth, own=own.get(flag.slug), above=above, coming=coming.get(flag.slug)
            )
            yield switch
            yield from walk(flag.slug, depth + 1, switch.pause)

    return list(walk(None, 0, None))


def list_rules(*, as_of: datetime) -> list[RuleRow]:
    """Every rule that has a version, those of the latest season first."""
    switches = {switch.flag.slug: switch for switch in list_switches(as_of=as_of)}
    rules = Rule.objects.select_related("season").prefetch_related("versions")
    return [
        rule_row(rule=rule, switch=switches[flag_of(rule.slug)], as_of=as_of)
        for rule in rules.order_by("-season__starts_at", "kind", "slug")
        if rule.versions.all() and flag_of(rule.slug) in switches
    ]


def rule_row(*, rule: Rule, switch: Switch, as_of: datetime) -> RuleRow:
    """A rule as it stands at an instant."""
    versions = sorted(rule.versions.all(), key=lambda version: version.number)
    in_force = [version for version in versions if version.in_force_from <= as_of]
    ahead = [version for version in versions if version.in_force_from > as_of]
    if rule.season.ends_at <= as_of:
        state = "ended"
    elif not in_force:
        state = "to come"
    else:
        state = "paused" if switch.pause else "on"
    return RuleRow(
        rule=rule,
        version=in_force[-1] if in_force else ahead[0],
        coming=ahead[0] if ahead and in_force else None,
        state=state,
        switch=switch,
    )


def count_paused(switches: Iterable[Switch]) -> int:
    """How many flags have a pause of their own now."""
    return sum(1 for switch in switches if switch.own)
