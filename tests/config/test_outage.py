"""A page that cannot reach PostgreSQL says when to come again; any other error is a fault of ours."""

import pytest
from django.db import InterfaceError, OperationalError
from django.test import Client

from rewards.tab import queries


@pytest.fixture
def visitor() -> Client:
    """A visitor who sees what a production's would see."""
    return Client(raise_request_exception=False)


class TestAnswer:
    @pytest.mark.parametrize("error", [OperationalError("too many clients"), InterfaceError("closed")])
    def test_is_503_where_postgresql_is_away(
        self, visitor: Client, monkeypatch: pytest.MonkeyPatch, error: Exception
    ) -> None:
        def fail(**_: object) -> None:
            raise error

        monkeypatch.setattr(queries, "list_rules", fail)
        answer = visitor.get("/rewards/")
        assert (answer.status_code, answer["Retry-After"]) == (503, "5")
        assert "Nothing of your XP is lost" in answer.content.decode()

    def test_is_500_for_any_other_error(self, visitor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(**_: object) -> None:
            raise RuntimeError

        monkeypatch.setattr(queries, "list_rules", fail)
        answer = visitor.get("/rewards/")
        assert (answer.status_code, answer.has_header("Retry-After")) == (500, False)
