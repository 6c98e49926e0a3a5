"""What staff type of corrections of balances, one or many, checked before the stage sees it."""

from typing import Any

from django import forms

from marketplace.registry import addresses
from rewards.adjustments import sheet
from rewards.adjustments.models import MOST_LETTERS
from rewards.adjustments.sheet import MOST_XP, Row, Sheet, SheetError
from rewards.admin.forms import MOST_BYTES
from rewards.rules.models import Season

WORDS = forms.Textarea(attrs={"rows": 2})


class SeasonForm(forms.Form):
    """What every correction has: whose budget it is of, and what it is about."""

    season = forms.ModelChoiceField(
        Season.objects.order_by("-starts_at"), empty_label=None, label="Season, whose budget it is of"
    )
    title = forms.CharField(label="What it is about, for colleagues", max_length=200)


class CorrectionForm(SeasonForm):
    """One correction; ``row`` has it once the form is valid."""

    wallet = forms.CharField(label="Wallet", max_length=128)
    xp = forms.IntegerField(
        label="XP",
        min_value=-MOST_XP,
        max_value=MOST_XP,
        help_text="With a minus in front, XP is taken back.",
    )
    takes_back = forms.CharField(
        label="What was wrong, if XP is taken back",
        required=False,
        max_length=200,
        help_text="The name of a round, or adjustment:NUMBER. Nothing else can be taken back.",
    )
    reason = forms.CharField(label="Reason, which the collector reads", max_length=MOST_LETTERS, widget=WORDS)
    evidence = forms.CharField(
        label="Evidence, which whoever approves reads", max_length=MOST_LETTERS, widget=WORDS
    )
    row: Row

    def clean_wallet(self) -> str:
        typed = self.cleaned_data["wallet"].strip()
        if problem := addresses.why_none(typed):
            raise forms.ValidationError(f"It {problem}")
        return addresses.parse(typed) or ""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if self.errors:
            return cleaned
        if cleaned["xp"] == 0:
            self.add_error("xp", "A correction moves XP.")
        elif cleaned["xp"] < 0 and not cleaned["takes_back"]:
            self.add_error("takes_back", "Say what was wrong: the name of a round, or adjustment:NUMBER.")
        elif cleaned["xp"] > 0 and cleaned["takes_back"]:
            self.add_error("takes_back", "Leave it empty, or put a minus in front of the XP.")
        else:
            self.row = Row(
                line=1,
                address=cleaned["wallet"],
                amount_xp=cleaned["xp"],
                reason=cleaned["reason"],
                evidence=cleaned["evidence"],
                takes_back=cleaned["takes_back"],
            )
        return cleaned


class SheetForm(SeasonForm):
    """Many corrections in a CSV; ``sheet`` has its rows once the form is valid."""

    file = forms.FileField(
        label="CSV with a wallet a line",
        help_text="Columns wallet, xp, reason, evidence and, to take back, takes_back. At most 10 MB.",
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )
    keep_good = forms.BooleanField(
        label="Keep the good rows if some are bad",
        required=False,
        help_text="Otherwise one bad row is enough, and nothing is written.",
    )
    number = forms.IntegerField(required=False, widget=forms.HiddenInput)
    sheet: Sheet

    def clean_file(self) -> Any:
        uploaded = self.cleaned_data["file"]
        if uploaded.size > MOST_BYTES:
            raise forms.ValidationError("The file is larger than 10 MB. Part it, and upload the parts.")
        try:
            self.sheet = sheet.read(uploaded.read().decode("utf-8-sig").splitlines())
        except UnicodeDecodeError:
            raise forms.ValidationError("The file is no text in UTF-8.") from None
        except SheetError as error:
            raise forms.ValidationError(str(error)) from error
        return uploaded


class AnswerForm(forms.Form):
    """The answer to an appeal, and the XP of the correction that comes with it, if any."""

    text = forms.CharField(
        label="Answer, which the collector reads",
        max_length=MOST_LETTERS,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "An appeal is answered in words; the collector reads them."},
    )
    grant_xp = forms.IntegerField(
        label="XP to give, if the collector is right",
        required=False,
        min_value=1,
        max_value=MOST_XP,
        help_text="It becomes a correction that a second person approves; the collector sees that it waits.",
    )
