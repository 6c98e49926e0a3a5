"""Posts at the same time, over connections of their own: nothing is lost, nothing is stuck (P9, P10)."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeAlias, TypeVar

import psycopg
from django.db import connection, transaction

from config.local.postgres import SUPERUSER
from rewards.ledger.errors import InsufficientXp, LedgerError
from rewards.ledger.models import Account, Transfer
from rewards.ledger.operations import Holder, Posted
from rewards.ledger.queries import get_balance, list_findings
from tests.conftest import ClonedDatabase
from tests.ledger.given import ROUND, SEASON, award, entry, given_round, post

T = TypeVar("T")
Work: TypeAlias = Callable[[], Posted]

COLLECTORS = range(1000, 1040)
TURNS = 15


def at_once(*works: Callable[[], T]) -> list[T]:
    """Do these works in threads with connections of their own, and return what each returned."""

    def work(one: Callable[[], T]) -> T:
        try:
            return one()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as threads:
        return [future.result(timeout=60) for future in [threads.submit(work, one) for one in works]]


def in_step(barrier: threading.Barrier, turn: Callable[[int], T]) -> Callable[[], list[T]]:
    """Turns that begin together with those of the other threads."""

    def turns() -> list[T]:
        done = []
        for number in range(TURNS):
            barrier.wait(timeout=60)
            done.append(turn(number))
        return done

    return turns


@contextmanager
def held_up(cloned_database: ClonedDatabase, *, first: Work, second: Work) -> Iterator[psycopg.Connection]:
    """
    A superuser's view of the moment when a second post waits for a first one that is not committed.

    Both are done when the block ends.
    """

    def work() -> Posted:
        try:
            return second()
        finally:
            connection.close()

    with cloned_database.connect(role=SUPERUSER) as watcher, ThreadPoolExecutor(1) as thread:
        with transaction.atomic():
            first()
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                (process,) = cursor.fetchone()
            waiting = thread.submit(work)
            wait_until_blocked(watcher, process)
            yield watcher
        waiting.result(timeout=60)


def wait_until_blocked(watcher: psycopg.Connection, by: int) -> None:
    """Return as soon as some connection waits for the one with this process number."""
    for _ in range(100_000):
        query = "SELECT count(*) FROM pg_stat_activity WHERE %s = ANY(pg_blocking_pids(pid))"
        if watcher.execute(query, [by]).fetchone() != (0,):
            return
    raise AssertionError("Nobody waits for the first post.")


def is_free(watcher: psycopg.Connection, collector: int) -> bool:
    """Whether nobody else is opening an account for this collector; none is left open."""
    try:
        with watcher.transaction(force_rollback=True):
            watcher.execute("SET LOCAL lock_timeout = '20ms'")
            watcher.execute(
                "INSERT INTO ledger_account (kind, holder_id, opened_at) VALUES ('collector', %s, now())",
                [collector],
            )
    except psycopg.errors.LockNotAvailable:
        return False
    return True


class TestPost:
    def test_loses_no_update_of_a_shared_account(self, cloned_database: ClonedDatabase) -> None:
        """The second post waits in the middle of its trigger and must then see what the first one left."""
        given_round(100)
        post(award(101, 1), award(102, 1), award(103, 1))
        with held_up(
            cloned_database,
            first=lambda: post(award(101, 5) | {"key": "v"}, award(102, 5) | {"key": "w"}),
            second=lambda: post(award(102, 10) | {"key": "x"}, award(103, 10) | {"key": "y"}),
        ):
            assert get_balance(holder=Holder("collector", 102)) == 6
        assert get_balance(holder=ROUND) == 100 - 3 - 10 - 20
        assert get_balance(holder=Holder("collector", 102)) == 16
        assert list_findings() == []

    def test_locks_collectors_in_order_and_what_all_share_last(self, cloned_database: ClonedDatabase) -> None:
        given_round(100, shipment=7)
        given_round(100, shipment=8)
        post(*(award(collector, 1) for collector in range(1, 21)))
        with held_up(
            cloned_database,
            first=lambda: post(award(10, 1) | {"key": "first"}),
            second=lambda: post(*(award(collector, 1, shipment=8) for collector in range(20, 0, -1))),
        ) as watcher:
            free = watcher.execute(
                "SELECT kind, holder_id FROM ledger_account ORDER BY kind, holder_id FOR UPDATE SKIP LOCKED"
            ).fetchall()
        collectors = [("collector", number) for number in range(11, 21)]
        assert free == [*collectors, ("issuance", 0), ("season", 1), ("shipment", 8)]

    def test_opens_accounts_in_order(self, cloned_database: ClonedDatabase) -> None:
        given_round(100, shipment=7)
        given_round(100, shipment=8)
        with held_up(
            cloned_database,
            first=lambda: post(award(10, 1)),
            second=lambda: post(*(award(collector, 1, shipment=8) for collector in range(20, 0, -1))),
        ) as watcher:
            free = [collector for collector in range(1, 21) if is_free(watcher, collector)]
        assert free == list(range(11, 21))
        assert get_balance(holder=Holder("collector", 10)) == 2

    def test_keeps_every_balance_with_two_workers_on_one_round(self, cloned_database: ClonedDatabase) -> None:
        given_round(100_000)
        barrier = threading.Barrier(2)

        def worker(name: str) -> Callable[[], list[Posted]]:
            return in_step(
                barrier,
                lambda turn: post(*(award(who, 2) | {"key": f"{name}:{turn}:{who}"} for who in COLLECTORS)),
            )

        at_once(worker("a"), worker("b"))
        awarded = 2 * TURNS * len(COLLECTORS) * 2
        assert get_balance(holder=ROUND) == 100_000 - awarded
        assert list_findings() == []

    def test_two_rounds_in_opposite_order_never_wait_for_each_other(
        self, cloned_database: ClonedDatabase
    ) -> None:
        given_round(100_000, shipment=7)
        given_round(100_000, shipment=8)
        barrier = threading.Barrier(2)

        def worker(shipment: int, order: int) -> Callable[[], list[Posted]]:
            # Keys count one way and collectors the other, so that rows are written in opposite orders.
            # Each turn opens accounts, too.
            return in_step(
                barrier,
                lambda turn: post(
                    *(
                        award(who + turn, 2, shipment=shipment)
                        | {"key": f"{shipment}:{turn:02}:{order * who + 5000:06}"}
                        for who in COLLECTORS[::order]
                    )
                ),
            )

        at_once(worker(7, 1), worker(8, -1))
        assert get_balance(holder=Holder("shipment", 7)) == 100_000 - 2 * TURNS * len(COLLECTORS)
        assert get_balance(holder=Holder("shipment", 8)) == 100_000 - 2 * TURNS * len(COLLECTORS)
        assert list_findings() == []

    def test_the_same_entries_count_once(self, cloned_database: ClonedDatabase) -> None:
        given_round(100_000)
        barrier = threading.Barrier(2)

        def worker(order: int) -> Callable[[], list[Posted]]:
            return in_step(
                barrier,
                lambda turn: post(*(award(who, 2) | {"key": f"{turn}:{who}"} for who in COLLECTORS[::order])),
            )

        for one, other in zip(*at_once(worker(1), worker(-1)), strict=True):
            assert sorted([one.new, other.new]) == [0, len(COLLECTORS)]
            assert sorted([one.known, other.known]) == [0, len(COLLECTORS)]
        assert Transfer.objects.filter(reason="award").count() == TURNS * len(COLLECTORS)
        assert list_findings() == []

    def test_a_budget_is_spent_once(self, cloned_database: ClonedDatabase) -> None:
        barrier = threading.Barrier(2)
        with_budget = 100
        given_round(with_budget)
        post(entry("release:7", ROUND, SEASON, with_budget, "release"))

        def reserve(shipment: int) -> Callable[[], object]:
            def work() -> object:
                barrier.wait(timeout=60)
                try:
                    return post(entry(f"r:{shipment}", SEASON, Holder("shipment", shipment), 60, "reserve"))
                except LedgerError as error:
                    return error

            return work

        outcomes = at_once(reserve(1), reserve(2))
        assert {type(outcome) for outcome in outcomes} == {Posted, InsufficientXp}
        assert Account.objects.get(kind="season").balance_xp == 40
        assert list_findings() == []
