"""What staff type, checked before a stage sees it."""

from datetime import datetime
from typing import Any

from django import forms

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
