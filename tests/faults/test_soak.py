"""P9: random faults for minutes, while rounds are planned, approved and shipped one after another."""

import random
import time
from collections.abc import Callable

import pytest
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from rewards import pipeline
from rewards.shipments import operations as shipments
from rewards.shipments.models import Batch
from tests.faults.conftest import Approved, MakeStack, clone, django_on
from tests.faults.forms import say
from tests.faults.outcome import differences, read_outcome
from tests.faults.proxy import Proxy
from tests.faults.soak import BATCH_SIZE, Soak, draw_events, move_on, put_rounds, wait

SOAK, SOAK_CALM = "soak", "soak-calm"

# More than any machine comes to; what no round needs stays a draft.
ROUNDS_A_MINUTE = 60


class TestSoak:
    @pytest.mark.long_form
    def test_rounds_come_out_as_in_peace(
        self,
        approved: Approved,
        make_stack: MakeStack,
        django_db_blocker: DjangoDbBlocker,
        request: pytest.FixtureRequest,
        record_property: Callable[[str, object], None],
    ) -> None:
        minutes = request.config.getoption("--minutes")
        seed = request.config.getoption("--seed") or random.SystemRandom().randrange(1_000_000)
        say(request.config, f"\nTo repeat this one: make soak MINUTES={minutes:g} SEED={seed}")
        with django_db_blocker.unblock():
            approved.postgres.start()
            clone(approved.postgres, name=SOAK)
            with django_on(approved.postgres, database=SOAK):
                slugs = put_rounds(int(ROUNDS_A_MINUTE * minutes) + 1)
            clone(approved.postgres, name=SOAK_CALM, of=SOAK)
            with make_stack(approved.postgres, of=SOAK) as stack, Proxy(stack.redis.socket) as proxy:
                soak = Soak(stack=stack, proxy=proxy)
                soak.start()
                with django_on(stack.postgres, database=stack.database):
                    shipped, faults = self.soak(
                        soak, config=request.config, slugs=slugs, seed=seed, seconds=60 * minutes
                    )
                    assert pipeline.list_findings() == []
                for program in soak.workers:
                    program.kill_all()
                disturbed = stack.outcome()
            with django_on(approved.postgres, database=SOAK_CALM):
                for slug in shipped:
                    ship_in_peace(slug)
            calm = read_outcome(approved.postgres.url(database=SOAK_CALM))
            assert differences(disturbed, calm) == []
        record_property(f"soak, seed {seed}", f"{len(shipped)} rounds, {faults} faults, {minutes:g} minutes")

    def soak(
        self, soak: Soak, *, config: pytest.Config, slugs: list[str], seed: int, seconds: float
    ) -> tuple[list[str], int]:
        """Go on until the time is over and the last round that was begun is shipped."""
        events = iter(draw_events(seed=seed, number=int(seconds) + 1))
        event = next(events)
        began = last = time.monotonic()
        shipped: list[str] = []
        faults = 0
        while time.monotonic() - began < seconds:
            if move_on(slugs[len(shipped)]):
                shipped.append(slugs[len(shipped)])
            if time.monotonic() - last >= event.after_seconds:
                say(config, f"{time.monotonic() - began:6.1f} s, {len(shipped)} rounds: {event.fault}")
                soak.do(event)
                faults += 1
                last, event = time.monotonic(), next(events)
            wait(0.1)
        last_round = slugs[len(shipped)]
        soak.stack.wait_until(f"{last_round} is shipped", lambda: move_on(last_round))
        return [*shipped, last_round], faults


def ship_in_peace(slug: str) -> None:
    """Plan, approve and post a round in this process."""
    shipments.request_plan(slug=slug, as_of=timezone.now())
    planned = pipeline.plan(slug=slug, as_of=timezone.now())
    assert planned is not None
    digest = str(planned.plan_digest)
    shipments.approve(slug=slug, digest=digest, approver="bob", as_of=timezone.now())
    shipments.start(slug=slug, as_of=timezone.now(), batch_size=BATCH_SIZE)
    for batch in Batch.objects.filter(shipment__slug=slug).order_by("number"):
        assert pipeline.post(batch_id=batch.id, as_of=timezone.now())
    shipments.finish(as_of=timezone.now())
