"""
The way of XP from events to the ledger, top to bottom, as the work list in PostgreSQL has it.

Everything here can be called again at any time, by anybody, any number of times: each step looks at the
rows and does what is left to do. Celery messages are only hints to call it (P9).
"""

import logging
from dataclasses import dataclass
from datetime import datetime

from config import failpoints
from marketplace.facts import operations as facts
from marketplace.inbox.models import Batch as EventBatch
from rewards.ledger import queries as ledger
from rewards.ledger.audit import Finding
from rewards.shipments import audit as shipment_audit
from rewards.shipments import operations as shipments
from rewards.shipments.errors import ShipmentError
from rewards.shipments.models import Shipment

logger = logging.getLogger("holdfast.pipeline")


@dataclass(frozen=True, kw_only=True)
class Due:
    """The work that is due: hints to send, each for one task."""

    events: bool
    plans: list[str]
    batches: list[int]


def list_due(*, as_of: datetime) -> Due:
    """
    What is due at an instant. Starts the shipments whose time has come and closes those that are through.

    Batches are noted as hinted for the length of a lease, so that two sweepers do not send twice.
    """
    for slug in Shipment.objects.filter(state="approved", ships_at__lte=as_of).values_list("slug", flat=True):
        try:
            shipments.start(slug=slug, as_of=as_of)
        except ShipmentError as error:
            # Somebody cancelled it between the two statements; its row says so.
            logger.info("%s", error)
    shipments.finish(as_of=as_of)
    plans = Shipment.objects.filter(state__in=["draft", "planned"], plan_due_at__lte=as_of)
    return Due(
        events=EventBatch.objects.filter(settled_at=None).exists(),
        plans=list(plans.order_by("plan_due_at", "id").values_list("slug", flat=True)),
        batches=shipments.lease_batches(as_of=as_of),
    )


def settle(*, as_of: datetime) -> facts.Refreshed:
    """Take what came in into the facts."""
    return facts.refresh(as_of=as_of)


def plan(*, slug: str, as_of: datetime) -> Shipment | None:
    """Plan a shipment on facts that have everything that came in; None if somebody is planning it."""
    settle(as_of=as_of)
    return shipments.plan(slug=slug, as_of=as_of)


def plan_if_due(*, slug: str, as_of: datetime) -> Shipment | None:
    """Plan a shipment if that is still due: a hint that comes twice plans once."""
    if not Shipment.objects.filter(slug=slug, plan_due_at__lte=as_of).exists():
        return None
    return plan(slug=slug, as_of=as_of)


def post(*, batch_id: int, as_of: datetime) -> bool:
    """Post one batch, and close its shipment when it was the last."""
    posted = shipments.post_batch(batch_id=batch_id, as_of=as_of)
    if posted:
        failpoints.reach("batch.committed")
        shipments.finish(as_of=as_of)
    return posted


def list_findings() -> list[Finding]:
    """Every row, from plans to the ledger, that breaks a promise; empty if all is well."""
    return [*shipment_audit.list_findings(), *ledger.list_findings()]
