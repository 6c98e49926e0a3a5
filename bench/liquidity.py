"""liquidity_day: one day of listing and bidding with a pause, over a market of many resting orders."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from random import Random

import psycopg

from bench import servers, settings
from bench.duck import Duck
from bench.market import ETH, STARTS_AT, Collection, Scale, Token, address, stamp
from bench.measure import Result, Stopwatch, prove
from bench.shipments import AUTHOR, NOW
from bench.words import placed
from marketplace.inbox import operations as inbox
from rewards import pipeline
from rewards.program import file
from rewards.program import operations as program
from rewards.rules.models import RuleVersion
from rewards.shipments import operations as shipments
from rewards.shipments.models import Shipment

REPEATS = 3
PROGRAM = Path(__file__).parent / "liquidity.toml"
ROUND = "liquidity-day"

# The day of the round, in seconds after the market began; orders were placed from ten days before it on.
DAY_SECONDS = 86_400
DAY = int((file.read(PROGRAM).shipments[ROUND].window_start - STARTS_AT).total_seconds())

# Of ten orders so many are listings; of a hundred, so many expire within the day.
LISTINGS_OF_TEN = 6
EXPIRING = 25

# Tokens of one unit and who has them on the day.
KEPT = """
    SELECT event.collection, event.contract, event.token_id, wallet.address
    FROM facts_hold AS hold
    INNER JOIN inbox_event AS event ON hold.event_id = event.id
    INNER JOIN registry_wallet AS wallet ON hold.wallet_id = wallet.id
    WHERE hold.ended_at IS NULL AND NOT hold.edition AND event.token_id IS NOT NULL
    ORDER BY hold.key
    LIMIT %s
"""


# The lowest listing of each collection that rests through the day.
FLOORS = """
    SELECT collection.slug, MIN(placed.price)
    FROM facts_order AS placed
    INNER JOIN registry_collection AS collection ON placed.collection_id = collection.id
    WHERE
        placed.side = 'listing'
        AND placed.placed_at <= %(at)s
        AND (placed.ended_at IS NULL OR placed.ended_at >= %(at)s + INTERVAL '1 day')
    GROUP BY collection.slug
"""

# Prices are in steps of 0.0001 ETH.
STEP = ETH // 10_000


def run(*, scale: Scale, seed: int) -> Iterator[Result]:
    """Place the orders on a copy of the database, and plan the day several times."""
    watch = Stopwatch()
    with servers.copied("bench_liquidity"):
        with servers.superuser() as connection:
            path = _draw(connection, scale=scale, seed=seed)
        with path.open("rb") as stream:
            report = inbox.ingest(lines=stream, name=path.name)
        prove(report.problems[:1], [], "orders that were not taken in")
        path.unlink()
        pipeline.settle(as_of=NOW)
        program.apply(program=file.read(PROGRAM), author=AUTHOR, as_of=NOW)
        servers.settle(vacuum=True)
        with servers.superuser() as connection:
            duck = Duck(connection)
            for table in ("facts_order", "registry_wallet"):
                duck.load(table)
            for _ in range(REPEATS):
                servers.settle()
                with watch.time("plan of a day"):
                    shipments.plan(slug=ROUND, as_of=NOW)
                lines, awards = _measure_yardstick(duck, watch)
            (live,) = connection.execute(
                "SELECT COUNT(*) FROM shipments_line WHERE reason <> 'rested_too_short'"
            ).fetchone() or (0,)
    prove(max(live, scale.orders * 9 // 10), live, "orders that rest on the day, at least")
    copies = watch.median("bare COPY of line") + watch.median("bare COPY of award")
    yield Result(
        name="liquidity_day",
        scale=scale.name,
        seconds=watch.median("plan of a day"),
        yardstick="DuckDB computes the same lines and awards, and bare COPY of lines and awards",
        yardstick_seconds=watch.median("DuckDB") + copies,
        reach=5,
        proof="lines and awards equal DuckDB's, row for row, with the pause cut out",
        figures={
            "lines": lines,
            "awards": awards,
            "duckdb_seconds": round(watch.median("DuckDB"), 3),
            "copy_seconds": round(copies, 3),
        },
    )


def _draw(connection: psycopg.Connection, *, scale: Scale, seed: int) -> Path:
    """Write the orders to a file: listings by who has the tokens, bids by anybody, in order of time."""
    # The market drew from the seed itself, and its orders must not come again.
    draw = Random(seed + 2)
    floors = dict(connection.execute(FLOORS, {"at": STARTS_AT + timedelta(seconds=DAY)}).fetchall())
    collections: dict[str, Collection] = {}
    kept = connection.execute(KEPT, [scale.orders * LISTINGS_OF_TEN // 10]).fetchall()
    lines: list[tuple[int, str]] = []
    for number in range(scale.orders):
        slug, contract, token_id, owner = kept[number % len(kept)]
        collection = collections.setdefault(
            slug,
            Collection(slug=slug, contract=contract, is_edition=False, floor=float(floors.get(slug, ETH))),
        )
        token = Token(collection=collection, token_id=token_id, owners={})
        at = DAY + int(DAY_SECONDS * draw.uniform(-10, 0.9))
        ends = DAY + int(DAY_SECONDS * (draw.random() if draw.randrange(100) < EXPIRING else 1.5))
        listing = number < len(kept)
        # Most listings are within twice the floor, most bids within half of it.
        over = 1 + draw.expovariate(2) if listing else max(0.05, 0.97 - draw.expovariate(3))
        line = placed(
            "listing" if listing else "bid",
            token,
            at=stamp(at),
            order=f"0x{draw.getrandbits(256):064x}",
            maker=owner if listing else address("wallet", draw.randrange(scale.wallets)),
            price=max(1, round(collection.floor * over / STEP)) * STEP,
            expires=stamp(max(ends, at + 600)),
            place="token" if listing or draw.random() < 0.7 else "collection",
        )
        lines.append((at, line))
    path = settings.PLACE / "orders.ndjson"
    path.write_text("".join(line for _, line in sorted(lines)))
    return path


def _measure_yardstick(duck: Duck, watch: Stopwatch) -> tuple[int, int]:
    """Compute and copy what the engine has just planned, and compare."""
    versions = {version.rule.slug: version.id for version in RuleVersion.objects.select_related("rule")}
    shipment = Shipment.objects.get(slug=ROUND)
    with watch.time("DuckDB"):
        duck.compute(
            "liquidity",
            values={
                "window_start": f"{shipment.window_start:%Y-%m-%d %H:%M:%S}",
                "window_end": f"{shipment.window_end:%Y-%m-%d %H:%M:%S}",
                "live_from": ["2025-12-20 00:00:00", "2025-12-20 15:00:00"],
                "live_until": ["2025-12-20 12:34:56", "2025-12-21 00:00:00"],
                "shipment_id": shipment.id,
                "listing_version": versions["listers"],
                "bidding_version": versions["bidders"],
                "listing_micro_xp": 2_000_000,
                "bidding_micro_xp": 3_000_000,
                "minimum_rest": 1_800,
                "best": 50,
            },
        )
    duck.bare_copy("line", like="shipments_line", step="bare COPY of line", watch=watch)
    duck.bare_copy("award", like="shipments_award", step="bare COPY of award", watch=watch)
    return duck.prove_equal("line", like="shipments_line"), duck.prove_equal("award", like="shipments_award")
