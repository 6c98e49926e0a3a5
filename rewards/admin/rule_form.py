"""The form of a rule's new version, made from its kind's schema, with each error beside its field."""

import re
import typing
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import msgspec
from django import forms
from django.core.exceptions import ValidationError
from msgspec.structs import FieldInfo

from rewards.rules.kinds import KINDS, limits
from rewards.rules.kinds.contract import Kind
from rewards.rules.models import Cohort, Rule, RuleVersion
from rewards.rules.typed import WrongField, label, params_of, typed_of

HELP = {
    "boosts": "The rules that it multiplies; none chosen means all of them.",
    "curve": "A point a line: whole days, then the multiplier, such as 90 1.25.",
    "bands": "A band a line: price as a multiple of the reference, then the weight, such as 1.1 0.5.",
    "minimum_days": "A younger hold earns nothing yet.",
    "best": "Only the best so many orders of a collection and side earn; empty for all.",
    "rank": "The N-th best order weighs base + part over √N; empty where all weigh the same.",
    "cap_xp_per_collector": "In one shipment; empty for none.",
    "cap_xp": "In one shipment, for all together; empty for none.",
    "cap_xp_per_day": "For each collector and UTC day; empty for none.",
    "pot_xp": "A fixed sum that the lines share; empty for none.",
    "pot_xp_per_day": "A sum to share for each day that the rule is live; empty for none.",
}

CHOICES = [
    ("all", "all collections"),
    ("verified", "verified collections"),
    ("named", "these collections:"),
    ("top_volume", "the most traded ones:"),
]


class PairsField(forms.CharField):
    """A list of two numbers a line, as a curve or bands have them."""

    def __init__(self, *, names: tuple[str, str], **options: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": 4}), **options)
        self.names = names

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, list):
            return "\n".join(" ".join(str(point[name]) for name in self.names) for point in value)
        return value

    def to_python(self, value: Any) -> Any:
        points = []
        for number, line in enumerate(str(value or "").splitlines(), 1):
            if not line.strip():
                continue
            parts = re.split(r"[\s,;:×]+", line.strip())
            if len(parts) != 2 or not all(re.fullmatch(r"\d+(\.\d+)?", part) for part in parts):
                raise ValidationError(f"Line {number} is not two numbers: {line.strip()}")
            points.append({name: as_number(part) for name, part in zip(self.names, parts, strict=True)})
        return points


class CollectionsWidget(forms.MultiWidget):
    """A choice, and what it needs: slugs, or how many and how many buyers at least."""

    def __init__(self) -> None:
        super().__init__(
            {
                "of": forms.Select(choices=CHOICES, attrs={"aria-label": "Which collections"}),
                "slugs": forms.TextInput(attrs={"placeholder": "slugs, as in apes, punks"}),
                "count": forms.NumberInput(attrs={"placeholder": "how many of the most traded"}),
                "buyers": forms.NumberInput(attrs={"placeholder": "bought in by at least so many"}),
            }
        )

    def decompress(self, value: Any) -> list[Any]:
        if isinstance(value, dict) and "slugs" in value:
            return ["named", ", ".join(value["slugs"]), None, None]
        if isinstance(value, dict):
            return ["top_volume", "", value["top_volume"], value["minimum_buyers"]]
        return [value or "all", "", None, None]


class CollectionsField(forms.MultiValueField):
    """Which collections a rule looks at, in the form of its schema."""

    def __init__(self, **options: Any) -> None:
        fields = (
            forms.ChoiceField(choices=CHOICES),
            forms.CharField(required=False),
            forms.IntegerField(required=False),
            forms.IntegerField(required=False),
        )
        super().__init__(fields, widget=CollectionsWidget(), require_all_fields=False, **options)

    def compress(self, data_list: list[Any]) -> Any:
        of, slugs, count, buyers = data_list or ["all", "", None, None]
        if of == "named":
            return [slug for slug in re.split(r"[\s,]+", slugs.strip()) if slug]
        if of == "top_volume":
            if count is None:
                raise ValidationError("Say how many of the most traded collections count.")
            return {"top_volume": count, "minimum_buyers": buyers or 1}
        return of


class RankWidget(forms.MultiWidget):
    """The two numbers of a weight by rank."""

    def __init__(self) -> None:
        super().__init__(
            {
                "base": forms.TextInput(attrs={"placeholder": "base"}),
                "over_root": forms.TextInput(attrs={"placeholder": "part over √N"}),
            }
        )

    def decompress(self, value: Any) -> list[Any]:
        return [value["base"], value["over_root"]] if isinstance(value, dict) else [None, None]


class RankField(forms.MultiValueField):
    """A weight by rank, or none."""

    def __init__(self, **options: Any) -> None:
        fields = (forms.DecimalField(required=False), forms.DecimalField(required=False))
        super().__init__(fields, widget=RankWidget(), require_all_fields=False, **options)

    def compress(self, data_list: list[Any]) -> Any:
        base, over_root = data_list or [None, None]
        if base is None and over_root is None:
            return None
        return {"base": base or Decimal(0), "over_root": over_root or Decimal(0)}


class RuleForm(forms.Form):
    """
    A new version of a rule.

    ``params`` has the stored parameters once the form is valid. ``based_on`` is the version that the form
    showed, so that nobody overwrites what somebody else changed meanwhile without seeing it.
    """

    based_on = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, rule: Rule, latest: RuleVersion) -> None:
        self.kind: Kind = KINDS[rule.kind]
        self.latest = latest
        self.params: dict[str, Any] = {}
        initial = typed_of(kind=self.kind, params=latest.params) | {"based_on": latest.number}
        if isinstance(initial.get("collections"), list):
            # A list is what Django takes for the values of a widget's parts.
            initial["collections"] = {"slugs": initial["collections"]}
        super().__init__(data, initial=initial)
        self.fields.update(form_fields(rule))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("based_on") != self.latest.number:
            self.add_error(
                None,
                f"Version {self.latest.number} was made meanwhile. Open the form again to begin from it.",
            )
        if not self.errors:
            self._store(cleaned)
        return cleaned

    def _store(self, cleaned: dict[str, Any]) -> None:
        """Turn what was typed into what a version keeps, or say at which field that fails."""
        given = {
            info.name: cleaned[info.name]
            for info in msgspec.structs.fields(self.kind.schema)
            if cleaned[info.name] is not None
        }
        try:
            self.params = params_of(kind=self.kind, fields=given)
        except WrongField as error:
            self.add_error(error.field if error.field in self.fields else None, error.message)


def form_fields(rule: Rule) -> dict[str, forms.Field]:
    """The form's fields for a rule's schema: what it pays first, what bounds it last."""
    infos = msgspec.structs.fields(KINDS[rule.kind].schema)
    in_order = sorted(infos, key=lambda info: info.name in limits.FIELDS)
    return {info.name: form_field(info, rule=rule) for info in in_order}


def form_field(info: FieldInfo, *, rule: Rule) -> forms.Field:
    """The form's field for one of a schema."""
    options: dict[str, Any] = {"label": label(info.name), "help_text": HELP.get(info.name, "")}
    if make := BY_NAME.get(info.name):
        return make(rule, options)
    if typing.get_origin(info.type) is typing.Literal:
        words = typing.get_args(info.type)
        return forms.ChoiceField(choices=[(word, word.replace("_", " ")) for word in words], **options)
    if info.type is Decimal:
        return forms.DecimalField(widget=forms.TextInput(attrs={"inputmode": "decimal"}), **options)
    return forms.IntegerField(required=type(None) not in typing.get_args(info.type), **options)


def _boosts(rule: Rule, options: dict[str, Any]) -> forms.Field:
    """The rules of the same season that a boost can multiply."""
    others = Rule.objects.filter(season_id=rule.season_id).order_by("slug")
    choices = [(other.slug, other.title) for other in others if not KINDS[other.kind].boosts]
    return forms.MultipleChoiceField(
        choices=choices, widget=forms.CheckboxSelectMultiple, required=False, **options
    )


def _cohort(_: Rule, options: dict[str, Any]) -> forms.Field:
    slugs = Cohort.objects.order_by("slug").values_list("slug", flat=True)
    return forms.ChoiceField(choices=[(slug, slug) for slug in slugs], **options)


# Fields whose name says more than their type.
BY_NAME: Mapping[str, Callable[[Rule, dict[str, Any]], forms.Field]] = {
    "collections": lambda _, options: CollectionsField(**options),
    "curve": lambda _, options: PairsField(names=("days", "multiplier"), required=False, **options),
    "bands": lambda _, options: PairsField(names=("price", "weight"), required=False, **options),
    "rank": lambda _, options: RankField(required=False, **options),
    "boosts": _boosts,
    "cohort": _cohort,
}


def as_number(text: str) -> int | Decimal:
    """A number as a schema takes it: whole ones as integers."""
    return Decimal(text) if "." in text else int(text)
