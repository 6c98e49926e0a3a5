"""The published description of an event says what the code takes."""

import re
from pathlib import Path

from django.conf import settings

from marketplace.inbox.currencies import DECIMALS
from marketplace.inbox.events import KINDS, schema_text

REFERENCE = Path(settings.BASE_DIR) / "docs" / "reference"


class TestSchema:
    def test_the_schema_file_is_what_the_code_says(self) -> None:
        """To make it again: python -m marketplace.inbox.events > docs/reference/event.schema.json"""
        assert (REFERENCE / "event.schema.json").read_text(encoding="utf-8") == schema_text()


class TestReference:
    def test_the_table_of_fields_names_every_field(self) -> None:
        text = (REFERENCE / "events.md").read_text(encoding="utf-8")
        rows = re.findall(r"^\| (`.*?) \|", text.split("Token kinds:")[0], re.MULTILINE)
        described = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
        fields = {name.rstrip("_") for event in KINDS for name in event.__struct_fields__}
        assert described == fields | {"kind"}

    def test_every_known_currency_is_named(self) -> None:
        text = (REFERENCE / "events.md").read_text(encoding="utf-8")
        assert all(re.search(rf"\b{symbol}\b", text) for symbol in DECIMALS)
