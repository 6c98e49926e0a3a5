"""The settings of a version to come: one app more, with a migration to apply."""

from tests.faults.settings import *  # noqa: F403 (the fault tests' own, with one app more)

INSTALLED_APPS = [*INSTALLED_APPS, "tests.faults.later"]  # noqa: F405 (it is in tests.faults.settings)
