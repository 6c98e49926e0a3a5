"""What fault tests do with the round of a stack: begin to ship it, stop it in the middle, judge its end."""

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone

from rewards import pipeline
from rewards.shipments import operations as shipments
from tests.faults.conftest import Approved, django_on
from tests.faults.given import BATCH_SIZE, COLLECTORS, SHIPMENT
from tests.faults.harness import DEADLINE_SECONDS, Fault, Gate, Program, Stack
from tests.faults.outcome import differences
from tests.faults.proxy import Proxy

BATCHES = COLLECTORS // BATCH_SIZE

DONE = "SELECT count(*) FROM shipments_batch WHERE state = 'done'"


def begin(stack: Stack, *, as_of: datetime | None = None) -> None:
    """Put the batches on the work list, and leave it to the sweeper to tell the workers."""
    with django_on(stack.postgres, database=stack.database):
        shipments.start(slug=SHIPMENT, as_of=as_of or timezone.now(), batch_size=BATCH_SIZE)


def ship(stack: Stack) -> Program:
    """Start the command that ships, and follows until all is posted."""
    return stack.manage("shipment", "ship", SHIPMENT, "--batch-size", str(BATCH_SIZE))


def hold_in_the_middle(
    stack: Stack, *, point: str, processes: int = 2, through: Proxy | None = None
) -> tuple[Fault, Gate, Program]:
    """Ship until a process of the worker is held at its point, with some batches done and some not."""
    fault = stack.fault(point, "wait", passage=3)
    gate = stack.close_gate(fault)
    worker = stack.start_worker(fault=fault, processes=processes, through=through)
    begin(stack)
    stack.wait_until_reached(fault)
    assert 0 < stack.value(DONE) <= BATCHES - (point != "batch.committed")
    return fault, gate, worker


def assert_undisturbed(
    stack: Stack,
    approved: Approved,
    *,
    apart_from: Sequence[str] = (),
    within_seconds: float = DEADLINE_SECONDS,
) -> None:
    """The round comes to its end, the audit finds nothing, and every row is as where nothing was killed."""
    stack.wait_until_shipped(SHIPMENT, within_seconds=within_seconds)
    with django_on(stack.postgres, database=stack.database):
        assert pipeline.list_findings() == []
    assert differences(stack.outcome(), approved.calm, apart_from=apart_from) == []
