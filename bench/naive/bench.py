"""naive: awards of the same round by a Celery task a user, on a sample of them, with the same worker."""

import time

from django.db.models import Sum

from bench import servers
from bench.market import Scale
from bench.measure import ProofError, Result, Stopwatch, prove
from bench.naive.models import Balance, Entry
from bench.naive.tasks import award

SAMPLE = {"tiny": 100, "small": 1_000, "middle": 2_000, "full": 3_000}


def run(*, scale: Scale, awards: dict[int, int], award_count: int, post_seconds: float) -> Result:
    """
    Give a sample of ``awards`` (XP by collector) user by user, and compare with what posting took.

    Only the posting is compared: the naive task is told the amount, and works out nothing.
    """
    watch = Stopwatch()
    sample = dict(sorted(awards.items())[:: max(1, len(awards) // SAMPLE[scale.name])])
    with servers.workers():
        award.delay(0, "warm", 1)
        award.delay(0, "warm", 1)
        _wait_for(1)
        servers.settle()
        with watch.time("naive"):
            for user_id, xp in sample.items():
                award.delay(user_id, "round", xp)
            _wait_for(len(sample) + 1)
    _prove(sample)
    awards_a_second = len(sample) / watch.median("naive")
    return Result(
        name="naive",
        scale=scale.name,
        seconds=post_seconds,
        yardstick=f"a Celery task a user, from {len(sample):,} of {award_count:,} awards",
        yardstick_seconds=award_count / awards_a_second,
        reach=500,
        faster=True,
        proof="every sampled user has the XP of the award, once",
        figures={"naive_awards_a_second": round(awards_a_second)},
    )


def _wait_for(entries: int) -> None:
    deadline = time.monotonic() + 600
    while Entry.objects.count() < entries:
        if time.monotonic() > deadline:
            raise ProofError("The naive tasks did not come through within ten minutes.")
        time.sleep(0.02)


def _prove(sample: dict[int, int]) -> None:
    balances = dict(Balance.objects.exclude(user_id=0).values_list("user_id", "xp"))
    wrong = {user for user, _ in balances.items() ^ sample.items()}
    prove(len(wrong), 0, "users whose balance is not their award")
    entries = Entry.objects.exclude(round="warm").aggregate(xp=Sum("xp"))["xp"]
    prove(entries, sum(sample.values()), "sum of the entries")
