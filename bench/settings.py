"""
The settings of a bench run: config's own, on servers of its own under var/bench.

The servers are set up as `make run` sets them up, and as durable: fsync and full-page writes are on.
BENCH_DATABASE names the database, of which a run has several.
"""

import os

from config.local import VAR
from config.local.postgres import APP_ROLE, OWNER_ROLE, Postgres
from config.local.redis import Redis

PLACE = VAR / "bench"
POSTGRES = Postgres(folder=PLACE / "postgres")
REDIS = Redis(folder=PLACE / "redis")
NAME = os.environ.get("BENCH_DATABASE", "bench")

os.environ["DATABASE_URL"] = POSTGRES.url(role=APP_ROLE, database=NAME)
os.environ["DATABASE_OWNER_URL"] = POSTGRES.url(role=OWNER_ROLE, database=NAME)
os.environ["REDIS_URL"] = REDIS.url()
os.environ["LOCAL"] = "1"
# The database is to be met, and not the limit.
os.environ["API_REQUESTS_A_MINUTE"] = "1000000000"
os.environ["EVENT_BATCHES_A_MINUTE"] = "1000000"

from config.settings import *  # noqa: E402, F403 (config's settings read the environment set above)

# A rebuild of the facts drops and makes indexes, which the tables' owner alone may do.
DATABASES["owner"] = database(os.environ["DATABASE_OWNER_URL"])  # noqa: F405
ROOT_URLCONF = "bench.urls"
INSTALLED_APPS += ["bench.naive"]  # noqa: F405
