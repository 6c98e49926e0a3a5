"""Appeals: the queue, and a page with the line, what it came from, and the answer."""

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from marketplace.inbox.models import Event
from marketplace.registry.models import Wallet
from rewards.adjustments.errors import AdjustmentError
from rewards.admin.correction_forms import AnswerForm
from rewards.admin.site import site
from rewards.appeals import operations, queries
from rewards.appeals.errors import AppealError
from rewards.appeals.models import Appeal
from rewards.shipments.models import Boost
from rewards.shipments.models import Line as ShipmentLine
from rewards.staff import queries as staff
from rewards.tab import queries as tab
from rewards.tab.rows import Line

LISTED = 100

# So many holds that boosted a line are shown with their events.
HOLDS = 20


@require_safe
def show_all(request: HttpRequest) -> HttpResponse:
    """What waits for an answer, the oldest first, then what was answered."""
    found = queries.list_queue(limit=LISTED)
    lines = tab.find_lines(keys=[_key(appeal) for appeal in found])
    return site.render(
        request,
        "staff/appeals.html",
        title="Appeals",
        as_of=timezone.now(),
        appeals=[(appeal, lines.get(_name(appeal))) for appeal in found],
    )


@require_safe
def show(request: HttpRequest, appeal_id: int) -> HttpResponse:
    """An appeal: the line in words, the events that it came from, and the form to answer."""
    return _page(request, appeal_id)


@require_POST
def answer(request: HttpRequest, appeal_id: int) -> HttpResponse:
    """Answer an appeal, with a correction that waits for a second person, or without."""
    form = AnswerForm(request.POST)
    grant_xp = form.cleaned_data.get("grant_xp") if form.is_valid() else None
    if grant_xp and not request.user.has_perm("staff.correct"):
        form.add_error("grant_xp", "You may answer, and not write corrections.")
    if form.is_valid():
        try:
            answered = operations.answer(
                appeal_id=appeal_id,
                text=form.cleaned_data["text"],
                by=request.user.get_username(),
                as_of=timezone.now(),
                grant_xp=grant_xp,
            )
        except (AppealError, AdjustmentError) as error:
            form.add_error(None, str(error))
        else:
            waits = " Its correction waits for somebody else to approve it." if answered.adjustment else ""
            messages.success(request, f"Answered; the collector sees it.{waits}")
            return redirect("admin:appeal", appeal_id)
    return _page(request, appeal_id, form=form)


def _page(request: HttpRequest, appeal_id: int, *, form: AnswerForm | None = None) -> HttpResponse:
    appeal = Appeal.objects.select_related("shipment", "adjustment").filter(id=appeal_id).first()
    if appeal is None:
        raise Http404
    line = tab.find_lines(keys=[_key(appeal)]).get(_name(appeal))
    wallets = Wallet.objects.in_bulk([appeal.wallet_id, appeal.line_collector_id])
    return site.render(
        request,
        "staff/appeal.html",
        title=f"Appeal {appeal.id}",
        status=400 if form else 200,
        as_of=timezone.now(),
        appeal=appeal,
        line=line,
        wallet=wallets[appeal.wallet_id],
        line_wallet=wallets[appeal.line_collector_id],
        events=_events(appeal, line),
        others=Appeal.objects.filter(line_collector_id=appeal.line_collector_id)
        .exclude(id=appeal.id)
        .order_by("-id")[:10],
        form=form or AnswerForm(),
        may_answer=request.user.has_perm("staff.answer") and appeal.state == "open",
        changes=staff.list_changes(rows=[("appeals_appeal", [str(appeal.id)])]),
    )


def _events(appeal: Appeal, line: Line | None) -> list[Event]:
    """The events that the line came from: its own, and those that began the holds of its boosts."""
    of_line: dict[str, Any] = {
        "shipment_id": appeal.shipment_id,
        "collector_id": appeal.line_collector_id,
        "for_shipment_id": appeal.for_shipment_id,
    }
    kept = ShipmentLine.objects.filter(
        **of_line, rule_version_id=appeal.rule_version_id, subject=appeal.subject
    ).first()
    if kept is None or line is None:
        return []
    ids = [kept.event_id] if kept.event_id else []
    if line.boosts:
        boosts = Boost.objects.filter(Q(token=None) | Q(token=kept.token), **of_line).exclude(boost_bp=10_000)
        ids += list(boosts.order_by("-boost_bp", "-hold_days").values_list("event_id", flat=True)[:HOLDS])
    return list(Event.objects.filter(id__in=ids).order_by("at", "id"))


def _key(appeal: Appeal) -> tuple[int, int, int, Any, int]:
    return (
        appeal.shipment_id,
        appeal.line_collector_id,
        appeal.rule_version_id,
        appeal.subject,
        appeal.for_shipment_id,
    )


def _name(appeal: Appeal) -> tuple[str, int, Any, int]:
    return appeal.shipment.slug, appeal.rule_version_id, appeal.subject, appeal.for_shipment_id
