"""What staff type, checked before a stage sees it."""

import csv
from datetime import datetime
from typing import Any

import msgspec
from django import forms

from rewards.admin import wallet_list
from rewards.admin.wallet_list import WalletList
from rewards.rules.models import Cohort, Rule, Season
from rewards.rules.typed import decimal
from rewards.shipments import audience as audiences
from rewards.shipments.audience import Audience
from rewards.shipments.models import Shipment
from rewards.shipments.operations import Draft
from rewards.shipments.wording import Words
from rewards.tab import figures

MOST_BYTES = 10 * 1024 * 1024

SLUG = r"^[a-z0-9][a-z0-9._-]{0,99}$"
SLUG_WRONG = {"invalid": "A name has a-z, 0-9, dot, dash and underscore, and begins with a letter or digit."}

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


class VerdictForm(forms.Form):
    """Why a flagged sale is cleared or confirmed. The button that is pressed says which."""

    reason = forms.CharField(
        label="Reason, for colleagues",
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "A decision needs a reason; an appeal is answered by it."},
    )
    verdict = forms.ChoiceField(
        choices=[("cleared", "Clear"), ("confirmed", "Confirm")],
        widget=forms.HiddenInput,
        error_messages={"required": "Press one of the two buttons."},
    )


class SkipForm(forms.Form):
    """Why a window of a series gets no round of its own."""

    reason = forms.CharField(
        label="Reason, for colleagues",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "A skip needs a reason; colleagues read it."},
    )


class WordForm(forms.Form):
    """What somebody says with what they do to a shipment; ``asks`` is the label, ``missing`` the error."""

    text = forms.CharField(max_length=2_000, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, typed: Any = None, *, asks: str, missing: str) -> None:
        super().__init__(typed, auto_id=False)
        self.fields["text"].label = asks
        self.fields["text"].error_messages["required"] = missing


class WordsForm(forms.Form):
    """What a shipment says, and its planned instants in UTC."""

    title = forms.CharField(label="Title", max_length=200)
    message = forms.CharField(
        label="Message",
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Collectors read both, word for word, once it ships.",
    )
    plan_due_at = forms.DateTimeField(label="Planned from (UTC)", required=False, widget=INSTANT)
    approve_by = forms.DateTimeField(
        label="Approve by (UTC)",
        required=False,
        widget=INSTANT,
        help_text="Approved later, it does not go out by itself. No deadline, if left out.",
    )
    ships_at = forms.DateTimeField(
        label="Ships (UTC)",
        required=False,
        widget=INSTANT,
        help_text="By itself, once it is approved. When somebody ships it, if left out.",
    )


class ChangeWordsForm(WordsForm):
    """The words and instants of a draft or a plan; ``words`` has them once the form is valid."""

    def __init__(self, typed: Any = None, *, shipment: Shipment) -> None:
        super().__init__(
            typed, auto_id=False, initial={name: getattr(shipment, name) for name in self.base_fields}
        )
        self.shipment = shipment
        self.fields["plan_due_at"].help_text = "When somebody has it planned, if left out."
        if shipment.state == "planned":
            # It was planned; whoever wants it planned again has a button for that.
            del self.fields["plan_due_at"]

    @property
    def words(self) -> Words:
        """What was typed. An instant that is the shipment's own to the second is the shipment's own."""
        typed = {"plan_due_at": self.shipment.plan_due_at} | self.cleaned_data
        for name in ("plan_due_at", "approve_by", "ships_at"):
            known: datetime | None = getattr(self.shipment, name)
            if known is not None and typed[name] == known.replace(microsecond=0):
                typed[name] = known
        return Words(**typed)


class NamedChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A choice of rows by their titles."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.title)


class RuleChoice(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Rules to tick, each with the season that it is of."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.title} ({obj.season.title})"


class NewShipmentForm(WordsForm):
    """A shipment that is not there yet, as ``draft`` has it once the form is valid."""

    slug = forms.RegexField(
        SLUG, label="Name", help_text="For staff and addresses, such as 2026-03.", error_messages=SLUG_WRONG
    )
    season = NamedChoice(label="Season", queryset=Season.objects.order_by("-starts_at"), empty_label=None)
    window_start = forms.DateTimeField(label="Window from (UTC)", widget=INSTANT)
    window_end = forms.DateTimeField(
        label="Window until (UTC)", widget=INSTANT, help_text="What happens at this instant is outside."
    )
    rules = RuleChoice(
        label="Rules that it pays",
        queryset=Rule.objects.select_related("season").order_by("season__starts_at", "title"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "A shipment pays at least one rule."},
    )

    field_order = ("slug", "title", "message", "season", "rules", "window_start", "window_end")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["plan_due_at"].help_text = "When the window is over, if left out."

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        season, start, end = (cleaned.get(name) for name in ("season", "window_start", "window_end"))
        if start and end and end <= start:
            self.add_error("window_end", "The window would end before it starts.")
        if season and start and not season.starts_at <= start < season.ends_at:
            self.add_error("window_start", f"The season is {_span(season)}.")
        elif season and end and end > season.ends_at:
            self.add_error("window_end", f"The season is {_span(season)}.")
        others = [rule.title for rule in cleaned.get("rules", ()) if season and rule.season_id != season.id]
        if others:
            self.add_error("rules", f"Of another season: {', '.join(others)}.")
        return cleaned

    def draft(self, *, audience: dict[str, Any]) -> Draft:
        """The draft that was typed, for those whom the audience lets through."""
        typed = dict(self.cleaned_data)
        typed["plan_due_at"] = typed["plan_due_at"] or typed["window_end"]
        return Draft(**typed | {"rules": list(typed["rules"]), "audience": audience})


def _span(season: Season) -> str:
    return figures.window(season.starts_at, season.ends_at)


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
        SLUG,
        label="Name",
        help_text="A list that exists gets the wallets that it lacks; none is taken off.",
        error_messages=SLUG_WRONG,
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
