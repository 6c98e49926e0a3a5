"""Where the sample data lies, and how to read it."""

import gzip
import json
from pathlib import Path
from typing import Any

from django.db import connection

from marketplace import samples

SAMPLES = Path(samples.__file__).parent


def events(name: str) -> list[dict[str, Any]]:
    """The native events of one sample file."""
    with gzip.open(SAMPLES / f"{name}.ndjson.gz") as file:
        return [json.loads(line) for line in file]


def analyze() -> None:
    """
    Count the market's rows anew, as autovacuum does soon after a load.

    What it counts between two tests are tables whose rows were rolled back, and a planner that takes 11,000
    events for one is minutes late.
    """
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE inbox_event, facts_sale, facts_hold, facts_order, registry_wallet")
