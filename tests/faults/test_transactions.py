"""P9: a transaction that PostgreSQL ends for another's sake begins again as a whole, and not for ever."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from io import StringIO

import psycopg
import pytest
from django.core.management import call_command
from django.db import OperationalError, connection, transaction

from config import db, failpoints
from config.local.postgres import SUPERUSER
from rewards.ledger.models import Account
from rewards.shipments import operations as shipments
from rewards.shipments.models import Batch, Comment, Shipment
from rewards.staff.models import Change
from tests.conftest import ClonedDatabase
from tests.rules.given import PLANNED_AT, approved, given_market, given_rule, given_season
from tests.shipments.test_concurrency import paid

# A session that waits for so long before it looks for a deadlock leaves it to the other to be ended.
PATIENT = "SET deadlock_timeout = '1h'"


@pytest.fixture
def two_rounds(cloned_database: ClonedDatabase) -> ClonedDatabase:
    """Two rounds that ship to the same ten collectors at the same time, a batch each."""
    rows = "\n".join(f"sale | n{n} | cat | w{n} | 2026-03-04 | 1 ETH" for n in range(10))
    given_market(f"kind | token | from | to | at | price\n{rows}")
    given_season(budget_xp=10_000)
    for rule, slug in (("buyers", "march"), ("again", "other")):
        given_rule(rule, "purchase", xp_per_eth=100)
        approved(slug=slug, only=[rule])
        shipments.start(slug=slug, as_of=PLANNED_AT)
    return cloned_database


def batch_of(slug: str) -> int:
    """The batch of a round."""
    return int(Batch.objects.get(shipment__slug=slug).id)


@contextmanager
def once(point: str, act: Callable[[], object]) -> Iterator[list[int]]:
    """Do something at the first passage of a point, and count the passages."""
    passages: list[int] = []

    def pass_by() -> None:
        passages.append(len(passages) + 1)
        if len(passages) == 1:
            act()

    with failpoints.meeting(point, pass_by):
        yield passages


class TestDeadlock:
    def test_the_post_begins_again_and_counts_once(self, two_rounds: ClonedDatabase) -> None:
        """Our own posts lock in one order and never meet so; somebody at psql may lock in another."""
        with two_rounds.connect(role=SUPERUSER) as other, ThreadPoolExecutor(1) as thread:
            waiting = []

            def lock_the_other_way_round() -> None:
                # Now: the account that the post needs last. Then: the shipment's row, which the post has.
                other.execute(PATIENT)
                other.execute("BEGIN")
                other.execute("SELECT FROM ledger_account WHERE kind = 'shipment' FOR UPDATE")
                waiting.append(thread.submit(lock_the_shipment))

            def lock_the_shipment() -> None:
                other.execute("SELECT FROM shipments_shipment FOR UPDATE")
                other.execute("ROLLBACK")

            with once("batch.before_post", lock_the_other_way_round) as passages:
                assert shipments.post_batch(batch_id=batch_of("march"), as_of=PLANNED_AT)
            waiting[0].result(timeout=60)
        assert passages == [1, 2]
        assert paid() == {100: 10}
        assert Batch.objects.get(shipment__slug="march").attempts == 1


class TestSerializationFailure:
    def test_the_post_begins_again_and_counts_once(self, two_rounds: ClonedDatabase) -> None:
        """Where a production asks for REPEATABLE READ, two rounds that pay one collector can meet."""
        connection.ensure_connection()
        connection.connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ

        def post_the_other() -> None:
            with ThreadPoolExecutor(1) as thread:
                assert thread.submit(post_and_close, batch_of("other")).result(timeout=60)

        with once("batch.before_post", post_the_other) as passages:
            assert shipments.post_batch(batch_id=batch_of("march"), as_of=PLANNED_AT)
        # The other round's own passage is the second.
        assert passages == [1, 2, 3]
        assert paid() == {200: 10}


def post_and_close(batch_id: int) -> bool:
    """Post a batch on a connection of this thread's own."""
    try:
        return shipments.post_batch(batch_id=batch_id, as_of=PLANNED_AT)
    finally:
        connection.close()


class TestInOneTransaction:
    def test_gives_up_after_its_turns(self, cloned_database: ClonedDatabase) -> None:
        turns = []

        @db.in_one_transaction
        def fail() -> None:
            turns.append(Account.objects.create(kind="season", holder_id=1, opened_at=PLANNED_AT))
            end_for_another()

        with pytest.raises(OperationalError):
            fail()
        assert len(turns) == db.MOST_TURNS
        assert not Account.objects.filter(kind="season").exists()

    def test_leaves_it_to_the_caller_whose_transaction_it_is(self, cloned_database: ClonedDatabase) -> None:
        turns = []

        @db.in_one_transaction
        def fail() -> None:
            turns.append(1)
            end_for_another()

        with pytest.raises(OperationalError), transaction.atomic():
            fail()
        assert turns == [1]

    def test_does_not_repeat_what_is_wrong(self, cloned_database: ClonedDatabase) -> None:
        turns = []

        @db.in_one_transaction
        def fail() -> None:
            turns.append(1)
            db.Statement(name="test.late", text="SET LOCAL statement_timeout = 1; SELECT pg_sleep(1)").run()

        with pytest.raises(OperationalError):
            fail()
        assert turns == [1]


class TestCommands:
    def test_what_a_person_does_to_a_round_begins_again(
        self, two_rounds: ClonedDatabase, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The name of who does it is part of the transaction, so it has to be said again, too."""
        turns = []

        def get(*, slug: str) -> Shipment:
            turns.append(slug)
            if len(turns) == 1:
                end_for_another()
            return Shipment.objects.get(slug=slug)

        monkeypatch.setattr(shipments, "get", get)
        call_command("shipment", "halt", "march", reason="A look", by="eve", stdout=StringIO())

        assert len(turns) > 1
        assert Shipment.objects.get(slug="march").state == "halted"
        assert Comment.objects.get().text == "A look"
        assert Change.objects.filter(table_name="shipments_comment").get().actor == "eve"


def end_for_another() -> None:
    """What PostgreSQL says when it ends a transaction for another's sake."""
    text = "DO $$ BEGIN RAISE EXCEPTION 'ended' USING ERRCODE = 'serialization_failure'; END $$"
    db.Statement(name="test.ended", text=text).run()
