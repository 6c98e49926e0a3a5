"""
Reads of keys, and of what the API tells. Each of the latter is one statement.

What a collector reads of itself is read together with whether it has signed in, so that this costs nothing;
where a body needs no words of ours, PostgreSQL writes it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from config import db
from rewards.api import pages
from rewards.api.models import ApiKey
from rewards.api.operations import digest_of
from rewards.api.pages import Order, Page
from rewards.identity.queries import SIGNED_IN
from rewards.tab import queries as tab
from rewards.tab.rows import Line

SQL = db.folder()

ME, WALLETS = (SQL[name].fill(signed_in=SIGNED_IN) for name in ("me", "me_wallets"))
LISTED = {name: SQL[f"me_{name}"] for name in ("awards", "ledger", "holds", "appeals")} | {
    "orders": SQL["me_orders"].fill(ranked=tab.ORDERS_RANKED)
}
LISTS = {name: SQL["page"].fill(signed_in=SIGNED_IN, listed=listed) for name, listed in LISTED.items()}
LINES = SQL["me_lines"].fill(
    signed_in=SIGNED_IN, lines=tab.lines_of(chosen=SQL["chosen_lines"].fill(signed_in=SIGNED_IN))
)

EARLIEST = datetime.fromisoformat("0001-01-01T00:00:00+00:00")

NEWEST_FIRST: dict[str, Any] = {"start": {"before_id": pages.LAST}, "kinds": [pages.number]}
ROUNDS = Order(name="rounds", **NEWEST_FIRST)
ORDERS = {
    "awards": Order(name="awards", **NEWEST_FIRST),
    "ledger": Order(name="ledger", **NEWEST_FIRST),
    "appeals": Order(name="appeals", **NEWEST_FIRST),
    "holds": Order(
        name="holds",
        start={"after_at": EARLIEST, "after_key": UUID(int=0), "after_wallet": 0, "after_part": 0},
        kinds=[pages.instant, pages.key, pages.number, pages.number],
    ),
    "orders": Order(
        name="orders",
        start={"after_at": EARLIEST, "after_order": UUID(int=0), "after_scope": UUID(int=0)},
        kinds=[pages.instant, pages.key, pages.key],
    ),
    "lines": Order(
        name="lines",
        start={
            "before_shipment": pages.LAST,
            "before_collector": pages.LAST,
            "before_version": pages.LAST,
            "before_subject": pages.LAST_UUID,
            "before_for": pages.LAST,
        },
        kinds=[pages.number, pages.number, pages.number, pages.key, pages.number],
    ),
}


@dataclass(frozen=True, kw_only=True)
class ToldLine:
    """A line and the round that it came with."""

    round: str
    line: Line


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A page of rows, and the cursor of the next one, empty at the end."""

    items: Sequence[Any]
    next_cursor: str | None


def get_key(*, secret: str, as_of: datetime) -> ApiKey | None:
    """The key that counts at an instant, or None: unknown, expired and revoked are the same to a stranger."""
    found = ApiKey.objects.filter(digest=digest_of(secret), revoked_at=None, expires_at__gt=as_of)
    return found.first()


def list_keys() -> list[ApiKey]:
    """All keys there ever were, the newest first."""
    return list(ApiKey.objects.order_by("-id"))


def get_me(*, sign_in_id: str, as_of: datetime) -> str | None:
    """What somebody who has signed in has, as JSON; None where the sign-in does not count."""
    return _body(ME, {"sign_in_id": sign_in_id, "as_of": as_of})


def get_own_wallets(*, sign_in_id: str, as_of: datetime) -> str | None:
    """The wallets of somebody who has signed in, as JSON; None where the sign-in does not count."""
    return _body(WALLETS, {"sign_in_id": sign_in_id, "as_of": as_of})


def _body(statement: db.Statement, values: Mapping[str, Any]) -> str | None:
    rows = statement.prepared_rows(values)
    return str(rows[0]["body"]) if rows else None


def get_own_page(*, name: str, sign_in_id: str, page: Page, as_of: datetime) -> str | None:
    """A page of one of ``LISTS`` as JSON. None as for ``get_me``."""
    found = _own_page(name=name, sign_in_id=sign_in_id, page=page, as_of=as_of)
    return f'{{"items":{found[0]},"next_cursor":{json.dumps(found[1])}}}' if found else None


def list_own(*, name: str, sign_in_id: str, page: Page, as_of: datetime) -> Listed | None:
    """The same page as rows, for what has more to be said of each than the database knows."""
    found = _own_page(name=name, sign_in_id=sign_in_id, page=page, as_of=as_of)
    return Listed(items=json.loads(found[0]), next_cursor=found[1]) if found else None


def _own_page(*, name: str, sign_in_id: str, page: Page, as_of: datetime) -> tuple[str, str | None] | None:
    rows = LISTS[name].prepared_rows({"sign_in_id": sign_in_id, "as_of": as_of} | page.values)
    if not rows:
        return None
    last_place = rows[0]["last_place"]
    return rows[0]["items"], page.order.write(json.loads(last_place)) if last_place else None


def list_own_lines(*, sign_in_id: str, page: Page, slug: str | None, as_of: datetime) -> Listed | None:
    """A page of a collector's lines, of one round where it is named. None as for ``get_me``."""
    values = {"sign_in_id": sign_in_id, "as_of": as_of, "round": slug, "flag_prefix": tab.FLAG_PREFIX}
    rows = LINES.prepared_rows(values | page.values)
    if not rows:
        return None
    found = [row for row in rows if row["shipment_id"] is not None]
    place = ("shipment_id", "collector_id", "rule_version_id", "subject", "for_shipment_id")
    items = [ToldLine(round=row["round"], line=tab.line(row)) for row in found[: page.limit]]
    return _listed(found, page=page, items=items, place=place)


def _listed(rows: Sequence[db.Row], *, page: Page, items: Sequence[Any], place: Sequence[str]) -> Listed:
    """The page, and behind its last row the next one, where a row too many was found."""
    if len(rows) <= page.limit:
        return Listed(items=items, next_cursor=None)
    last = rows[page.limit - 1]
    written = [str(last[name]) if isinstance(last[name], UUID) else last[name] for name in place]
    return Listed(items=items, next_cursor=page.order.write(written))


def list_rounds(*, page: Page) -> Listed:
    """A page of the rounds that everybody may see, the latest first."""
    rows = SQL["rounds"].prepared_rows(page.values | {"round": None})
    return _listed(rows, page=page, items=rows[: page.limit], place=["id"])


def get_round(*, slug: str) -> db.Row | None:
    """A round that everybody may see, or None."""
    rows = SQL["rounds"].prepared_rows({"round": slug, "before_id": pages.LAST, "limit": 1})
    return rows[0] if rows else None


def list_seasons() -> list[db.Row]:
    """Every season with what its budget has left, the latest first."""
    return SQL["seasons"].prepared_rows({})
