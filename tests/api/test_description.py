"""The API does what its description says, whatever it is sent: no 5xx, and every answer is described."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import hypothesis
import jsonschema_rs
import pytest
import schemathesis
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, Phase, given, seed
from hypothesis.errors import Unsatisfiable
from pytest_django import Settings
from schemathesis import Case, GenerationMode
from schemathesis.config import SchemathesisConfig
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import positive_data_acceptance

from config.wsgi import application
from rewards.api.examples import TOLD
from rewards.api.schema import PROBLEM
from rewards.flags import operations as flags
from tests.api import given as callers
from tests.api.test_me import market
from tests.tab.test_sign_in import signed_in

pytestmark = pytest.mark.django_db

EXAMPLES = 3
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

    def test_has_a_summary_and_an_example_that_fits_for_every_operation(self) -> None:
        described = Client().get("/api/v1/schema").json()
        seen = set()
        for path, operations in described["paths"].items():
            for operation in operations.values():
                seen.add(operation["operationId"])
                assert operation["summary"], path
                assert operation["description"].endswith("."), path
                shown = [operation.get("requestBody"), *operation["responses"].values()]
                for part in filter(None, shown):
                    for content in part.get("content", {}).values():
                        schema = content["schema"] | {"components": described["components"]}
                        example = content.get("example", PROBLEM["example"])
                        jsonschema_rs.Draft4Validator(nullable(schema)).validate(example)
        # Nothing is told of an operation that is gone.
        assert seen == TOLD.keys()

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
                # What is named can be missing: in the address, or as the line of a report.
                assert ("404" in errors) == ("{" in path or operation["operationId"] == "report_line")


def nullable(schema: Any) -> Any:
    """A schema of OpenAPI 3.0 as JSON Schema, which has no word for what may be null but its types."""
    if isinstance(schema, list):
        return [nullable(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    told = {name: nullable(one) for name, one in schema.items() if name != "nullable"}
    return {"anyOf": [told, {"type": "null"}]} if schema.get("nullable") is True else told


def without_sign_in() -> dict[str, Any]:
    """
    The description, in which what is a collector's own asks for no cookie.

    The cookie is shown with every request here; a case that should have lost it would not have. Who gets
    what without one is in the matrix.
    """
    described: dict[str, Any] = Client().get("/api/v1/schema").json()
    for operations in described["paths"].values():
        for operation in operations.values():
            if {"sign_in": []} in operation.get("security", []):
                operation["security"] = []
    return described


def shown_for(operation: APIOperation[Any, Any, Any, Any], *, browser: Client, secret: str) -> dict[str, Any]:
    """What a caller shows who may ask for an operation."""
    if "/me" in operation.path:
        cookies = {name: browser.cookies[name].value for name in ("sessionid", "csrftoken")}
        # As a cookie and not as a header: else a case that has cookies of its own would lose it.
        return {"cookies": cookies, "headers": {"X-CSRFToken": cookies["csrftoken"]}}
    if "/ops/" in operation.path or "/collectors/" in operation.path:
        return {"headers": {"Authorization": f"Bearer {secret}"}}
    return {}


class TestAnswers:
    def test_are_those_that_are_described(self, settings: Settings) -> None:
        settings.API_REQUESTS_A_MINUTE = settings.API_REQUESTS_A_MINUTE_WITH_KEY = 10**9
        market("ann", "bob", rounds=2)
        flags.put_flag(slug="liquidity", title="Liquidity", parent=None)
        browser = signed_in("ann")
        browser.get("/api/v1/me/appeals")
        secret = callers.key("flags:write", "ops:read", "collectors:read").secret
        statuses: dict[str, set[int]] = {}
        config = SchemathesisConfig.from_dict({"seed": SEED})
        schema = schemathesis.openapi.from_dict(without_sign_in(), config=config)
        schema.app = application
        with kept_connection():
            for found in schema.get_all_operations():
                operation = found.ok()  # type: ignore[union-attr]
                shown = shown_for(operation, browser=browser, secret=secret)
                for mode in GenerationMode:
                    answered = _try(operation, mode, shown=shown)
                    statuses.setdefault(operation.label, set()).update(answered)
        assert len(statuses) >= 17
        # A list that refused whatever it was sent would prove nothing.
        few = {label: seen for label, seen in statuses.items() if not seen & {200, 201, 404, 409}}
        assert few == {}


def _try(
    operation: APIOperation[Any, Any, Any, Any], mode: GenerationMode, *, shown: dict[str, Any]
) -> set[int]:
    """Send an operation requests that fit, or do not fit, its description; the statuses of the answers."""
    answered = set()

    # A cursor, or a reason of blanks, fits the description and is refused all the same.
    @seed(SEED)
    @hypothesis.settings(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def send(case: Case[Any]) -> None:
        answer = case.call_and_validate(excluded_checks=[positive_data_acceptance], **shown)
        answered.add(answer.status_code)

    try:
        send()
    except Unsatisfiable:
        # Nothing can be sent to it that does not fit: it takes nothing, or any name.
        assert mode is GenerationMode.NEGATIVE
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
