"""Series: what comes again and again, what each made, its switches, and the windows that staff skip."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from rewards.admin.forms import SkipForm
from rewards.admin.site import site
from rewards.series import operations, queries
from rewards.series.errors import SeriesError, UnknownSeries
from rewards.series.models import Series, SeriesRule
from rewards.staff import queries as staff

DONE: dict[str, tuple[Callable[..., Series], str]] = {
    "pause": (operations.pause, "{} is paused. It makes no drafts; those that it made go on."),
    "resume": (operations.resume, "{} goes on. Windows that opened meanwhile become drafts in a moment."),
    "end": (operations.end, "{} has ended. It makes no more drafts; those that it made go on."),
}


@require_safe
def show_all(request: HttpRequest) -> HttpResponse:
    """Every series with its last round and what comes next."""
    return site.render(request, "staff/series.html", title="Series", rows=queries.list_series())


@require_safe
def show(request: HttpRequest, slug: str) -> HttpResponse:
    """A series: what its rounds are, what comes next, what it made, who did what."""
    return _page(request, slug)


@require_POST
def switch(request: HttpRequest, slug: str, what: str) -> HttpResponse:
    """Pause, resume or end a series."""
    act, said = DONE[what]
    try:
        act(slug=slug, by=request.user.get_username(), as_of=timezone.now())
    except SeriesError as error:
        return _page(request, slug, problem=str(error))
    messages.success(request, said.format(slug))
    return redirect("admin:series_one", slug)


@require_POST
def skip(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Let a coming window have no round of its own."""
    form = SkipForm(request.POST, auto_id=False)
    if not form.is_valid():
        return _page(request, slug, wrong=(number, form))
    by, reason = request.user.get_username(), form.cleaned_data["reason"]
    try:
        operations.skip(slug=slug, number=number, reason=reason, by=by, as_of=timezone.now())
    except SeriesError as error:
        return _page(request, slug, problem=str(error))
    messages.success(
        request,
        f"Window {number} gets no round of its own. Nothing is lost: the next round pays for its time too.",
    )
    return redirect("admin:series_one", slug)


@require_POST
def take_back(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Let a window that was skipped have its round after all."""
    try:
        operations.take_back_skip(slug=slug, number=number, as_of=timezone.now())
    except SeriesError as error:
        return _page(request, slug, problem=str(error))
    messages.success(request, f"Window {number} gets its round.")
    return redirect("admin:series_one", slug)


def _page(
    request: HttpRequest, slug: str, *, problem: str = "", wrong: tuple[int, SkipForm] | None = None
) -> HttpResponse:
    try:
        series = queries.get(slug=slug)
    except UnknownSeries as error:
        raise Http404(str(error)) from error
    as_of = timezone.now()
    rounds = queries.list_rounds(series=series)
    named = SeriesRule.objects.filter(series=series).values_list("id", flat=True)
    changed = [
        ("series_series", [str(series.id)]),
        ("series_seriesrule", [str(number) for number in named]),
        ("series_skip", [str(series.id)]),
    ]
    return site.render(
        request,
        "staff/series_one.html",
        title=series.slug,
        status=400 if problem or wrong else 200,
        row=queries.row_of(series, last=rounds[0].round if rounds else None),
        coming=queries.list_coming(series=series, as_of=as_of),
        form=SkipForm(auto_id=False),
        wrong_number=wrong[0] if wrong else None,
        wrong_form=wrong[1] if wrong else None,
        rounds=rounds,
        rules=series.rules.order_by("slug"),
        problem=problem,
        changes=staff.list_changes(rows=changed),
        may_switch=request.user.has_perm("staff.plan") and series.state != "ended",
        as_of=as_of,
    )
