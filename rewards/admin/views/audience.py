"""Whom a shipment is for: a form that counts whom it reaches, and changes a draft."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from rewards.admin.forms import AudienceForm
from rewards.admin.site import site
from rewards.shipments import audience as audiences
from rewards.shipments import supervision
from rewards.shipments.errors import ShipmentError
from rewards.shipments.models import Shipment
from rewards.tab import figures


@require_POST
def save(request: HttpRequest, slug: str) -> HttpResponse:
    """Keep the filters that were typed, or only count whom they reach, or say beside a field why not."""
    shipment = get_object_or_404(Shipment, slug=slug)
    form = AudienceForm(request.POST)
    if "count" in request.POST or not form.is_valid():
        return _page(request, shipment, form)
    was_planned = shipment.state == "planned"
    try:
        done = supervision.change_audience(
            slug=slug, filters=form.filters, by=request.user.get_username(), as_of=timezone.now()
        )
    except ShipmentError as error:
        return _page(request, shipment, form, problem=str(error))
    if done:
        again = " It has to be planned again." if was_planned else ""
        messages.success(request, f"Whom the shipment is for is changed.{again}")
    else:
        messages.info(request, "It was for these collectors already; nothing was changed.")
    return redirect("admin:shipment", slug)


@require_safe
def count(request: HttpRequest, slug: str) -> JsonResponse:
    """Whom the typed filters reach, for the page's script; or what is wrong with them, by field."""
    shipment = get_object_or_404(Shipment, slug=slug)
    form = AudienceForm(request.GET)
    if not form.is_valid():
        return JsonResponse({"errors": form.errors}, status=400)
    return JsonResponse({"reached": figures.counted(_count(shipment, form), "collector")})


def _count(shipment: Shipment, form: AudienceForm) -> int:
    return audiences.count(
        filters=form.filters,
        window_start=shipment.window_start,
        window_end=shipment.window_end,
        wash_threshold=shipment.season.wash_threshold,
    )


def _page(request: HttpRequest, shipment: Shipment, form: AudienceForm, *, problem: str = "") -> HttpResponse:
    """The form alone, with what was typed."""
    context: dict[str, Any] = {
        "shipment": shipment,
        "form": form,
        "problem": problem,
        "reached": _count(shipment, form) if form.is_valid() else None,
        "may_plan": True,
    }
    return site.render(
        request,
        "staff/audience.html",
        title=f"{shipment.title}: whom it is for",
        status=400 if problem or form.errors else 200,
        **context,
    )
