"""The card: a small page for an iframe on the marketplace's own pages, in the marketplace's colours."""

import re
from collections.abc import Mapping
from urllib.parse import urlencode

from csp.decorators import csp_replace
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from marketplace.registry import addresses
from rewards.identity import queries as identity
from rewards.tab import levels, queries
from rewards.tab.views import may_see, shown

# The variables of the card's style sheet that an address can set.
COLOURS = ("ground", "raised", "ink", "muted", "line", "accent", "on-accent")
COLOUR = re.compile(r"[0-9a-fA-F]{3}|[0-9a-fA-F]{6}")
SCHEMES = ("light", "dark")
MOST_RADIUS = 32


@require_safe
def card(request: HttpRequest) -> HttpResponseBase:
    """
    Balance, level and next round of ``?wallet=…``, or of who has signed in.

    Only the origins that EMBED_ORIGINS names may frame it; no other page of ours is framed by anybody.
    """
    origins = settings.EMBED_ORIGINS
    view = csp_replace({"frame-ancestors": origins or ["'none'"]})(_card)
    return (xframe_options_exempt(view) if origins else view)(request)


def _card(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    signed_in = identity.get_signed_in(request=request, as_of=now)
    typed = request.GET.get("wallet", "")
    stored = addresses.parse(typed)
    if not typed and signed_in is not None:
        stored = signed_in.address
    found = None if stored is None else queries.get_collector(address=stored, as_of=now)
    seen = found if may_see(found, signed_in) else None
    context = {
        "as_of": now,
        "signed_in": signed_in,
        "asked": typed,
        "is_private": found is not None and seen is None,
        "collector": seen,
        "level": None if seen is None else levels.reached(seen.levels, balance_xp=seen.balance_xp),
        "scheme": request.GET.get("scheme") if request.GET.get("scheme") in SCHEMES else "",
        "theme": urlencode(_theme(request.GET)),
    }
    return shown(request, "tab/card.html", context)


@require_safe
def theme(request: HttpRequest) -> HttpResponse:
    """The colours of a card's address as a style sheet, since the policy allows no style within a page."""
    rules = "".join(f"--{name}:{value};" for name, value in _variables(_theme(request.GET)).items())
    response = HttpResponse(f":root:root{{{rules}}}\n", content_type="text/css; charset=utf-8")
    response["Cache-Control"] = "public, max-age=86400"
    return response


def _theme(given: Mapping[str, str]) -> dict[str, str]:
    """What an address says of the theme; what is no colour and no length is left out."""
    told = {name: given[name] for name in COLOURS if COLOUR.fullmatch(given.get(name, ""))}
    radius = given.get("radius", "")
    if radius.isascii() and radius.isdigit() and int(radius[:3]) <= MOST_RADIUS:
        told["radius"] = str(int(radius[:3]))
    return told


def _variables(told: Mapping[str, str]) -> dict[str, str]:
    return {name: f"{value}px" if name == "radius" else f"#{value.lower()}" for name, value in told.items()}
