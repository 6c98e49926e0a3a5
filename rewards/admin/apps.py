"""The admin's name in Django; it has pages and no tables."""

from django.apps import AppConfig


class StaffPagesConfig(AppConfig):
    """The pages of staff. The label keeps apart from that of ``django.contrib.admin``."""

    name = "rewards.admin"
    label = "staff_pages"
    verbose_name = "Staff pages"
