"""Webhooks: who is told what happens, how that goes, and the buttons that send again what was given up."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from rewards.admin.site import site
from rewards.staff import queries as staff
from rewards.tab import figures
from rewards.webhooks import operations, queries
from rewards.webhooks.errors import WebhookError


@require_safe
def show_all(request: HttpRequest) -> HttpResponse:
    """Every endpoint with what waits for it and what was given up."""
    return site.render(request, "staff/webhooks.html", title="Webhooks", endpoints=queries.list_endpoints())


@require_safe
def show(request: HttpRequest, name: str) -> HttpResponse:
    """An endpoint: what it is told, what was given up, what was tried lately, who did what."""
    return _page(request, name)


@require_POST
def pause(request: HttpRequest, name: str) -> HttpResponse:
    """Send nothing for now."""
    return _do(
        request,
        name,
        lambda: operations.pause_endpoint(name=name),
        f"{name} is paused. What happens is kept for it.",
    )


@require_POST
def resume(request: HttpRequest, name: str) -> HttpResponse:
    """Send again, at once."""
    return _do(
        request,
        name,
        lambda: operations.resume_endpoint(name=name, as_of=timezone.now()),
        f"{name} is on. What waits for it is sent in a moment.",
    )


@require_POST
def replay(request: HttpRequest, name: str) -> HttpResponse:
    """Send again what was given up, all of it or the one that is named."""
    named = request.POST.get("delivery", "")
    if named and not (named.isascii() and named.isdigit() and len(named) < 19):
        raise Http404

    def act() -> str:
        delivery_id = int(named) if named else None
        again = operations.replay(name=name, as_of=timezone.now(), delivery_id=delivery_id)
        if not again:
            return "Nothing is left to send again: somebody did it before you."
        return f"{figures.counted(again, 'message')} sent again in a moment, with the same ids."

    return _do(request, name, act)


def _do(request: HttpRequest, name: str, act: Callable[[], object], said: str = "") -> HttpResponse:
    try:
        told = act()
    except WebhookError as error:
        return _page(request, name, problem=str(error))
    messages.success(request, said or str(told))
    return redirect("admin:webhook", name)


def _page(request: HttpRequest, name: str, *, problem: str = "") -> HttpResponse:
    try:
        endpoint = queries.get_endpoint(name=name)
    except WebhookError as error:
        raise Http404(str(error)) from error
    now = timezone.now()
    return site.render(
        request,
        "staff/webhook.html",
        title=name,
        status=400 if problem else 200,
        endpoint=endpoint,
        secrets=[secret for secret in queries.list_secrets(as_of=now) if secret["endpoint"] == name],
        dead=queries.list_dead(name=name),
        tried=queries.list_tried(name=name),
        problem=problem,
        changes=staff.list_changes(rows=[("webhooks_endpoint", [str(endpoint["id"])])]),
        may_keep=request.user.has_perm("staff.keep_webhooks") and endpoint["state"] != "revoked",
        resting=endpoint["failures"] and endpoint["quiet_until"] > now,
        as_of=now,
    )
