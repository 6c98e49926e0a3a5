"""A collector's ledger: every change of the balance, to filter, to page through and to take along as CSV."""

import io
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from config import db
from rewards.identity import queries as identity
from rewards.identity.queries import SignedIn
from rewards.shipments.cells import write_csv
from rewards.tab import words
from rewards.tab.views import shown

SQL = db.folder()

ENTRIES = 50
# The whole of a ledger is read in pages, too, so that no statement runs for long.
ENTRIES_A_READ = 2_000
NEWEST = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A change of a collector's balance; slug and title are of its round, and empty where it has none."""

    id: int
    posted_at: datetime
    reason: str
    change_xp: int
    round_slug: str | None
    round_title: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What a ledger can be filtered by: reasons, and rounds with their names and titles."""

    reasons: list[str]
    rounds: dict[str, tuple[int, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What of a ledger is asked for; an empty field does not filter. ``until`` is exclusive."""

    reason: str | None = None
    shipment_id: int | None = None
    start: datetime | None = None
    until: datetime | None = None


def list_choices(*, collector_id: int) -> Choices:
    """Return what a collector's ledger can be filtered by."""
    rows = SQL["ledger_choices"].rows({"collector_id": collector_id})
    rounds = {row["slug"]: (row["shipment_id"], row["title"]) for row in rows if row["slug"] is not None}
    return Choices(reasons=sorted({row["reason"] for row in rows}), rounds=rounds)


def list_entries(*, collector_id: int, filters: Filters, before_id: int, limit: int) -> list[Entry]:
    """Return the changes before one, newest first."""
    asked = {"collector_id": collector_id, "before_id": before_id, "entry_limit": limit}
    return [Entry(**row) for row in SQL["ledger"].rows(asdict(filters) | asked)]


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Fifty changes that the filters let through, and the way to those before them."""
    signed_in = _signed_in(request)
    if signed_in is None:
        return redirect("tab:sign_in")
    choices = list_choices(collector_id=signed_in.collector_id)
    filters = _filters(request.GET, choices)
    entries = list_entries(
        collector_id=signed_in.collector_id,
        filters=filters,
        before_id=_number(request.GET.get("before", "")) or NEWEST,
        limit=ENTRIES + 1,
    )
    kept = {name: request.GET[name] for name in ("reason", "round", "from", "to") if request.GET.get(name)}
    context = {
        "signed_in": signed_in,
        "entries": entries[:ENTRIES],
        "choices": choices,
        "chosen": kept,
        "is_filtered": filters != Filters(),
        "is_first": "before" not in request.GET,
        "query": urlencode(kept),
        "earlier": urlencode(kept | {"before": entries[ENTRIES - 1].id}) if len(entries) > ENTRIES else "",
    }
    return shown(request, "tab/ledger.html", context)


@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """All changes that the filters let through as CSV; no cell of it runs in a spreadsheet."""
    signed_in = _signed_in(request)
    if signed_in is None:
        return redirect("tab:sign_in")
    filters = _filters(request.GET, list_choices(collector_id=signed_in.collector_id))
    written = io.StringIO()
    before_id, rows = NEWEST, []
    while entries := list_entries(
        collector_id=signed_in.collector_id, filters=filters, before_id=before_id, limit=ENTRIES_A_READ
    ):
        rows += [_cells(entry) for entry in entries]
        before_id = entries[-1].id
    if not write_csv(rows=rows, to=written):
        written.write("at,what,round,title,xp\n")
    response = HttpResponse(written.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="xp-ledger.csv"'
    response["Cache-Control"] = "private, no-store"
    return response


def _cells(entry: Entry) -> dict[str, Any]:
    return {
        "at": entry.posted_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "what": words.change(entry.reason),
        "round": entry.round_slug or "",
        "title": entry.round_title or "",
        "xp": entry.change_xp,
    }


def _signed_in(request: HttpRequest) -> SignedIn | None:
    return identity.get_signed_in(request=request, as_of=timezone.now())


def _filters(given: Mapping[str, Any], choices: Choices) -> Filters:
    """The filters of an address bar; what is none of this ledger's choices does not filter."""
    reason, slug = given.get("reason", ""), given.get("round", "")
    last = _day(given.get("to", ""))
    return Filters(
        reason=reason if reason in choices.reasons else None,
        shipment_id=choices.rounds[slug][0] if slug in choices.rounds else None,
        start=_day(given.get("from", "")),
        until=None if last is None else last + timedelta(days=1),
    )


def _day(text: str) -> datetime | None:
    try:
        chosen = date.fromisoformat(text)
    except ValueError:
        return None
    # The last day that there is has none after it.
    return datetime(chosen.year, chosen.month, chosen.day, tzinfo=UTC) if chosen < date.max else None


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
