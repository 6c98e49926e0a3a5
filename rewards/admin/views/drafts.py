"""A new shipment: a form that makes a draft, with whom it is for."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from rewards.admin.forms import AudienceForm, NewShipmentForm
from rewards.admin.site import site
from rewards.shipments import operations, wording
from rewards.shipments.errors import FieldRefused


def new(request: HttpRequest) -> HttpResponse:
    """The empty form, or the draft that was typed into it, or beside a field why it cannot be."""
    if request.method != "POST":
        return _page(request, NewShipmentForm(), AudienceForm())
    form, audience = NewShipmentForm(request.POST), AudienceForm(request.POST)
    if not (form.is_valid() and audience.is_valid()):
        return _page(request, form, audience)
    draft = form.draft(audience=audience.filters)
    try:
        times = {"plan_due_at", "approve_by", "ships_at"}
        wording.check_times(shipment=draft, changed=times, as_of=timezone.now())
        operations.make_draft(draft=draft, author=request.user.get_username())
    except FieldRefused as error:
        form.add_error(error.field, str(error))
        return _page(request, form, audience)
    messages.success(
        request, "The draft is made. Somebody else approves it once its window is over and it is planned."
    )
    return redirect("admin:shipment", draft.slug)


def _page(request: HttpRequest, form: NewShipmentForm, audience: AudienceForm) -> HttpResponse:
    return site.render(
        request,
        "staff/new_shipment.html",
        title="New shipment",
        status=400 if form.errors or audience.errors else 200,
        form=form,
        audience=audience,
    )
