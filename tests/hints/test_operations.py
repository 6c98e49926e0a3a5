"""Hints are sent once a lease, and again when work becomes due anew (P9)."""

import threading
from datetime import datetime

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from rewards.hints import operations as hints
from rewards.hints import queries
from rewards.hints.models import Hint
from tests.conftest import ClonedDatabase
from tests.tables import day

NOON, LATER, MUCH_LATER = day("2026-03-01 12:00"), day("2026-03-01 12:00:59"), day("2026-03-01 12:01")


def lease(*keys: str, as_of: datetime = NOON, due_at: datetime = NOON) -> list[str]:
    return hints.lease(due=dict.fromkeys(keys, due_at), as_of=as_of)


@pytest.mark.django_db
class TestLease:
    def test_returns_each_once_until_the_lease_is_over(self) -> None:
        assert lease("plan:b", "plan:a") == ["plan:b", "plan:a"]
        assert lease("plan:a", as_of=LATER) == []
        assert lease("plan:a", "plan:b", "settle", as_of=MUCH_LATER) == ["plan:a", "plan:b", "settle"]

    def test_returns_at_once_what_became_due_anew(self) -> None:
        lease("settle")
        assert lease("settle", as_of=LATER, due_at=LATER) == ["settle"]
        assert lease("settle", as_of=LATER, due_at=LATER) == []

    def test_asks_nothing_where_nothing_is_due(
        self, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        with django_assert_num_queries(0):
            assert lease() == []

    @pytest.mark.parametrize("count", [1, 50])
    def test_is_one_statement(self, count: int, django_assert_num_queries: DjangoAssertNumQueries) -> None:
        with django_assert_num_queries(1):
            lease(*(f"plan:{number}" for number in range(count)))


@pytest.mark.django_db
class TestTakeUp:
    def test_counts_since_the_work_became_due(self) -> None:
        lease("plan:a")
        tries = [hints.take_up(key="plan:a", due_at=NOON, as_of=NOON) for _ in range(3)]
        assert tries == [1, 2, 3]
        assert lease("plan:a", as_of=MUCH_LATER) == ["plan:a"]
        assert hints.take_up(key="plan:a", due_at=NOON, as_of=MUCH_LATER) == 4
        assert hints.take_up(key="plan:a", due_at=LATER, as_of=MUCH_LATER) == 1

    def test_counts_what_was_never_hinted(self) -> None:
        assert hints.take_up(key="plan:a", due_at=NOON, as_of=NOON) == 1
        assert lease("plan:a", as_of=LATER) == []

    def test_what_was_tried_often_is_known(self) -> None:
        for key, tries in (("plan:a", 2), ("plan:b", 3), ("mail", 3)):
            for _ in range(tries):
                hints.take_up(key=key, due_at=NOON, as_of=NOON)
        assert queries.list_troubled(prefix="plan:", attempts=3) == ["b"]


@pytest.mark.django_db
class TestSettle:
    def test_forgets_and_again_changes_nothing(self) -> None:
        lease("plan:a")
        hints.settle(key="plan:a")
        hints.settle(key="plan:a")
        assert not Hint.objects.exists()
        assert lease("plan:a") == ["plan:a"]


class TestTwoSweepers:
    def test_one_of_them_gets_each(self, cloned_database: ClonedDatabase) -> None:
        keys = [f"plan:{number}" for number in range(20)]
        got: list[str] = []
        gate = threading.Barrier(4)

        def sweep() -> None:
            try:
                gate.wait()
                got.extend(lease(*keys))
            finally:
                connection.close()

        sweepers = [threading.Thread(target=sweep) for _ in range(4)]
        for one in sweepers:
            one.start()
        for one in sweepers:
            one.join()
        assert sorted(got) == sorted(keys)
