"""Shipments: the list, and a page to review a plan on, to decide, and to watch it ship."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from rewards.admin import review
from rewards.admin.forms import AudienceForm, ChangeWordsForm, WordForm, typed_audience
from rewards.admin.site import site
from rewards.shipments import audience as audiences
from rewards.shipments import limits, operations, queries, supervision, wording
from rewards.shipments.errors import FieldRefused, ShipmentError
from rewards.shipments.models import Shipment
from rewards.staff import queries as staff
from rewards.tab import figures

# What a word is asked for with: the label of its field, and the error without it.
WORDS = {
    "send_back": (
        "What is wrong with it",
        "A plan that is sent back needs a comment; whoever plans it again reads it.",
    ),
    "halt": ("Why it is halted", "A halt needs a reason; whoever lets it go on reads it."),
    "go_on": ("What was found", "To go on needs a word on what was found; it stays with the round."),
    "cancel": ("Why it is cancelled", "To cancel a round needs a reason; it stays with the round."),
    "say": ("Comment", "A comment says something."),
}


@require_safe
def show_all(request: HttpRequest) -> HttpResponse:
    """Every shipment, the latest window first."""
    found = Shipment.objects.select_related("season").order_by("-window_end", "-id")
    may_plan = request.user.has_perm("staff.plan")
    return site.render(
        request, "staff/shipments.html", title="Shipments", shipments=found[:200], may_plan=may_plan
    )


@require_safe
def show(request: HttpRequest, slug: str) -> HttpResponse:
    """A shipment: whether it is fit to approve, what it pays and why, how far it is, who did what."""
    return _page(request, slug)


@require_safe
def progress(request: HttpRequest, slug: str) -> HttpResponse:
    """How far a shipment is, as the piece of its page that a script fetches again while it ships."""
    shipment = get_object_or_404(Shipment.objects.defer("plan_inputs"), slug=slug)
    flight = review.get_flight(shipment=shipment)
    if flight is None:
        raise Http404("This shipment is not on its way.")
    context = {"shipment": shipment, "flight": flight}
    return render(request, "staff/_shipment_progress.html", context)


@require_POST
def plan(request: HttpRequest, slug: str) -> HttpResponse:
    """Put the planning on the work list, where the next sweep finds it."""
    try:
        operations.request_plan(slug=slug, as_of=timezone.now())
    except ShipmentError as error:
        return _page(request, slug, problem=str(error))
    messages.success(request, "The planning is on the work list. A worker takes it up; look again shortly.")
    return redirect("admin:shipment", slug)


@require_POST
def approve(request: HttpRequest, slug: str) -> HttpResponse:
    """Approve the plan that the page showed, as somebody other than its author."""
    try:
        operations.approve(
            slug=slug,
            digest=request.POST.get("digest", ""),
            looked_at=_instant(request.POST.get("planned_at", "")),
            words=request.POST.get("words"),
            approver=request.user.get_username(),
            as_of=timezone.now(),
        )
    except ShipmentError as error:
        return _page(request, slug, problem=str(error))
    messages.success(request, "Approved. What was planned is what ships.")
    return redirect("admin:shipment", slug)


@require_POST
def ship(request: HttpRequest, slug: str) -> HttpResponse:
    """Begin to ship what was approved. Only rows change; the sweeper finds them and tells the workers."""
    try:
        shipment = operations.start(slug=slug, as_of=timezone.now())
    except ShipmentError as error:
        return _page(request, slug, problem=str(error))
    said = "It ships: the first batches go out within seconds, and this page follows them."
    messages.success(request, said if shipment.state == "shipping" else f"It is {shipment.state} already.")
    return redirect("admin:shipment", slug)


@require_POST
def change_words(request: HttpRequest, slug: str) -> HttpResponse:
    """Give a draft or a plan other words and times, or say beside a field why not."""
    shipment = get_object_or_404(Shipment, slug=slug)
    form = ChangeWordsForm(request.POST, shipment=shipment)
    if not form.is_valid():
        return _page(request, slug, words_form=form)
    try:
        done = wording.change(
            slug=slug, words=form.words, by=request.user.get_username(), as_of=timezone.now()
        )
    except FieldRefused as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return _page(request, slug, words_form=form)
    except ShipmentError as error:
        return _page(request, slug, problem=str(error))
    if done:
        stays = " The plan stays as it is." if shipment.state == "planned" else ""
        messages.success(
            request, f"What it says and its times are changed. Somebody else approves it.{stays}"
        )
    else:
        messages.info(request, "It said so already; nothing was changed.")
    return redirect("admin:shipment", slug)


@require_POST
def send_back(request: HttpRequest, slug: str) -> HttpResponse:
    """Make a plan a draft again, with what is wrong with it."""

    def do(text: str, by: str, now: datetime) -> str:
        supervision.send_back(slug=slug, comment=text, by=by, as_of=now)
        return "Sent back. Nobody can approve it until it is planned again."

    return _with_a_word(request, slug, "send_back", do)


@require_POST
def cancel(request: HttpRequest, slug: str) -> HttpResponse:
    """Call a round off before it ships."""

    def do(text: str, by: str, now: datetime) -> str:
        supervision.call_off(slug=slug, reason=text, by=by, as_of=now)
        return "Cancelled. Nothing of it was or will be paid."

    return _with_a_word(request, slug, "cancel", do)


@require_POST
def halt(request: HttpRequest, slug: str) -> HttpResponse:
    """Let nothing more be posted; what is being posted comes through whole."""

    def do(text: str, by: str, now: datetime) -> str:
        supervision.halt(slug=slug, reason=text, by=by, as_of=now)
        return "Halted. What was posted stays posted, nothing is half done, and nothing more goes out."

    return _with_a_word(request, slug, "halt", do)


@require_POST
def go_on(request: HttpRequest, slug: str) -> HttpResponse:
    """Let a halted round go on where it was."""

    def do(text: str, by: str, now: datetime) -> str:
        supervision.go_on(slug=slug, reason=text, by=by, as_of=now)
        return "It goes on where it was."

    return _with_a_word(request, slug, "go_on", do)


@require_POST
def say(request: HttpRequest, slug: str) -> HttpResponse:
    """Keep a comment with the round."""

    def do(text: str, by: str, now: datetime) -> str:
        supervision.say(slug=slug, text=text, by=by, as_of=now)
        return "Your comment stays with the round."

    return _with_a_word(request, slug, "say", do)


@require_POST
def retry(request: HttpRequest, slug: str) -> HttpResponse:
    """Put the failed batches back on the work list."""
    try:
        numbers = supervision.retry_failed(slug=slug, by=request.user.get_username(), as_of=timezone.now())
    except ShipmentError as error:
        return _page(request, slug, problem=str(error))
    counted = figures.counted(len(numbers), "batch", "batches")
    said = f"{counted} on the work list again." if numbers else "No batch has failed."
    messages.success(request, said)
    return redirect("admin:shipment", slug)


def _with_a_word(
    request: HttpRequest, slug: str, name: str, do: Callable[[str, str, datetime], str]
) -> HttpResponse:
    """Do what needs a word, or say beside its field what is wrong."""
    form = _word(name, request.POST)
    if form.is_valid():
        try:
            done = do(form.cleaned_data["text"], request.user.get_username(), timezone.now())
        except ShipmentError as error:
            return _page(request, slug, problem=str(error), wrong=(name, form))
        messages.success(request, done)
        return redirect("admin:shipment", slug)
    return _page(request, slug, wrong=(name, form))


def _word(name: str, typed: Any = None) -> WordForm:
    asks, missing = WORDS[name]
    return WordForm(typed, asks=asks, missing=missing)


def _instant(text: str) -> datetime | None:
    """An instant as the page wrote it; None for anything else, of which the digest says enough."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _page(
    request: HttpRequest,
    slug: str,
    *,
    problem: str = "",
    wrong: tuple[str, forms.Form] | None = None,
    words_form: ChangeWordsForm | None = None,
) -> HttpResponse:
    """The page; ``wrong`` is a form with errors and what it is for, ``words_form`` that of its words."""
    shipment = get_object_or_404(Shipment.objects.select_related("season"), slug=slug)
    form = AudienceForm(
        request.GET if "count" in request.GET else None, initial=typed_audience(shipment.audience)
    )
    reached = _count(shipment, form)
    return site.render(
        request,
        "staff/shipment.html",
        title=shipment.title,
        status=400 if problem or wrong or words_form or form.errors else 200,
        shipment=shipment,
        rules=shipment.rules.order_by("slug"),
        review=review.get_review(shipment=shipment),
        budget=review.get_budget(shipment=shipment),
        stale=review.list_stale(shipment=shipment),
        late_sums=queries.list_late_sums(shipment=shipment),
        excesses=limits.list_excesses(shipment=shipment),
        flight=review.get_flight(shipment=shipment),
        comments=queries.list_comments(shipment=shipment),
        problem=problem,
        words={name: _word(name) for name in WORDS} | dict([wrong] if wrong else []),
        wrong=wrong[0] if wrong else "",
        words_form=words_form or ChangeWordsForm(shipment=shipment),
        form=form,
        reached=reached,
        as_of=timezone.now(),
        overdue=shipment.is_overdue(as_of=timezone.now()),
        changes=staff.list_changes(rows=[("shipments_shipment", [str(shipment.id)])]),
        **_may(request, shipment),
    )


def _may(request: HttpRequest, shipment: Shipment) -> dict[str, bool]:
    """What this person may do to the shipment as it is now."""
    may = request.user.has_perm
    waits = shipment.state == "planned" and shipment.plan_due_at is None
    return {
        "may_plan": may("staff.plan") and shipment.state in ("draft", "planned"),
        "may_approve": may("staff.approve") and waits,
        "is_author": request.user.get_username() in (shipment.author, shipment.changed_by),
        "may_change_words": may("staff.plan") and shipment.state in ("draft", "planned"),
        # Whoever may halt what ships may begin it, too.
        "may_ship": may("staff.halt") and shipment.state == "approved",
        "may_send_back": may("staff.send_back") and shipment.state == "planned",
        "may_cancel": may("staff.plan") and shipment.state in ("draft", "planned", "approved"),
        "may_halt": may("staff.halt") and shipment.state == "shipping",
        "may_go_on": may("staff.halt") and shipment.state == "halted",
        "may_retry": may("staff.halt") and shipment.state in ("shipping", "halted"),
        "may_say": may("staff.send_back"),
    }


def _count(shipment: Shipment, form: AudienceForm) -> int | None:
    """How many collectors the filters let through; those typed, or else the shipment's own."""
    filters = shipment.audience
    if form.is_bound:
        if not form.is_valid():
            return None
        filters = form.filters
    return audiences.count(
        filters=filters,
        window_start=shipment.window_start,
        window_end=shipment.window_end,
        wash_threshold=shipment.season.wash_threshold,
    )
