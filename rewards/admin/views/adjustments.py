"""Corrections of balances: the list with its forms, and a page to review one on and to decide."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from rewards.adjustments import operations, queries
from rewards.adjustments.errors import AdjustmentError, UnknownAdjustment
from rewards.adjustments.models import Adjustment
from rewards.adjustments.sheet import BadRow
from rewards.admin import charts, review
from rewards.admin.correction_forms import CorrectionForm, SheetForm
from rewards.admin.forms import WordForm
from rewards.admin.site import site
from rewards.appeals.models import Appeal
from rewards.ledger import queries as ledger
from rewards.ledger.operations import Holder
from rewards.staff import queries as staff
from rewards.staff.models import Change

LISTED = 200

# So many bad rows are shown; their number is always said.
BAD_ROWS = 200

# From so many entries on, how they are spread says more than the entries themselves.
SPREAD_FROM = 5

# What a word is asked for with: the label of its field, and the error without it.
WORDS = {
    "send_back": ("What is wrong with it", "What is sent back needs a comment; its author reads it."),
    "cancel": ("Why it is cancelled", "To cancel a correction needs a reason; it stays with it."),
}


@require_safe
def show_all(request: HttpRequest) -> HttpResponse:
    """Every correction, the latest first, and the forms to write one."""
    return _list(request)


@require_POST
def write(request: HttpRequest) -> HttpResponse:
    """Write one correction, which waits for a second person from then on."""
    form = CorrectionForm(request.POST, prefix="one")
    if form.is_valid():
        try:
            made = operations.write(
                season=form.cleaned_data["season"],
                title=form.cleaned_data["title"],
                rows=[form.row],
                author=request.user.get_username(),
                as_of=timezone.now(),
            )
        except AdjustmentError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Written. It waits for somebody else to approve it; no XP moved yet.")
            return redirect("admin:adjustment", made.id)
    return _list(request, form=form)


@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    """Write many corrections from a CSV; bad rows are listed with line and reason."""
    form = SheetForm(request.POST, request.FILES, prefix="many")
    if not form.is_valid():
        return _list(request, upload=form)
    season = form.cleaned_data["season"]
    bad = operations.check(rows=form.sheet.rows, season=season).bad
    bad = sorted([*form.sheet.bad, *bad], key=lambda row: row.line)
    lines = {row.line for row in bad}
    good = [row for row in form.sheet.rows if row.line not in lines]
    if bad and not (form.cleaned_data["keep_good"] and good):
        return _list(request, upload=form, bad=bad)
    try:
        made = operations.write(
            season=season,
            title=form.cleaned_data["title"],
            rows=good,
            author=request.user.get_username(),
            as_of=timezone.now(),
            adjustment_id=form.cleaned_data["number"],
        )
    except AdjustmentError as error:
        form.add_error(None, str(error))
        return _list(request, upload=form)
    messages.success(request, "Written. It waits for somebody else to approve it; no XP moved yet.")
    return _page(request, made.id, bad=bad) if bad else redirect("admin:adjustment", made.id)


@require_safe
def show(request: HttpRequest, adjustment_id: int) -> HttpResponse:
    """A correction: what it does, what is in its way, who did what."""
    return _page(request, adjustment_id)


@require_POST
def approve(request: HttpRequest, adjustment_id: int) -> HttpResponse:
    """Make the correction that the page showed, as somebody other than its author."""
    try:
        operations.approve(
            adjustment_id=adjustment_id,
            digest=request.POST.get("digest", ""),
            approver=request.user.get_username(),
            as_of=timezone.now(),
        )
    except AdjustmentError as error:
        return _page(request, adjustment_id, problem=str(error))
    messages.success(request, "Approved and made. The collectors see it with its reason.")
    return redirect("admin:adjustment", adjustment_id)


@require_POST
def send_back(request: HttpRequest, adjustment_id: int) -> HttpResponse:
    """Give a correction back to its author, with what is wrong with it."""

    def do(text: str) -> str:
        operations.send_back(adjustment_id=adjustment_id, comment=text)
        return "Sent back. Nobody can approve it until its author writes it anew."

    return _with_a_word(request, adjustment_id, "send_back", do)


@require_POST
def cancel(request: HttpRequest, adjustment_id: int) -> HttpResponse:
    """Call a correction off before it is made."""

    def do(text: str) -> str:
        operations.cancel(adjustment_id=adjustment_id, reason=text, as_of=timezone.now())
        return "Cancelled. No XP moved."

    return _with_a_word(request, adjustment_id, "cancel", do)


def _with_a_word(
    request: HttpRequest, adjustment_id: int, name: str, do: Callable[[str], str]
) -> HttpResponse:
    """Do what needs a word, or say beside its field what is wrong."""
    form = _word(name, request.POST)
    if not form.is_valid():
        return _page(request, adjustment_id, wrong=(name, form))
    try:
        done = do(form.cleaned_data["text"])
    except AdjustmentError as error:
        return _page(request, adjustment_id, problem=str(error), wrong=(name, form))
    messages.success(request, done)
    return redirect("admin:adjustment", adjustment_id)


def _word(name: str, typed: Any = None) -> WordForm:
    asks, missing = WORDS[name]
    return WordForm(typed, asks=asks, missing=missing)


def _list(
    request: HttpRequest,
    *,
    form: CorrectionForm | None = None,
    upload: SheetForm | None = None,
    bad: Sequence[BadRow] = (),
) -> HttpResponse:
    wallet = {"wallet": request.GET.get("wallet", "")[:128]}
    return site.render(
        request,
        "staff/adjustments.html",
        title="Corrections",
        status=400 if form or upload else 200,
        adjustments=Adjustment.objects.order_by("-id")[:LISTED],
        form=form or CorrectionForm(prefix="one", initial=wallet),
        upload=upload or SheetForm(prefix="many"),
        open="many" if upload else "one" if form or wallet["wallet"] else "",
        bad=bad[:BAD_ROWS],
        bad_count=len(bad),
        may_write=request.user.has_perm("staff.correct"),
    )


def _page(
    request: HttpRequest,
    adjustment_id: int,
    *,
    problem: str = "",
    wrong: tuple[str, WordForm] | None = None,
    bad: Sequence[BadRow] = (),
) -> HttpResponse:
    try:
        adjustment = operations.get(adjustment_id=adjustment_id)
    except UnknownAdjustment as error:
        raise Http404(str(error)) from error
    waits = adjustment.state == "draft"
    spread = queries.get_spread(adjustment=adjustment) if adjustment.entry_count >= SPREAD_FROM else None
    return site.render(
        request,
        "staff/adjustment.html",
        title=adjustment.title,
        status=400 if problem or wrong else 200,
        adjustment=adjustment,
        budget=_budget(adjustment),
        problems=queries.list_problems(adjustment=adjustment) if waits else [],
        unknown_count=queries.count_unknown(adjustment=adjustment) if waits else 0,
        top=queries.list_top(adjustment=adjustment),
        review={"spread": spread, "chart": charts.histogram(spread)} if spread else None,
        appeal=Appeal.objects.filter(adjustment=adjustment).first(),
        problem=problem,
        words={name: _word(name) for name in WORDS} | dict([wrong] if wrong else []),
        wrong=wrong[0] if wrong else "",
        bad=bad[:BAD_ROWS],
        bad_count=len(bad),
        upload=SheetForm(
            prefix="many",
            initial={"number": adjustment.id, "season": adjustment.season_id, "title": adjustment.title},
        ),
        changes=_changes(adjustment),
        **_may(request, adjustment),
    )


def _budget(adjustment: Adjustment) -> review.Budget:
    """The season's budget beside what the correction takes of it."""
    return review.Budget(
        budget_xp=adjustment.season.budget_xp,
        left_xp=ledger.get_balance(holder=Holder("season", adjustment.season_id)),
        total_xp=max(adjustment.net_xp, 0),
    )


def _may(request: HttpRequest, adjustment: Adjustment) -> dict[str, bool]:
    """What this person may do to the correction as it is now."""
    may = request.user.has_perm
    is_author = adjustment.author == request.user.get_username()
    is_open = adjustment.state in ("draft", "sent_back")
    return {
        "is_author": is_author,
        "may_approve": may("staff.adjust") and adjustment.state == "draft",
        "may_send_back": may("staff.adjust") and adjustment.state == "draft",
        "may_cancel": may("staff.correct") and is_open,
        "may_write": may("staff.correct") and is_author and is_open,
    }


def _changes(adjustment: Adjustment) -> list[staff.Entry]:
    """
    What was done to a correction, newest first.

    It is written in two steps, since its digest is of entries that need it first; people did it in one.
    """
    told: list[staff.Entry] = []
    for entry in reversed(staff.list_changes(rows=[("adjustments_adjustment", [str(adjustment.id)])])):
        change, earlier = entry.change, told[-1].change if told else None
        if earlier is not None and not (change.before or {}).get("digest"):
            whole = Change(
                table_name=change.table_name,
                row_key=change.row_key,
                before=earlier.before,
                after=change.after,
                actor=earlier.actor,
                at=earlier.at,
            )
            told[-1] = staff.Entry(change=whole, differences=staff.list_differences(whole))
        else:
            told.append(entry)
    return told[::-1]
