"""P9: workers that are asked to end, messages that come too early again, and a pause in the middle."""

import re
from collections import Counter

from django.core.management import call_command
from django.utils import timezone

from rewards.flags import operations as flags
from tests.faults.conftest import Approved, django_on
from tests.faults.given import SHIPMENT
from tests.faults.harness import Stack
from tests.faults.rounds import DONE, assert_undisturbed, begin, hold_in_the_middle

# A season of two months that are long over, so that both windows of its series are due at once.
OLD = """
[season.old]
title = "Old"
starts_at = 2025-01-01T00:00:00Z
ends_at = 2025-03-01T00:00:00Z
budget_xp = 1_000

[rule.old-buyers]
kind = "purchase"
season = "old"
title = "Buying then"
xp_per_eth = 1

[series.old]
season = "old"
title = "{month}"
window_start = 2025-01-01T00:00:00Z
period = "monthly"
rules = ["old-buyers"]
"""

RECEIVED = re.compile(r"Task rewards\.post\[([0-9a-f-]+)\] received")


class TestAskedToEnd:
    """SIGTERM, as a deployment sends it."""

    def test_once_it_finishes_what_it_does(self, stack: Stack, approved: Approved) -> None:
        _, gate, worker = hold_in_the_middle(stack, point="batch.posted")
        worker.ask_to_end()
        stack.wait_until("the worker has heard", lambda: stack.says(worker, "Warm shutdown"))
        assert worker.exit_code() is None
        before = stack.value(DONE)
        gate.open()
        stack.wait_until("the worker has ended", lambda: worker.exit_code() is not None)
        assert worker.exit_code() == 0
        assert stack.value(DONE) > before
        stack.start_worker()
        assert_undisturbed(stack, approved)

    def test_twice_what_it_did_is_done_again(self, stack: Stack, approved: Approved) -> None:
        fault, gate, worker = hold_in_the_middle(stack, point="batch.posted", processes=1)
        worker.ask_to_end()
        stack.wait_until("the worker has heard", lambda: stack.says(worker, "Warm shutdown"))
        worker.ask_to_end()
        # What is held cannot hear; an init system would kill it, after its patience.
        worker.kill_all()
        stack.wait_until("nobody is at the batch", lambda: not fault.is_somebody_there())
        gate.open()
        stack.start_worker()
        assert_undisturbed(stack, approved)


class TestShortVisibility:
    """Redis gives a message out again while its task still runs."""

    def test_several_starts_have_one_effect(self, stack: Stack, approved: Approved) -> None:
        # No hints but the first, so that what comes again came from Redis.
        # Before the post, so that it holds up its own batch and no other.
        fault = stack.fault("batch.before_post", "wait", passage=3)
        gate = stack.close_gate(fault)
        workers = [
            stack.start_worker(
                fault=fault, processes=1, BATCH_LEASE_SECONDS="600", HOLDFAST_VISIBILITY_SECONDS="1"
            )
            for _ in range(2)
        ]
        begin(stack)
        stack.wait_until_reached(fault)

        def started_twice() -> bool:
            starts = Counter(
                one for worker in workers for one in RECEIVED.findall(worker.log.read_text(errors="replace"))
            )
            return any(count > 1 for count in starts.values())

        stack.wait_until("a task was started twice", started_twice)
        gate.open()
        assert_undisturbed(stack, approved)


class TestPausedInTheMiddle:
    """What was approved is what ships; to hold it back is an act of its own."""

    def test_the_round_ships_as_approved(self, stack: Stack, approved: Approved) -> None:
        _, gate, _ = hold_in_the_middle(stack, point="batch.posted")
        with django_on(stack.postgres, database=stack.database):
            flags.pause(flag="rule.buyers", reason="Farmed.", by="ann", as_of=timezone.now())
        gate.open()
        assert_undisturbed(stack, approved)


class TestClock:
    """Beat is dead for an hour, and comes back as two."""

    def test_two_beats_catch_up_once(self, stack_without_beat: Stack, approved: Approved) -> None:
        stack = stack_without_beat
        # The sweep begins a round whole; so the calm one is the same but for its batches.
        stack.execute("UPDATE shipments_shipment SET ships_at = now() - INTERVAL '1 hour'")
        for _ in range(2):
            stack.start_worker(processes=1)
        for _ in range(2):
            stack.start_beat()
        assert_undisturbed(stack, approved, apart_from=["batches"])
        assert stack.value("SELECT count(*) FROM shipments_batch") == 1
        (program := stack.folder / "old.toml").write_text(OLD)
        with django_on(stack.postgres, database=stack.database):
            call_command("program", "apply", str(program), by="ann")
        ended = "SELECT count(*) FROM series_series WHERE state = 'ended'"
        stack.wait_until("the series has made its rounds", lambda: stack.value(ended) == 1)
        planned = "SELECT count(*) FROM shipments_shipment WHERE state = 'planned'"
        stack.wait_until("its rounds are planned", lambda: stack.value(planned) == 2)
        assert stack.value("SELECT string_agg(slug, ' ' ORDER BY slug) FROM shipments_shipment") == (
            f"{SHIPMENT} old.2025-01-01 old.2025-02-01"
        )
        assert stack.value("SELECT count(*) FROM series_round") == 2
