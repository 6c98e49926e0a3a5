"""Between the integers that a version keeps and the units that people type, both ways."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import msgspec

from rewards.rules.kinds.contract import Kind
from rewards.rules.kinds.resting import Band, RankWeight, Resting, stored_ranks

BP_PLACES = 4


class WrongField(Exception):
    """A typed field that no version can keep; ``field`` is empty where the sentence is about several."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A field in which two versions differ, as people read it."""

    label: str
    before: str
    after: str


def typed_of(*, kind: Kind, params: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a kind's schema for the stored parameters of a version; storing them gives the same."""
    fields: dict[str, Any] = {}
    for name, (source, _) in kind.fields.items():
        if name in params:
            back = BACK.get(name, _as_it_is)
            fields[source] = back(params[name], params)
    return fields


def params_of(*, kind: Kind, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters that a version keeps for the fields of a kind's schema. Raises WrongField."""
    try:
        typed = msgspec.convert(dict(fields), kind.schema)
    except msgspec.ValidationError as error:
        text, _, path = str(error).partition(" - at `$.")
        raise WrongField(re.split(r"[.\[`]", path)[0], f"{text}.") from error
    params = {}
    for name, (source, convert) in kind.fields.items():
        try:
            params[name] = convert(typed)
        except ValueError as error:
            raise WrongField(source, f"{label(source)} {error}.") from error
    return params


def list_differences(*, kind: Kind, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """
    What somebody would have typed otherwise, field by field.

    A field that is younger than a version counts there as it is when left out.
    """
    left_out = {info.name: info.default for info in msgspec.structs.fields(kind.schema)}
    old = left_out | typed_of(kind=kind, params=before)
    new = typed_of(kind=kind, params=after)
    return [
        Difference(label=label(name), before=shown(old[name]), after=shown(new.get(name)))
        for name in new
        if old[name] != new[name]
    ]


def label(name: str) -> str:
    """A field's name in words: ``xp_per_eth`` is XP per ETH."""
    words = {"xp": "XP", "eth": "ETH"}
    said = " ".join(words.get(word, word) for word in name.split("_"))
    return said[0].upper() + said[1:]


def shown(value: Any) -> str:
    """A typed value as text: none, a list of points, a number."""
    if value is None or value == []:
        return "none"
    if isinstance(value, Decimal):
        return f"{value:,f}"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, dict):
        return ", ".join(f"{label(name).lower()} {shown(part)}" for name, part in value.items())
    if isinstance(value, list):
        return "; ".join(shown(part) for part in value)
    return str(value)


def decimal(units: int, *, places: int) -> Decimal:
    """``units`` of 10^-places, without trailing zeros and never with an exponent."""
    text = f"{Decimal(units).scaleb(-places):f}"
    return Decimal(text.rstrip("0").rstrip(".") if "." in text else text)


def _as_it_is(value: Any, _: Mapping[str, Any]) -> Any:
    return value


def _xp(value: int, _: Mapping[str, Any]) -> Decimal:
    return decimal(value, places=6)


def _eth(value: str, _: Mapping[str, Any]) -> Decimal:
    return decimal(int(value), places=18)


def _curve(points: list[dict[str, int]], _: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"days": point["days"], "multiplier": decimal(point["bp"], places=BP_PLACES)} for point in points]


def _bands(bands: list[dict[str, int]], _: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "price": decimal(band["price_bp"], places=BP_PLACES),
            "weight": decimal(band["weight_bp"], places=BP_PLACES),
        }
        for band in bands
    ]


def _collections(chosen: dict[str, Any], _: Mapping[str, Any]) -> Any:
    if chosen["of"] == "top_volume":
        return {"top_volume": chosen["count"], "minimum_buyers": chosen["minimum_buyers"]}
    return chosen["slugs"] if chosen["of"] == "named" else chosen["of"]


def _rank(weights: list[int], params: Mapping[str, Any]) -> dict[str, Decimal] | None:
    """
    The base and the part over the root that give these weights.

    Each weight is rounded down, so several pairs can give the same; any of them stores to the same version.
    """
    if not weights:
        return None
    last = len(weights)
    # w(1) − w(n) = over − ⌊over / √n⌋, so over lies within two of this.
    guess = round((weights[0] - weights[-1]) / (1 - last**-0.5)) if last > 1 else 0
    for over in range(max(guess - 3, 0), guess + 4):
        rank = RankWeight(
            base=decimal(weights[0] - over, places=BP_PLACES), over_root=decimal(over, places=BP_PLACES)
        )
        tried = Resting(xp_per_hour=Decimal(0), bands=list[Band](), best=params["best"], rank=rank)
        if rank.base >= 0 and stored_ranks(tried) == weights:
            return {"base": rank.base, "over_root": rank.over_root}
    raise ValueError(f"No base and root give the weights {weights}.")


BACK: Mapping[str, Callable[[Any, Mapping[str, Any]], Any]] = {
    "micro_xp": _xp,
    "micro_xp_per_purchase": _xp,
    "micro_xp_per_eth": _xp,
    "micro_xp_per_token_day": _xp,
    "micro_xp_per_hour": _xp,
    "minimum_price_wei": _eth,
    "minimum_rest_seconds": lambda seconds, _: seconds // 60,
    "curve": _curve,
    "bands": _bands,
    "rank_weights_bp": _rank,
    "collections": _collections,
}
