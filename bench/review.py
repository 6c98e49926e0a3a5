"""
Measures what the review of a plan reads, on a generated plan of 150,000 awards from 450,000 lines.

    python -m bench.review

Ends with 1 where the statistics together, or the page, take longer than they may.
"""

import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"

import django

django.setup()

from django.contrib.auth.models import User  # noqa: E402
from django.db import transaction  # noqa: E402
from django.test import Client  # noqa: E402

from bench import servers  # noqa: E402
from bench.measure import Stopwatch, prove, say  # noqa: E402
from config import db  # noqa: E402
from rewards.program import file  # noqa: E402
from rewards.program import operations as program  # noqa: E402
from rewards.shipments import operations as shipments  # noqa: E402
from rewards.shipments import planning, queries, review  # noqa: E402
from rewards.shipments.models import Shipment  # noqa: E402
from rewards.tab import queries as tab  # noqa: E402

SQL = db.folder()
PROGRAM = Path(__file__).parent / "program.toml"
NOW = datetime(2026, 2, 1, tzinfo=UTC)
AWARDS = 150_000
REPEATS = 3
MOST_SECONDS = 2


def main() -> None:
    """Write two rounds, read what a reviewer sees of the second, and say how long it takes."""
    with servers.running():
        servers.migrate()
        program.apply(program=file.read(PROGRAM), author="ann", as_of=NOW)
        later = shipments.get(slug="round")
        SQL["review_wallets"].run({"count": AWARDS * 6 // 5})
        say(f"writing two rounds of {AWARDS:,} awards")
        _went_out(_written(_earlier(later), first=1))
        _written(later, first=AWARDS // 5 + 1)
        servers.settle(vacuum=True)
        watch = Stopwatch()
        for _ in range(REPEATS):
            _read(watch, later)
        page = _page(watch)
    statistics = sum(watch.median(step) for step in watch.seconds if step != "page")
    say(f"statistics together: {statistics:.2f} s, the page: {page:.2f} s, at most {MOST_SECONDS} s")
    sys.exit(statistics > MOST_SECONDS or page > MOST_SECONDS)


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
def _written(shipment: Shipment, *, first: int) -> Shipment:
    """The shipment, planned with generated lines for the collectors from ``first`` on."""
    planning.write(shipment=shipment, as_of=NOW)
    SQL["review_lines"].run({"shipment_id": shipment.id, "first": first, "last": first + AWARDS - 1})
    shipments.planning.SQL["insert_awards"].run({"shipment_id": shipment.id})
    planning.sum_up(shipment=shipment, inputs=planning.list_inputs(shipment=shipment), as_of=NOW)
    prove((shipment.award_count, shipment.line_count), (AWARDS, 3 * AWARDS), "awards and lines")
    return shipment


def _went_out(shipment: Shipment) -> None:
    digest = shipment.plan_digest or ""
    shipments.approve(slug=shipment.slug, digest=digest, approver="bob", as_of=NOW)
    shipments.start(slug=shipment.slug, as_of=NOW)


def _read(watch: Stopwatch, shipment: Shipment) -> None:
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
        names = [(one.collector_id, one.rule_version_id, one.subject) for one in found["samples"]]
        tab.list_lines(shipment_id=shipment.id, names=names)
    changes = found["changes"]
    prove((changes.new.collectors, changes.gone.collectors), (AWARDS // 5,) * 2, "who is new and who gone")
    prove(sum(one.award_count for one in found["spread"].bins), AWARDS, "awards in the histogram")


def _page(watch: Stopwatch) -> float:
    """The page as a superuser gets it."""
    client = Client(headers={"host": "localhost"})
    client.force_login(User.objects.create(username="bob", is_staff=True, is_superuser=True))
    for _ in range(REPEATS):
        with watch.time("page"):
            response = client.get("/admin/shipments/round/")
        prove(response.status_code, 200, "the page's status")
    return watch.median("page")


if __name__ == "__main__":
    main()
