"""The page of who leads, with one's own neighbourhood, and the choice not to be named there."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from rewards.identity import queries as identity
from rewards.standings import operations
from rewards.standings import queries as standings
from rewards.tab.views import shown

FIRST_PLACES = 25
NEIGHBOURS = 5


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The first places, and those around who has signed in; without public pages only the latter."""
    signed_in = identity.get_signed_in(request=request, as_of=timezone.now())
    board = standings.get_board(
        collector_id=None if signed_in is None else signed_in.collector_id,
        first=FIRST_PLACES if settings.PUBLIC_PAGES else 0,
        around=NEIGHBOURS,
    )
    context = {"signed_in": signed_in, "board": board, "pages_are_allowed": settings.PUBLIC_PAGES}
    return shown(request, "tab/leaders.html", context)


@require_POST
def choose_naming(request: HttpRequest) -> HttpResponse:
    """Have who has signed in named among the leaders, or not."""
    now = timezone.now()
    signed_in = identity.get_signed_in(request=request, as_of=now)
    if signed_in is None:
        return redirect("tab:sign_in")
    operations.choose_naming(
        collector_id=signed_in.collector_id, is_named=request.POST.get("named") == "yes", as_of=now
    )
    return redirect("tab:leaders")
