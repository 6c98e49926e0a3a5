"""
The PostgreSQL and Redis that run under var/ when the environment names no servers of its own.

The addresses follow from the place of the checkout alone, so that settings can name a server
without starting it. ``python -m config.run`` starts and stops them.
"""

from pathlib import Path

from config.local.postgres import APP_ROLE, DATABASE, OWNER_ROLE, Postgres
from config.local.redis import Redis

VAR = Path(__file__).resolve().parent.parent.parent / "var"
POSTGRES = Postgres(folder=VAR / "postgres")
REDIS = Redis(folder=VAR / "redis")


def database_url() -> str:
    """Where the app connects: as a role that owns nothing."""
    return POSTGRES.url(role=APP_ROLE, database=DATABASE)


def owner_url() -> str:
    """Where migrations connect: as the role that owns the tables."""
    return POSTGRES.url(role=OWNER_ROLE, database=DATABASE)


def redis_url() -> str:
    """Where Celery's messages go."""
    return REDIS.url()
