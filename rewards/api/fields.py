"""What bodies and answers are made of."""

import re
from datetime import datetime
from typing import Any

from rest_framework import serializers

ZEROS_AT_THE_END = re.compile(r"(\.\d*[1-9])0+Z$")


class Instant(serializers.DateTimeField):
    """An RFC 3339 instant; one without an offset could be anybody's midnight and is refused."""

    default_error_messages = {"naive": "This instant has no offset, such as 2026-01-31T12:00:00Z has."}

    def enforce_timezone(self, value: datetime) -> datetime:
        """The instant in UTC."""
        if value.tzinfo is None:
            self.fail("naive")
        return super().enforce_timezone(value)

    def to_representation(self, value: Any) -> Any:
        """The same text as answers have that the database writes, which ends no fraction with a zero."""
        return ZEROS_AT_THE_END.sub(r"\1Z", super().to_representation(value))


class Body(serializers.Serializer[Any]):
    """The body of a request. A field that is not known is a mistake, for it would be ignored in silence."""

    def to_internal_value(self, data: Any) -> Any:
        """The values by name; ValidationError with every mistake at its field."""
        unknown = sorted(set(data) - set(self.fields))
        if unknown:
            raise serializers.ValidationError(
                {name: [f"is not known here; the fields are {', '.join(self.fields)}."] for name in unknown}
            )
        return super().to_internal_value(data)
