"""Changes the Celery app of what fault tests start, after ``config`` has made it."""

import os

from django.apps import AppConfig

from config.celery import app


class FaultsConfig(AppConfig):
    """What a test asks for by a variable that only the settings of the fault tests look at."""

    name = "tests.faults"

    def ready(self) -> None:
        seconds = os.environ.get("HOLDFAST_VISIBILITY_SECONDS")
        if seconds is not None:
            app.conf.broker_transport_options["visibility_timeout"] = int(seconds)
