"""Rules: the list with its switches, a rule's page, and the form of a new version."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from rewards.admin import switches
from rewards.admin.forms import PauseForm, ResumeForm
from rewards.admin.rule_form import RuleForm
from rewards.admin.site import site
from rewards.admin.views.what_if import may_ask
from rewards.flags.models import Pause
from rewards.rules import operations as rules
from rewards.rules.kinds import KINDS
from rewards.rules.models import Rule, RuleVersion, flag_of
from rewards.rules.typed import Difference, list_differences
from rewards.shipments.models import Shipment
from rewards.staff import queries as staff
from rewards.tab import rows
from rewards.whatif import operations as whatif
from rewards.whatif import rounds
from rewards.whatif.changes import Changes
from rewards.whatif.errors import WhatIfError

# So many of the collectors whose XP changes most stand beside the form.
MOVERS = 5


@dataclass(frozen=True, kw_only=True)
class Told:
    """A version as the page shows it: in words, and what it changed."""

    version: RuleVersion
    words: rows.RuleVersion
    differences: list[Difference]


@require_safe
def show_all(request: HttpRequest) -> HttpResponse:
    """Every rule with its state, and the buttons that pause and resume it."""
    now = timezone.now()
    found = switches.list_rules(as_of=now)
    return site.render(
        request,
        "staff/rules.html",
        title="Rules",
        as_of=now,
        rows=[(row, in_words(row.rule, row.version)) for row in found],
        **_switch(request),
    )


@require_safe
def show(request: HttpRequest, slug: str) -> HttpResponse:
    """A rule: what it pays now, its versions and what each changed, and who did what."""
    now = timezone.now()
    rule = _rule(slug)
    switch = next(one for one in switches.list_switches(as_of=now) if one.flag.slug == flag_of(slug))
    versions = sorted(rule.versions.all(), key=lambda version: version.number)
    row = switches.rule_row(rule=rule, switch=switch, as_of=now)
    pauses = Pause.objects.filter(flag_id=flag_of(slug)).values_list("id", flat=True)
    changed = [
        ("rules_rule", [str(rule.id)]),
        ("rules_ruleversion", [str(version.id) for version in versions]),
        ("flags_pause", [str(number) for number in pauses]),
    ]
    return site.render(
        request,
        "staff/rule.html",
        title=rule.title,
        as_of=now,
        row=row,
        words=in_words(rule, row.version),
        told=list(reversed(tell(rule, versions))),
        changes=staff.list_changes(rows=changed),
        may_edit=request.user.has_perm("staff.edit_rules"),
        may_check=may_ask(request),
        **_switch(request),
    )


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """The form of a new version: see what it would have done to the last round, or make it."""
    rule = _rule(slug)
    latest = max(rule.versions.all(), key=lambda version: version.number)
    last = rounds.get_last(rule=rule)
    context: dict[str, Any] = {"rule": rule, "latest": latest, "last_round": last}
    form = RuleForm(request.POST or None, rule=rule, latest=latest)
    if request.method == "POST" and form.is_valid():
        context["differences"] = list_differences(
            kind=KINDS[rule.kind], before=latest.params, after=form.params
        )
        if "try" not in request.POST:
            return _make(request, rule=rule, params=form.params)
        if last is not None:
            _try(form, context, rule=rule, last=last)
    status = 400 if form.errors else 200
    title = f"{rule.title}: new version"
    return site.render(request, "staff/rule_edit.html", title=title, status=status, form=form, **context)


def _try(form: RuleForm, context: dict[str, Any], *, rule: Rule, last: Shipment) -> None:
    """Ask what the last round would have paid with the form's numbers."""
    try:
        effect = whatif.compare(
            of=rounds.of_shipment(shipment=last),
            changes=Changes(params={rule.slug: form.params}),
            as_of=timezone.now(),
            movers=MOVERS,
        )
    except WhatIfError as error:
        form.add_error(None, str(error))
        return
    context["effect"] = effect
    context["of_rule"] = next((one for one in effect.rules if one.slug == rule.slug), None)
    context["movers"] = sorted(
        [*effect.winners, *effect.losers], key=lambda mover: (-abs(mover.change_xp), mover.address)
    )[:MOVERS]


def _make(request: HttpRequest, *, rule: Rule, params: dict[str, Any]) -> HttpResponse:
    done = rules.put_rule(
        slug=rule.slug,
        season=rule.season,
        kind=rule.kind,
        title=rule.title,
        starts_at=rule.starts_at,
        params=params,
        author=request.user.get_username(),
        as_of=timezone.now(),
    )
    said = "Nothing differs, so no version was made." if done == "unchanged" else f"{rule.title}: {done}."
    messages.success(request, said)
    return redirect("admin:rule", rule.slug)


def _rule(slug: str) -> Rule:
    return get_object_or_404(Rule.objects.select_related("season").prefetch_related("versions"), slug=slug)


def _switch(request: HttpRequest) -> dict[str, Any]:
    """What the buttons that pause and resume need."""
    return {
        "pause_form": PauseForm(auto_id=False),
        "resume_form": ResumeForm(auto_id=False),
        "may_pause": request.user.has_perm("staff.pause"),
        "here": request.path,
    }


def in_words(rule: Rule, version: RuleVersion) -> rows.RuleVersion:
    """A version as the tab's words read it."""
    return rows.RuleVersion(
        slug=rule.slug,
        title=rule.title,
        kind=rule.kind,
        number=version.number,
        params=version.params,
        in_force_from=version.in_force_from,
        ends_at=rule.season.ends_at,
    )


def tell(rule: Rule, versions: list[RuleVersion]) -> list[Told]:
    """The versions in words, each with what it changed from the one before."""
    before = [None, *versions]
    return [
        Told(
            version=version,
            words=in_words(rule, version),
            differences=(
                []
                if earlier is None
                else list_differences(kind=KINDS[rule.kind], before=earlier.params, after=version.params)
            ),
        )
        for earlier, version in zip(before, versions, strict=False)
    ]
