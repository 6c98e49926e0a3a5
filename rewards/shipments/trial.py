"""Tries new numbers of a rule on the last round that it paid: planned, compared, and rolled back."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import DataError, OperationalError, transaction

from config import db
from rewards.flags import queries as flags
from rewards.rules import queries as rules
from rewards.rules.models import Rule, flag_of
from rewards.shipments import planning
from rewards.shipments.errors import ShipmentError
from rewards.shipments.models import Shipment, ShipmentRule
from rewards.shipments.planning import Input

SQL = db.folder()

MOVERS = 5


class TrialFailed(ShipmentError):
    """The trial did not come through; nothing was kept of it, as of any trial."""


@dataclass(frozen=True, kw_only=True)
class Mover:
    """A collector, by the wallet that stands for them, whose XP would have been another."""

    address: str
    before_xp: int
    after_xp: int

    @property
    def change_xp(self) -> int:
        """How much more it would have been."""
        return self.after_xp - self.before_xp


@dataclass(frozen=True, kw_only=True)
class Effect:
    """
    What a round would have paid with other numbers, against the same round planned today as it was.

    ``rule_…`` are the XP of the rule alone, the others those of the whole round. ``movers`` are the
    collectors with the largest changes.
    """

    slug: str
    title: str
    before_xp: int
    after_xp: int
    rule_before_xp: int
    rule_after_xp: int
    collectors_before: int
    collectors_after: int
    collectors_up: int
    collectors_down: int
    movers: list[Mover]


def get_last_round(*, rule: Rule) -> Shipment | None:
    """The latest round that went out with the rule; None before the first."""
    went_out = Shipment.objects.filter(rules=rule, state__in=["shipping", "halted", "shipped", "sealed"])
    return went_out.order_by("-window_end", "-id").first()


def compute_effect(
    *, rule: Rule, params: dict[str, Any], as_of: datetime, seconds: int = 120
) -> Effect | None:
    """
    What the last round would have paid had ``params`` been in force in all of its window.

    None if no round went out with the rule. The round is planned twice, with its own versions and with
    these, on the facts of today, so that what arrived since is no part of the difference. Nothing is kept.
    Raises TrialFailed where a number grows beyond what XP can be, or a statement takes longer than
    ``seconds``.
    """
    last = get_last_round(rule=rule)
    if last is None:
        return None
    try:
        with transaction.atomic():
            SQL["limit_seconds"].row({"limit": f"{seconds}s"})
            before = _plan(last=last, as_of=as_of)
            after = _plan(last=last, as_of=as_of, rule=rule, params=params)
            effect = _compare(last=last, rule=rule, before=before, after=after)
            transaction.set_rollback(True)
    except DataError as error:
        raise TrialFailed("A number grew beyond what XP can be: this pays far too much.") from error
    except OperationalError as error:
        raise TrialFailed(
            f"The trial took longer than {seconds} seconds and was given up. Nothing changed."
        ) from error
    return effect


def _plan(
    *, last: Shipment, as_of: datetime, rule: Rule | None = None, params: dict[str, Any] | None = None
) -> int:
    """Plan a copy of a round, with other numbers of a rule if given, and return its id."""
    copy = Shipment.objects.create(
        slug=f"trial-{uuid.uuid4()}",
        season_id=last.season_id,
        title=last.title,
        audience=last.audience,
        window_start=last.window_start,
        window_end=last.window_end,
        author="trial",
        created_at=as_of,
    )
    ShipmentRule.objects.bulk_create(
        ShipmentRule(
            shipment=copy,
            rule_id=rule_id,
            window_start=last.window_start,
            window_end=last.window_end,
            counts=False,
        )
        for rule_id in ShipmentRule.objects.filter(shipment=last).values_list("rule_id", flat=True)
    )
    inputs = planning.list_inputs(shipment=copy)
    if rule is not None and params is not None:
        inputs = _with_params(inputs, rule=rule, params=params, window_start=copy.window_start)
    planning.write(shipment=copy, as_of=as_of, inputs=inputs, instead_of=last.id)
    return copy.id


def _with_params(
    inputs: Sequence[Input], *, rule: Rule, params: dict[str, Any], window_start: datetime
) -> list[Input]:
    """The inputs with one version of a rule in place of all it had."""
    own = [one.version for one in inputs if one.version.rule_id == rule.id]
    version = replace(own[-1], params=params, starts_at=own[0].starts_at)
    tried = Input(
        version=version,
        collections=rules.get_eligible_collections(params=params, window_start=window_start),
        live=flags.list_live_spans(
            flag=flag_of(rule.slug), starts_at=version.starts_at, ends_at=version.ends_at
        ),
    )
    return [*(one for one in inputs if one.version.rule_id != rule.id), tried]


def _compare(*, last: Shipment, rule: Rule, before: int, after: int) -> Effect:
    of_plans = {"before": before, "after": after, "rule_id": rule.id}
    movers = SQL["trial_movers"].rows({**of_plans, "mover_limit": MOVERS})
    return Effect(
        slug=last.slug,
        title=last.title,
        movers=[Mover(**row) for row in movers],
        **SQL["trial_totals"].row(of_plans),
    )
