"""Each test of the API begins with its whole allowance."""

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def fresh_allowance() -> None:
    cache.clear()
