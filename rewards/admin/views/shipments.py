"""Shipments: the list, and a page with the plan, whom it reaches, and the approval."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from rewards.admin.forms import AudienceForm, typed_audience
from rewards.admin.site import site
from rewards.shipments import audience as audiences
from rewards.shipments import limits, operations, queries
from rewards.shipments.errors import ShipmentError
from rewards.shipments.models import Shipment
from rewards.staff import queries as staff


@require_safe
def show_all(request: HttpRequest) -> HttpResponse:
    """Every shipment, the latest window first."""
    found = Shipment.objects.select_related("season").order_by("-window_end", "-id")
    return site.render(request, "staff/shipments.html", title="Shipments", shipments=found[:200])


@require_safe
def show(request: HttpRequest, slug: str) -> HttpResponse:
    """A shipment: what it pays and why, how far it is, whom it reaches, who did what."""
    return _page(request, slug)


@require_POST
def plan(request: HttpRequest, slug: str) -> HttpResponse:
    """Put the planning on the work list, where the next sweep finds it."""
    try:
        operations.request_plan(slug=slug, as_of=timezone.now())
    except ShipmentError as error:
        return _page(request, slug, problem=str(error))
    messages.success(request, "The planning is on the work list. A worker takes it up; look again shortly.")
    return redirect("admin:shipment", slug)


@require_POST
def approve(request: HttpRequest, slug: str) -> HttpResponse:
    """Approve the plan that the page showed, as somebody other than its author."""
    try:
        operations.approve(
            slug=slug,
            digest=request.POST.get("digest", ""),
            approver=request.user.get_username(),
            as_of=timezone.now(),
        )
    except ShipmentError as error:
        return _page(request, slug, problem=str(error))
    messages.success(request, "Approved. What was planned is what ships.")
    return redirect("admin:shipment", slug)


def _page(request: HttpRequest, slug: str, *, problem: str = "") -> HttpResponse:
    shipment = get_object_or_404(Shipment.objects.select_related("season"), slug=slug)
    form = AudienceForm(
        request.GET if "count" in request.GET else None, initial=typed_audience(shipment.audience)
    )
    reached = _count(shipment, form)
    return site.render(
        request,
        "staff/shipment.html",
        title=shipment.title,
        status=400 if problem or form.errors else 200,
        shipment=shipment,
        rules=shipment.rules.order_by("slug"),
        reasons=queries.list_reasons(shipment=shipment),
        progress=queries.get_progress(shipment=shipment),
        problems=queries.list_problems(shipment=shipment),
        problem=problem,
        excesses=limits.list_excesses(shipment=shipment),
        form=form,
        reached=reached,
        changes=staff.list_changes(rows=[("shipments_shipment", [str(shipment.id)])]),
        may_plan=request.user.has_perm("staff.plan") and shipment.state in ("draft", "planned"),
        may_approve=request.user.has_perm("staff.approve") and shipment.state == "planned",
    )


def _count(shipment: Shipment, form: AudienceForm) -> int | None:
    """How many collectors the filters let through; those typed, or else the shipment's own."""
    filters = shipment.audience
    if form.is_bound:
        if not form.is_valid():
            return None
        filters = form.filters
    return audiences.count(
        filters=filters, window_start=shipment.window_start, window_end=shipment.window_end
    )
