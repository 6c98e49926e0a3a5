"""Flags: what is on and off, and the two buttons that change it."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from rewards.admin import switches
from rewards.admin.forms import PauseForm, ResumeForm
from rewards.admin.site import site
from rewards.flags import operations as flags
from rewards.flags.errors import FlagError
from rewards.tab import figures


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """The tree of flags."""
    return _page(request)


@require_POST
def pause(request: HttpRequest, slug: str) -> HttpResponse:
    """Pause a flag, or say beside the field why not."""
    form = PauseForm(request.POST, auto_id=False)
    if form.is_valid():
        given = form.cleaned_data
        try:
            made = flags.pause(
                flag=slug,
                reason=given["reason"],
                by=request.user.get_username(),
                as_of=timezone.now(),
                starts_at=given["starts_at"],
                ends_at=given["ends_at"],
            )
        except FlagError as error:
            form.add_error("starts_at" if given["starts_at"] else None, str(error))
        else:
            begins = figures.instant(made.starts_at)
            messages.success(request, f"{slug} is paused from {begins} on. What was earned before stays.")
            return _back(request)
    return _page(request, wrong=(slug, form))


@require_POST
def resume(request: HttpRequest, slug: str) -> HttpResponse:
    """End the pause of a flag, or call off the next one."""
    form = ResumeForm(request.POST, auto_id=False)
    if form.is_valid():
        now = timezone.now()
        try:
            ended = flags.resume(
                flag=slug, by=request.user.get_username(), as_of=now, at=form.cleaned_data["at"]
            )
        except FlagError as error:
            form.add_error("at" if form.cleaned_data["at"] else None, str(error))
        else:
            assert ended.ends_at is not None
            messages.success(
                request,
                f"The pause of {slug} that was to begin is called off."
                if ended.ends_at == ended.starts_at
                else f"{slug} earns again from {figures.instant(ended.ends_at)} on. "
                "Nothing is paid back for the pause.",
            )
            return _back(request)
    return _page(request, wrong=(slug, form))


def _back(request: HttpRequest) -> HttpResponse:
    """To the page that the button was on."""
    asked = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(asked, allowed_hosts={request.get_host()}):
        return redirect(asked)
    return redirect("admin:flags")


def _page(request: HttpRequest, *, wrong: tuple[str, forms.Form] | None = None) -> HttpResponse:
    """The tree; ``wrong`` is a form with errors and the flag that it is about."""
    now = timezone.now()
    return site.render(
        request,
        "staff/flags.html",
        title="Flags and pauses",
        status=400 if wrong else 200,
        as_of=now,
        switches=switches.list_switches(as_of=now),
        pause_form=PauseForm(auto_id=False),
        resume_form=ResumeForm(auto_id=False),
        wrong_flag=wrong[0] if wrong else None,
        wrong_form=wrong[1] if wrong else None,
        may_pause=request.user.has_perm("staff.pause"),
        here=request.path if not wrong else "",
    )
