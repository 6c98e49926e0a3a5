"""Delivered at least once, by one worker at a time, with the same id, whatever the receiver does."""

import json
import os
import signal
import subprocess
import sys
import textwrap
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.db import connection
from pytest_django import Settings

from config.failpoints import meeting
from rewards import pipeline
from rewards.webhooks import delivering, sending
from rewards.webhooks import operations as webhooks
from rewards.webhooks.delivering import MOST_ATTEMPTS, Run, wait_seconds
from rewards.webhooks.errors import WebhookError
from rewards.webhooks.models import Delivery, Endpoint, Message
from tests.conftest import ClonedDatabase
from tests.facts.given import count_queries
from tests.tables import table
from tests.webhooks.given import NOON, announced, deliveries, endpoint, later, run
from tests.webhooks.receiver import Receiver

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.django_db
class TestDeliver:
    def test_sends_what_is_due_signed_and_as_it_was_announced(self, receiver: Receiver) -> None:
        secret = endpoint(receiver.url)
        announced("one", flag="liquidity", paused=1)

        assert run() == Run(delivered=1, failed=0)
        (got,) = receiver.received
        assert got.path == "/hooks?of=xp"
        assert got.headers["host"] == f"127.0.0.1:{receiver.port}"
        assert got.headers["content-type"] == "application/json"
        assert got.headers["webhook-timestamp"] == str(int(NOON.timestamp()))
        assert got.id == f"msg_{Message.objects.get().uid.hex}"
        assert got.told == {
            "type": "flag.paused",
            "timestamp": "2026-03-10T12:00:00Z",
            "data": {"flag": "liquidity", "paused": 1},
        }
        assert got.is_signed_with(secret)
        assert Delivery.objects.get().delivered_at == NOON

    def test_again_sends_nothing(self, receiver: Receiver) -> None:
        endpoint(receiver.url)
        announced("one")
        run()
        assert run() == Run(delivered=0, failed=0)
        assert len(receiver.received) == 1

    def test_signs_with_every_secret_in_force(self, receiver: Receiver) -> None:
        old = endpoint(receiver.url)
        new = webhooks.rotate_secret(name="market", overlap=timedelta(hours=1), as_of=NOON)
        announced("one")
        announced("two", at=later(3600))
        run()
        run(at=later(3600))
        assert [(one.is_signed_with(old), one.is_signed_with(new)) for one in receiver.received] == [
            (True, True),
            (False, True),
        ]

    def test_a_secret_that_cannot_be_read_is_said_and_nothing_is_sent(
        self, receiver: Receiver, settings: Settings
    ) -> None:
        endpoint(receiver.url)
        announced("one")
        settings.SECRET_KEY = "another " * 10
        assert run() == Run(delivered=0, failed=1)
        assert not receiver.received
        assert Delivery.objects.get().problem.startswith("No secret of the endpoint can be read")

    @pytest.mark.parametrize(
        ("plan", "status", "problem"),
        [
            (500, 500, "It answered 500."),
            (404, 404, "It answered 404."),
            (302, 302, "It answered 302; redirects are not followed."),
            ("reset", None, "It cannot be reached (RemoteDisconnected|It cannot be reached (ConnectionReset"),
            ("silence", None, "No answer came within 0.3 seconds."),
            ("drip", None, "No answer came within 0.3 seconds."),
            ("slow body", 500, "It answered 500."),
        ],
    )
    def test_what_was_not_taken_comes_again_with_its_id(
        self,
        receiver: Receiver,
        monkeypatch: pytest.MonkeyPatch,
        plan: Any,
        status: int | None,
        problem: str,
    ) -> None:
        monkeypatch.setattr(sending, "TIMEOUT_SECONDS", 0.3)
        receiver.plans = [plan]
        receiver.headers = {"location": "http://169.254.169.254/latest/meta-data/"} if plan == 302 else {}
        secret = endpoint(receiver.url)
        announced("one")

        assert run() == Run(delivered=0, failed=1)
        failed = Delivery.objects.get()
        assert failed.status == status
        assert failed.problem.startswith(tuple(problem.split("|")))
        assert (failed.state, failed.attempts) == ("pending", 1)
        assert run(at=later(3)) == Run(delivered=0, failed=0)

        monkeypatch.setattr(sending, "TIMEOUT_SECONDS", 10)
        assert run(at=later(7)) == Run(delivered=1, failed=0)
        first, second = receiver.received
        assert (first.id, first.body) == (second.id, second.body)
        assert first.headers["webhook-timestamp"] != second.headers["webhook-timestamp"]
        assert second.is_signed_with(secret)

    def test_keeps_the_beginning_of_what_a_refusal_says_and_nothing_that_harms(
        self, receiver: Receiver
    ) -> None:
        receiver.plans = [400]
        endpoint(receiver.url)
        announced("one")
        run()
        assert Delivery.objects.get().excerpt == "I said [31m no."

    def test_a_failure_ends_the_run_and_the_endpoint_rests_longer_each_time(self, receiver: Receiver) -> None:
        receiver.plans = [500] * 3
        endpoint(receiver.url)
        for number in range(10):
            announced(f"message-{number}")
        rests, at = [], NOON
        for _ in range(3):
            assert run(at=at) == Run(delivered=0, failed=1)
            quiet_until = Endpoint.objects.get().quiet_until
            rests.append((quiet_until - at).total_seconds())
            assert delivering.lease(as_of=quiet_until - timedelta(seconds=1)) == []
            assert delivering.lease(as_of=quiet_until) != []
            at = quiet_until
        assert rests == [5, 15, 45]
        # What waited has all its tries left, and a success makes the rest short again.
        assert run(at=at).delivered == 10
        assert Endpoint.objects.get().failures == 0

    def test_waits_as_long_as_it_is_asked_to(self, receiver: Receiver) -> None:
        receiver.plans, receiver.headers = [429], {"retry-after": "120"}
        endpoint(receiver.url)
        announced("one")
        run()
        assert Endpoint.objects.get().quiet_until == Delivery.objects.get().next_at == later(120)

    def test_after_the_last_try_it_is_given_up_until_somebody_replays_it(self, receiver: Receiver) -> None:
        receiver.plans = [500] * MOST_ATTEMPTS
        endpoint(receiver.url)
        announced("one")
        at = NOON
        for _ in range(MOST_ATTEMPTS):
            run(at=at)
            at = Delivery.objects.get().next_at
        assert deliveries() == table("""
            key | endpoint | state | tries | status
            one | market   | dead  | 12    | 500
        """)
        assert timedelta(days=3) < at - NOON < timedelta(days=5)
        assert run(at=at) == Run(delivered=0, failed=0)

        assert webhooks.replay(name="market", as_of=at) == 1
        assert webhooks.replay(name="market", as_of=at) == 0
        assert run(at=at) == Run(delivered=1, failed=0)
        assert len(set(receiver.ids())) == 1
        assert len(receiver.ids()) == MOST_ATTEMPTS + 1

    def test_one_message_can_be_replayed_also_one_that_was_taken(self, receiver: Receiver) -> None:
        endpoint(receiver.url)
        announced("one")
        announced("two")
        run()
        first = Delivery.objects.order_by("id")[0]
        assert webhooks.replay(name="market", as_of=NOON, delivery_id=first.id) == 1
        run()
        assert receiver.ids()[2:] == receiver.ids()[:1]
        with pytest.raises(WebhookError, match="has no delivery 0"):
            webhooks.replay(name="market", as_of=NOON, delivery_id=0)

    def test_gone_switches_it_off_with_a_notice_until_it_is_resumed(self, receiver: Receiver) -> None:
        receiver.plans = [410]
        endpoint(receiver.url)
        announced("one")
        run()
        gone = Endpoint.objects.get()
        assert (gone.state, gone.notice) == (
            "gone",
            "It answered 410 Gone at 2026-03-10 12:00:00 UTC, so nothing more is kept for it.",
        )
        announced("two")
        assert Delivery.objects.count() == 1
        assert delivering.lease(as_of=later(9_999)) == []

        webhooks.resume_endpoint(name="market", as_of=later(9_999))
        assert run(at=later(9_999)).delivered == 1
        assert Endpoint.objects.get().notice == ""

    def test_what_happens_in_a_pause_waits_for_its_end(self, receiver: Receiver) -> None:
        endpoint(receiver.url)
        webhooks.pause_endpoint(name="market")
        announced("one")
        assert delivering.lease(as_of=NOON) == []
        assert run() == Run(delivered=0, failed=0)
        webhooks.resume_endpoint(name="market", as_of=NOON)
        assert run() == Run(delivered=1, failed=0)

    def test_one_that_is_broken_keeps_no_other_waiting(self, receiver: Receiver) -> None:
        receiver.plans = [500]
        endpoint(receiver.url)
        endpoint(receiver.url, name="other")
        announced("one")
        assert len(delivering.lease(as_of=NOON)) == 2
        assert run().failed == 1
        assert run(name="other").delivered == 1

    def test_stops_when_its_time_is_up_so_that_others_get_their_turn(self, receiver: Receiver) -> None:
        endpoint(receiver.url)
        for number in range(5):
            announced(f"message-{number}")
        ticks = iter(range(0, 1_000, 4))
        ran = delivering.deliver(endpoint_id=Endpoint.objects.get().id, clock=lambda: later(next(ticks)))
        assert 0 < ran.delivered < 5
        assert delivering.lease(as_of=later(1_000)) == [Endpoint.objects.get().id]

    def test_goes_over_one_connection_while_the_receiver_keeps_it(self, receiver: Receiver) -> None:
        """One that was closed unseen is opened again, and the message is sent once more, with its id."""
        receiver.keeps = True
        receiver.plans = [204, 200, "thank", 204]
        endpoint(receiver.url)
        for number in range(6):
            announced(f"message-{number}")
        assert run() == Run(delivered=6, failed=0)
        assert (len(receiver.received), receiver.connections) == (6, 2)
        # Nothing is kept from one run to the next.
        announced("another")
        run()
        assert receiver.connections == 3

    def test_a_refusal_in_the_middle_is_one_on_a_kept_connection_too(
        self, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sending, "TIMEOUT_SECONDS", 0.3)
        receiver.keeps = True
        receiver.plans = [204, "silence"]
        endpoint(receiver.url)
        announced("one")
        announced("two")
        assert run() == Run(delivered=1, failed=1)
        assert Delivery.objects.get(state="pending").problem == "No answer came within 0.3 seconds."

    def test_asks_the_database_twice_a_message(self, receiver: Receiver) -> None:
        endpoint(receiver.url)
        announced("one")
        one = count_queries(run)
        for number in range(20):
            announced(f"message-{number}")
        assert count_queries(run) == one + 19 * 2

    def test_the_sweep_tells_a_worker_once_a_lease(self, receiver: Receiver) -> None:
        endpoint(receiver.url)
        assert pipeline.list_due(as_of=NOON).endpoints == []
        announced("one")
        (leased,) = pipeline.list_due(as_of=NOON).endpoints
        assert pipeline.list_due(as_of=later(59)).endpoints == []
        assert pipeline.list_due(as_of=later(60)).endpoints == [leased]


class TestWaitSeconds:
    def test_grows_to_a_day_and_is_drawn_from_the_message(self) -> None:
        waits = [wait_seconds(uid="one", attempt=attempt) for attempt in range(1, MOST_ATTEMPTS + 1)]
        assert all(
            0.8 * exact <= wait <= 1.2 * exact
            for wait, exact in zip(waits, [*(5 * 3**n for n in range(9)), *[86_400] * 3], strict=True)
        )
        assert waits == [wait_seconds(uid="one", attempt=n) for n in range(1, MOST_ATTEMPTS + 1)]
        assert wait_seconds(uid="two", attempt=1) != waits[0]


class TestWorkers:
    def test_of_two_at_once_one_sends(self, cloned_database: ClonedDatabase, receiver: Receiver) -> None:
        receiver.plans = ["silence"]
        endpoint(receiver.url)
        announced("one")
        slow: list[Run] = []

        def work() -> None:
            slow.append(run())
            connection.close()

        worker = Thread(target=work)
        worker.start()
        assert receiver.reached.wait(30)
        assert run() == Run(delivered=0, failed=0)
        receiver.gate.set()
        worker.join(30)
        assert slow == [Run(delivered=1, failed=0)]
        assert len(receiver.received) == 1

    def test_one_that_is_killed_after_sending_leaves_it_to_be_sent_again(
        self, cloned_database: ClonedDatabase, receiver: Receiver, tmp_path: Path
    ) -> None:
        endpoint(receiver.url)
        announced("one")
        work = """
            import django; django.setup()
            from config import failpoints
            from rewards.webhooks import delivering
            from tests.webhooks.given import NOON
            failpoints.arm("delivery.sent:kill@1=%s")
            delivering.deliver(endpoint_id=%s, clock=lambda: NOON)
        """
        code = textwrap.dedent(work % (tmp_path, Endpoint.objects.get().id))
        environment = cloned_database.environment() | {
            "LOCAL": "1",
            "WEBHOOK_ALLOWED_HOSTS": "127.0.0.1",
            "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]),
        }
        killed = subprocess.run(
            [sys.executable, "-c", code], env=environment, cwd=ROOT, timeout=120, check=False
        )
        assert killed.returncode == -signal.SIGKILL
        assert len(receiver.received) == 1

        assert run(at=later(59)) == Run(delivered=0, failed=0)
        assert run(at=later(60)) == Run(delivered=1, failed=0)
        first, second = receiver.received
        assert (first.id, json.loads(first.body)) == (second.id, json.loads(second.body))
        assert deliveries() == table("""
            key | endpoint | state     | tries | status
            one | market   | delivered | 2     | 204
        """)

    def test_one_that_comes_back_late_does_not_undo_what_another_noted(
        self, cloned_database: ClonedDatabase, receiver: Receiver
    ) -> None:
        receiver.plans = [204, 500]
        endpoint(receiver.url)
        announced("one")

        tries: list[Run] = []

        def another() -> None:
            # The first was away for longer than its lease, and the second try failed meanwhile.
            if len(receiver.received) == 1:
                tries.append(run(at=later(60)))

        with meeting("delivery.sent", another):
            assert run() == Run(delivered=1, failed=0)
        assert tries == [Run(delivered=0, failed=1)]
        assert Delivery.objects.get().state == "delivered"
