"""
The settings of what fault tests start: config's own, and the one place that arms a failpoint.

HOLDFAST_VISIBILITY_SECONDS has Redis give messages out again sooner than any production would.
"""

import os

from config import failpoints
from config.settings import *  # noqa: F403 (the environment says which servers, as it does in a production)

if "HOLDFAST_FAILPOINT" in os.environ:
    failpoints.arm(os.environ["HOLDFAST_FAILPOINT"])

INSTALLED_APPS = [*INSTALLED_APPS, "tests.faults.apps.FaultsConfig"]  # noqa: F405 (it is in config.settings)
