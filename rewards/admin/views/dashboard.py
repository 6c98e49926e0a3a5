"""The dashboard: decisions first, then what is left and what moves, then the trend."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from rewards.admin import charts, queries, switches
from rewards.admin.site import site
from rewards.notices import operations as notices
from rewards.notices import queries as told
from rewards.status import queries as status


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Everything at a glance."""
    now = timezone.now()
    lag = status.get_lag()
    issues = queries.list_issues()
    tree = switches.list_switches(as_of=now)
    return site.render(
        request,
        "staff/dashboard.html",
        title="Dashboard",
        as_of=now,
        notices=told.list_unseen(name=request.user.get_username(), as_of=now),
        decisions=queries.list_decisions(as_of=now, lag=lag),
        budgets=status.list_budgets(as_of=now),
        paused=[switch for switch in tree if switch.own],
        switch_count=len(tree),
        on_count=sum(1 for switch in tree if switch.pause is None),
        flights=status.list_flights(),
        lag=lag,
        issues=issues,
        chart=charts.issued_by_day(issues),
    )


@require_POST
def seen(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Note that the user saw a notice; it leaves their dashboard."""
    notices.note_seen(notice_id=notice_id, name=request.user.get_username(), as_of=timezone.now())
    return redirect("admin:index")
