"""
Reporting a problem on a line, and reading the answer: for who has signed in, about own lines alone.

The address of a form names the line; whose it is, the sign-in says. Another's line does not exist here.
"""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from rewards.appeals import operations, queries
from rewards.appeals.errors import AppealRefused, UnknownAppeal
from rewards.appeals.models import MOST_LETTERS
from rewards.appeals.queries import OwnAppeal
from rewards.identity import queries as identity
from rewards.identity.queries import SignedIn
from rewards.tab import figures
from rewards.tab import queries as tab
from rewards.tab.rows import Line, LineName

# Numbers of rows are no larger in the database.
LARGEST = 2**63 - 1


@never_cache
@require_GET
def show_all(request: HttpRequest) -> HttpResponse:
    """Every report of the collector, the latest first, with the line in words and the answer."""
    signed_in = _signed_in(request)
    if signed_in is None:
        return redirect("tab:sign_in")
    own = queries.list_own(collector_id=signed_in.collector_id)
    lines = tab.find_lines(
        keys=[
            (
                one.shipment_id,
                one.line_collector_id,
                one.rule_version_id,
                one.subject,
                one.for_shipment_id,
            )
            for one in own
        ]
    )
    context = {
        "signed_in": signed_in,
        "as_of": timezone.now(),
        "own": [(one, lines.get(one.line)) for one in own],
        "waiting_count": sum(1 for one in own if one.state == "open"),
    }
    return render(request, "tab/appeals.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def of_line(request: HttpRequest, slug: str, version: int, subject: UUID, paid: int) -> HttpResponse:
    """A line of one's own in words with a form to say what is wrong; sent, it is kept for staff."""
    signed_in = _signed_in(request)
    if signed_in is None:
        return redirect("tab:sign_in")
    if max(version, paid) > LARGEST or "\0" in slug:
        raise Http404
    name = (slug, version, subject, paid)
    line = _find(signed_in, name)
    if line is None:
        raise Http404
    problem, text = "", ""
    if request.method == "POST":
        text = request.POST.get("text", "")
        try:
            operations.open_appeal(
                signed_in=signed_in,
                round_slug=slug,
                rule_version_id=version,
                subject=subject,
                for_shipment_id=paid,
                text=text,
                as_of=timezone.now(),
            )
        except UnknownAppeal:
            raise Http404 from None
        except AppealRefused as error:
            problem = str(error)
        else:
            return redirect("tab:appeals")
    earlier = [one for one in queries.list_own(collector_id=signed_in.collector_id) if one.line == name]
    context = {
        "signed_in": signed_in,
        "as_of": timezone.now(),
        "line": line,
        "earlier": earlier,
        "waits": any(one.state == "open" for one in earlier),
        "problem": problem,
        "text": text,
        "most_letters": MOST_LETTERS,
    }
    return render(request, "tab/appeal.html", context, status=400 if problem else 200)


def _find(signed_in: SignedIn, name: LineName) -> Line | None:
    """The line by that name, if it is the collector's."""
    slug, version, subject, paid = name
    own = queries.find_own_line(
        collector_id=signed_in.collector_id,
        round_slug=slug,
        rule_version_id=version,
        subject=subject,
        for_shipment_id=paid,
    )
    if own is None:
        return None
    return tab.find_lines(keys=[(own[0], own[1], version, subject, paid)]).get(name)


def _signed_in(request: HttpRequest) -> SignedIn | None:
    return identity.get_signed_in(request=request, as_of=timezone.now())


def standing(appeal: OwnAppeal) -> str:
    """How it stands with a report, in a few words beside its line."""
    if appeal.state == "open":
        return "You reported this; it waits for an answer"
    made = correction(appeal)
    return f"You reported this; it was answered. {made}" if made else "You reported this; it was answered"


def correction(appeal: OwnAppeal) -> str:
    """What became of the correction that came with an answer; empty without one."""
    if appeal.correction_xp is None or appeal.correction_state is None:
        return ""
    amount = f"A correction of {figures.xp(appeal.correction_xp)}"
    if appeal.correction_state == "approved":
        assert appeal.correction_made_at is not None
        return f"{amount} was made on {figures.date(appeal.correction_made_at)}."
    if appeal.correction_state == "cancelled":
        return f"{amount} was proposed, and not approved."
    return f"{amount} waits for approval by a second person."
