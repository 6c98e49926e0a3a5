"""Flagged sales: what speaks against each, and the decision about it."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from rewards.admin import suspects
from rewards.admin.forms import VerdictForm
from rewards.admin.site import site
from rewards.fairness import operations as fairness
from rewards.fairness.errors import FairnessError

DONE = {
    "cleared": "The sale is cleared. It earns like any other from the next plan on.",
    "confirmed": "The sale is confirmed to be a wash trade.",
}


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """The sales that wait for a decision, or those that had one."""
    return _page(request, decided=request.GET.get("show") == "decided")


@require_POST
def decide(request: HttpRequest, key: UUID) -> HttpResponse:
    """Clear a sale or confirm it, or say beside the field why not."""
    form = VerdictForm(request.POST, auto_id=False)
    if form.is_valid():
        try:
            made = fairness.decide(
                sale_key=key,
                verdict=form.cleaned_data["verdict"],
                reason=form.cleaned_data["reason"],
                by=request.user.get_username(),
                as_of=timezone.now(),
            )
        except FairnessError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, DONE[made.verdict])
            return redirect("admin:fairness")
    return _page(request, decided=request.POST.get("show") == "decided", wrong=(key, form))


def _page(
    request: HttpRequest, *, decided: bool, wrong: tuple[UUID, forms.Form] | None = None
) -> HttpResponse:
    """A page of sales; ``wrong`` is a form with errors and the key of the sale that it is about."""
    try:
        after = UUID(request.GET["after"]) if "after" in request.GET else None
    except ValueError:
        after = None
    queue = suspects.get_queue(decided=decided, after=after)
    return site.render(
        request,
        "staff/fairness.html",
        title="Flagged sales",
        status=400 if wrong else 200,
        queue=queue,
        form=VerdictForm(auto_id=False),
        wrong_key=wrong[0] if wrong else None,
        wrong_form=wrong[1] if wrong else None,
        may_judge=request.user.has_perm("staff.judge"),
    )
