"""The pages of the rewards tab. Views read the clock, once a page, and hand it on."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from marketplace.registry import addresses
from rewards.adjustments import queries as adjustments
from rewards.appeals import queries as appeals
from rewards.appeals.queries import OwnAppeal
from rewards.identity import queries as identity
from rewards.identity.queries import SignedIn
from rewards.standings import queries as standings
from rewards.standings.queries import Board
from rewards.tab import growth, levels, operations, pauses, queries, resting, seals, tiles
from rewards.tab.rows import Collector, Hold, LineName, Orders

ROUNDS_WITH_LINES = 6
CARDS = 6
ORDERS_SHOWN = 6
LINES_A_PAGE = 100
FRONT_ROUNDS = 5
NEIGHBOURS = 2

# What a script that wants a piece of a page says that it accepts.
PIECE = "text/html+piece"


@dataclass(frozen=True, slots=True, kw_only=True)
class Growing:
    """A hold as the page shows it; ``standing`` is empty where no boost looks at its collection."""

    hold: Hold
    standing: growth.Standing | None


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """The page of the collector who has signed in; for others what the program is, and the ways on."""
    typed = request.GET.get("wallet", "")
    address = addresses.parse(typed)
    if address is not None:
        return redirect("tab:collector", address=address)
    now = timezone.now()
    signed_in = identity.get_signed_in(request=request, as_of=now)
    if signed_in is not None and not typed:
        found = queries.get_collector(address=signed_in.address, as_of=now)
        return _collector(request, found, signed_in=signed_in)
    return _program(request, typed=typed, signed_in=signed_in)


@require_safe
def program(request: HttpRequest) -> HttpResponse:
    """What the program is, for those who have signed in, too."""
    signed_in = identity.get_signed_in(request=request, as_of=timezone.now())
    return _program(request, typed="", signed_in=signed_in)


def _program(request: HttpRequest, *, typed: str, signed_in: SignedIn | None) -> HttpResponse:
    as_of = chosen_instant(request) or timezone.now()
    rules = queries.list_rules(as_of=as_of)
    context = {
        "as_of": as_of,
        "typed": typed,
        "signed_in": signed_in,
        "season": queries.get_season(as_of=as_of),
        "rules": rules,
        "pauses": pauses.in_force(rules, at=as_of),
        "rounds": queries.list_public_rounds(round_limit=FRONT_ROUNDS),
        "leaders": queries.list_leaders() if settings.PUBLIC_PAGES else [],
        "mosaic": tiles.mosaic(),
    }
    return shown(request, "tab/front.html", context, status=400 if typed.strip() else 200)


@require_safe
def collector(request: HttpRequest, address: str) -> HttpResponse:
    """What a collector has, what grows, what came in and why, and what did not."""
    signed_in = identity.get_signed_in(request=request, as_of=timezone.now())
    found = _find(address)
    if not may_see(found, signed_in):
        return _unseen(request, address, found=found, signed_in=signed_in)
    return _collector(request, found, signed_in=signed_in)


def _collector(request: HttpRequest, found: Collector | None, *, signed_in: SignedIn | None) -> HttpResponse:
    assert found is not None
    chosen = chosen_instant(request)
    as_of = chosen or timezone.now()
    rules = queries.list_rules(as_of=as_of)
    boosts = [rule for rule in rules if rule.kind == "hold_boost" and rule.is_in_force(as_of)]
    holds = queries.list_holds(collector_id=found.collector_id, boosts=boosts, as_of=as_of)
    growing = [Growing(hold=hold, standing=growth.nearest(boosts, hold=hold)) for hold in holds.nearest]
    resting_rules = resting.rules_in_force(rules, at=as_of)
    # Where no rule pays for orders that rest, nothing is asked about them.
    orders = Orders(order_count=0, nearest=[])
    if resting_rules:
        orders = queries.list_orders(collector_id=found.collector_id, as_of=as_of)
    offers = [resting.resting(order, rules=resting_rules, at=as_of) for order in orders.nearest]
    offers.sort(key=lambda offer: offer.micro_xp_per_hour, reverse=True)
    received = queries.list_rounds(collector_id=found.collector_id)
    is_own = _is_own(found, signed_in)
    sealed = seals.sealed(received) if is_own else []
    rounds = [one for one in received if one not in sealed]
    latest = queries.with_first_lines(rounds[:ROUNDS_WITH_LINES], collector_id=found.collector_id)
    context = {
        "as_of": as_of,
        "as_of_is_chosen": chosen is not None,
        "collector": found,
        "signed_in": signed_in,
        "is_own": is_own,
        "level": levels.reached(found.levels, balance_xp=found.balance_xp),
        "board": _own_board(found) if is_own else None,
        # The one that came first is opened first.
        "sealed": sealed[-1] if sealed else None,
        "sealed_count": len(sealed),
        "opened": request.GET.get("opened", ""),
        "hold_count": holds.hold_count,
        "cards": growing[:CARDS],
        "more_holds": growing[CARDS:],
        "unlisted_hold_count": holds.hold_count - len(growing),
        "orders_can_earn": bool(resting_rules),
        "order_count": orders.order_count,
        "orders": offers[:ORDERS_SHOWN],
        "more_orders": offers[ORDERS_SHOWN:],
        "unlisted_order_count": orders.order_count - len(offers),
        "rounds": latest,
        "earlier_rounds": rounds[ROUNDS_WITH_LINES:],
        "received_count": sum(1 for one in received if one.award_xp),
        "appeals": _appeals(found) if _is_own(found, signed_in) else None,
        "to_come": queries.list_to_come(announced=found.to_come),
        "corrections": adjustments.list_corrections(collector_id=found.collector_id),
        "rules": rules,
        "pauses": pauses.in_force(rules, at=as_of),
    }
    return shown(request, "tab/collector.html", context)


def _own_board(found: Collector) -> Board | None:
    return standings.get_board(collector_id=found.collector_id, first=0, around=NEIGHBOURS)


@require_POST
def open_round(request: HttpRequest, slug: str) -> HttpResponse:
    """
    Open a round that lies sealed, and show what is in it.

    A script asks for the piece of the page with its lines; without one the page itself comes again, with the
    round unfolded. Opening twice shows the same.
    """
    now = timezone.now()
    signed_in = identity.get_signed_in(request=request, as_of=now)
    if signed_in is None:
        return redirect("tab:sign_in")
    received = queries.get_round(collector_id=signed_in.collector_id, slug=slug)
    if received is None or received.posted_at is None:
        raise Http404
    operations.open_round(collector_id=signed_in.collector_id, shipment_id=received.shipment_id, as_of=now)
    if request.headers.get("Accept") != PIECE:
        return redirect(f"{reverse('tab:front')}?{urlencode({'opened': slug})}#round-{slug}")
    (opened,) = queries.with_first_lines([received], collector_id=signed_in.collector_id)
    context = {"round": opened, "address": signed_in.address, "as_of": now, "signed_in": signed_in}
    return shown(request, "tab/_opened.html", context)


@require_safe
def received_round(request: HttpRequest, address: str, slug: str) -> HttpResponse:
    """One round of a collector with all its lines, a hundred a page."""
    signed_in = identity.get_signed_in(request=request, as_of=timezone.now())
    found = _find(address)
    if found is None or not may_see(found, signed_in):
        return _unseen(request, address, found=found, signed_in=signed_in)
    received = queries.get_round(collector_id=found.collector_id, slug=slug)
    if received is None:
        raise Http404
    page = _page_number(request)
    with_lines = queries.with_page_of_lines(
        received,
        collector_id=found.collector_id,
        after=(page - 1) * LINES_A_PAGE,
        line_limit=LINES_A_PAGE,
    )
    if not with_lines.groups:
        raise Http404
    context = {
        "as_of": chosen_instant(request) or timezone.now(),
        "collector": found,
        "signed_in": signed_in,
        "appeals": _appeals(found) if _is_own(found, signed_in) else None,
        "round": with_lines,
        "page": page,
        "page_count": -(-with_lines.line_count // LINES_A_PAGE),
    }
    return shown(request, "tab/round.html", context)


def chosen_instant(request: HttpRequest) -> datetime | None:
    """
    Return the instant that a page shall speak of instead of now: ``?as_of=2019-04-09``, or a full one.

    Only staff can choose, and everybody on a local set-up, whose sample data ends in the past; so no
    page can be passed around that shows holds older than they are. What is no instant means now.
    """
    given = request.GET.get("as_of", "")
    local = settings.DEBUG or settings.LOCAL
    if not given or not (local or getattr(request, "user", AnonymousUser()).is_staff):
        return None
    try:
        at = datetime.fromisoformat(given)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _find(address: str) -> Collector | None:
    stored = addresses.parse(address)
    return None if stored is None else queries.get_collector(address=stored, as_of=timezone.now())


def shown(request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """The page; what a collector sees of its own is kept nowhere on the way."""
    response = render(request, template, context, status=status)
    if context["signed_in"] is not None:
        response["Cache-Control"] = "private, no-store"
    return response


def _is_own(found: Collector, signed_in: SignedIn | None) -> bool:
    return signed_in is not None and signed_in.collector_id == found.collector_id


def _appeals(found: Collector) -> dict[LineName, OwnAppeal]:
    """The latest appeal about each of the collector's own lines that has one."""
    own = appeals.list_own(collector_id=found.collector_id)
    return {appeal.line: appeal for appeal in reversed(own)}


def may_see(found: Collector | None, signed_in: SignedIn | None) -> bool:
    """Whether the page is for this visitor: one's own, or one that is open to everybody."""
    if found is None:
        return False
    return _is_own(found, signed_in) or (settings.PUBLIC_PAGES and found.is_public)


def _unseen(
    request: HttpRequest, address: str, *, found: Collector | None, signed_in: SignedIn | None
) -> HttpResponse:
    """What is said of a wallet that nobody saw yet, of a private page, and of what is no address."""
    context = {
        "address": address,
        "is_address": addresses.parse(address) is not None,
        "is_private": found is not None,
        "signed_in": signed_in,
    }
    return shown(request, "tab/unknown.html", context, status=404 if found is None else 403)


def _page_number(request: HttpRequest) -> int:
    text = request.GET.get("page", "1")
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= 1_000_000:
        raise Http404
    return int(text)
