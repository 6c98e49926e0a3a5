"""Rules: the list with its switches, a rule's page, and the form of a new version."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from rewards.admin import switches
from rewards.admin.forms import PauseForm, ResumeForm
from rewards.admin.site import site


@require_safe
def show_all(request: HttpRequest) -> HttpResponse:
    """Every rule with its state, and the buttons that pause and resume it."""
    now = timezone.now()
    return site.render(
        request,
        "staff/rules.html",
        title="Rules",
        as_of=now,
        rows=switches.list_rules(as_of=now),
        pause_form=PauseForm(auto_id=False),
        resume_form=ResumeForm(auto_id=False),
        may_pause=request.user.has_perm("staff.pause"),
        here=request.path,
    )
