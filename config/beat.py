"""The clock: beat has a worker sweep every few seconds, unless a sweep waits for one already."""

from typing import Any

from celery.beat import PersistentScheduler, ScheduleEntry

from config.celery import SWEEP_QUEUE, SWEEP_TASK, count_waiting


class Scheduler(PersistentScheduler):
    """
    Celery's own, which sends no sweep while one waits to be taken.

    Else sweeps would pile up where workers take them slower than they come: behind a slow network, or in a
    night without a worker. Sweeps that expire would not help, since to drop one takes as long as to do it:
    whoever is slower than the clock would find the oldest, which has expired, each time, and never sweep.
    """

    def apply_async(self, entry: ScheduleEntry, *args: Any, **kwargs: Any) -> Any:
        """Send what is due. An error of the broker is logged by Celery, and the next turn tries again."""
        if entry.task == SWEEP_TASK and count_waiting(SWEEP_QUEUE):
            return None
        return super().apply_async(entry, *args, **kwargs)
