"""Each test of the API begins with its whole allowance."""

from datetime import timedelta

import pytest
from django.core.cache import cache

from config import allowances


@pytest.fixture(autouse=True)
def fresh_allowance() -> None:
    cache.clear()


@pytest.fixture
def one_window(monkeypatch: pytest.MonkeyPatch) -> None:
    """A window of a day: a minute may turn to the next while a test counts in it."""
    monkeypatch.setattr(allowances, "WINDOW", timedelta(days=1))
