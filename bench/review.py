"""review: what a reviewer reads of a plan, and the page that shows it, on a plan that was generated."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client

from bench import servers
from bench.market import Scale
from bench.measure import Result, Stopwatch, prove, say
from config import db
from rewards.program import file
from rewards.program import operations as program
from rewards.shipments import operations as shipments
from rewards.shipments import planning, queries, review
from rewards.shipments.models import Shipment
from rewards.tab import queries as tab

SQL = db.folder()
PROGRAM = Path(__file__).parent / "program.toml"
NOW = datetime(2026, 2, 1, tzinfo=UTC)
AWARDS = {"tiny": 1_500, "small": 15_000, "middle": 45_000, "full": 150_000}
REPEATS = 3
PATIENCE_SECONDS = 2


def run(*, scale: Scale) -> Iterator[Result]:
    """Write two rounds on a copy of the empty database, and read what a reviewer sees of the second."""
    watch, awards = Stopwatch(), AWARDS[scale.name]
    with servers.copied("bench_review"):
        program.apply(program=file.read(PROGRAM), author="ann", as_of=NOW)
        later = shipments.get(slug="round")
        SQL["review_wallets"].run({"count": awards * 6 // 5})
        say(f"  writing two rounds of {awards:,} awards")
        _went_out(_written(_earlier(later), first=1, awards=awards))
        _written(later, first=awards // 5 + 1, awards=awards)
        servers.settle(vacuum=True)
        for _ in range(REPEATS):
            _read(watch, later, awards=awards)
        statistics = sum(watch.median(step) for step in watch.seconds)
        page = _page(watch)
    yield Result(
        name="review",
        scale=scale.name,
        seconds=max(statistics, page),
        yardstick="two seconds of a reviewer's patience, for the statistics and for the page",
        yardstick_seconds=PATIENCE_SECONDS,
        reach=1,
        proof="counts of awards, and of who is new and who gone, are those of the generator",
        figures={
            "awards": awards,
            "lines": 3 * awards,
            "statistics_seconds": round(statistics, 3),
            "page_seconds": round(page, 3),
        },
    )


def _earlier(later: Shipment) -> Shipment:
    """The round before, with the same rules."""
    draft = shipments.Draft(
        slug="earlier",
        season=later.season,
        title="Earlier",
        message="",
        window_start=later.window_start - timedelta(days=92),
        window_end=later.window_start,
        rules=list(later.rules.all()),
        plan_due_at=None,
        ships_at=None,
    )
    shipments.put_draft(draft=draft, author="ann")
    return shipments.get(slug="earlier")


@transaction.atomic
def _written(shipment: Shipment, *, first: int, awards: int) -> Shipment:
    """The shipment, planned with generated lines for the collectors from ``first`` on."""
    planning.write(shipment=shipment, as_of=NOW)
    SQL["review_lines"].run({"shipment_id": shipment.id, "first": first, "last": first + awards - 1})
    shipments.planning.SQL["insert_awards"].run({"shipment_id": shipment.id})
    planning.sum_up(shipment=shipment, inputs=planning.list_inputs(shipment=shipment), as_of=NOW)
    prove((shipment.award_count, shipment.line_count), (awards, 3 * awards), "awards and lines")
    return shipment


def _went_out(shipment: Shipment) -> None:
    digest = shipment.plan_digest or ""
    shipments.approve(slug=shipment.slug, digest=digest, approver="bob", as_of=NOW)
    shipments.start(slug=shipment.slug, as_of=NOW)


def _read(watch: Stopwatch, shipment: Shipment, *, awards: int) -> None:
    """Each statistic once."""
    earlier = review.get_earlier(shipment=shipment)
    assert earlier is not None
    found: dict[str, Any] = {}
    steps: dict[str, Callable[[], Any]] = {
        "spread": lambda: review.get_spread(shipment=shipment),
        "top awards": lambda: review.list_top_awards(shipment=shipment, earlier=earlier),
        "changes": lambda: review.get_changes(shipment=shipment, earlier=earlier),
        "reasons": lambda: queries.list_reasons(shipment=shipment),
        "rules": lambda: review.list_paid_by_rule(reasons=found["reasons"], earlier=earlier),
        "samples": lambda: review.list_samples(shipment=shipment, reasons=found["reasons"]),
    }
    for name, step in steps.items():
        with watch.time(name):
            found[name] = step()
    with watch.time("words"):
        names = [
            (one.collector_id, one.rule_version_id, one.subject, one.for_shipment_id)
            for one in found["samples"]
        ]
        tab.list_lines(shipment_id=shipment.id, names=names)
    changes = found["changes"]
    prove((changes.new.collectors, changes.gone.collectors), (awards // 5,) * 2, "who is new and who gone")
    prove(sum(one.award_count for one in found["spread"].bins), awards, "awards in the histogram")


def _page(watch: Stopwatch) -> float:
    """The page as a superuser gets it."""
    client = Client(headers={"host": "localhost"})
    client.force_login(User.objects.create(username="bob", is_staff=True, is_superuser=True))
    for _ in range(REPEATS):
        with watch.time("page"):
            response = client.get("/admin/shipments/round/")
        prove(response.status_code, 200, "the page's status")
    return watch.median("page")
