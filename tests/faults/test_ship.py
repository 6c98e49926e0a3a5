"""P9: whatever is killed in the middle of ``ship``, the ledger ends as that of an undisturbed run."""

import shutil

import pytest
from django.utils import timezone

from config import db
from rewards import pipeline
from rewards.shipments import operations as shipments
from rewards.shipments import queries
from rewards.shipments.errors import PostFailed
from rewards.shipments.models import Batch, Shipment
from tests.faults.conftest import Approved, django_on
from tests.faults.forms import either, only_long
from tests.faults.given import BATCH_SIZE, COLLECTORS, SHIPMENT
from tests.faults.harness import Stack, kill
from tests.faults.rounds import BATCHES, assert_undisturbed, hold_in_the_middle, ship

LOCKED = """
    WITH free AS (SELECT id FROM shipments_batch FOR UPDATE SKIP LOCKED)
    SELECT min(id)
    FROM shipments_batch
    WHERE id NOT IN (SELECT id FROM free)
"""
IDLE_IN_TRANSACTION = """
    SELECT min(pid)
    FROM pg_stat_activity
    WHERE datname = current_database() AND state = 'idle in transaction'
"""


class TestCalm:
    def test_pays_everybody(self, approved: Approved) -> None:
        """Else equal outcomes would mean nothing."""
        calm = approved.calm
        awards = [transfer for transfer in calm.transfers if transfer[0].startswith("award:")]
        assert len(awards) == len(calm.awards) == COLLECTORS
        assert len(calm.batches) == BATCHES
        assert len({amount_xp for _, _, amount_xp in calm.awards}) > 100
        assert [shipment[1] for shipment in calm.shipments] == ["shipped"]


class TestTwoAtOneBatch:
    def test_the_second_does_not_wait(self, stack: Stack, approved: Approved) -> None:
        """A worker that hangs costs its own process, and not that of everybody who hears of its batch."""
        _, gate, _ = hold_in_the_middle(stack, point="batch.marked", processes=1)
        held = stack.value(LOCKED)
        with django_on(stack.postgres, database=stack.database):
            db.Statement(name="test.impatient", text="SET lock_timeout = '3s'").run()
            assert not pipeline.post(batch_id=held, as_of=timezone.now())
        gate.open()
        assert_undisturbed(stack, approved)


class TestDeadlyBatch:
    def test_it_fails_visibly_and_the_others_go_on(self, stack: Stack) -> None:
        """No error ever says so, because nobody who takes it up lives to tell."""
        with django_on(stack.postgres, database=stack.database):
            shipments.start(slug=SHIPMENT, as_of=timezone.now(), batch_size=BATCH_SIZE)
            Batch.objects.filter(number=3).update(attempts=shipments.MOST_ATTEMPTS)
            for batch in Batch.objects.exclude(number=3):
                assert pipeline.post(batch_id=batch.id, as_of=timezone.now())
            deadly = Batch.objects.get(number=3)
            with pytest.raises(PostFailed, match="Batch 3: It was taken up 20 times"):
                pipeline.post(batch_id=deadly.id, as_of=timezone.now())
            deadly.refresh_from_db()
            assert deadly.state == "failed"
            assert len(queries.list_problems(shipment=deadly.shipment)) == 1
            assert Shipment.objects.get(slug=SHIPMENT).state == "shipping"


class TestKilledWorker:
    @pytest.mark.parametrize(
        ("point", "passage"),
        [
            *either(("batch.posted", 3), ("batch.committed", BATCHES)),
            *only_long(
                ("batch.claimed", 3), ("batch.before_post", 3), ("batch.marked", 3), ("batch.committed", 3)
            ),
        ],
    )
    def test_pool_process_is_killed(self, stack: Stack, approved: Approved, point: str, passage: int) -> None:
        fault = stack.fault(point, "kill", passage=passage)
        worker = stack.start_worker(fault=fault)
        command = ship(stack)
        killed = stack.wait_until_reached(fault)
        stack.finish(command)
        stack.wait_until("the pool is whole again", lambda: len(worker.pool() - {killed}) == 2)
        assert_undisturbed(stack, approved)

    @pytest.mark.parametrize(
        "point", [*either("batch.posted"), *only_long("batch.claimed", "batch.committed")]
    )
    def test_worker_is_killed_with_its_pool(self, stack: Stack, approved: Approved, point: str) -> None:
        _, _, worker = hold_in_the_middle(stack, point=point)
        worker.kill_all()
        stack.start_worker()
        assert_undisturbed(stack, approved)

    @pytest.mark.long_form
    def test_worker_is_killed_alone(self, stack: Stack, approved: Approved) -> None:
        """Its pool ends with it: the kernel kills the pool, held or not."""
        fault, _, worker = hold_in_the_middle(stack, point="batch.posted")
        worker.kill()
        stack.wait_until("its pool is gone", lambda: not fault.is_somebody_there())
        stack.start_worker()
        assert_undisturbed(stack, approved)


class TestKilledBroker:
    @pytest.mark.parametrize("point", [*only_long("batch.marked", "batch.claimed")])
    def test_messages_are_in_its_file(self, stack: Stack, approved: Approved, point: str) -> None:
        _, gate, _ = hold_in_the_middle(stack, point=point, processes=1)
        assert stack.queued() > 0
        self.kill(stack)
        gate.open()
        stack.redis.start()
        assert_undisturbed(stack, approved)

    def test_its_file_is_lost_too(self, stack: Stack, approved: Approved) -> None:
        _, gate, _ = hold_in_the_middle(stack, point="batch.marked", processes=1)
        command = ship(stack)
        assert stack.queued() > 0
        self.kill(stack)
        shutil.rmtree(stack.redis.folder)
        gate.open()
        stack.redis.start()
        stack.finish(command)
        assert_undisturbed(stack, approved)

    def test_everything_in_it_is_flushed(self, stack: Stack, approved: Approved) -> None:
        _, gate, _ = hold_in_the_middle(stack, point="batch.marked", processes=1)
        assert stack.queued() > 0
        stack.flush()
        gate.open()
        assert_undisturbed(stack, approved)

    def kill(self, stack: Stack) -> None:
        pid = stack.redis.process_id()
        assert pid is not None
        kill(pid)
        stack.wait_until("Redis is gone", lambda: stack.redis.process_id() is None)


class TestKilledPostgres:
    @pytest.mark.parametrize(
        "point", [*either("batch.marked"), *only_long("batch.claimed", "batch.committed")]
    )
    def test_postmaster_is_killed(self, stack: Stack, approved: Approved, point: str) -> None:
        _, gate, _ = hold_in_the_middle(stack, point=point)
        pid = stack.postgres.process_id()
        assert pid is not None
        kill(pid)
        gate.open()
        stack.postgres.start()
        stack.finish(ship(stack))
        assert_undisturbed(stack, approved)

    @pytest.mark.parametrize(
        "point", [*either("batch.posted"), *only_long("batch.before_post", "batch.marked")]
    )
    def test_backend_is_killed(self, stack: Stack, approved: Approved, point: str) -> None:
        _, gate, _ = hold_in_the_middle(stack, point=point)
        kill(stack.value(IDLE_IN_TRANSACTION))
        gate.open()
        stack.wait_until("PostgreSQL answers again", lambda: stack.value("SELECT 1"))
        assert_undisturbed(stack, approved)
