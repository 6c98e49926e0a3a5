"""Writes a plan: from the rule versions that count in a window to boosts, lines, awards and a digest (P7)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from config import db
from config.db import Statement
from marketplace.facts import operations as facts
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
    """A rule version that counts in a window, what it looks at, and when it was live."""

    version: VersionInWindow
    collections: list[int] | None
    live: list[Span]

    @property
    def live_at_close(self) -> bool:
        """Whether the rule was live at the end of its part of the window."""
        return bool(self.live) and self.live[-1].ends_at == self.version.ends_at


def write(
    *,
    shipment: Shipment,
    as_of: datetime,
    inputs: Sequence[Input] | None = None,
    instead_of: int | None = None,
) -> None:
    """
    Write the plan of a shipment whose row the caller has locked, over any earlier one.

    Without ``inputs`` the versions count that are in force in its window. ``instead_of`` names a shipment
    that is taken never to have been, for a trial that the caller rolls back.
    """
    of_shipment = {"shipment_id": shipment.id}
    for name in ("clear_boosts", "clear_lines", "clear_awards"):
        SQL[name].run(of_shipment)
    inputs = list_inputs(shipment=shipment) if inputs is None else inputs
    not_counting = {"not_counting": [shipment.id, *([] if instead_of is None else [instead_of])]}
    if any(one.version.kind.reads_book for one in inputs):
        facts.open_book(window_start=shipment.window_start, window_end=shipment.window_end)
    boosts = [one for one in inputs if one.version.kind.boosts and one.live_at_close]
    for one in boosts:
        statement = one.version.kind.statement(one.version.params)
        SQL["insert_boosts"].fill(boosts=statement).run(_params(shipment=shipment, one=one))
    for one in inputs:
        if not one.version.kind.boosts:
            params = _params(shipment=shipment, one=one) | not_counting
            params["boosts"] = [
                boost.version.id for boost in boosts if boost.version.boosts_rule(one.version.slug)
            ]
            lines = _bounded_lines(one.version, for_everybody=not shipment.audience)
            SQL["insert_lines"].fill(lines=lines).run(params)
    facts.close_book()
    SQL["insert_awards"].run(of_shipment)
    sum_up(shipment=shipment, inputs=inputs, as_of=as_of)


def _bounded_lines(version: VersionInWindow, *, for_everybody: bool) -> Statement:
    """The lines of a version: base of the audience, then boosts, then caps, then the pot."""
    lines = rules.statement_of(version, paid=SQL["paid_collectors"])
    if not for_everybody:
        lines = SQL["of_audience"].fill(lines=lines, audience=SQL["audience"])
    lines = SQL["boosted_lines"].fill(lines=lines)
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


def sum_up(*, shipment: Shipment, inputs: Sequence[Input], as_of: datetime) -> None:
    """Write the totals and the digest of what was planned on the shipment."""
    totals = SQL["plan_totals"].row({"shipment_id": shipment.id})
    shipment.line_count = totals["line_count"]
    shipment.award_count = totals["award_count"]
    shipment.total_xp = totals["total_xp"]
    shipment.plan_inputs = in_words(inputs, audience=shipment.audience)
    shipment.plan_digest = compute_digest(shipment=shipment)
    shipment.state = "planned"
    shipment.planned_at = as_of
    shipment.plan_due_at = None
    shipment.problem = ""
    shipment.save()


def compute_digest(*, shipment: Shipment) -> str:
    """The digest of the plan as its rows are now: SHA-256 in hex."""
    text = json.dumps(shipment.plan_inputs, sort_keys=True)
    row = SQL["plan_digest"].row({"shipment_id": shipment.id, "inputs": text})
    return str(row["digest"])


def list_inputs(*, shipment: Shipment) -> list[Input]:
    """The rule versions that count for a shipment, by name and number."""
    versions = rules.list_versions_in_window(
        rules=list(ShipmentRule.objects.filter(shipment=shipment).values_list("rule_id", flat=True)),
        window_start=shipment.window_start,
        window_end=shipment.window_end,
    )
    return [
        Input(
            version=version,
            collections=rules.get_eligible_collections(
                params=version.params, window_start=shipment.window_start
            ),
            live=flags.list_live_spans(
                flag=flag_of(version.slug), starts_at=version.starts_at, ends_at=version.ends_at
            ),
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
        }
        for one in inputs
    ]


def _params(*, shipment: Shipment, one: Input) -> dict[str, Any]:
    """What the statements of one version read."""
    version = one.version
    return {
        "shipment_id": shipment.id,
        "rule_id": version.rule_id,
        "rule_version_id": version.id,
        "window_start": shipment.window_start,
        "window_end": shipment.window_end,
        "starts_at": version.starts_at,
        "ends_at": version.ends_at,
        "any_collection": one.collections is None,
        "collections": one.collections or [],
        "live_from": [span.starts_at for span in one.live],
        "live_until": [span.ends_at for span in one.live],
        "one_live_span": len(one.live) <= 1,
        "live_at_close": one.live_at_close,
        **{name: version.params.get(name) for name in ("cap_xp_per_day", "cap_xp_per_collector", "cap_xp")},
        "pot": _pot(shipment=shipment, one=one),
        # A share of a pot can be less than one XP; a cap leaves nothing only when it is reached.
        "when_cut": "over_cap" if _pot(shipment=shipment, one=one) is None else "rounds_to_zero",
        **audiences.params(shipment.audience),
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
