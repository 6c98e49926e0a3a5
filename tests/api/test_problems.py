"""Every error below /api/ is a problem document, whatever went wrong and wherever."""

from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client, override_settings

from rewards.flags import operations as flags
from rewards.status import queries as status
from tests.api import given

pytestmark = pytest.mark.django_db

PAUSE = "/api/v1/ops/flags/liquidity/pause"


def problem(response: Any, *, status: int) -> dict[str, Any]:
    """The problem document of an answer."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert body["status"] == status
    assert body["type"] == "about:blank"
    assert body["title"]
    assert body["detail"]
    return body


class TestHandle:
    @pytest.mark.parametrize("method", ["get", "post", "put", "delete", "options", "patch"])
    @pytest.mark.parametrize(
        "path", ["/api/", "/api/v1", "/api/v1/flags/", "/api/v2/flags", "/api/v1/ops/flags/A%00/pause"]
    )
    def test_404_wherever_nothing_is(self, method: str, path: str) -> None:
        problem(getattr(Client(), method)(path), status=404)

    def test_405_406_and_415(self) -> None:
        refused = Client().delete("/api/v1/flags")
        problem(refused, status=405)
        assert "GET" in refused["Allow"]
        problem(Client().options("/api/v1/flags"), status=405)
        problem(Client().get("/api/v1/flags", headers={"Accept": "text/csv"}), status=406)
        problem(given.client("flags:write").post(PAUSE, "reason=x", content_type="text/plain"), status=415)

    def test_401_asks_for_a_key_and_403_names_the_scope(self) -> None:
        refused = given.post(Client(), PAUSE, {"reason": "A look"})
        problem(refused, status=401)
        assert refused["WWW-Authenticate"].startswith("Bearer")
        body = problem(given.post(given.client("ops:read"), PAUSE, {"reason": "A look"}), status=403)
        assert "flags:write" in body["detail"]

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            ("", 400),
            ("{", 400),
            ("[]", 400),
            ("null", 400),
            ('{"reason": NaN}', 400),
            ('{"reason": "\\ud800"}', 400),
            (b'{"reason": "\xff"}', 400),
            ("[" * 60_000, 400),
            ('{"reason": "' + "a" * 70_000 + '"}', 413),
        ],
    )
    def test_a_body_that_is_none_is_refused_whole(self, body: Any, status: int) -> None:
        answer = given.client("flags:write").generic("POST", PAUSE, body, content_type="application/json")
        problem(answer, status=status)

    @pytest.mark.parametrize(
        ("body", "pointer"),
        [
            ({}, "#/reason"),
            ({"reason": " "}, "#/reason"),
            ({"reason": "a\0b"}, "#/reason"),
            ({"reason": "a" * 1001}, "#/reason"),
            ({"reason": ["a"]}, "#/reason"),
            ({"reason": "A look", "until": "2030-01-01T00:00:00Z"}, "#/until"),
            ({"reason": "A look", "a/b~": 1}, "#/a~1b~0"),
            ({"reason": "A look", "ends_at": "2030-01-01T00:00:00"}, "#/ends_at"),
            ({"reason": "A look", "ends_at": "0000-01-01T00:00:00Z"}, "#/ends_at"),
            ({"reason": "A look", "ends_at": "10000-01-01T00:00:00Z"}, "#/ends_at"),
            ({"reason": "A look", "ends_at": "9999-12-31T23:59:59-10:00"}, "#/ends_at"),
            ({"reason": "A look", "ends_at": 1}, "#/ends_at"),
        ],
    )
    def test_a_mistake_is_named_by_its_place(self, body: dict[str, Any], pointer: str) -> None:
        found = problem(given.post(given.client("flags:write"), PAUSE, body), status=400)
        assert [mistake["pointer"] for mistake in found["errors"]] == [pointer]
        assert found["errors"][0]["detail"]

    def test_what_nobody_expected_says_nothing_of_its_cause(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def fail(**_: Any) -> None:
            raise RuntimeError("the password is swordfish")

        monkeypatch.setattr(status, "get_status", fail)
        answer = given.client("ops:read").get("/api/v1/ops/status")
        problem(answer, status=500)
        assert b"swordfish" not in answer.content
        assert "swordfish" in caplog.text

    def test_a_database_that_is_away_is_a_503_to_try_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(**_: Any) -> None:
            raise OperationalError("too many clients already")

        monkeypatch.setattr(flags, "pause", fail)
        answer = given.post(given.client("flags:write"), PAUSE, {"reason": "A look"})
        problem(answer, status=503)
        assert answer["Retry-After"] == "5"


@pytest.mark.usefixtures("one_window")
class TestThrottle:
    def test_counts_by_address_and_says_what_is_left(self) -> None:
        with override_settings(API_REQUESTS_A_MINUTE=2):
            answers = [Client().get("/api/v1/flags", REMOTE_ADDR="192.0.2.1") for _ in range(3)]
            other = Client().get("/api/v1/flags", REMOTE_ADDR="192.0.2.2")

        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert [answer["RateLimit"].split(";")[1] for answer in answers] == ["r=1", "r=0", "r=0"]
        assert answers[0]["RateLimit-Policy"] == '"minute";q=2;w=86400'
        problem(answers[2], status=429)
        assert 0 <= int(answers[2]["Retry-After"]) <= 86_400
        assert other.status_code == 200

    def test_nobody_gets_another_allowance_by_a_header(self) -> None:
        def left(forwarded: str) -> str:
            answer = Client().get("/api/v1/flags", headers={"X-Forwarded-For": forwarded})
            return str(answer["RateLimit"].split(";")[1])

        # With no proxy in front the header counts for nothing; behind one only what the proxy added.
        assert [left("203.0.113.1"), left("203.0.113.2")] == ["r=119", "r=118"]
        with override_settings(REST_FRAMEWORK=rest_framework(NUM_PROXIES=1)):
            assert [left("203.0.113.1, 198.51.100.7"), left("203.0.113.2, 198.51.100.7")] == [
                "r=119",
                "r=118",
            ]

    def test_a_key_has_an_allowance_of_its_own(self) -> None:
        answer = given.client("ops:read").get("/api/v1/ops/status")
        assert answer["RateLimit"].startswith('"minute";r=1199;t=')


def rest_framework(**changes: Any) -> dict[str, Any]:
    """The settings of the API with some others."""
    from django.conf import settings  # noqa: PLC0415 (read when the test runs)

    return settings.REST_FRAMEWORK | changes
