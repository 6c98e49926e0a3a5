"""
The Celery app: a message is a hint to look at the work list, which is in PostgreSQL.

So a message may be lost, repeated or late without harm, and these settings choose repeated over lost.
"""

import logging
import os
from collections.abc import Iterable
from typing import Any

from celery import Celery, Task
from kombu import Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.conf import settings

from config import broker

# Redis gives a message out again when it has not been acknowledged for this long.
VISIBILITY_SECONDS = 900

# What runs on a clock: name → {"task": …, "schedule": seconds}. The sweep looks for everything that is due
# in PostgreSQL, so a message that got lost is sent again after this long.
SWEEP_SECONDS = float(settings.SWEEP_SECONDS)
SWEEP_TASK = "rewards.sweep"
SCHEDULE: dict[str, dict[str, Any]] = {
    "sweep": {"task": SWEEP_TASK, "schedule": SWEEP_SECONDS},
}

# Other applications may share the Redis, so the names are ours. The sweep has a queue of its own: a worker
# takes from both by turns, so what is due is looked for while thousands of batches wait in the other.
QUEUE = "holdfast"
SWEEP_QUEUE = "holdfast.sweep"

# Whoever sends hints or counts them waits no longer for a frozen broker, and not at all for one that is gone.
HINT_OPTIONS = {"socket_timeout": 2, "socket_connect_timeout": 2, "max_retries": 0}


def broker_url(redis_url: str) -> str:
    """The address of a Redis in Celery's spelling, which is Redis's own except for unix sockets."""
    return redis_url.replace("unix://", "redis+socket://", 1)


broker.use()
app = Celery("holdfast")
app.conf.update(
    broker_url=broker_url(settings.REDIS_URL),
    task_default_queue=QUEUE,
    task_queues=[Queue(QUEUE), Queue(SWEEP_QUEUE)],
    task_routes={SWEEP_TASK: {"queue": SWEEP_QUEUE}},
    # Data only: whoever can write to the broker must not be able to run code here.
    accept_content=["json"],
    task_serializer="json",
    timezone="UTC",
    # What a task did is in PostgreSQL. Results in Redis would be a second truth, and would pile up.
    task_ignore_result=True,
    # A message leaves the queue when its work is done, not when it is begun …
    task_acks_late=True,
    # … also when the process that ran it was killed.
    task_reject_on_worker_lost=True,
    # A worker holds one message a process, so that a slow batch keeps no other batch waiting.
    worker_prefetch_multiplier=1,
    # A task is over well before Redis would give its message to a second worker.
    task_soft_time_limit=VISIBILITY_SECONDS // 2 - 60,
    task_time_limit=VISIBILITY_SECONDS // 2 - 30,
    # A worker that starts before Redis, or loses it for a night, waits for it.
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    # Work whose message was lost with the connection comes again; ending it here avoids doing it twice.
    worker_cancel_long_running_tasks_on_connection_loss=True,
    broker_transport_options={
        "visibility_timeout": VISIBILITY_SECONDS,
        # Without a timeout whoever sends or asks on a connection whose other end is gone hangs for ever.
        "socket_timeout": 5,
        "socket_connect_timeout": 3,
        # The kernel asks idle connections, too, and tells of those that a host lost when it went down.
        "socket_keepalive": True,
        # Below common idle limits of proxies and firewalls. A worker that waits for work on a connection
        # whose other end is gone notices after at most twice this: no socket's timeout counts in a wait.
        "health_check_interval": 10,
        # Messages of a killed worker are looked for every few seconds, by every worker.
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
    },
    beat_schedule=SCHEDULE,
    # It sends no sweep while one waits, so that they neither pile up nor expire unseen.
    beat_scheduler="config.beat:Scheduler",
    beat_schedule_filename=str(settings.BASE_DIR / "var" / "beat"),
)
# Without this only the thread that loaded this module would know the app; a web server has many.
app.set_default()
app.autodiscover_tasks(["rewards", "marketplace"])


def send_hints(hints: Iterable[tuple["Task[Any, Any]", tuple[Any, ...]]]) -> None:
    """
    Send a message for each task with its arguments, over one connection of their own.

    Raises kombu's OperationalError if the broker does not take one, after two seconds if it is frozen; what
    was not sent is sent by a later sweep. Never called in a web request.
    """
    with app.connection_for_write(transport_options=HINT_OPTIONS) as connection:
        producer = app.amqp.Producer(connection)
        for task, args in hints:
            task.apply_async(args=args, producer=producer, retry=False)


def count_waiting(queue: str) -> int:
    """
    How many messages wait in a queue for a worker; those that a worker has do not count.

    Raises kombu's OperationalError if the broker does not answer, after two seconds if it is frozen.
    """
    with app.connection_for_write(transport_options=HINT_OPTIONS) as connection:
        # Redis knows a queue by its messages alone, so this makes nothing.
        channel: Any = connection.default_channel
        return int(channel.queue_declare(queue=queue).message_count)


def is_no_sweep(record: logging.LogRecord) -> bool:
    """Whether a line of the log is about something other than a sweep: those would be most of the log."""
    args = record.args
    told = args.values() if isinstance(args, dict) else args or ()
    return SWEEP_TASK not in told or record.levelno > logging.INFO


for name in ("celery.beat", "celery.worker.strategy", "celery.worker.request", "celery.app.trace"):
    logging.getLogger(name).addFilter(is_no_sweep)
