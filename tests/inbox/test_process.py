"""``manage.py ingest`` as a process of its own, with the rights that the app has."""

import json
import subprocess
import sys

from django.conf import settings
from django.db import connection

from tests.conftest import ClonedDatabase
from tests.inbox.samples import SAMPLES


def test_the_role_of_the_app_may_take_events_in_by_every_path(cloned_database: ClonedDatabase) -> None:
    """The repeats within the SuperRare file go through staging, the cats through plain COPY."""
    names = [str(SAMPLES / f"{name}.ndjson.gz") for name in ("superrare", "mooncats")]
    ran = subprocess.run(
        [sys.executable, "manage.py", "ingest", "--json", "--no-facts", *names],
        cwd=settings.BASE_DIR,
        env=cloned_database.environment(),
        capture_output=True,
        check=True,
        text=True,
    )
    report = json.loads(ran.stdout)
    assert (report["new"], report["known"], report["moved"]) == (11_563 + 12_308, 89, 78)
    assert ran.stderr == ""
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM inbox_event")
        assert cursor.fetchone() == (11_563 + 12_308,)
