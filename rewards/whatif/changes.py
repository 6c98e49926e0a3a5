"""What a what-if changes: numbers of rules, which rules there are, pauses, whom it is for."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from rewards.flags.queries import list_flags
from rewards.program.file import Program
from rewards.rules.kinds import KINDS
from rewards.rules.models import Rule, flag_of
from rewards.rules.typed import WrongField, params_of, typed_of
from rewards.shipments import audience as audiences
from rewards.shipments.audience import Audience
from rewards.whatif.errors import WhatIfError
from rewards.whatif.rounds import Round, get_version

# Takes every pause of every flag away.
ALL = "all"


@dataclass(frozen=True, kw_only=True)
class AddedPause:
    """A time in which a flag is taken to have been off; ``ends_at`` is empty where it goes on."""

    flag: str
    starts_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class NewRule:
    """A rule that is not there yet."""

    slug: str
    kind: str
    title: str
    params: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Changes:
    """
    What is other than it was.

    ``params`` are the stored parameters of rules by name, taken to have been in force in all of the window.
    ``with_rules`` come in by their name, ``new_rules`` are not in the program yet, ``without_rules`` are left
    out. ``without_pauses`` names flags whose own pauses are taken never to have been, or ``all``.
    ``audience`` is as a shipment keeps it, and None where that stays.
    """

    params: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    with_rules: Sequence[str] = ()
    new_rules: Sequence[NewRule] = ()
    without_rules: Sequence[str] = ()
    pauses: Sequence[AddedPause] = ()
    without_pauses: Sequence[str] = ()
    audience: dict[str, Any] | None = None
    cohorts: Mapping[str, Sequence[str]] = field(default_factory=dict)


def read_program(*, program: Program, of: Round, with_rules: Sequence[str]) -> Changes:
    """
    The changes that a program file makes to a round.

    Its rules stand in for those of the same name. A rule that the round has not comes in where ``with_rules``
    names it, from the file or else from the program in force. Raises WhatIfError.
    """
    params: dict[str, dict[str, Any]] = {}
    known = {rule.slug: rule for rule in Rule.objects.filter(slug__in=program.rules)}
    for slug, table in program.rules.items():
        rule = known.get(slug)
        if rule is not None and rule.kind != table.head.kind:
            raise WhatIfError(
                f"{slug} is a {rule.kind} rule, and {table.head.kind} in the file; a rule keeps its kind. "
                f"Give it another name there, and say --without {slug} --with NAME."
            )
        if rule in of.rules or (rule is not None and slug in with_rules):
            params[slug] = table.params
    return Changes(
        params=params,
        with_rules=[slug for slug in with_rules if slug in known or slug not in program.rules],
        new_rules=[
            NewRule(slug=slug, kind=table.head.kind, title=table.head.title, params=table.params)
            for slug, table in program.rules.items()
            if slug in with_rules and slug not in known
        ],
        cohorts=program.cohorts,
    )


def read_settings(
    *, settings: Sequence[str], of: Round, params: Mapping[str, dict[str, Any]]
) -> dict[str, dict[str, Any]]:
    """
    The parameters that ``RULE.field=value`` texts come to, on top of ``params`` or of those in force.

    A field is named as in a program file, ``curve[1].multiplier`` with its place from 0. Raises WhatIfError.
    """
    changed = dict(params)
    typed: dict[str, dict[str, Any]] = {}
    known = {rule.slug: rule for rule in Rule.objects.all()}
    for setting in settings:
        path, equals, value = setting.partition("=")
        # A rule's name may have dots of its own, so the longest that fits is meant.
        name = max((slug for slug in known if path.startswith(f"{slug}.")), key=len, default=None)
        if not equals or name is None:
            raise WhatIfError(f"{setting} is no RULE.field=value of a rule that is known.")
        kind = KINDS[known[name].kind]
        if name not in typed:
            now = changed.get(name) or get_version(of=of, rule=known[name]).params
            typed[name] = typed_of(kind=kind, params=now)
        _set(typed[name], path=path.removeprefix(f"{name}."), value=_value(value), setting=setting)
        try:
            changed[name] = params_of(kind=kind, fields=_given(typed[name]))
        except WrongField as error:
            raise WhatIfError(f"{name}: {error.message}") from error
    return changed


def read_audience(*, filters: Sequence[str]) -> dict[str, Any]:
    """The audience that ``filter=value`` texts name, as a shipment keeps it. Raises WhatIfError."""
    fields = {}
    for text in filters:
        name, equals, value = text.partition("=")
        if not equals:
            raise WhatIfError(f"{text} is no filter=value, such as minimum_spend_eth=0.5.")
        fields[name] = value
    try:
        return audiences.stored(msgspec.convert(fields, Audience, strict=False))
    except msgspec.ValidationError as error:
        raise WhatIfError(f"The audience is wrong: {error}.") from error
    except ValueError as error:
        raise WhatIfError(f"{error}.") from error


def _value(text: str) -> Any:
    """A value as a program file has it; a bare word is text."""
    try:
        return tomllib.loads(f"value = {text}", parse_float=Decimal)["value"]
    except tomllib.TOMLDecodeError:
        return text


def _given(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _set(fields: dict[str, Any], *, path: str, value: Any, setting: str) -> None:
    """Put a value where a path such as ``curve[1].multiplier`` leads."""
    steps: list[str | int] = [
        int(step[1:-1]) if step.startswith("[") else step for step in re.findall(r"\[\d+\]|[^.\[\]]+", path)
    ]
    if not steps or steps[0] not in fields:
        raise WhatIfError(f"{setting}: the rule has the fields {', '.join(sorted(fields))}.")
    inside: Any = fields
    try:
        for step in steps[:-1]:
            inside = inside[step]
        # A place that is not there yet is a mistake; a name is checked by the rule's schema.
        if isinstance(steps[-1], int):
            inside[steps[-1]]
        inside[steps[-1]] = value
    except (LookupError, TypeError) as error:
        raise WhatIfError(
            f"{setting}: there is nothing at {path}. A place in a list is written with brackets and counts "
            "from 0, as in curve[1].multiplier."
        ) from error


def check(*, changes: Changes, of: Round) -> None:
    """Refuse what names nothing: rules and flags that are not there. Raises WhatIfError."""
    have = {rule.slug for rule in of.rules}
    known = set(Rule.objects.values_list("slug", flat=True))
    coming = {*changes.with_rules, *(rule.slug for rule in changes.new_rules)}
    for slug in changes.without_rules:
        if slug not in have:
            raise WhatIfError(f"The round does not pay {slug}, so it cannot be left out.")
    for slug in changes.with_rules:
        if slug not in known:
            raise WhatIfError(f"There is no rule called {slug}. A program file could bring it.")
    for slug in changes.params:
        if slug not in have | coming:
            raise WhatIfError(f"The round does not pay {slug}; say --with {slug} to let it.")
    _check_pauses(changes)


def _check_pauses(changes: Changes) -> None:
    flags = {flag.slug for flag in list_flags()} | {flag_of(rule.slug) for rule in changes.new_rules}
    for flag in [*(pause.flag for pause in changes.pauses), *changes.without_pauses]:
        if flag not in flags and flag != ALL:
            raise WhatIfError(f"There is no flag called {flag}. There are: {', '.join(sorted(flags))}.")
    for pause in changes.pauses:
        if pause.ends_at is not None and pause.ends_at <= pause.starts_at:
            raise WhatIfError(f"The pause of {pause.flag} would end before it starts.")
