"""Sessions: read by a statement of ours, and otherwise Django's own."""

from datetime import timedelta

import pytest
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.models import Session
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from config.sessions import SessionStore

pytestmark = pytest.mark.django_db


def kept(**values: str) -> str:
    """The key of a session that Django's own store wrote."""
    session = DatabaseStore()
    session.update(values)
    session.create()
    assert session.session_key is not None
    return session.session_key


class TestSessionStore:
    def test_reads_what_django_wrote_with_one_statement(
        self, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        session = SessionStore(kept(sign_in="one"))
        with django_assert_num_queries(1):
            assert dict(session.items()) == {"sign_in": "one"}

    def test_writes_what_django_reads(self) -> None:
        session = SessionStore(kept(sign_in="one"))
        session["sign_in"] = "two"
        session.save()
        assert DatabaseStore(session.session_key)["sign_in"] == "two"

    def test_knows_no_session_that_is_over(self) -> None:
        key = kept(sign_in="one")
        Session.objects.filter(session_key=key).update(expire_date=timezone.now() - timedelta(seconds=1))
        session = SessionStore(key)
        assert dict(session.items()) == {}
        assert session.session_key is None

    def test_knows_no_key_that_somebody_made_up(self) -> None:
        session = SessionStore("x" * 32)
        assert dict(session.items()) == {}
        assert session.session_key is None
