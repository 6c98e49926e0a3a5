"""
Plans a round twice, as it was and under the changes, compares the two, and rolls everything back.

Nothing here can ship: the copies are drafts that no other transaction ever sees, and they are gone with the
transaction, however it ends.
"""

import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeAlias

from django.db import DataError, OperationalError, transaction
from psycopg import errors

from config import db
from marketplace.facts import operations as facts
from rewards.fairness import operations as fairness
from rewards.flags import queries as flags
from rewards.flags.models import Pause
from rewards.flags.queries import Span
from rewards.rules import operations as rule_operations
from rewards.rules import queries as rules
from rewards.rules.models import Rule, flag_of
from rewards.rules.typed import list_differences
from rewards.shipments import planning
from rewards.shipments.models import Shipment, ShipmentRule
from rewards.shipments.planning import Input
from rewards.whatif import queries
from rewards.whatif.changes import ALL, Changes, check
from rewards.whatif.errors import GivenUp, WhatIfError
from rewards.whatif.queries import Comparison, Said
from rewards.whatif.rounds import Round, get_version

SQL = db.folder()

SECONDS = 120
MOVERS = 10

Progress: TypeAlias = Callable[[str], None]
Sink: TypeAlias = Callable[[Iterator[dict[str, Any]]], object]


def compare(
    *,
    of: Round,
    changes: Changes,
    as_of: datetime,
    seconds: int = SECONDS,
    as_paid: bool = False,
    movers: int = MOVERS,
    progress: Progress | None = None,
    differences: Sink | None = None,
) -> Comparison:
    """
    What the round pays under the changes, against what it pays without them.

    Both are planned on the facts of today, so that what arrived since is no part of the difference;
    ``as_paid`` compares with the lines that the shipment has instead. ``differences`` is given each collector
    whose XP differs, the largest change first, and has to read them before it returns. Nothing is kept.
    Raises WhatIfError for what cannot be asked, and GivenUp where a number grows beyond what XP can be, or
    all of it takes longer than ``seconds``.
    """
    if as_paid and not of.has_plan:
        raise WhatIfError(f"{of.title} has no plan to compare with yet.")
    check(changes=changes, of=of)
    clock = _Clock(seconds=seconds, tell=progress or (lambda _: None))
    try:
        with transaction.atomic():
            try:
                facts.stand_still()
                fairness.refresh()
                found = _compare(
                    of=of, changes=changes, as_of=as_of, as_paid=as_paid, movers=movers, clock=clock
                )
                if differences is not None:
                    clock.step("Writing the differences")
                    rows = queries.iterate_differences(before=found.before_id, after=found.after_id)
                    # Whoever reads them may break off; the cursor has to be closed before the transaction is.
                    with closing(rows):
                        differences(rows)
            finally:
                transaction.set_rollback(True)
    except DataError as error:
        raise GivenUp(
            "A number grew beyond what XP can be: this pays far too much. Nothing was changed."
        ) from error
    except OperationalError as error:
        if not isinstance(error.__cause__, errors.QueryCanceled):
            raise
        raise GivenUp(
            f"This took longer than {seconds} seconds and was given up. Nothing was changed. "
            "Take a shorter window or fewer rules, or allow more time."
        ) from error
    return found


class _Clock:
    """Tells each step, and keeps all of them together within so many seconds."""

    def __init__(self, *, seconds: int, tell: Progress) -> None:
        self.until = time.monotonic() + seconds
        self.tell = tell

    def step(self, what: str) -> None:
        """Begin a step, whose statements have the time that is left."""
        self.tell(what)
        left = max(int(1000 * (self.until - time.monotonic())), 1)
        SQL["limit_seconds"].row({"limit": f"{left}ms"})


def _compare(
    *, of: Round, changes: Changes, as_of: datetime, as_paid: bool, movers: int, clock: _Clock
) -> Comparison:
    said = [*_in_words(of=of, changes=changes)]
    if as_paid and of.shipment is not None:
        before = of.shipment.id
    else:
        clock.step("Planning the round as it was")
        before = _plan(of=of, changes=Changes(), as_of=as_of)
    clock.step("Planning it under the changes")
    after = _plan(of=of, changes=changes, as_of=as_of)
    clock.step("Comparing")
    return queries.get_comparison(
        of=of, before=before, after=after, said=said, as_paid=as_paid, movers=movers
    )


def _plan(*, of: Round, changes: Changes, as_of: datetime) -> int:
    """Plan a copy of the round under changes, and return its id."""
    for slug, addresses in changes.cohorts.items():
        rule_operations.put_cohort(slug=slug, addresses=addresses)
    copy = Shipment.objects.create(
        slug=f"what-if-{uuid.uuid4()}",
        season=of.season,
        title=of.title,
        audience=of.audience if changes.audience is None else changes.audience,
        window_start=of.window_start,
        window_end=of.window_end,
        author="what-if",
        created_at=as_of,
    )
    paying = [*_rules(of=of, changes=changes, as_of=as_of)]
    ShipmentRule.objects.bulk_create(
        ShipmentRule(
            shipment=copy,
            rule=rule,
            window_start=of.window_start,
            window_end=of.window_end,
            counts=False,
        )
        for rule in paying
    )
    inputs = _inputs(of=of, changes=changes, paying=paying, copy=copy)
    instead_of = of.shipment.id if of.shipment else None
    planning.write(shipment=copy, as_of=as_of, inputs=inputs, instead_of=instead_of)
    return copy.id


def _rules(*, of: Round, changes: Changes, as_of: datetime) -> Iterator[Rule]:
    """The rules that the copy pays; those that are not there yet are made for it."""
    for new in changes.new_rules:
        rule_operations.put_rule(
            slug=new.slug,
            season=of.season,
            kind=new.kind,
            title=new.title,
            starts_at=of.window_start,
            params=new.params,
            author="what-if",
            as_of=as_of,
        )
    coming = {*changes.with_rules, *(new.slug for new in changes.new_rules)}
    coming |= {rule.slug for rule in of.rules}
    yield from Rule.objects.filter(slug__in=coming - {*changes.without_rules}).order_by("slug")


def _inputs(*, of: Round, changes: Changes, paying: Sequence[Rule], copy: Shipment) -> list[Input]:
    """The versions that count: the round's own, or one with other numbers in place of all that a rule had."""
    inputs = []
    own = planning.list_inputs(shipment=copy)
    for rule in paying:
        if rule.slug in changes.params:
            version = replace(get_version(of=of, rule=rule), params=changes.params[rule.slug])
            wash_threshold = of.season.wash_threshold
            collections = rules.get_eligible_collections(
                params=version.params, window_start=of.window_start, wash_threshold=wash_threshold
            )
            inputs.append(
                Input(version=version, collections=collections, live=[], wash_threshold=wash_threshold)
            )
        else:
            inputs += [one for one in own if one.version.rule_id == rule.id]
    return [replace(one, live=_live(one=one, changes=changes)) for one in inputs]


def _live(*, one: Input, changes: Changes) -> list[Span]:
    """When a version was live, with pauses added and lifted."""
    version = one.version
    flag, starts_at, ends_at = flag_of(version.slug), version.starts_at, version.ends_at
    pauses = flags.list_pauses(flag=flag, window_start=starts_at, window_end=ends_at)
    off = [
        Span(starts_at=pause.starts_at, ends_at=pause.ends_at or ends_at)
        for pause in pauses
        if not _lifted(pause, changes)
    ]
    above = flags.list_path(flag=flag)
    off += [
        Span(starts_at=pause.starts_at, ends_at=pause.ends_at or ends_at)
        for pause in changes.pauses
        if pause.flag in above
    ]
    return flags.list_outside(off=off, starts_at=starts_at, ends_at=ends_at)


def _lifted(pause: Pause, changes: Changes) -> bool:
    return ALL in changes.without_pauses or pause.flag_id in changes.without_pauses


def _in_words(*, of: Round, changes: Changes) -> Iterator[Said]:
    """What is other than it was, for people."""
    known = {rule.slug: rule for rule in Rule.objects.filter(slug__in=changes.params)}
    for slug, params in changes.params.items():
        version = get_version(of=of, rule=known[slug])
        for one in list_differences(kind=version.kind, before=version.params, after=params):
            yield Said(what=f"{slug}: {one.label}", before=one.before, after=one.after)
    have = {rule.slug for rule in of.rules}
    coming = {*changes.with_rules, *(new.slug for new in changes.new_rules)} - have
    for slug in sorted(coming):
        yield Said(what=slug, before="not in the round", after="in it")
    for slug in changes.without_rules:
        yield Said(what=slug, before="in the round", after="left out")
    for pause in changes.pauses:
        until = f" to {_stamp(pause.ends_at)}" if pause.ends_at else " on"
        yield Said(what=pause.flag, before="on", after=f"paused from {_stamp(pause.starts_at)}{until}")
    for flag in changes.without_pauses:
        what = "Every flag" if flag == ALL else flag
        yield Said(what=what, before="its pauses", after="never paused")
    if changes.audience is not None and changes.audience != of.audience:
        yield Said(what="Audience", before=_audience(of.audience), after=_audience(changes.audience))


def _audience(filters: dict[str, Any]) -> str:
    given = [
        f"{name} {value}" for name, value in sorted(filters.items()) if value not in (None, "", "0", False)
    ]
    return ", ".join(given) or "everybody"


def _stamp(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
