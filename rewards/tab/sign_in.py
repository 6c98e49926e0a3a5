"""
Signing in, and the wallets of who has signed in.

Each address here takes a form or a small JSON body, and makes one call into the stage. What is refused is
answered with a sentence: 400 or 401, 409 for wallets that cannot be joined, 503 where a chain is silent.
"""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeAlias
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from marketplace.registry import addresses
from rewards.identity import operations, queries
from rewards.identity.errors import IdentityError, LinkRefused, NotProven
from rewards.identity.message import Site
from rewards.identity.queries import SignedIn
from rewards.tab.limits import TooManyTexts, count_text

MOST_BYTES = 40_000

SIGN_IN_FIRST = "You are not signed in any more. Nothing was changed; sign in again and repeat it."

Json: TypeAlias = dict[str, Any]
View: TypeAlias = Callable[..., HttpResponse]


def answers_json(view: Callable[[HttpRequest, dict[str, str]], Json]) -> View:
    """Make a view of a function from a JSON body of texts to a JSON answer; what it refuses is a sentence."""

    @wraps(view)
    def answer(request: HttpRequest) -> HttpResponse:
        try:
            return JsonResponse(view(request, _body(request)))
        except TooManyTexts as error:
            wait = {"Retry-After": str(error.wait_seconds)}
            return JsonResponse({"error": str(error)}, status=error.status, headers=wait)
        except IdentityError as error:
            return JsonResponse({"error": str(error)}, status=error.status)

    return never_cache(require_POST(answer))


@never_cache
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """The page to sign in on; who has signed in is sent on."""
    if _signed_in(request) is not None:
        return redirect("tab:front")
    return render(request, "tab/sign_in.html")


@answers_json
def text(request: HttpRequest, told: dict[str, str]) -> Json:
    """A text for a wallet to sign, so that it is signed in."""
    now = timezone.now()
    count_text(request=request, at=now)
    made = operations.challenge(
        address=told.get("address", ""), site=_site(request), path=reverse("tab:sign_in"), as_of=now
    )
    return {"nonce": made.nonce, "text": made.text}


@answers_json
def sign_in(request: HttpRequest, told: dict[str, str]) -> Json:
    """Sign in with the signature of such a text."""
    operations.sign_in(
        request=request,
        nonce=told.get("nonce", ""),
        signature=told.get("signature", ""),
        domain=_site(request).domain,
        as_of=timezone.now(),
    )
    return {"next": reverse("tab:front")}


@never_cache
@require_GET
def wallets(request: HttpRequest) -> HttpResponse:
    """The wallets of the collector, who sees them and what can be done with them."""
    signed_in = _signed_in(request)
    return redirect("tab:sign_in") if signed_in is None else _wallets(request, signed_in)


@answers_json
def link_text(request: HttpRequest, told: dict[str, str]) -> Json:
    """A text for another wallet to sign, so that it is linked to who has signed in."""
    now = timezone.now()
    count_text(request=request, at=now)
    made = operations.challenge(
        address=told.get("address", ""),
        site=_site(request),
        path=reverse("tab:wallets"),
        as_of=now,
        linking_to=_required(request),
    )
    return {"nonce": made.nonce, "text": made.text}


@answers_json
def link(request: HttpRequest, told: dict[str, str]) -> Json:
    """Link the wallet that signed such a text."""
    address = operations.link(
        signed_in=_required(request),
        nonce=told.get("nonce", ""),
        signature=told.get("signature", ""),
        domain=_site(request).domain,
        as_of=timezone.now(),
    )
    return {"next": f"{reverse('tab:wallets')}#{addresses.checksummed(address)}"}


@never_cache
@require_http_methods(["GET", "POST"])
def unlink(request: HttpRequest, wallet_id: int) -> HttpResponse:
    """
    Say what it means to let a wallet go, and do it once that was read.

    The address bar has the wallet's number and not its address, so that no log of a web server tells which
    wallets are one person's.
    """
    signed_in = _signed_in(request)
    if signed_in is None:
        return redirect("tab:sign_in")
    own = {wallet.wallet_id: wallet for wallet in queries.list_wallets(collector_id=signed_in.collector_id)}
    wallet = own.get(wallet_id)
    if request.method == "GET":
        if wallet is None or wallet.stands:
            return redirect("tab:wallets")
        context = {
            "signed_in": signed_in,
            "wallet": wallet,
            "stays": next(one for one in own.values() if one.stands),
            "cool_down_days": settings.LINK_COOL_DOWN_DAYS,
        }
        return render(request, "tab/unlink.html", context)
    try:
        address = "" if wallet is None else wallet.address
        operations.unlink(signed_in=signed_in, address=address, as_of=timezone.now())
    except LinkRefused as error:
        return _wallets(request, signed_in, problem=str(error), status=error.status)
    return redirect("tab:wallets")


@never_cache
@require_POST
def choose_page(request: HttpRequest) -> HttpResponse:
    """Let others see the collector's page, or not."""
    signed_in = _signed_in(request)
    if signed_in is None:
        return redirect("tab:sign_in")
    operations.choose_page(
        signed_in=signed_in, is_public=request.POST.get("public") == "yes", as_of=timezone.now()
    )
    return redirect("tab:wallets")


@never_cache
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out here, or everywhere."""
    as_of = timezone.now()
    signed_in = queries.get_signed_in(request=request, as_of=as_of)
    if signed_in is not None and request.POST.get("where") == "everywhere":
        operations.sign_out_everywhere(request=request, signed_in=signed_in, as_of=as_of)
    elif signed_in is not None:
        operations.sign_out(request=request, as_of=as_of)
    return redirect("tab:front")


@never_cache
@require_POST
def sign_out_there(request: HttpRequest, sign_in_id: UUID) -> HttpResponse:
    """Sign out in another browser. One that is over already is no mistake."""
    signed_in = _signed_in(request)
    if signed_in is None:
        return redirect("tab:sign_in")
    operations.sign_out_there(signed_in=signed_in, sign_in_id=sign_in_id, as_of=timezone.now())
    return redirect(f"{reverse('tab:wallets')}#out")


def _wallets(
    request: HttpRequest, signed_in: SignedIn, *, problem: str = "", status: int = 200
) -> HttpResponse:
    own = queries.list_wallets(collector_id=signed_in.collector_id)
    context = {
        "signed_in": signed_in,
        "wallets": own,
        "is_settling": any(wallet.is_settling for wallet in own),
        "sign_ins": queries.list_sign_ins(collector_id=signed_in.collector_id, as_of=timezone.now()),
        "page": queries.get_page(collector_id=signed_in.collector_id),
        "pages_are_allowed": settings.PUBLIC_PAGES,
        "problem": problem,
    }
    return render(request, "tab/wallets.html", context, status=status)


def _signed_in(request: HttpRequest) -> SignedIn | None:
    return queries.get_signed_in(request=request, as_of=timezone.now())


def _required(request: HttpRequest) -> SignedIn:
    signed_in = _signed_in(request)
    if signed_in is None:
        raise NotProven(SIGN_IN_FIRST)
    return signed_in


def _site(request: HttpRequest) -> Site:
    """Where the visitor is by the address bar, which ALLOWED_HOSTS bounds."""
    return Site(
        scheme=request.scheme or "https", domain=request.get_host(), chain_id=settings.SIGN_IN_CHAIN_ID
    )


def _body(request: HttpRequest) -> dict[str, str]:
    """The body's texts by name; IdentityError where it is anything else."""
    unreadable = IdentityError("The request is no JSON object of texts. Nothing was changed.")
    length = request.headers.get("Content-Length", "")
    if not length.isascii() or not length.isdigit() or int(length[:9]) > MOST_BYTES:
        raise unreadable
    try:
        told = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise unreadable from error
    if not isinstance(told, dict) or not all(isinstance(value, str) for value in told.values()):
        raise unreadable
    return told
