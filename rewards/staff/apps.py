"""The stage's name in Django, which its tables begin with."""

from django.apps import AppConfig


class StaffConfig(AppConfig):
    """Staff, as the database knows them."""

    name = "rewards.staff"
    label = "staff"
    verbose_name = "Staff"
