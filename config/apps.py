"""Makes Django load the Celery app, so that a task that any process sends goes to our broker."""

from importlib import import_module

from django.apps import AppConfig


class SetUpConfig(AppConfig):
    """The set-up of this installation: its roles, and the commands that keep them."""

    name = "config"
    verbose_name = "Set-up"

    def ready(self) -> None:
        import_module("config.celery")
