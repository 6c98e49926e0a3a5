"""The native event as serializers, a class a kind, checking what the engine checks of a field."""

from typing import Any, Final

import msgspec
from rest_framework import serializers as drf

from marketplace.inbox import events
from marketplace.inbox.events import KINDS, AnyEvent

ADDRESS: Final = {"regex": events.ADDRESS}
TEXT: Final = {"max_length": 512}


def _fields() -> dict[str, drf.Field]:
    """Every field that an event may have, anew, since a field belongs to one serializer."""
    return {
        "source": drf.RegexField(events.SOURCE),
        "key": drf.CharField(**TEXT),
        "at": drf.DateTimeField(),
        "position": drf.ListField(child=drf.IntegerField(min_value=0), min_length=3, max_length=3),
        "tx_hash": drf.CharField(max_length=128),
        "chain": drf.RegexField(events.CHAIN),
        "contract": drf.RegexField(**ADDRESS),
        "collection": drf.CharField(max_length=200),
        "token_id": drf.CharField(max_length=100),
        "trait": drf.CharField(max_length=200),
        "quantity": drf.IntegerField(min_value=1, max_value=10**15),
        "standard": drf.ChoiceField(["erc721", "erc1155"]),
        "from": drf.RegexField(**ADDRESS),
        "to": drf.RegexField(**ADDRESS),
        "maker": drf.RegexField(**ADDRESS),
        "address": drf.RegexField(**ADDRESS),
        "price": drf.RegexField(events.PRICE),
        "currency": drf.RegexField(events.CURRENCY),
        "decimals": drf.IntegerField(min_value=0, max_value=36),
        "order_key": drf.CharField(**TEXT),
        "expires_at": drf.DateTimeField(),
    }


class EventSerializer(drf.Serializer[Any]):
    """An event of one kind: the fields that its type has, required where they are there."""

    def __init__(self, event_type: type[events.Event]) -> None:
        super().__init__()
        self.event_type = event_type

    def get_fields(self) -> dict[str, drf.Field]:
        """The kind's fields."""
        made, chosen = _fields(), {}
        for name, default in _defaults(self.event_type).items():
            chosen[name] = made[name]
            chosen[name].required = default
        return chosen

    def event(self, item: dict[str, Any]) -> AnyEvent:
        """The native event of an item; ValidationError says what is wrong with it."""
        told = self.run_validation(item)
        if "from" in told:
            told["from_"] = told.pop("from")
        if "position" in told:
            told["position"] = tuple(told["position"])
        return self.event_type(**told)  # type: ignore[return-value]


def _defaults(event_type: type[events.Event]) -> dict[str, bool]:
    """The fields of a kind, each with whether it is required."""
    return {one.encode_name: one.required for one in msgspec.structs.fields(event_type)}


# One of each, used for every item: making them anew would cost more than the checks.
SERIALIZERS: Final = {kind: EventSerializer(event_type) for event_type, kind in KINDS.items()}
