"""
The settings of a test run: config's own, on servers that only this run uses.

TEST_DATABASE_URL, or DATABASE_URL, names a PostgreSQL to use instead of the embedded one; its role
must be a superuser, since tests make databases and try what each role may do. The database that it
names is left alone. Redis is always an embedded one, because tests empty it and kill it.
"""

import os
from urllib.parse import quote, urlsplit, urlunsplit

from config.local import VAR
from config.local.postgres import OWNER_ROLE, SETTINGS, Postgres
from config.local.redis import Redis

# Several runs may go on in one checkout, so each has servers of its own.
RUN = VAR / "test" / str(os.getpid())
POSTGRES = Postgres(
    folder=RUN / "postgres",
    # Nothing in a test run has to survive a power cut.
    settings=SETTINGS | {"shared_buffers": "64MB", "fsync": "off", "full_page_writes": "off"},
)

# The processes that share a run's tests inherit this environment, where DATABASE_URL is ours from here on.
EXTERNAL_DATABASE_URL = os.environ.get("TEST_DATABASE_URL", os.environ.get("DATABASE_URL", ""))
os.environ["TEST_DATABASE_URL"] = EXTERNAL_DATABASE_URL
SUPERUSER_URL = EXTERNAL_DATABASE_URL or POSTGRES.url()


def as_role(url: str, *, role: str) -> str:
    """The same address, where the superuser acts as a role until it is told otherwise."""
    parts = urlsplit(url)
    option = "options=" + quote(f"-c role={role}")
    return urlunsplit(parts._replace(query="&".join(filter(None, [parts.query, option]))))


os.environ["DATABASE_URL"] = as_role(SUPERUSER_URL, role=OWNER_ROLE)
# Nothing answers here: a test that sends messages asks for the fixture own_redis.
os.environ["REDIS_URL"] = Redis(folder=RUN / "redis-of-no-test").url()
os.environ.pop("DATABASE_OWNER_URL", None)
os.environ["LOCAL"] = "1"

from config.settings import *  # noqa: E402, F403 (config's settings read the environment set above)

# Static files are collected by make run; a test run needs their folder, and must not need make run.
STATIC_ROOT = VAR / "test" / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)

# Tests sign in from one address, all in a minute.
SIGN_IN_TEXTS_A_MINUTE = 1_000_000

# Two runs on one external server must not share a database.
DATABASES["default"]["TEST"] = {"NAME": f"test_holdfast_{os.getpid()}"}  # noqa: F405
