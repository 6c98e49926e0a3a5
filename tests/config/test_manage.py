"""What a person at the terminal is told when something about the set-up is missing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import settings
from tests.conftest import ClonedDatabase

ROOT = Path(__file__).resolve().parent.parent.parent


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command with config's own settings."""
    clean = {name: value for name, value in os.environ.items() if name not in {"LOCAL", "SECRET_KEY"}}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=clean | {"DJANGO_SETTINGS_MODULE": "config.settings"} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


class TestManage:
    def test_says_in_a_sentence_that_the_database_does_not_answer(self, tmp_path: Path) -> None:
        url = f"postgresql://ann@/holdfast?host={tmp_path}"
        done = manage("showmigrations", DATABASE_URL=url, LOCAL="1")
        assert done.returncode == 1
        assert done.stderr.startswith(f"PostgreSQL does not answer at {tmp_path}. Start it with `make run`")
        assert "Traceback" not in done.stderr

    @pytest.mark.skipif(
        settings.EXTERNAL_DATABASE_URL is not None,
        reason="A superuser stands in for both roles here.",
    )
    def test_migrates_and_grants_as_the_owner(self, cloned_database: ClonedDatabase) -> None:
        environment = cloned_database.environment()
        assert manage("migrate", **environment).returncode == 0
        assert manage("grant", **environment).stdout == "holdfast_app has its privileges.\n"

    def test_runs_as_the_app_otherwise(self, cloned_database: ClonedDatabase) -> None:
        code = "from config.db import Statement; print(Statement(name='', text='SELECT current_user').row())"
        done = manage("shell", "--no-imports", "-c", code, **cloned_database.environment())
        assert done.stdout == "{'current_user': 'holdfast_app'}\n"


class TestSettings:
    @pytest.mark.parametrize("secret", [{}, {"SECRET_KEY": "too short"}])
    def test_refuse_a_production_without_a_secret(self, secret: dict[str, str]) -> None:
        done = manage("check", DATABASE_URL="postgresql://app@db/holdfast", **secret)
        assert done.returncode == 1
        assert "SECRET_KEY must be set to at least 50 random characters." in done.stderr

    def test_refuse_another_database(self) -> None:
        done = manage("check", DATABASE_URL="sqlite:///db.sqlite3", LOCAL="1")
        assert "DATABASE_URL must name a PostgreSQL database" in done.stderr
