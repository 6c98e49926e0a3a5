"""plan_post, post_again and naive: a round shipped by two processes, posted again, done user by user."""

import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from django.db import transaction

from bench import servers
from bench.duck import Duck
from bench.market import Scale
from bench.measure import ProofError, Result, Stopwatch, prove
from bench.naive import bench as naive
from rewards import tasks
from rewards.fairness import operations as fairness
from rewards.ledger import operations as ledger
from rewards.program import file
from rewards.program import operations as program
from rewards.rules.models import RuleVersion
from rewards.shipments import operations as shipments
from rewards.shipments.models import Award, Batch, Shipment

REPEATS = 3
NOW = datetime(2026, 2, 1, tzinfo=UTC)
PROGRAM = Path(__file__).parent / "program.toml"
ROUND = "round"
AUTHOR, APPROVER = "ann", "bob"

# What a round of this size has at least, so that a slip in the generator does not pass for speed.
LEAST = {
    "tiny": (3_500, 1_200),
    "small": (40_000, 14_000),
    "middle": (130_000, 43_000),
    "full": (450_000, 145_000),
}


def run(*, scale: Scale) -> Iterator[Result]:
    """Ship the round on copies of the database, several times, and once more in this process alone."""
    watch = Stopwatch()
    program.apply(program=file.read(PROGRAM), author=AUTHOR, as_of=NOW)
    # Sales are looked at for signs of wash trades as they come in, so a plan finds that done.
    with watch.time("signals of all sales"):
        fairness.refresh()
    servers.settle(vacuum=True)
    with servers.superuser() as connection:
        duck = _duck(connection)
    for number in range(REPEATS):
        with servers.copied(f"bench_round_{number}"):
            _ship(watch)
            with servers.superuser() as connection:
                duck.connection = connection
                lines, awards = _measure_yardstick(duck, watch)
                _prove_ledger(connection)
            paid = dict(Award.objects.values_list("collector_id", "amount_xp"))
    enough = (lines >= LEAST[scale.name][0], awards >= LEAST[scale.name][1])
    prove(enough, (True, True), "whether there are enough lines and awards")
    copies = sum(watch.median(f"bare COPY of {table}") for table in ("line", "award", "transfer"))
    yield Result(
        name="plan_post",
        scale=scale.name,
        seconds=watch.median("plan and post"),
        yardstick="DuckDB computes the same lines and awards, and bare COPY of lines, awards and transfers",
        yardstick_seconds=watch.median("DuckDB") + copies,
        reach=5,
        proof="lines and awards equal DuckDB's, each award is one transfer, no balance drifted",
        figures={
            "lines": lines,
            "awards": awards,
            "plan_seconds": round(watch.median("plan"), 3),
            "post_seconds": round(watch.median("post"), 3),
            "signals_seconds": round(watch.median("signals of all sales"), 3),
            "awards_a_second": round(awards / watch.median("post")),
        },
    )
    yield _post_again(scale)
    yield naive.run(scale=scale, awards=paid, award_count=awards, post_seconds=watch.median("post"))


def _duck(connection: psycopg.Connection) -> Duck:
    duck = Duck(connection)
    for table in ("facts_hold", "facts_sale", "registry_wallet", "registry_collection"):
        duck.load(table)
    duck.load("inbox_event", columns=["kind", "address"])
    return duck


def _ship(watch: Stopwatch) -> None:
    """Plan, approve and start here; two processes of a worker post."""
    with servers.workers():
        # A hint for a batch that is not there makes each process connect.
        for _ in range(8):
            tasks.post.delay(0)
        servers.settle()
        started = time.perf_counter()
        with watch.time("plan"):
            _plan()
        with watch.time("post"):
            shipments.start(slug=ROUND, as_of=NOW)
            tasks.sweep()
            _wait_until_shipped()
        watch.add("plan and post", time.perf_counter() - started)


def _plan() -> None:
    planned = shipments.plan(slug=ROUND, as_of=NOW)
    assert planned is not None
    assert planned.plan_digest is not None
    shipments.approve(slug=ROUND, digest=planned.plan_digest, approver=APPROVER, as_of=NOW)


def ship_here() -> None:
    """Ship the round in this process, for a bench that begins with it shipped."""
    program.apply(program=file.read(PROGRAM), author=AUTHOR, as_of=NOW)
    fairness.refresh()
    _plan()
    shipments.start(slug=ROUND, as_of=NOW)
    for batch_id in Batch.objects.order_by("number").values_list("id", flat=True):
        shipments.post_batch(batch_id=batch_id, as_of=NOW)
    prove(shipments.finish(as_of=NOW), 1, "shipments that were finished")


def _wait_until_shipped() -> None:
    deadline = time.monotonic() + 600
    while Shipment.objects.get(slug=ROUND).state != "shipped":
        if time.monotonic() > deadline:
            raise ProofError("The round was not shipped within ten minutes.")
        time.sleep(0.05)


def _measure_yardstick(duck: Duck, watch: Stopwatch) -> tuple[int, int]:
    """Compute and copy what the engine has just planned and posted, and compare."""
    versions = {version.rule.slug: version.id for version in RuleVersion.objects.select_related("rule")}
    shipment = Shipment.objects.get(slug=ROUND)
    with watch.time("DuckDB"):
        duck.compute(
            "plan",
            values={
                "window_start": f"{shipment.window_start:%Y-%m-%d %H:%M:%S}",
                "window_end": f"{shipment.window_end:%Y-%m-%d %H:%M:%S}",
                "shipment_id": shipment.id,
                "purchase_version": versions["purchases"],
                "holding_version": versions["holding"],
                "top_volume": 20,
                "minimum_buyers": 5,
                "boost_days": [90, 180, 365],
                "boost_bp": [12_500, 15_000, 20_000],
                "micro_xp_per_purchase": 10_000_000,
                "micro_xp_per_eth": 100_000_000,
                "micro_xp_per_token_day": 500_000,
                "minimum_price_wei": 10**16,
                "minimum_days": 7,
            },
        )
    duck.bare_copy("line", like="shipments_line", step="bare COPY of line", watch=watch)
    duck.bare_copy("award", like="shipments_award", step="bare COPY of award", watch=watch)
    duck.bare_copy_of_table("transfer", like="ledger_transfer", step="bare COPY of transfer", watch=watch)
    return duck.prove_equal("line", like="shipments_line"), duck.prove_equal("award", like="shipments_award")


def _prove_ledger(connection: psycopg.Connection) -> None:
    """Each award is one transfer of that amount, and each balance is the sum of its account's transfers."""
    (missing,) = connection.execute(
        "SELECT COUNT(*) FROM shipments_award AS award FULL JOIN ("
        " SELECT account.holder_id, transfer.amount_xp FROM ledger_transfer AS transfer"
        " JOIN ledger_account AS account ON account.id = transfer.credit_account_id"
        " WHERE transfer.reason = 'award'"
        ") AS paid ON paid.holder_id = award.collector_id AND paid.amount_xp = award.amount_xp"
        " WHERE award.collector_id IS NULL OR paid.holder_id IS NULL"
    ).fetchone() or (None,)
    prove(missing, 0, "awards without their transfer, or transfers without their award")
    (drift,) = connection.execute(
        "SELECT COUNT(*) FROM ledger_account AS account LEFT JOIN ("
        " SELECT account_id, SUM(amount_xp) AS amount_xp FROM ("
        "  SELECT credit_account_id AS account_id, amount_xp FROM ledger_transfer"
        "  UNION ALL SELECT debit_account_id, -amount_xp FROM ledger_transfer"
        " ) AS leg GROUP BY account_id"
        ") AS fold ON fold.account_id = account.id WHERE account.balance_xp <> COALESCE(fold.amount_xp, 0)"
    ).fetchone() or (None,)
    prove(drift, 0, "accounts whose balance is not the sum of their transfers")


def _post_again(scale: Scale) -> Result:
    """Post the round in this process, then ask the ledger for every batch of it once more."""
    watch = Stopwatch()
    with servers.copied("bench_again"):
        _plan()
        shipments.start(slug=ROUND, as_of=NOW)
        batches = list(Batch.objects.order_by("number").values())
        awards = Award.objects.count()
        servers.settle()
        with watch.time("first time"):
            for batch in batches:
                shipments.post_batch(batch_id=batch["id"], as_of=NOW)
        servers.settle()
        for _ in range(REPEATS):
            known = 0
            with watch.time("again"):
                for batch in batches:
                    known += _post_known(batch)
            prove(known, awards, "awards that were posted before")
        with servers.superuser() as connection:
            _prove_ledger(connection)
    return Result(
        name="post_again",
        scale=scale.name,
        seconds=watch.median("again"),
        yardstick="the first time, in one process as well",
        yardstick_seconds=watch.median("first time"),
        reach=0.25,
        proof="every award was known, nothing was written, balances are the sum of transfers",
        figures={"awards": awards},
    )


def _post_known(batch: Mapping[str, Any]) -> int:
    with transaction.atomic():
        posted = ledger.post(entries=shipments.SQL["batch_entries"], params=batch, posted_at=NOW)
    prove(posted.new, 0, "awards posted twice")
    return posted.known
