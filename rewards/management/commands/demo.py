"""Fills a fresh machine with real data and a shipped round: ``manage.py demo``. Again changes nothing."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.urls import reverse

from marketplace.facts.models import Hold
from marketplace.registry.models import Wallet
from rewards.shipments import operations as shipments
from rewards.shipments.models import Award

EVENTS = Path("marketplace/samples")
PROGRAM = Path("rewards/samples/superrare.toml")
AUTHOR, APPROVER = "ann", "bob"


class Command(BaseCommand):
    """Goes the way that staff go, command by command, through the real worker."""

    help = "Load the sample data, apply the sample program, and ship its rounds through the worker."

    def handle(self, *_: Any, **options: Any) -> None:
        self._say("Real market data: SuperRare 2018–2019 and MoonCats 2017–2021")
        call_command("ingest", EVENTS / "superrare.ndjson.gz", EVENTS / "mooncats.ndjson.gz", foreground=True)
        self._say("The sample program")
        call_command("program", "apply", PROGRAM, by=AUTHOR)
        for name in ("2019-02", "2019-03"):
            self._ship(name)
        wallet = worth_looking_at()
        self.stdout.write(f"\nA collector worth looking at: {reverse('tab:collector', args=[wallet])}")

    def _ship(self, name: str) -> None:
        """Plan, approve and ship a round, from wherever an earlier run left it."""
        if shipments.get(slug=name).state == "shipped":
            self._say(f"Round {name} is shipped")
            return
        self._say(f"Round {name}: plan, approve as a second person, ship")
        if shipments.get(slug=name).state == "draft":
            call_command("shipment", "plan", name)
        shipment = shipments.get(slug=name)
        if shipment.state == "planned" and shipment.plan_digest:
            call_command("shipment", "approve", name, digest=shipment.plan_digest, by=APPROVER)
        call_command("shipment", "ship", name)

    def _say(self, what: str) -> None:
        self.stdout.write(f"\n── {what}")


def worth_looking_at() -> str:
    """The address of the collector with the most rounds, holds that grow, and XP."""
    since = datetime(2018, 4, 1, tzinfo=UTC)
    holders = Hold.objects.filter(ended_at=None, started_at__gte=since).values("collector_id")
    best = Award.objects.filter(collector_id__in=holders).order_by("-shipment_id", "-amount_xp").first()
    if best is None:
        return Wallet.objects.order_by("id").values_list("address", flat=True)[0]
    return Wallet.objects.values_list("address", flat=True).get(id=best.collector_id)
