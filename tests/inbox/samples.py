"""Where the sample data lies, and how to read it."""

import gzip
import json
from pathlib import Path
from typing import Any

from marketplace import samples

SAMPLES = Path(samples.__file__).parent


def events(name: str) -> list[dict[str, Any]]:
    """The native events of one sample file."""
    with gzip.open(SAMPLES / f"{name}.ndjson.gz") as file:
        return [json.loads(line) for line in file]
