"""Writes a plan: from the rule versions that count in a window to boosts, lines, awards and a digest (P7)."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from config import db
from config.db import Statement
from marketplace.facts import operations as facts
from rewards.fairness import queries as fairness
from rewards.flags import queries as flags
from rewards.flags.queries import Span
from rewards.rules import queries as rules
from rewards.rules.models import flag_of
from rewards.rules.queries import VersionInWindow
from rewards.shipments import audience as audiences
from rewards.shipments.models import Shipment, ShipmentRule

SQL = db.folder()

DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Input:
    """
    A rule version that counts in a window, what it looks at, and when it was live.

    ``wash_threshold`` is the score from which on a sale is a wash trade, ``decided`` a digest of what staff
    decided about sales; without a threshold no sale is one, and decisions do not matter.
    """

    version: VersionInWindow
    collections: list[int] | None
    live: list[Span]
    wash_threshold: int | None = None
    decided: str | None = None

    @property
    def live_at_close(self) -> bool:
        """Whether the rule was live at the end of its part of the window."""
        return bool(self.live) and self.live[-1].ends_at == self.version.ends_at


@dataclass(frozen=True, kw_only=True)
class Late:
    """A round that was approved before, and the rules whose lines for its time are computed once more."""

    shipment: Shipment
    rules: list[str]
    inputs: list[Input]


@dataclass(frozen=True, kw_only=True)
class Others:
    """
    What a plan reckons with of other rounds: who else pays each of its rules, and which are paid for late.

    Who pays is asked before anything that depends on it, so that a round that is approved or cancelled
    meanwhile shows when the plan is to be approved.
    """

    paid_by: Mapping[str, list[str]]
    late: Sequence[Late] = ()


def write(
    *,
    shipment: Shipment,
    as_of: datetime,
    inputs: Sequence[Input] | None = None,
    instead_of: int | None = None,
    others: Others | None = None,
) -> None:
    """
    Write the plan of a shipment whose row the caller has locked, over any earlier one.

    Without ``inputs`` the versions count that are in force in its window. ``instead_of`` names a shipment
    that is taken never to have been, for a trial that the caller rolls back. ``others`` names the rounds
    whose time is paid for along with its own (P13); a trial leaves it out, and shows its own window alone.
    """
    of_shipment = {"shipment_id": shipment.id}
    for name in ("clear_boosts", "clear_lines", "clear_awards"):
        SQL[name].run(of_shipment)
    inputs = list_inputs(shipment=shipment) if inputs is None else inputs
    others = others or Others(paid_by=list_paying_rounds(shipment=shipment, inputs=inputs))
    not_counting = [shipment.id, *([] if instead_of is None else [instead_of])]
    _write_lines(shipment=shipment, inputs=inputs, not_counting=not_counting)
    for one in others.late:
        _write_late_lines(shipment=shipment, late=one)
    SQL["insert_awards"].run(of_shipment)
    sum_up(shipment=shipment, inputs=inputs, as_of=as_of, others=others)


def _write_lines(*, shipment: Shipment, inputs: Sequence[Input], not_counting: list[int]) -> None:
    """The lines of a shipment for its own window."""
    with _book(window=shipment, inputs=inputs):
        boosts = _write_boosts(shipment=shipment, window=shipment, inputs=inputs)
        for one in inputs:
            if not one.version.kind.boosts:
                params = _params(shipment=shipment, window=shipment, one=one)
                params |= {"not_counting": not_counting, "boosts": _boosts_of(one, boosts)}
                lines = _bounded_lines(one.version, for_everybody=not shipment.audience)
                SQL["insert_lines"].fill(lines=lines).run(params)


def _write_late_lines(*, shipment: Shipment, late: Late) -> None:
    """The lines of a shipment for the time of a round before it, with what counted there."""
    asked = [one for one in late.inputs if one.version.kind.boosts or one.version.slug in late.rules]
    with _book(window=late.shipment, inputs=asked):
        boosts = _write_boosts(shipment=shipment, window=late.shipment, inputs=asked)
        for one in asked:
            if not one.version.kind.boosts:
                params = _params(shipment=shipment, window=late.shipment, one=one)
                params |= {
                    "boosts": _boosts_of(one, boosts),
                    "at_an_instant": one.version.kind.at_an_instant,
                }
                everybody = not late.shipment.audience
                if params["pot"] is None:
                    # What caps leave is what was paid before and the difference, so they come last.
                    lines = _boosted_lines(one.version, for_everybody=everybody)
                else:
                    lines = _bounded_lines(one.version, for_everybody=everybody)
                SQL["insert_late_lines"].fill(lines=lines).run(params)
    if boosts:
        of_late = {"shipment_id": shipment.id, "for_shipment_id": late.shipment.id}
        SQL["clear_late_boosts"].run(of_late)


@contextmanager
def _book(*, window: Shipment, inputs: Sequence[Input]) -> Iterator[None]:
    """Keep the book of a shipment's window open where one of its rules reads it."""
    if not any(one.version.kind.reads_book for one in inputs):
        yield
        return
    facts.open_book(window_start=window.window_start, window_end=window.window_end)
    yield
    facts.close_book()


def _write_boosts(*, shipment: Shipment, window: Shipment, inputs: Sequence[Input]) -> list[Input]:
    """Write what boosts in the window of a shipment, into the plan of one, and return which rules did."""
    boosts = [one for one in inputs if one.version.kind.boosts and one.live_at_close]
    for one in boosts:
        statement = one.version.kind.statement(one.version.params)
        params = _params(shipment=shipment, window=window, one=one)
        SQL["insert_boosts"].fill(boosts=statement).run(params)
    return boosts


def _boosts_of(one: Input, boosts: Sequence[Input]) -> list[int]:
    """The ids of the boosts' versions that multiply a version's lines."""
    return [boost.version.id for boost in boosts if boost.version.boosts_rule(one.version.slug)]


def _boosted_lines(version: VersionInWindow, *, for_everybody: bool) -> Statement:
    """The lines of a version before caps: base of the audience, then boosts."""
    lines = rules.statement_of(version, paid=SQL["paid_collectors"])
    if not for_everybody:
        lines = SQL["of_audience"].fill(lines=lines, audience=audiences.statement())
    return SQL["boosted_lines"].fill(lines=lines)


def _bounded_lines(version: VersionInWindow, *, for_everybody: bool) -> Statement:
    """The lines of a version: base of the audience, then boosts, then caps, then the pot."""
    lines = _boosted_lines(version, for_everybody=for_everybody)
    params = version.params
    if params.get("cap_xp_per_day"):
        lines = SQL["cap_by_day"].fill(lines=lines)
    if params.get("cap_xp_per_collector"):
        lines = SQL["cap_by_collector"].fill(lines=lines)
    if params.get("cap_xp"):
        lines = SQL["cap_by_rule"].fill(lines=lines)
    if params.get("pot_xp") or params.get("pot_xp_per_day"):
        lines = SQL["share_pot"].fill(lines=lines)
    return lines


def sum_up(
    *, shipment: Shipment, inputs: Sequence[Input], as_of: datetime, others: Others | None = None
) -> None:
    """Write the totals and the digest of what was planned on the shipment."""
    totals = SQL["plan_totals"].row({"shipment_id": shipment.id})
    shipment.line_count = totals["line_count"]
    shipment.award_count = totals["award_count"]
    shipment.total_xp = totals["total_xp"]
    shipment.plan_inputs = in_words(inputs, audience=shipment.audience)
    if others is not None:
        _name_other_rounds(shipment=shipment, inputs=inputs, others=others)
    shipment.facts_change = facts.get_last_change()
    shipment.plan_digest = compute_digest(shipment=shipment)
    shipment.state = "planned"
    shipment.planned_at = as_of
    shipment.plan_due_at = None
    shipment.problem = ""
    shipment.save()


def _name_other_rounds(*, shipment: Shipment, inputs: Sequence[Input], others: Others) -> None:
    """
    Say of each rule which rounds were looked at again, and whose payments were reckoned with.

    With the latter a plan counts only as long as there are no others: two that both reckon with nothing
    would both pay the same.
    """
    once = {one.version.slug for one in inputs if one.version.kind.once}
    for said in shipment.plan_inputs or []:
        slug = said["rule"]
        late_for = sorted(late.shipment.slug for late in others.late if slug in late.rules)
        if late_for or slug in once:
            said["late_for"] = late_for
            said["paid_by"] = others.paid_by.get(slug, [])


def list_paying_rounds(*, shipment: Shipment, inputs: Sequence[Input]) -> dict[str, list[str]]:
    """The other rounds that were approved and pay the rules of some inputs, by the rules' names."""
    rules_of_inputs = {one.version.slug for one in inputs}
    return list_rounds_that_pay(rules=rules_of_inputs, beside=shipment)


def list_rounds_that_pay(*, rules: Collection[str], beside: Shipment) -> dict[str, list[str]]:
    """The rounds that were approved and pay rules, beside one round, by the rules' names."""
    found = SQL["paying_rounds"].rows({"shipment_id": beside.id, "rules": sorted(rules)})
    return {row["rule"]: row["rounds"] for row in found}


def compute_digest(*, shipment: Shipment) -> str:
    """The digest of the plan as its rows are now: SHA-256 in hex."""
    text = json.dumps(shipment.plan_inputs, sort_keys=True)
    row = SQL["plan_digest"].row({"shipment_id": shipment.id, "inputs": text})
    return str(row["digest"])


def list_inputs(*, shipment: Shipment) -> list[Input]:
    """The rule versions that count for a shipment, by name and number."""
    wash_threshold = shipment.season.wash_threshold
    decided = None if wash_threshold is None else fairness.get_decided(before=shipment.window_end)
    versions = rules.list_versions_in_window(
        rules=list(ShipmentRule.objects.filter(shipment=shipment).values_list("rule_id", flat=True)),
        window_start=shipment.window_start,
        window_end=shipment.window_end,
    )
    return [
        Input(
            version=version,
            collections=rules.get_eligible_collections(
                params=version.params,
                window_start=shipment.window_start,
                wash_threshold=wash_threshold,
            ),
            live=flags.list_live_spans(
                flag=flag_of(version.slug), starts_at=version.starts_at, ends_at=version.ends_at
            ),
            wash_threshold=wash_threshold,
            decided=decided,
        )
        for version in versions
    ]


def in_words(inputs: Sequence[Input], *, audience: dict[str, Any]) -> list[dict[str, Any]]:
    """The inputs in words that do not depend on this database's row numbers."""
    return [
        {
            "rule": one.version.slug,
            "version": one.version.number,
            "audience": audience,
            "params": one.version.params,
            "starts_at": one.version.starts_at.isoformat(),
            "ends_at": one.version.ends_at.isoformat(),
            "live": [[span.starts_at.isoformat(), span.ends_at.isoformat()] for span in one.live],
            "collections": (
                "all" if one.collections is None else rules.list_slugs(collections=one.collections)
            ),
            **_wash_in_words(one),
        }
        for one in inputs
    ]


def _wash_in_words(one: Input) -> dict[str, Any]:
    """By what sales were taken for wash trades; nothing where none was."""
    if one.wash_threshold is None:
        return {}
    return {"wash_threshold": one.wash_threshold, "decided": one.decided}


def _params(*, shipment: Shipment, window: Shipment, one: Input) -> dict[str, Any]:
    """
    What the statements of one version read.

    ``window`` is the shipment whose time is paid: another one than that of the plan for late lines.
    """
    version = one.version
    return {
        "shipment_id": shipment.id,
        "for_shipment_id": window.id,
        "rule_id": version.rule_id,
        "rule_version_id": version.id,
        "window_start": window.window_start,
        "window_end": window.window_end,
        "starts_at": version.starts_at,
        "ends_at": version.ends_at,
        "any_collection": one.collections is None,
        "collections": one.collections or [],
        "live_from": [span.starts_at for span in one.live],
        "live_until": [span.ends_at for span in one.live],
        "one_live_span": len(one.live) <= 1,
        "live_at_close": one.live_at_close,
        "wash_threshold": one.wash_threshold,
        **{name: version.params.get(name) for name in ("cap_xp_per_day", "cap_xp_per_collector", "cap_xp")},
        "pot": _pot(shipment=window, one=one),
        # A share of a pot can be less than one XP; a cap leaves nothing only when it is reached.
        "when_cut": "over_cap" if _pot(shipment=window, one=one) is None else "rounds_to_zero",
        **audiences.params(window.audience),
        **version.kind.values(version.params),
    }


def _pot(*, shipment: Shipment, one: Input) -> int | None:
    """
    The XP that a version shares out, rounded down.

    A pot of a day counts for the time in which the rule was live; a pot of the whole round counts for the
    version's part of the window.
    """
    per_day, whole = one.version.params.get("pot_xp_per_day"), one.version.params.get("pot_xp")
    if per_day:
        live = sum((span.ends_at - span.starts_at for span in one.live), timedelta())
        return int(per_day) * (live // timedelta(microseconds=1)) // (DAY // timedelta(microseconds=1))
    if whole:
        part = one.version.ends_at - one.version.starts_at
        window = shipment.window_end - shipment.window_start
        return int(whole) * (part // timedelta(microseconds=1)) // (window // timedelta(microseconds=1))
    return None
