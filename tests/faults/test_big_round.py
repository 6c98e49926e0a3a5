"""P9: a round of 100,000 awards by four worker processes, of which one is killed every two seconds."""

import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django import DjangoDbBlocker

from config import roles
from config.local.postgres import APP_ROLE, Postgres
from rewards import pipeline
from rewards.shipments import operations as shipments
from tests.faults.conftest import MakeStack, django_on
from tests.faults.forms import say
from tests.faults.given import PROGRAM, SHIPMENT, write_market
from tests.faults.harness import Program, Stack, kill
from tests.faults.outcome import Outcome, differences
from tests.faults.soak import wait

BIG = "big"
AWARDS = 100_000
WORKERS, PROCESSES_EACH = 2, 2
KILL_SECONDS = 2
# Every so manyth kill takes a whole worker, with all its processes; it comes back as fast as Python starts.
WHOLE_WORKER = 5


@pytest.fixture
def big_round(mortal_postgres: Postgres, mortal_folder: Path, django_db_blocker: DjangoDbBlocker) -> Postgres:
    """A server with an approved round of 100,000 awards, each of a sale at a price of its own."""
    roles.create(superuser_url=mortal_postgres.url(), database=BIG)
    market, program = mortal_folder / "big.ndjson", mortal_folder / "big.toml"
    write_market(market, collectors=AWARDS, only_sales=True)
    program.write_text(PROGRAM.replace("10_000_000", "1_000_000_000"))
    with django_db_blocker.unblock(), django_on(mortal_postgres, database=BIG):
        call_command("migrate", verbosity=0)
        roles.grant(role=APP_ROLE)
        call_command("ingest", str(market), foreground=True)
        call_command("program", "apply", str(program), by="ann")
        call_command("shipment", "plan", SHIPMENT, foreground=True)
        digest = str(shipments.get(slug=SHIPMENT).plan_digest)
        call_command("shipment", "approve", SHIPMENT, digest=digest, by="bob")
    return mortal_postgres


def ship(
    make_stack: MakeStack, postgres: Postgres, meanwhile: Callable[[Stack, list[Program]], None]
) -> tuple[Outcome, float]:
    """Ship with two workers of two processes each; what came of it, and the seconds it took."""
    with make_stack(postgres, of=BIG) as stack:
        workers = [stack.start_worker(processes=PROCESSES_EACH) for _ in range(WORKERS)]
        stack.wait_until("all listen", lambda: all(stack.says(worker, "ready.") for worker in workers))
        stack.start_beat()
        began = time.monotonic()
        stack.manage("shipment", "ship", SHIPMENT)
        meanwhile(stack, workers)
        stack.wait_until_shipped(SHIPMENT)
        seconds = time.monotonic() - began
        with django_on(postgres, database=stack.database):
            assert pipeline.list_findings() == []
        return stack.outcome(), seconds


class TestBigRound:
    @pytest.mark.long_form
    def test_is_equal_with_a_worker_killed_every_two_seconds(
        self,
        big_round: Postgres,
        make_stack: MakeStack,
        request: pytest.FixtureRequest,
        record_property: Callable[[str, object], None],
    ) -> None:
        seed = request.config.getoption("--seed") or random.SystemRandom().randrange(1_000_000)
        say(
            request.config,
            f"\nTo repeat these kills: pytest {request.node.nodeid} --faults=full --seed={seed}",
        )
        drawn = random.Random(seed)
        kills = 0

        def kill_every_two_seconds(stack: Stack, workers: list[Program]) -> None:
            nonlocal kills
            state = "SELECT state FROM shipments_shipment"
            due = time.monotonic() + KILL_SECONDS
            while stack.value(state) != "shipped":
                if time.monotonic() >= due:
                    due += KILL_SECONDS
                    kills += 1
                    place, number = drawn.randrange(WORKERS), drawn.randrange(PROCESSES_EACH)
                    pool = sorted(workers[place].pool())
                    if kills % WHOLE_WORKER == 0:
                        workers[place].kill_all()
                        workers[place] = stack.start_worker(processes=PROCESSES_EACH)
                    elif pool:
                        kill(pool[number % len(pool)])
                wait(0.05)

        calm, calm_seconds = ship(make_stack, big_round, meanwhile=lambda *_: None)
        disturbed, seconds = ship(make_stack, big_round, meanwhile=kill_every_two_seconds)
        assert len(calm.awards) == AWARDS
        assert kills
        assert differences(disturbed, calm) == []
        record_property(
            f"{AWARDS:,} awards, {WORKERS * PROCESSES_EACH} worker processes",
            f"in peace {calm_seconds:.1f} s; with {kills} kills, one every {KILL_SECONDS} s, "
            f"{seconds:.1f} s: {seconds / calm_seconds:.1f} times as long; seed {seed}",
        )
