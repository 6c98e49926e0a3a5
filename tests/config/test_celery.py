"""The settings of Celery as a block: one that is changed or lost alone shows here."""

import logging
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kombu.exceptions import OperationalError

from config import celery
from config.beat import Scheduler
from config.celery import app, send_hints
from config.local.redis import Redis
from rewards import tasks
from tests.faults.proxy import Proxy

# What each is for stands beside it in config/celery.py.
BLOCK: dict[str, Any] = {
    "accept_content": ["json"],
    "beat_scheduler": "config.beat:Scheduler",
    "broker_connection_max_retries": None,
    "broker_connection_retry_on_startup": True,
    "task_acks_late": True,
    "task_ignore_result": True,
    "task_reject_on_worker_lost": True,
    "task_serializer": "json",
    "timezone": "UTC",
    "worker_cancel_long_running_tasks_on_connection_loss": True,
    "worker_prefetch_multiplier": 1,
}
TRANSPORT = {
    "health_check_interval": 10,
    "socket_connect_timeout": 3,
    "socket_keepalive": True,
    "socket_timeout": 5,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "visibility_timeout": 900,
}


def channel(connection: Any) -> Any:
    """The channel of a connection to Redis, with what only Redis's has."""
    return connection.default_channel


class TestBlock:
    def test_is_as_written(self) -> None:
        assert {name: app.conf[name] for name in BLOCK} == BLOCK
        assert app.conf.broker_transport_options == TRANSPORT

    def test_a_task_ends_before_its_message_is_given_out_again(self) -> None:
        assert app.conf.task_soft_time_limit < app.conf.task_time_limit < TRANSPORT["visibility_timeout"] / 2

    def test_a_blocking_read_is_over_before_its_socket_gives_up(self, own_redis: Redis) -> None:
        """Else a worker that has nothing to do would take its broker for dead."""
        with app.connection_for_read() as connection:
            assert 0 < channel(connection).brpop_timeout < TRANSPORT["socket_timeout"]

    def test_a_deaf_worker_notices_well_within_a_minute(self, own_redis: Redis) -> None:
        """Kombu looks for an overdue reply at each interval; tests/faults/test_network.py shows it."""
        with app.connection_for_read() as connection:
            redis = channel(connection)
            assert redis.brpop_timeout + 2 * redis.health_check_interval < 30

    def test_sweeps_have_a_queue_of_their_own_that_every_worker_reads(self) -> None:
        route = app.amqp.router.route({}, celery.SWEEP_TASK)
        assert route["queue"].name == "holdfast.sweep"
        assert set(app.amqp.queues.consume_from) == {"holdfast", "holdfast.sweep"}


class TestBroker:
    @pytest.mark.parametrize("how", ["ack", "reject", "requeue"])
    def test_a_worker_that_cannot_acknowledge_takes_another_message(self, own_redis: Redis, how: str) -> None:
        """Else one whose network was lost while it was busy would never take one again, and not notice."""
        send_hints([(tasks.post, (7,))])
        with (
            Proxy(own_redis.socket) as proxy,
            app.connection_for_read(f"redis://127.0.0.1:{proxy.port}/0") as connection,
        ):
            taking = channel(connection)
            taking.basic_qos(0, 1, False)
            message = taking.basic_get(celery.QUEUE)
            assert not taking.qos.can_consume()
            proxy.reset()
            with pytest.raises(connection.connection_errors):
                getattr(message, how)()
            assert taking.qos.can_consume()


class TestScheduler:
    """The clock as ``celery beat`` runs it, one turn at a time."""

    @pytest.fixture
    def scheduler(self, own_redis: Redis, tmp_path: Path) -> Iterator[Scheduler]:
        clock = Scheduler(app=app, schedule_filename=str(tmp_path / "schedule"))
        yield clock
        clock.close()

    def turn(self, scheduler: Scheduler) -> int:
        """Let what is due be sent, and return how many sweeps wait."""
        scheduler.apply_entry(scheduler.schedule["sweep"], producer=scheduler.producer)
        return celery.count_waiting(celery.SWEEP_QUEUE)

    def test_sends_a_sweep_only_where_none_waits(self, scheduler: Scheduler) -> None:
        """So none expires unseen, however slowly workers take them, and a night without one leaves one."""
        assert [self.turn(scheduler) for _ in range(3)] == [1, 1, 1]
        with app.connection_for_read() as connection:
            channel(connection).queue_purge(celery.SWEEP_QUEUE)
        assert self.turn(scheduler) == 1

    def test_sends_the_next_one_once_redis_is_back(self, scheduler: Scheduler, own_redis: Redis) -> None:
        assert self.turn(scheduler) == 1
        own_redis.stop()
        # What it cannot send is an error in its log, and the clock goes on.
        scheduler.apply_entry(scheduler.schedule["sweep"], producer=scheduler.producer)
        shutil.rmtree(own_redis.folder)
        own_redis.start()
        assert self.turn(scheduler) == 1

    def test_is_the_only_entry(self) -> None:
        (entry,) = app.conf.beat_schedule.values()
        assert entry == {"task": celery.SWEEP_TASK, "schedule": celery.SWEEP_SECONDS}


class TestSendHints:
    def test_sends_them_to_the_queue_of_the_work(self, own_redis: Redis) -> None:
        send_hints([(tasks.plan, ("march",)), (tasks.post, (7,))])
        with app.connection_for_read() as connection:
            assert channel(connection).client.llen("holdfast") == 2

    @pytest.mark.parametrize("network", ["gone", "deaf", "reset"])
    def test_gives_up_within_seconds(self, own_redis: Redis, network: str) -> None:
        """Over TCP, where nobody says that nobody listens; left to itself ``delay`` hangs for 40 s."""
        with Proxy(own_redis.socket) as proxy:
            app.conf.update(broker_write_url=f"redis://127.0.0.1:{proxy.port}/0")
            {"gone": own_redis.stop, "deaf": proxy.black_hole, "reset": proxy.reset}[network]()
            started = time.monotonic()
            with pytest.raises(OperationalError):
                send_hints([(tasks.post, (number,)) for number in range(100)])
            assert time.monotonic() - started < 8


class TestIsNoSweep:
    @pytest.mark.parametrize(
        ("level", "args", "shown"),
        [
            (logging.INFO, {"name": "rewards.sweep"}, False),
            (logging.ERROR, {"name": "rewards.sweep"}, True),
            (logging.INFO, {"name": "rewards.post"}, True),
            (logging.INFO, (), True),
        ],
    )
    def test_leaves_quiet_sweeps_out_of_the_log(self, level: int, args: Any, shown: bool) -> None:
        record = logging.LogRecord("celery.app.trace", level, "", 0, "%s", None, None)
        record.args = args
        assert celery.is_no_sweep(record) is shown
