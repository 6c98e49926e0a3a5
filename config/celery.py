"""
The Celery app: a message is a hint to look at the work list, which is in PostgreSQL.

So a message may be lost, repeated or late without harm, and these settings choose repeated over lost.
"""

import os
from typing import Any

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.conf import settings

# Redis gives a message out again when it has not been acknowledged for this long.
VISIBILITY_SECONDS = 900

# What runs on a clock: name → {"task": …, "schedule": seconds}. The sweep looks for everything that is due
# in PostgreSQL, so a message that got lost is sent again after this long.
SWEEP_SECONDS = float(settings.SWEEP_SECONDS)
SCHEDULE: dict[str, dict[str, Any]] = {
    "sweep": {"task": "rewards.sweep", "schedule": SWEEP_SECONDS, "options": {"expires": SWEEP_SECONDS}},
}


def broker_url(redis_url: str) -> str:
    """The address of a Redis in Celery's spelling, which is Redis's own except for unix sockets."""
    return redis_url.replace("unix://", "redis+socket://", 1)


app = Celery("holdfast")
app.conf.update(
    broker_url=broker_url(settings.REDIS_URL),
    # Other applications may share the Redis.
    task_default_queue="holdfast",
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
        # Without a timeout a worker stays deaf for ever on a connection whose other end is gone.
        "socket_timeout": 10,
        "socket_connect_timeout": 3,
        "socket_keepalive": True,
        # Below common idle limits of proxies and firewalls.
        "health_check_interval": 25,
        # Messages of a killed worker are looked for every few seconds, by every worker.
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
    },
    beat_schedule=SCHEDULE,
    beat_schedule_filename=str(settings.BASE_DIR / "var" / "beat"),
)
# Without this only the thread that loaded this module would know the app; a web server has many.
app.set_default()
app.autodiscover_tasks(["rewards", "marketplace"])
