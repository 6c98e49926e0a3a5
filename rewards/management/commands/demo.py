"""Fills a fresh machine with real data and a shipped round: ``manage.py demo``. Again changes nothing."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db.models import Count, Sum
from django.urls import reverse

from marketplace.facts.models import Hold, Sale
from marketplace.registry.models import Collection, Wallet
from rewards.shipments import operations as shipments
from rewards.shipments.models import Award

EVENTS = Path("marketplace/samples")
PROGRAM = Path("rewards/samples/superrare.toml")
AUTHOR, APPROVER = "ann", "bob"


class Command(BaseCommand):
    """Goes the way that staff go, command by command, through the real worker."""

    help = "Load the sample data, apply the sample program, and ship its rounds through the worker."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--address", default="", help="where the web server answers, for the links")

    def handle(self, *_: Any, **options: Any) -> None:
        self._say("Real market data: SuperRare 2018–2019 and MoonCats 2017–2021")
        call_command("ingest", EVENTS / "superrare.ndjson.gz", EVENTS / "mooncats.ndjson.gz", foreground=True)
        self._say("The sample program")
        call_command("program", "apply", PROGRAM, by=AUTHOR)
        for name in ("2019-02", "2019-03"):
            self._ship(name)
        page = options["address"] + reverse("tab:collector", args=[worth_looking_at()])
        sales = Sale.objects.filter(collection_id__in=traded())
        last = sales.order_by("-at").values_list("at", flat=True)[0]
        self.stdout.write(
            "\nA collector worth looking at, as of the end of the data:\n"
            f"{page}?as_of={last:%Y-%m-%dT%H:%M:%SZ}"
        )

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


def traded() -> list[int]:
    """The collections that the sample program's rounds are about."""
    return list(Collection.objects.filter(slug="superrare").values_list("id", flat=True))


def worth_looking_at() -> str:
    """The address of a collector with rounds of lines of several kinds and with holds that still grow."""
    growing = Hold.objects.filter(ended_at=None, collection_id__in=traded()).values("collector_id")
    best = (
        Award.objects.filter(collector_id__in=growing)
        .values("collector_id")
        .annotate(rounds=Count("shipment_id"), total=Sum("amount_xp"))
        .order_by("-rounds", "-total")
    )
    bought = Sale.objects.filter(at__year=2019).values_list("buyer_id", flat=True)
    found = best.filter(collector_id__in=bought).first() or best.first()
    if found is None:
        return Wallet.objects.order_by("id").values_list("address", flat=True)[0]
    return Wallet.objects.values_list("address", flat=True).get(id=found["collector_id"])
