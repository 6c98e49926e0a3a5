"""Gives the app's database role its privileges; run after every migration, as the owner."""

from typing import Any

import dj_database_url
from django.conf import settings
from django.core.management.base import BaseCommand

from config import roles


class Command(BaseCommand):
    """Grant the role that DATABASE_URL names what the app needs on the tables of this database."""

    help = "Give the app's database role its privileges. Run it after every migration; again changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        """Grant, unless owner and app are one role, which has every right already."""
        app_role = dj_database_url.parse(settings.DATABASE_URL)["USER"]
        if app_role == settings.DATABASES["default"]["USER"]:
            self.stdout.write(f"{app_role} owns the tables and is also the app's role: nothing to grant.")
            return
        roles.grant(role=app_role)
        self.stdout.write(f"{app_role} has its privileges.")
