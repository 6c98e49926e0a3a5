"""The API does what its description says, whatever it is sent: no 5xx, and every answer is described."""

import io
from collections.abc import Iterator
from contextlib import contextmanager

import hypothesis
import pytest
import schemathesis
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, Phase, given, seed
from pytest_django import Settings
from schemathesis import Case, GenerationMode
from schemathesis.config import SchemathesisConfig
from schemathesis.schemas import APIOperation

from config.wsgi import application
from rewards.flags import operations as flags
from tests.api import given as callers
from tests.api.test_me import market
from tests.tab.test_sign_in import signed_in

pytestmark = pytest.mark.django_db

EXAMPLES = 12
SEED = 7

ERRORS = {
    "me": {"401", "405", "406", "429", "500", "503"},
    "public": {"401", "405", "406", "429", "500", "503"},
    "ops": {"401", "403", "405", "406", "429", "500", "503"},
}


class TestDescription:
    def test_has_no_gap_that_its_generator_sees(self) -> None:
        said = io.StringIO()
        call_command("spectacular", validate=True, fail_on_warn=True, stdout=said)
        assert "openapi: 3" in said.getvalue()

    def test_names_every_error_as_a_problem_document(self) -> None:
        paths = Client().get("/api/v1/schema").json()["paths"]
        assert len(paths) >= 17
        for path, operations in paths.items():
            kind = path.split("/")[3]
            for operation in operations.values():
                errors = {status for status in operation["responses"] if int(status) >= 400}
                assert errors >= ERRORS.get(kind, ERRORS["public"]), path
                assert "default" not in operation["responses"]
                for status in errors:
                    assert list(operation["responses"][status]["content"]) == ["application/problem+json"]
                assert ("404" in errors) == ("{" in path)


def headers_of(operation: APIOperation, *, browser: Client) -> dict[str, str]:
    """What a caller shows who may ask for an operation."""
    if "/me" in operation.path:
        return {"Cookie": f"sessionid={browser.cookies['sessionid'].value}"}
    if "/ops/" in operation.path:
        return {"Authorization": f"Bearer {callers.key('flags:write', 'ops:read').secret}"}
    return {}


class TestAnswers:
    def test_are_those_that_are_described(self, settings: Settings) -> None:
        settings.API_REQUESTS_A_MINUTE = settings.API_REQUESTS_A_MINUTE_WITH_KEY = 10**9
        market("ann", "bob", rounds=2)
        flags.put_flag(slug="liquidity", title="Liquidity", parent=None)
        browser = signed_in("ann")
        statuses: dict[str, set[int]] = {}
        with kept_connection():
            config = SchemathesisConfig.from_dict({"seed": SEED})
            schema = schemathesis.openapi.from_wsgi("/api/v1/schema", app=application, config=config)
            for found in schema.get_all_operations():
                operation = found.ok()
                shown = headers_of(operation, browser=browser)
                for mode in GenerationMode:
                    answered = _try(operation, mode, headers=shown)
                    statuses.setdefault(operation.label, set()).update(answered)
        assert len(statuses) >= 17
        # A list that refused whatever it was sent would prove nothing.
        few = {label: seen for label, seen in statuses.items() if not seen & {200, 201, 404, 409}}
        assert few == {}


def _try(operation: APIOperation, mode: GenerationMode, *, headers: dict[str, str]) -> set[int]:
    """Send an operation requests that fit, or do not fit, its description; the statuses of the answers."""
    answered = set()

    @seed(SEED)
    @hypothesis.settings(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def send(case: Case) -> None:
        answer = case.call_and_validate(headers=headers)
        answered.add(answer.status_code)

    send()
    return answered


@contextmanager
def kept_connection() -> Iterator[None]:
    """Let a request leave the connection of the test open; Django's own test client does the same."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)
