"""P9: a broker that does not answer, and a network that loses, cuts and slows what passes."""

import time
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore

from rewards.rules.models import Season
from rewards.shipments import operations as shipments
from rewards.staff import operations as staff
from tests.faults.conftest import Approved, django_on
from tests.faults.forms import FULL, either, only_long
from tests.faults.given import SHIPMENT
from tests.faults.harness import Stack, frozen
from tests.faults.proxy import Proxy
from tests.faults.rounds import assert_undisturbed, begin, hold_in_the_middle
from tests.tables import day

FREEZE_SECONDS = 60
QUICK_SECONDS = 5
RECOVERED_SECONDS = 60


def cut(proxy: Proxy) -> None:
    """End all connections with a reset; new ones pass."""
    proxy.reset()
    proxy.pass_on()


SPOILS: dict[str, Callable[[Proxy], None]] = {
    # A firewall forgot the connections: bytes vanish and nobody is told.
    "half-open": Proxy.forget,
    "reset": cut,
    "100 ms": lambda proxy: proxy.delay(0.1),
    "500 ms": lambda proxy: proxy.delay(0.5),
}
# With 500 ms each way Celery needs eight seconds and more for a message, and each batch and sweep has one.
SLOW_SECONDS = 600


def session_of_bob(stack: Stack) -> str:
    """The session of an approver who signed in."""
    with django_on(stack.postgres, database=stack.database):
        staff.put_user(name="bob", roles=["approver", "operator"], password="a long enough password")
        user = User.objects.get(username="bob")
        session = SessionStore()
        session["_auth_user_id"] = str(user.pk)
        session["_auth_user_backend"] = "django.contrib.auth.backends.ModelBackend"
        session["_auth_user_hash"] = user.get_session_auth_hash()
        session.create()
        return str(session.session_key)


def given_draft(stack: Stack, *, slug: str) -> None:
    """A round for a time to come that waits for somebody to have it planned."""
    with django_on(stack.postgres, database=stack.database):
        draft = shipments.Draft(
            slug=slug,
            season=Season.objects.get(),
            title="Later",
            message="",
            window_start=day("2026-05-01"),
            window_end=day("2026-06-01"),
            rules=[],
            plan_due_at=None,
            ships_at=None,
        )
        shipments.put_draft(draft=draft, author="ann")


class TestFrozenRedis:
    """SIGSTOP: connections stay open, and nothing comes back."""

    def test_the_web_answers_and_the_round_ships_later(
        self, stack: Stack, approved: Approved, request: pytest.FixtureRequest
    ) -> None:
        web = stack.start_web()
        session = session_of_bob(stack)
        given_draft(stack, slug="later")
        _, gate, worker = hold_in_the_middle(stack, point="batch.marked", processes=1)
        redis = stack.redis.process_id()
        assert redis is not None
        began = time.monotonic()
        with frozen(redis):
            gate.open()
            asked = time.monotonic()
            assert web.get("/rewards/").status == 200
            # This puts work on the list; the request itself publishes nothing.
            assert web.post("/admin/shipments/later/plan/", session=session).status == 302
            assert time.monotonic() - asked < QUICK_SECONDS
            # The worker notices by its socket_timeout. The long form freezes for the whole minute.
            stack.wait_until(
                "the worker has noticed", lambda: stack.says(worker, "Connection to broker lost")
            )
            if request.config.getoption("--faults") == FULL:
                stack.wait_until("a minute is over", lambda: time.monotonic() - began > FREEZE_SECONDS)
        later = "SELECT state FROM shipments_shipment WHERE slug = 'later'"
        stack.wait_until(
            "what was asked for in the freeze is planned", lambda: stack.value(later) == "planned"
        )
        assert_undisturbed(stack, approved, apart_from=["shipments"])


class TestDeafWorker:
    def test_hears_again_within_a_minute(self, stack: Stack, approved: Approved) -> None:
        """
        Its connections are half-open: nobody closes them, and nothing comes through any more.

        Redis goes on giving messages to the old ones, where they are lost.
        """
        with Proxy(stack.redis.socket) as proxy:
            worker = stack.start_worker(through=proxy)
            stack.wait_until("the worker listens", lambda: " ready." in worker.log.read_text())
            connected = proxy.accepted
            proxy.forget()
            deaf_since = time.monotonic()
            begin(stack)
            stack.wait_until_shipped(SHIPMENT)
            assert time.monotonic() - deaf_since < RECOVERED_SECONDS
            assert proxy.accepted > connected, "it came through a connection that was lost"
            assert_undisturbed(stack, approved)
            # The worker goes first, so that it does not complain of the end of the proxy.
            worker.kill_all()


class TestSpoiltNetwork:
    """Between the worker and Redis; beat and the commands have another way, so hints do come in."""

    @pytest.mark.parametrize("spoil", [*only_long("reset", "500 ms")])
    def test_while_the_worker_is_idle(self, stack: Stack, approved: Approved, spoil: str) -> None:
        with Proxy(stack.redis.socket) as proxy:
            worker = stack.start_worker(through=proxy)
            stack.wait_until("the worker listens", lambda: stack.says(worker, "ready."))
            SPOILS[spoil](proxy)
            begin(stack)
            assert_undisturbed(stack, approved, within_seconds=SLOW_SECONDS)
            worker.kill_all()

    @pytest.mark.parametrize("spoil", [*either("reset", "100 ms"), *only_long("half-open", "500 ms")])
    def test_while_it_is_busy(self, stack: Stack, approved: Approved, spoil: str) -> None:
        with Proxy(stack.redis.socket) as proxy:
            _, gate, worker = hold_in_the_middle(stack, point="batch.marked", processes=1, through=proxy)
            SPOILS[spoil](proxy)
            gate.open()
            assert_undisturbed(stack, approved, within_seconds=SLOW_SECONDS)
            worker.kill_all()
