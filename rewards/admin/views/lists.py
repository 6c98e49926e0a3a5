"""What staff keep lists of: cohorts of wallets, custody addresses, and rates of currencies."""

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from marketplace.inbox.models import Event
from rewards.admin.forms import CohortForm, CustodyForm, RateForm
from rewards.admin.site import site
from rewards.admin.wallet_list import WalletList
from rewards.rules import operations as rules
from rewards.rules.models import Cohort
from rewards.staff import operations as staff
from rewards.staff.errors import StaffError
from rewards.tab import figures

# So many bad rows are shown; their number is always said.
BAD_ROWS = 200
RATES = 60


@require_safe
def cohorts(request: HttpRequest) -> HttpResponse:
    """Every list of wallets with its length."""
    return _cohorts(request, CohortForm())


@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    """Make a cohort from a CSV, or add to one; bad rows are listed with line and reason."""
    form = CohortForm(request.POST, request.FILES)
    if not form.is_valid():
        return _cohorts(request, form)
    found = form.wallets
    if found.bad and not (form.cleaned_data["keep_good"] and found.wallets):
        return _cohorts(request, form, found=found, kept=False)
    done = rules.put_cohort(slug=form.cleaned_data["slug"], addresses=found.wallets)
    messages.success(request, f"{form.cleaned_data['slug']}: {done}.")
    if found.bad:
        return _cohorts(request, CohortForm(), found=found, kept=True)
    return redirect("admin:cohorts")


def _cohorts(
    request: HttpRequest, form: CohortForm, *, found: WalletList | None = None, kept: bool = True
) -> HttpResponse:
    return site.render(
        request,
        "staff/cohorts.html",
        title="Cohorts",
        status=400 if form.errors or not kept else 200,
        cohorts=Cohort.objects.annotate(size=Count("members")).order_by("slug"),
        form=form,
        found=found,
        bad=found.bad[:BAD_ROWS] if found else [],
        kept=kept,
        may_edit=request.user.has_perm("staff.edit_lists"),
    )


@require_safe
def market(request: HttpRequest) -> HttpResponse:
    """The custody addresses and the latest rates, whoever told them."""
    return _market(request, CustodyForm(prefix="custody"), RateForm(prefix="rate"))


@require_POST
def name_custody(request: HttpRequest) -> HttpResponse:
    """Tell the inbox a custody address."""
    form = CustodyForm(request.POST, prefix="custody")
    if form.is_valid():
        try:
            staff.name_custody(**form.cleaned_data, by=request.user.get_username(), as_of=timezone.now())
        except StaffError as error:
            form.add_error(error.field or None, str(error))
        else:
            return _told(request, "The address is named. Holds follow with the next refresh of the facts.")
    return _market(request, form, RateForm(prefix="rate"))


@require_POST
def name_rate(request: HttpRequest) -> HttpResponse:
    """Tell the inbox a rate."""
    form = RateForm(request.POST, prefix="rate")
    if form.is_valid():
        try:
            staff.name_rate(**form.cleaned_data, by=request.user.get_username(), as_of=timezone.now())
        except StaffError as error:
            form.add_error(error.field or None, str(error))
        else:
            day = f"{form.cleaned_data['day']:%Y-%m-%d}"
            return _told(request, f"The rate of {day} is told. Prices follow with the next refresh.")
    return _market(request, CustodyForm(prefix="custody"), form)


def _told(request: HttpRequest, said: str) -> HttpResponse:
    messages.success(request, said)
    return redirect("admin:market")


def _market(request: HttpRequest, custody_form: CustodyForm, rate_form: RateForm) -> HttpResponse:
    rates = Event.objects.filter(kind="rate").order_by("-at", "-key", "-source")[:RATES]
    return site.render(
        request,
        "staff/market.html",
        title="Custody and rates",
        status=400 if custody_form.errors or rate_form.errors else 200,
        custody=Event.objects.filter(kind="custody").order_by("address", "source"),
        rates=[(rate, figures.eth(int(rate.price or 0))) for rate in rates],
        custody_form=custody_form,
        rate_form=rate_form,
        may_edit=request.user.has_perm("staff.edit_lists"),
    )
