"""rank: a collector's own place and neighbours among all who have XP, against the place alone from Redis."""

import time
from collections.abc import Callable, Iterator
from random import Random
from statistics import median

import redis
from django.utils import timezone

from bench import servers, settings, shipments
from bench.market import Scale
from bench.measure import Result, Stopwatch, prove
from rewards.standings import operations as standings
from rewards.standings import queries
from rewards.standings.models import Standing

LOOKS = 2_000
REPEATS = 3
NEIGHBOURS = 2
BOARD = "bench-board"


def run(*, scale: Scale) -> Iterator[Result]:
    """Ask for the same collectors' places, in turn, of the engine and of a sorted set with their balances."""
    watch, draw = Stopwatch(), Random(scale.events)
    with servers.copied("bench_rank"):
        shipments.ship_here()
        servers.settle(vacuum=True)
        with watch.time("snapshot"):
            standings.take(as_of=timezone.now())
        servers.settle()
        balances = list(Standing.objects.order_by("position").values_list("collector_id", "position"))
        client = redis.Redis.from_url(settings.REDIS.url())
        with watch.time("the same into Redis"):
            # Scores are places from below, so that equal balances have one order in both.
            for start in range(0, len(balances), 1_000):
                part = balances[start : start + 1_000]
                client.zadd(BOARD, {str(collector): -position for collector, position in part})
        asked = [draw.choice(balances) for _ in range(LOOKS)]
        for collector, position in asked[:200]:
            prove(
                (_own(collector), _redis(client, collector)), (position, position), "a collector's position"
            )
        for _ in range(REPEATS):
            watch.add("rank", _p50(_own, asked))
            watch.add("ZREVRANK", _p50(lambda one: _redis(client, one), asked))
        client.delete(BOARD)
    yield Result(
        name="rank",
        scale=scale.name,
        seconds=watch.median("rank"),
        yardstick="Redis ZREVRANK, which tells the place alone",
        yardstick_seconds=watch.median("ZREVRANK"),
        reach=1.2,
        proof="places are the same in both",
        figures={
            "collectors": len(balances),
            "p50_microseconds": round(watch.median("rank") * 1e6),
            "redis_p50_microseconds": round(watch.median("ZREVRANK") * 1e6),
            "snapshot_seconds": round(watch.median("snapshot"), 3),
        },
    )


def _own(collector_id: int) -> int:
    """The position that the engine tells, with the neighbours' rows."""
    board = queries.get_board(collector_id=collector_id, first=0, around=NEIGHBOURS)
    assert board is not None
    assert board.own is not None
    return board.own.position


def _redis(client: redis.Redis, collector_id: int) -> int:
    return int(client.zrevrank(BOARD, str(collector_id))) + 1


def _p50(look: Callable[[int], int], asked: list[tuple[int, int]]) -> float:
    """The median of the seconds that a look takes."""
    seconds = []
    for collector, _ in asked:
        started = time.perf_counter()
        look(collector)
        seconds.append(time.perf_counter() - started)
    return median(seconds)
