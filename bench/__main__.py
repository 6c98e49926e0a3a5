"""
Measures the engine, and says how near it comes to what its steps cost at least.

    python -m bench [--scale tiny|small|middle|full] [--seed N] [--only NAME]…

Ends with 1 where a result is wrong; a ratio out of reach is shown and no error, since machines differ.
"""

import argparse
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
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
    rank,
    report,
    review,
    servers,
    settings,
    shipments,
    tab,
)
from bench.market import Scale  # noqa: E402
from bench.measure import ProofError, Result, say  # noqa: E402

# Those that begin with an empty database, and those that read a market that was taken in, with its facts.
FROM_NOTHING = ("ingest_api", "review", "ingest")
FROM_FACTS = ("facts", "liquidity_day", "plan_post", "tab", "rank")


def main() -> None:
    """Run every bench on one market, and write what was found."""
    words = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    words.add_argument("--scale", choices=market.SCALES, default="small")
    words.add_argument("--seed", type=int, default=1)
    words.add_argument(
        "--only",
        choices=FROM_NOTHING + FROM_FACTS,
        action="append",
        help="this one alone, or these; the others keep their figures",
    )
    chosen = words.parse_args()
    # Stopped from outside, the run still takes its servers down.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("The run was stopped."))
    only = chosen.only or FROM_NOTHING + FROM_FACTS
    with servers.running():
        servers.migrate()
        try:
            results = list(_results(market.SCALES[chosen.scale], seed=chosen.seed, only=only))
        except ProofError as error:
            sys.exit(f"Wrong, so that no time counts: {error}")
        now = datetime.now(tz=UTC)
        report.write(results, at=now)
        report.show(results, at=now)


def _results(scale: Scale, *, seed: int, only: Sequence[str]) -> Iterator[Result]:
    say(f"drawing a market of {scale.events:,} events")
    first, later = market.write(scale=scale, seed=seed, folder=settings.PLACE)
    benches: dict[str, Callable[[], Iterator[Result]]] = {
        "ingest_api": lambda: events_api.run(scale=scale, first=first),
        "review": lambda: review.run(scale=scale),
        "ingest": lambda: ingest.run(scale=scale, first=first),
        "facts": lambda: facts.run(scale=scale, later=later),
        "liquidity_day": lambda: liquidity.run(scale=scale, seed=seed),
        "plan_post": lambda: shipments.run(scale=scale),
        "tab": lambda: tab.run(scale=scale),
        "rank": lambda: rank.run(scale=scale),
    }
    for name in FROM_NOTHING + FROM_FACTS:
        if name == FROM_FACTS[0] and "ingest" not in only and set(only) & set(FROM_FACTS):
            facts.take_in(first)
        if name not in only:
            continue
        say(name)
        for result in benches[name]():
            say(f"{result.name}: {result.ratio:.2f} ×, reach {result.reach_in_words}")
            yield result


if __name__ == "__main__":
    main()
