"""What those who run Holdfast look at first; the dashboard and the API read the same."""

from dataclasses import dataclass
from datetime import datetime

from config import db
from rewards.flags import queries as flags
from rewards.flags.models import Pause
from rewards.shipments import queries as shipments
from rewards.shipments.models import Shipment
from rewards.shipments.queries import Progress

SQL = db.folder()


@dataclass(frozen=True, kw_only=True)
class Budget:
    """A season's budget and what is left of it."""

    slug: str
    title: str
    starts_at: datetime
    ends_at: datetime
    budget_xp: int
    left_xp: int


@dataclass(frozen=True, kw_only=True)
class Lag:
    """
    The newest event of the last batch, and what the facts have not taken in yet.

    ``since`` is when the oldest of that came in, and empty where nothing waits; ``newest_at`` and
    ``received_at`` are empty before the first event.
    """

    received_at: datetime | None
    newest_at: datetime | None
    waiting_batches: int
    waiting_events: int
    since: datetime | None


@dataclass(frozen=True, kw_only=True)
class Flight:
    """A shipment on its way, and how far it is."""

    shipment: Shipment
    progress: Progress


@dataclass(frozen=True, kw_only=True)
class Status:
    """All of it at one instant."""

    as_of: datetime
    paused: list[Pause]
    flights: list[Flight]
    lag: Lag
    budgets: list[Budget]


def get_status(*, as_of: datetime) -> Status:
    """What is paused, what is on its way, how late the facts are, and what budgets have left."""
    return Status(
        as_of=as_of,
        paused=flags.list_paused(at=as_of),
        flights=list_flights(),
        lag=get_lag(),
        budgets=list_budgets(as_of=as_of),
    )


def list_budgets(*, as_of: datetime) -> list[Budget]:
    """The seasons with what is left of their budgets, those that go on first."""
    return [Budget(**row) for row in SQL["budgets"].rows({"as_of": as_of})]


def get_lag() -> Lag:
    """How far the facts are behind the inbox."""
    return Lag(**SQL["event_lag"].row())


def list_flights() -> list[Flight]:
    """The shipments on their way, the oldest first."""
    flying = Shipment.objects.filter(state__in=["shipping", "halted"]).order_by("shipping_at", "id")
    return [
        Flight(shipment=shipment, progress=shipments.get_progress(shipment=shipment)) for shipment in flying
    ]
