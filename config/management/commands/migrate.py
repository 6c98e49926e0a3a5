"""Django's ``migrate``, which waits for a busy table in short turns, so that nobody queues behind it."""

import time
from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import OperationalError, connections
from psycopg.errors import LockNotAvailable

# What wants to change a table waits for everybody who uses it, and everybody who comes later waits behind it.
# So it gives up after this long, lets them pass, and tries again.
LOCK_SECONDS = 2
SECONDS_BETWEEN_TURNS = 1
MOST_TURNS = 40


class Command(migrate.Command):
    """Applies what is left to apply, one transaction a migration, in as many turns as it takes."""

    def handle(self, *args: Any, **options: Any) -> None:
        for turn in range(1, MOST_TURNS + 1):
            _wait_for_locks(seconds=LOCK_SECONDS, using=options["database"])
            try:
                super().handle(*args, **options)
            except OperationalError as error:
                if not isinstance(error.__cause__, LockNotAvailable):
                    raise
                self.stderr.write(
                    f"Turn {turn}: a table is in use. That migration was rolled back and is tried again."
                )
                time.sleep(SECONDS_BETWEEN_TURNS)
            else:
                _wait_for_locks(seconds=0, using=options["database"])
                return
        raise CommandError(
            f"A table was in use in each of {MOST_TURNS} turns. What was migrated before it stays; nothing "
            "of the rest was done. Look in pg_stat_activity for who keeps a transaction open, then try again."
        )


def _wait_for_locks(*, seconds: int, using: str) -> None:
    """Let this session's statements wait so long for a lock; 0 is for ever, as it was."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [f"{seconds}s"])
