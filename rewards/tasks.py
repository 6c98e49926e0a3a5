"""The Celery tasks: each reads the clock and makes one call. A task that runs twice does its work once."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from config.celery import send_hints
from marketplace.tasks import settle
from rewards import pipeline
from rewards.notices import operations as notices
from rewards.webhooks import delivering as webhooks


@shared_task(name="rewards.plan")
def plan(slug: str) -> None:
    """Plan a shipment if that is due."""
    pipeline.plan_if_due(slug=slug, as_of=timezone.now())


@shared_task(name="rewards.post")
def post(batch_id: int) -> None:
    """Post one batch of a shipment."""
    pipeline.post(batch_id=batch_id, as_of=timezone.now())


@shared_task(name="rewards.mail")
def mail() -> None:
    """Send the mails that are due."""
    notices.send_mails(as_of=timezone.now())


@shared_task(name="rewards.deliver")
def deliver(endpoint_id: int) -> None:
    """Send what is due to one endpoint of the marketplace's."""
    webhooks.deliver(endpoint_id=endpoint_id, clock=timezone.now)


@shared_task(name="rewards.sweep")
def sweep() -> None:
    """Send a hint for everything that is due. Beat calls it all the time; so may anybody but a request."""
    due = pipeline.list_due(as_of=timezone.now())
    hints: list[tuple[Any, tuple[Any, ...]]] = [(settle, ())] if due.events else []
    hints += [(mail, ())] if due.mails else []
    hints += [(plan, (slug,)) for slug in due.plans]
    hints += [(post, (batch_id,)) for batch_id in due.batches]
    hints += [(deliver, (endpoint_id,)) for endpoint_id in due.endpoints]
    if hints:
        send_hints(hints)
