"""Endpoints and messages that the tests begin with, and what became of them as tables."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from marketplace.registry.models import Wallet
from rewards.appeals import operations as appeals
from rewards.appeals.models import Appeal
from rewards.identity.queries import SignedIn
from rewards.shipments.models import Line, Shipment
from rewards.webhooks import delivering
from rewards.webhooks import operations as webhooks
from rewards.webhooks.delivering import Run
from rewards.webhooks.kinds import KINDS
from rewards.webhooks.models import Endpoint
from tests.tables import Table, address, day, read

NOON = day("2026-03-10 12:00")


def endpoint(
    url: str = "https://market.example/hooks", *, name: str = "market", kinds: list[str] | None = None
) -> str:
    """The secret of a new endpoint, which asks for every kind where none is named."""
    return webhooks.add_endpoint(name=name, url=url, kinds=kinds or list(KINDS), by="ann", as_of=NOON)


def announced(key: str = "one", *, kind: str = "flag.paused", at: datetime = NOON, **data: Any) -> None:
    webhooks.announce(kind=kind, key=key, data=data or {"flag": key}, at=at)


def answered(by: str, *, opened: datetime, at: datetime) -> Appeal:
    """What became of a report that a collector sent about its first line."""
    wallet = Wallet.objects.get(address=address(by))
    line = Line.objects.filter(collector_id=wallet.id).order_by("subject")[0]
    who = SignedIn(
        sign_in_id=uuid.uuid4(),
        wallet_id=wallet.id,
        address=wallet.address,
        collector_id=wallet.collector_id,
    )
    sent = appeals.open_appeal(
        signed_in=who,
        round_slug=Shipment.objects.get(id=line.shipment_id).slug,
        rule_version_id=line.rule_version_id,
        subject=line.subject,
        for_shipment_id=line.for_shipment_id,
        text="I paid more.",
        as_of=opened,
    )
    return appeals.answer(appeal_id=sent.id, text="You did not.", by="olga", as_of=at)


def run(*, at: datetime = NOON, name: str = "market") -> Run:
    """What a worker does at the endpoint, all at one instant."""
    return delivering.deliver(endpoint_id=Endpoint.objects.get(name=name).id, clock=lambda: at)


def later(seconds: float, *, after: datetime = NOON) -> datetime:
    return after + timedelta(seconds=seconds)


def deliveries() -> Table:
    """Each message for each endpoint."""
    return read(
        """
        SELECT message.key, endpoint.name, delivery.state, delivery.attempts, delivery.status
        FROM webhooks_delivery AS delivery
        INNER JOIN webhooks_message AS message ON delivery.message_id = message.id
        INNER JOIN webhooks_endpoint AS endpoint ON delivery.endpoint_id = endpoint.id
        """,
        key=lambda row: row["key"],
        endpoint=lambda row: row["name"],
        state=lambda row: row["state"],
        tries=lambda row: str(row["attempts"]),
        status=lambda row: str(row["status"] or ""),
    )
