"""The settings of what fault tests start: config's own, and the one place that arms a failpoint."""

import os

from config import failpoints
from config.settings import *  # noqa: F403 (the environment says which servers, as it does in a production)

if "HOLDFAST_FAILPOINT" in os.environ:
    failpoints.arm(os.environ["HOLDFAST_FAILPOINT"])
