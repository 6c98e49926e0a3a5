"""
Measures the engine, and says how near it comes to what its steps cost at least.

    python -m bench [--scale small|middle|full] [--seed N] [--only liquidity_day]

Ends with 1 where a result is wrong; a ratio out of reach is shown and no error, since machines differ.
"""

import argparse
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"

import django

django.setup()

from bench import (  # noqa: E402
    events_api,
    facts,
    ingest,
    liquidity,
    market,
    report,
    servers,
    settings,
    shipments,
)
from bench.market import Scale  # noqa: E402
from bench.measure import ProofError, Result, say  # noqa: E402


def main() -> None:
    """Run every bench on one market, and write what was found."""
    words = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    words.add_argument("--scale", choices=market.SCALES, default="small")
    words.add_argument("--seed", type=int, default=1)
    words.add_argument(
        "--only", choices=["liquidity_day"], help="this one alone; the others keep their figures"
    )
    chosen = words.parse_args()
    with servers.running():
        servers.migrate()
        try:
            results = list(_results(market.SCALES[chosen.scale], seed=chosen.seed, only=chosen.only))
        except ProofError as error:
            sys.exit(f"Wrong, so that no time counts: {error}")
        now = datetime.now(tz=UTC)
        report.write(results, at=now)
        report.show(results, at=now)


def _results(scale: Scale, *, seed: int, only: str | None) -> Iterator[Result]:
    say(f"drawing a market of {scale.events:,} events")
    first, later = market.write(scale=scale, seed=seed, folder=settings.PLACE)
    if only:
        facts.take_in(first)
        benches = [liquidity.run(scale=scale, seed=seed)]
    else:
        benches = [
            events_api.run(scale=scale, first=first),
            ingest.run(scale=scale, first=first),
            facts.run(scale=scale, later=later),
            liquidity.run(scale=scale, seed=seed),
            shipments.run(scale=scale),
        ]
    for bench in benches:
        for result in bench:
            say(f"{result.name}: {result.ratio:.2f} ×, reach {result.reach_in_words}")
            yield result


if __name__ == "__main__":
    main()
