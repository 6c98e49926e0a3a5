"""The API does what its description says, whatever it is sent: no 5xx, and every answer is described."""

import io

import pytest
from django.core.management import call_command
from django.test import Client

pytestmark = pytest.mark.django_db

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
                # What is named can be missing: in the address, or as the line of a report.
                assert ("404" in errors) == ("{" in path or operation["operationId"] == "report_line")
