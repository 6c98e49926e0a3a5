"""What a what-if changes beside a rule's numbers: rules left out, a pause, whom it is for."""

from collections.abc import Mapping
from typing import Any

from django import forms

from rewards.admin.forms import INSTANT
from rewards.flags import queries as flags
from rewards.flags.models import Pause
from rewards.rules.models import flag_of
from rewards.whatif.changes import ALL, AddedPause, Changes
from rewards.whatif.rounds import Round


class WhatIfForm(forms.Form):
    """The changes to a round; ``get_changes`` has them, together with a rule's numbers, once it is valid."""

    without_rules = forms.MultipleChoiceField(
        label="Leave out", required=False, widget=forms.CheckboxSelectMultiple
    )
    pause_flag = forms.ChoiceField(label="Pause", required=False)
    pause_from = forms.DateTimeField(
        label="From (UTC)", required=False, widget=INSTANT, help_text="The window's start, if left out."
    )
    pause_until = forms.DateTimeField(
        label="Until (UTC)", required=False, widget=INSTANT, help_text="To the window's end, if left out."
    )
    without_pauses = forms.ChoiceField(label="Lift the pauses of", required=False)
    for_everybody = forms.BooleanField(label="For everybody", required=False)

    def __init__(self, data: Any = None, *, of: Round) -> None:
        super().__init__(data, prefix="if")
        self.of = of
        known = sorted({flag for rule in of.rules for flag in flags.list_path(flag=flag_of(rule.slug))})
        titles = {flag.slug: flag.title for flag in flags.list_flags(slugs=known)}
        none = [("", "–")]
        self._choose("without_rules", [(rule.slug, rule.title) for rule in of.rules])
        self._choose("pause_flag", [*none, *titles.items()])
        paused = Pause.objects.filter(flag_id__in=known, starts_at__lt=of.window_end)
        off = sorted({*paused.exclude(ends_at__lte=of.window_start).values_list("flag_id", flat=True)})
        self._choose("without_pauses", [*none, (ALL, "every flag"), *((flag, titles[flag]) for flag in off)])
        if not off:
            del self.fields["without_pauses"]
        if not of.audience:
            del self.fields["for_everybody"]

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        start, end = cleaned.get("pause_from"), cleaned.get("pause_until")
        if start and end and end <= start:
            self.add_error("pause_until", "The pause would end before it starts.")
        if (start or end) and not cleaned.get("pause_flag"):
            self.add_error("pause_flag", "Say what is paused then.")
        return cleaned

    def get_changes(self, *, params: Mapping[str, dict[str, Any]]) -> Changes:
        """What was typed, as a what-if takes it."""
        typed = self.cleaned_data
        pauses = []
        if typed["pause_flag"]:
            start = typed["pause_from"] or self.of.window_start
            pauses = [AddedPause(flag=typed["pause_flag"], starts_at=start, ends_at=typed["pause_until"])]
        return Changes(
            params=params,
            without_rules=typed["without_rules"],
            pauses=pauses,
            without_pauses=[typed["without_pauses"]] if typed.get("without_pauses") else [],
            audience={} if typed.get("for_everybody") else None,
        )
