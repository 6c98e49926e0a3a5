"""The Celery tasks of the market's side."""

from celery import shared_task
from django.utils import timezone

from marketplace.facts import operations as facts


@shared_task(name="marketplace.settle")
def settle() -> None:
    """Take what came in into the facts; with nothing new it writes nothing."""
    facts.refresh(as_of=timezone.now())
