"""``migrate`` waits for a busy table in turns, and leaves the session's patience as it was."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from config.local.postgres import OWNER_ROLE
from config.management.commands import migrate
from tests.conftest import ClonedDatabase


class TestMigrate:
    def test_gives_up_after_its_turns_and_says_what_to_do(
        self,
        cloned_database: ClonedDatabase,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        monkeypatch.setattr(migrate, "MOST_TURNS", 2)
        monkeypatch.setattr(migrate, "LOCK_SECONDS", 1)
        monkeypatch.setattr(migrate, "SECONDS_BETWEEN_TURNS", 0)
        with cloned_database.connect(role=OWNER_ROLE) as other, other.transaction():
            other.execute("LOCK TABLE django_migrations")
            with pytest.raises(CommandError, match="A table was in use in each of 2 turns"):
                call_command("migrate", verbosity=0)
        said = capsys.readouterr().err
        assert [f"Turn {turn}: a table is in use" in said for turn in (1, 2, 3)] == [True, True, False]

    def test_a_second_time_changes_nothing(self, cloned_database: ClonedDatabase) -> None:
        call_command("migrate", verbosity=0)
        with connection.cursor() as cursor:
            cursor.execute("SHOW lock_timeout")
            assert cursor.fetchone() == ("0",)
