"""A receiver for one test."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests.webhooks.receiver import Receiver, start


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    """A receiver on this machine, whose host is allowed."""
    settings.WEBHOOK_ALLOWED_HOSTS = ["127.0.0.1"]
    made = Receiver()
    server = start(made)
    yield made
    made.gate.set()
    server.shutdown()
    server.server_close()
