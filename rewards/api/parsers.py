"""Reads a body: JSON in UTF-8, small enough, and nothing that a database could not keep."""

import json
from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from rewards.api.problems import TooLarge

MOST_BYTES = 64 * 1024


class JsonBody(BaseParser):
    """One JSON object of at most 64 KiB."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """The object; TooLarge or ParseError if it is none."""
        body = stream.read(MOST_BYTES + 1)
        if len(body) > MOST_BYTES:
            raise TooLarge
        try:
            read = json.loads(body, parse_constant=_refuse)
            # Escapes can name half of a character, which no text can have.
            json.dumps(read, ensure_ascii=False).encode()
        except (ValueError, RecursionError) as error:
            raise ParseError("The body is not JSON in UTF-8. Nothing was done.") from error
        if not isinstance(read, dict):
            raise ParseError("The body is not a JSON object. Nothing was done.")
        return read


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")
