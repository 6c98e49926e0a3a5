"""What if: a round under other rules, beside the round as it was; and what a rule costs a farmer."""

from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from rewards.admin import charts
from rewards.admin.rule_form import RuleForm
from rewards.admin.site import site
from rewards.admin.what_if_form import WhatIfForm
from rewards.farming import operations as farming
from rewards.farming.costs import Costs, Market
from rewards.farming.rules import list_in_force
from rewards.rules.models import Rule, RuleVersion
from rewards.shipments.cells import write_csv
from rewards.shipments.models import Shipment
from rewards.whatif import operations as whatif
from rewards.whatif import rounds
from rewards.whatif.changes import Changes
from rewards.whatif.errors import WhatIfError
from rewards.whatif.queries import Comparison, Plan
from rewards.whatif.rounds import Round

# A page should not be waited for as long as a command.
SECONDS = 60

# A differences file stays in memory up to so much, and goes to disk beyond.
BYTES_IN_MEMORY = 4 * 1024 * 1024

SPREAD = {
    "p10_xp": "One in ten has at most",
    "p50_xp": "The one in the middle",
    "p90_xp": "Nine in ten have at most",
    "p99_xp": "Ninety-nine in a hundred",
    "most_xp": "The most",
}


def may_ask(request: HttpRequest) -> bool:
    """Whether somebody may have the database work out what would be: operators and approvers."""
    return bool(request.user.has_perm("staff.plan") or request.user.has_perm("staff.approve"))


@require_http_methods(["GET", "POST"])
def show(request: HttpRequest, slug: str) -> HttpResponse:
    """The form; asked by POST, the answer above it, or every difference as CSV."""
    shipment = get_object_or_404(Shipment.objects.select_related("season"), slug=slug)
    of = rounds.of_shipment(shipment=shipment)
    asked = request.POST if request.method == "POST" else None
    if asked is not None and not may_ask(request):
        raise PermissionDenied
    rule = next((one for one in of.rules if one.slug == request.GET.get("rule")), None)
    form = WhatIfForm(asked, of=of)
    rule_form = _rule_form(asked, of=of, rule=rule)
    context: dict[str, Any] = {}
    if form.is_valid() and (rule_form is None or rule_form.is_valid()):
        changes = form.get_changes(params={rule.slug: rule_form.params} if rule and rule_form else {})
        try:
            if "csv" in request.POST:
                return _csv(of=of, changes=changes)
            context = _answer(whatif.compare(of=of, changes=changes, as_of=timezone.now(), seconds=SECONDS))
        except WhatIfError as error:
            form.add_error(None, str(error))
    wrong = bool(form.errors) or (rule_form is not None and bool(rule_form.errors))
    return site.render(
        request,
        "staff/what_if.html",
        title=f"What if: {shipment.title}",
        status=400 if wrong else 200,
        shipment=shipment,
        rules=of.rules,
        rule=rule,
        form=form,
        rule_form=rule_form,
        may_ask=may_ask(request),
        shipments=Shipment.objects.order_by("-window_end", "-id")[:50],
        **context,
    )


def _rule_form(asked: Any, *, of: Round, rule: Rule | None) -> RuleForm | None:
    """The form of a rule's numbers as they counted in the round."""
    if rule is None:
        return None
    version = RuleVersion.objects.get(id=rounds.get_version(of=of, rule=rule).id)
    return RuleForm(asked, rule=rule, latest=version)


def _answer(found: Comparison) -> dict[str, Any]:
    """What the page shows of a comparison."""
    return {
        "found": found,
        "chart": charts.side_by_side(found.histogram),
        "spread": [
            (name, getattr(found.before, one), getattr(found.after, one)) for one, name in SPREAD.items()
        ],
        "shares": [*_shares(found.before, found.after)],
        "over_xp": max(found.after.total_xp - found.left_xp, 0),
    }


def _shares(before: Plan, after: Plan) -> Iterator[tuple[str, str, str]]:
    names = {"top_bp": "Share of the one in a hundred with the most", "gini_bp": "Gini (0 % is even)"}
    for one, name in names.items():
        old, new = (_percent(getattr(plan, one)) for plan in (before, after))
        yield name, old, new


def _percent(share_bp: int) -> str:
    tenths = (share_bp + 5) // 10
    return f"{tenths // 10}.{tenths % 10} %"


def _csv(*, of: Round, changes: Changes) -> HttpResponse:
    """Every difference, for a spreadsheet that runs none of it."""
    with SpooledTemporaryFile(max_size=BYTES_IN_MEMORY, mode="w+", encoding="utf-8", newline="") as file:
        whatif.compare(
            of=of,
            changes=changes,
            as_of=timezone.now(),
            seconds=SECONDS,
            differences=lambda rows: write_csv(rows=rows, to=file),
        )
        file.seek(0)
        response = HttpResponse(file.read(), content_type="text/csv; charset=utf-8")
    name = of.shipment.slug if of.shipment else "window"
    response["Content-Disposition"] = f'attachment; filename="what-if-{name}.csv"'
    return response


@require_POST
def farm_check(request: HttpRequest, slug: str) -> HttpResponse:
    """What 1,000 XP of a rule cost a farmer at least; it takes some seconds, so it is asked for."""
    if not may_ask(request):
        raise PermissionDenied
    rule = get_object_or_404(Rule.objects.select_related("season"), slug=slug)
    tried = [one for one in list_in_force(season=rule.season) if one.slug == slug]
    verdicts = farming.check(tried=tried, costs=Costs(), market=Market())
    return site.render(
        request,
        "staff/farm_check.html",
        title=f"Farm check: {rule.title}",
        rule=rule,
        verdicts=verdicts,
        costs=Costs(),
        market=Market(),
    )
