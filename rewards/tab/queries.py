"""What the tab reads. Each function is one statement, however much a collector has."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Any
from uuid import UUID

from config import db
from rewards.rules.models import flag_of
from rewards.series import queries as series
from rewards.tab.growth import steps
from rewards.tab.rows import (
    Boost,
    Collector,
    Coming,
    Hold,
    Holds,
    Late,
    Leader,
    Level,
    Line,
    LineGroup,
    LineKey,
    LineName,
    Order,
    Orders,
    Pause,
    Price,
    PublicRound,
    Round,
    RuleVersion,
    Season,
    Token,
)

SQL = db.folder()

ROUNDS = 40
RULES = 40
EARNED_LINES = 6
UNPAID_LINES = 3
HOLDS = 60
ORDERS = 60
PAUSES = 3
ANY_NUMBER = 2**62
LEADERS = 6
COMING = 6

# The statement of the book around the orders that a list called ``own`` has; it needs ``as_of``.
ORDERS_RANKED = SQL["orders_ranked"]

# What the flags of rules begin with.
FLAG_PREFIX = flag_of("")

# The pages of collectors read these all the time.
COLLECTOR = SQL["collector"].fill(announced=SQL["announced"])
RESTING = SQL["orders"].fill(ranked=ORDERS_RANKED)
RULES_IN_FORCE = SQL["rules"].fill(rule_pauses=SQL["rule_pauses"])
LINES_OF_COLLECTOR = SQL["lines"].fill(chosen=SQL["lines_of_collector"], rule_pauses=SQL["rule_pauses"])


def get_collector(*, address: str, as_of: datetime) -> Collector | None:
    """Return the collector behind a wallet, by the address as it is stored; None if nobody saw it yet."""
    rows = COLLECTOR.prepared_rows({"address": address, "as_of": as_of, "coming_limit": COMING})
    if not rows:
        return None
    to_come = [
        _coming({name: datetime.fromisoformat(at) for name, at in told.items()})
        for told in rows[0]["to_come"] or []
    ]
    levels = [Level(**told) for told in rows[0]["levels"] or []]
    return Collector(**rows[0] | {"to_come": to_come, "levels": levels})


def list_to_come(*, announced: Sequence[Coming] | None = None) -> list[Coming]:
    """
    Return the rounds to come, the nearest first: those announced, and the next windows of series.

    A statement, unless those announced are known already, as a collector has them, and those of the series.
    """
    if announced is None:
        rows = SQL["announced"].prepared_rows({"coming_limit": COMING})
        announced = [_coming(row) for row in rows]
    windows = [
        Coming(
            window_start=one.window_start,
            window_end=one.window_end,
            due_at=one.ships_at or one.window_end,
            is_planned=True,
        )
        for one in series.list_planned()
    ]
    return sorted([*announced, *windows], key=attrgetter("due_at", "window_start"))[:COMING]


def _coming(told: db.Row) -> Coming:
    return Coming(window_start=told["window_start"], window_end=told["window_end"], due_at=told["due_at"])


def list_rounds(*, collector_id: int) -> list[Round]:
    """Return the rounds that brought the collector lines, newest first, without the lines."""
    return _rounds(collector_id=collector_id, slug=None)


def get_round(*, collector_id: int, slug: str) -> Round | None:
    """Return one round as the collector sees it, without the lines; None if it brought them none."""
    rounds = _rounds(collector_id=collector_id, slug=slug)
    return rounds[0] if rounds else None


def _rounds(*, collector_id: int, slug: str | None) -> list[Round]:
    rows = SQL["rounds"].prepared_rows({"collector_id": collector_id, "slug": slug, "round_limit": ROUNDS})
    return [Round(**row | {"boosts": [_boost(told) for told in row["boosts"] or []]}) for row in rows]


def with_first_lines(rounds: Sequence[Round], *, collector_id: int) -> list[Round]:
    """
    Return the rounds with their lines, grouped by reason and rule.

    A round can have thousands of lines: of those that earned, the largest come along, and of every
    reason for no XP the first few. Each group says how many there are in all.
    """
    limits = {"earned_limit": EARNED_LINES, "unpaid_limit": UNPAID_LINES, "after": 0, "until": ANY_NUMBER}
    return _with_lines(rounds, collector_id=collector_id, limits=limits)


def with_page_of_lines(received: Round, *, collector_id: int, after: int, line_limit: int) -> Round:
    """Return the round with the lines after so many, in the order: earned first, then by reason."""
    limits = {
        "earned_limit": ANY_NUMBER,
        "unpaid_limit": ANY_NUMBER,
        "after": after,
        "until": after + line_limit,
    }
    return _with_lines([received], collector_id=collector_id, limits=limits)[0]


def _with_lines(rounds: Sequence[Round], *, collector_id: int, limits: dict[str, int]) -> list[Round]:
    chosen = {"collector_id": collector_id, "shipment_ids": [received.shipment_id for received in rounds]}
    rows = LINES_OF_COLLECTOR.prepared_rows(chosen | limits | {"flag_prefix": FLAG_PREFIX})
    groups: dict[int, list[LineGroup]] = {received.shipment_id: [] for received in rounds}
    line_counts = {row["shipment_id"]: row["round_line_count"] for row in rows}
    for identity, grouped in groupby(rows, key=itemgetter("shipment_id", "reason", "slug", "number")):
        alike = list(grouped)
        groups[identity[0]].append(
            LineGroup(
                rule=_rule(alike[0]),
                reason=alike[0]["reason"],
                line_count=alike[0]["line_count"],
                total_xp=int(alike[0]["total_xp"]),
                lines=[line(row) for row in alike],
            )
        )
    return [
        replace(
            received,
            line_count=line_counts.get(received.shipment_id, 0),
            groups=groups[received.shipment_id],
        )
        for received in rounds
    ]


def list_lines(*, shipment_id: int, names: Sequence[tuple[int, int, UUID, int]]) -> list[Line]:
    """
    Return lines of a round, in the order of their names.

    Each is named by its collector, rule version, subject, and the shipment whose time it pays.
    """
    columns = zip(*names, strict=True) if names else ((), (), (), ())
    parts = ("collectors", "versions", "subjects", "paid_shipments")
    chosen = {part: list(column) for part, column in zip(parts, columns, strict=True)}
    statement = lines_of(chosen=SQL["lines_by_name"])
    rows = statement.rows(chosen | {"shipment_id": shipment_id, "flag_prefix": FLAG_PREFIX})
    return [line(row) for row in rows]


def lines_of(*, chosen: db.Statement) -> db.Statement:
    """
    Return the statement of the lines that another one chooses. Its rows are read by ``line``.

    It needs ``flag_prefix`` beside what the other one does, which gives lines with their ``place_in_round``,
    ``line_count``, ``total_xp`` and ``round_line_count``.
    """
    return SQL["lines"].fill(chosen=chosen, rule_pauses=SQL["rule_pauses"])


def find_lines(*, keys: Sequence[LineKey]) -> dict[LineName, Line]:
    """Return lines of any rounds by their names; ``keys`` are the columns of their primary keys."""
    columns = zip(*keys, strict=True) if keys else ((), (), (), (), ())
    names = ("shipments", "collectors", "versions", "subjects", "paid_shipments")
    chosen = {name: list(column) for name, column in zip(names, columns, strict=True)}
    rows = lines_of(chosen=SQL["lines_by_key"]).rows(chosen | {"flag_prefix": FLAG_PREFIX})
    found = map(line, rows)
    return {one.name: one for one in found if one.name is not None}


def list_rules(*, as_of: datetime) -> list[RuleVersion]:
    """Return the rules of running seasons and of the last that ended, each by the version in force."""
    limits = {"rule_limit": RULES, "pause_limit": PAUSES, "flag_prefix": FLAG_PREFIX}
    return [_rule(row) for row in RULES_IN_FORCE.prepared_rows({"as_of": as_of} | limits)]


def list_holds(*, collector_id: int, boosts: Sequence[RuleVersion], as_of: datetime) -> Holds:
    """Return the collector's holds at an instant, those nearest to a step of the boosts' curves first."""
    points = [
        (collection, rule.params.get("collections", {}).get("of") == "verified", step.days)
        for rule in boosts
        for collection in _named_collections(rule)
        for step in steps(rule.params)
    ]
    rows = SQL["holds"].prepared_rows(
        {
            "collector_id": collector_id,
            "as_of": as_of,
            "step_collections": [collection for collection, *_ in points],
            "step_verified": [only_verified for _, only_verified, _ in points],
            "step_days": [days for *_, days in points],
            "hold_limit": HOLDS,
        }
    )
    nearest = [
        Hold(
            token=_token(row),
            verified=row["verified"],
            quantity=row["quantity"],
            started_at=row["started_at"],
            hold_days=row["hold_days"],
        )
        for row in rows
    ]
    return Holds(hold_count=rows[0]["hold_count"] if rows else 0, nearest=nearest)


def _named_collections(rule: RuleVersion) -> list[str | None]:
    collections = rule.params.get("collections", {"of": "all"})
    return list(collections["slugs"]) if collections["of"] == "named" else [None]


def list_orders(*, collector_id: int, as_of: datetime) -> Orders:
    """Return the collector's listings and bids that rest at an instant, those nearest to the floor first."""
    chosen = {"collector_id": collector_id, "as_of": as_of, "order_limit": ORDERS}
    rows = RESTING.prepared_rows(chosen)
    return Orders(order_count=rows[0]["order_count"] if rows else 0, nearest=[_order(row) for row in rows])


def get_season(*, as_of: datetime) -> Season | None:
    """Return the season that goes on, or the nearest one; None before the first is declared."""
    rows = SQL["season"].rows({"as_of": as_of})
    return Season(**rows[0]) if rows else None


def list_public_rounds(*, round_limit: int) -> list[PublicRound]:
    """Return the latest rounds that everybody may see."""
    return [PublicRound(**row) for row in SQL["public_rounds"].rows({"round_limit": round_limit})]


def list_leaders() -> list[Leader]:
    """Return the collectors with the largest awards of the latest round that has gone out."""
    return [Leader(**row) for row in SQL["leaders"].rows({"leader_limit": LEADERS})]


def _order(row: db.Row) -> Order:
    whole = {
        name: int(row[name]) if row[name] is not None else None
        for name in ("price_wei", "floor_wei", "top_bid_wei", "place")
    }
    return Order(
        side=row["side"],
        token=_token(row) if row["token_id"] is not None else None,
        collection=row["collection"],
        trait=row["trait"],
        verified=row["verified"],
        price=_price(row),
        units=row["units"],
        placed_at=row["placed_at"],
        ends_at=row["ends_at"],
        is_stacked=row["is_stacked"],
        **whole,
    )


def line(row: db.Row) -> Line:
    """Return a line from a row of the statement of lines."""
    return Line(
        rule=_rule(row),
        window_end=row["window_end"],
        audience=row["audience"],
        token=_token(row) if row["token_id"] is not None else None,
        collection=row["collection"],
        trait=row["trait"],
        at=row["at"],
        price=_price(row) if row["price"] is not None else None,
        units=row["units"],
        counted=int(row["counted"]) if row["counted"] is not None else None,
        hold_days=row["hold_days"],
        base_micro_xp=row["base_micro_xp"],
        boost_bp=row["boost_bp"],
        cut_xp=row["cut_xp"],
        amount_xp=row["amount_xp"],
        reason=row["reason"],
        boosts=[_boost(told) for told in row["boosts"] or []],
        late=_late(row) if row["late_for"] is not None else None,
        evidence=row["evidence"] or {},
        name=(row["round"], row["rule_version_id"], row["subject"], row["for_shipment_id"]),
    )


def _late(row: db.Row) -> Late:
    return Late(
        round_title=row["late_for"],
        earlier_xp=row["earlier_xp"],
        **{name: row[name] for name in ("told_kind", "told_at", "told_on")},
    )


def _boost(told: db.Row) -> Boost:
    return Boost(
        rule=_rule(_with_instants(told)),
        token=_token(told),
        started_at=datetime.fromisoformat(told["started_at"]),
        hold_days=told["hold_days"],
        boost_bp=told["boost_bp"],
    )


def _with_instants(told: db.Row) -> db.Row:
    """A boost comes as JSON, which has its instants as text."""
    return told | {name: datetime.fromisoformat(told[name]) for name in ("in_force_from", "ends_at")}


def _rule(row: db.Row) -> RuleVersion:
    names = ("slug", "title", "kind", "number", "params", "in_force_from", "ends_at")
    fields: dict[str, Any] = {name: row[name] for name in names}
    return RuleVersion(**fields, pauses=[_pause(told) for told in row.get("pauses") or []])


def _pause(told: db.Row) -> Pause:
    ends_at = datetime.fromisoformat(told["ends_at"]) if told["ends_at"] is not None else None
    return Pause(**told | {"starts_at": datetime.fromisoformat(told["starts_at"]), "ends_at": ends_at})


def _price(row: db.Row) -> Price:
    return Price(amount=int(row["price"]), currency=row["currency"], decimals=row["decimals"])


def _token(row: db.Row) -> Token:
    return Token(contract=row["contract"], collection=row["collection"], token_id=row["token_id"])
