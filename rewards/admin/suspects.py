"""Gathers the sales that signals speak against, as the page of flagged sales shows them."""

from dataclasses import dataclass
from uuid import UUID

from rewards.fairness import queries as fairness
from rewards.fairness.queries import Counted, FlaggedSale
from rewards.rules.models import Season
from rewards.tab import evidence, names
from rewards.tab.rows import Token


@dataclass(frozen=True, kw_only=True)
class Suspect:
    """A flagged sale with what speaks against it, in sentences."""

    sale: FlaggedSale
    name: str
    said: list[str]


@dataclass(frozen=True, kw_only=True)
class Queue:
    """
    A page of flagged sales, newest first; ``next_after`` is empty on the last one.

    ``threshold`` is the lowest that a season has; ``is_paid`` where no season has one.
    """

    suspects: list[Suspect]
    decided: bool
    threshold: int
    is_paid: bool
    waiting: int
    counted: list[Counted]
    next_after: UUID | None


def get_queue(*, decided: bool, after: UUID | None) -> Queue:
    """A page of the sales that wait for a decision, or of those that had one."""
    thresholds = Season.objects.exclude(wash_threshold=None).order_by("wash_threshold")
    own = thresholds.values_list("wash_threshold", flat=True).first()
    threshold = own or fairness.SHOWN_FROM
    found = fairness.list_flagged(threshold=threshold, decided=decided, after=after)
    return Queue(
        suspects=[
            Suspect(sale=sale, name=_name(sale), said=evidence.sentences(sale.signals)) for sale in found
        ],
        decided=decided,
        threshold=threshold,
        is_paid=own is None,
        waiting=fairness.count_waiting(threshold=threshold),
        counted=fairness.count_by_signal(),
        next_after=found[-1].key if len(found) == fairness.QUEUE else None,
    )


def _name(sale: FlaggedSale) -> str:
    # Only the collection and the number are named.
    return names.token_name(Token(contract="", collection=sale.collection, token_id=sale.token_id))
