"""What staff type, checked before a stage sees it."""

import csv
from datetime import datetime
from typing import Any

import msgspec
from django import forms

from rewards.admin import wallet_list
from rewards.admin.wallet_list import WalletList
from rewards.rules.models import Cohort
from rewards.rules.typed import decimal
from rewards.shipments import audience as audiences
from rewards.shipments.audience import Audience

MOST_BYTES = 10 * 1024 * 1024

INSTANT = forms.DateTimeInput(attrs={"type": "datetime-local", "step": "1"}, format="%Y-%m-%dT%H:%M:%S")


class PauseForm(forms.Form):
    """Why a flag is paused, from when and until when; both instants are in UTC."""

    reason = forms.CharField(
        label="Reason, which collectors read",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "A pause needs a reason; collectors read it."},
    )
    starts_at = forms.DateTimeField(
        label="From (UTC)", required=False, widget=INSTANT, help_text="Now, if left out."
    )
    ends_at = forms.DateTimeField(
        label="Until (UTC)", required=False, widget=INSTANT, help_text="Open, if left out."
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        starts_at: datetime | None = cleaned.get("starts_at")
        ends_at: datetime | None = cleaned.get("ends_at")
        if starts_at and ends_at and ends_at <= starts_at:
            self.add_error("ends_at", "The pause would end before it starts.")
        return cleaned


class ResumeForm(forms.Form):
    """When a pause ends, in UTC."""

    at = forms.DateTimeField(label="At (UTC)", required=False, widget=INSTANT, help_text="Now, if left out.")


class WordForm(forms.Form):
    """What somebody says with what they do to a shipment; ``asks`` is the label, ``missing`` the error."""

    text = forms.CharField(max_length=2_000, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, typed: Any = None, *, asks: str, missing: str) -> None:
        super().__init__(typed, auto_id=False)
        self.fields["text"].label = asks
        self.fields["text"].error_messages["required"] = missing


class AudienceForm(forms.Form):
    """The filters of an audience; ``filters`` has them as a shipment keeps them, once the form is valid."""

    bought_in_window = forms.BooleanField(label="Bought in the window", required=False)
    minimum_spend_eth = forms.DecimalField(label="Spent at least, in ETH", required=False, min_value=0)
    in_cohort = forms.ChoiceField(label="On the list", required=False)
    not_in_cohort = forms.ChoiceField(label="Not on the list", required=False)
    first_seen_before = forms.DateTimeField(label="First seen before (UTC)", required=False, widget=INSTANT)
    random_share = forms.DecimalField(
        label="Random share", required=False, help_text="Above 0 and at most 1, such as 0.1; needs a seed."
    )
    seed = forms.CharField(label="Seed", required=False, max_length=100)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters: dict[str, Any] = {}
        slugs = Cohort.objects.order_by("slug").values_list("slug", flat=True)
        for name in ("in_cohort", "not_in_cohort"):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", "–"), *((slug, slug) for slug in slugs)]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if self.errors:
            return cleaned
        given = {name: value for name, value in cleaned.items() if value not in (None, "")}
        try:
            self.filters = audiences.stored(msgspec.convert(given, Audience))
        except msgspec.ValidationError as error:
            self.add_error(None, f"{error}.")
        except ValueError as error:
            # The stage's sentence begins with the field.
            name, _, rest = str(error).partition(" ")
            if name in self.fields:
                self.add_error(name, f"{self.fields[name].label} {rest}.")
            else:
                self.add_error(None, f"{error}.")
        return cleaned


def typed_audience(filters: dict[str, Any]) -> dict[str, Any]:
    """The filters that a shipment keeps, in the units of the form."""
    if not filters:
        return {}
    share, seen = filters["random_share_bp"], filters["first_seen_before"]
    return {
        **{name: filters[name] for name in ("bought_in_window", "in_cohort", "not_in_cohort", "seed")},
        "minimum_spend_eth": decimal(int(filters["minimum_spend_wei"]), places=18) or None,
        "first_seen_before": datetime.fromisoformat(seen) if seen else None,
        "random_share": decimal(share, places=4) if share else None,
    }


class CohortForm(forms.Form):
    """A list of wallets, to make a cohort or to add to one."""

    slug = forms.RegexField(
        r"^[a-z0-9][a-z0-9._-]{0,99}$",
        label="Name",
        help_text="A list that exists gets the wallets that it lacks; none is taken off.",
        error_messages={
            "invalid": "A name has a-z, 0-9, dot, dash and underscore, and begins with a letter or digit."
        },
    )
    file = forms.FileField(
        label="CSV with a wallet a line",
        help_text="The first column counts. At most 10 MB.",
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv,text/plain"}),
    )
    keep_good = forms.BooleanField(
        label="Keep the good rows if some are bad",
        required=False,
        help_text="Otherwise one bad row is enough, and nothing is kept.",
    )
    wallets: WalletList

    def clean_file(self) -> Any:
        uploaded = self.cleaned_data["file"]
        if uploaded.size > MOST_BYTES:
            raise forms.ValidationError("The file is larger than 10 MB. Part it, and upload the parts.")
        try:
            self.wallets = wallet_list.read(uploaded.read().decode("utf-8-sig").splitlines())
        except (UnicodeDecodeError, csv.Error):
            raise forms.ValidationError("The file is no text in UTF-8 with a wallet a line.") from None
        if not self.wallets.wallets and not self.wallets.bad:
            raise forms.ValidationError("The file names no wallet.")
        return uploaded


class CustodyForm(forms.Form):
    """An address that only keeps tokens for others."""

    address = forms.CharField(label="Address", max_length=128)
    note = forms.CharField(label="Whose it is, for colleagues", required=False, max_length=300)


class RateForm(forms.Form):
    """What a currency was worth on a day."""

    currency = forms.CharField(label="Currency", max_length=16, help_text="Its symbol, such as USDC.")
    day = forms.DateField(label="Day (UTC)", widget=forms.DateInput(attrs={"type": "date"}))
    eth = forms.DecimalField(label="ETH for one whole unit", max_digits=40, decimal_places=18)
    note = forms.CharField(label="Where it is from, for colleagues", required=False, max_length=300)
