"""Random faults from a seed, and somebody who takes one round after another from draft to shipped."""

import random
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from rewards.rules import operations as rules
from rewards.rules.models import Rule, Season
from rewards.shipments import operations as shipments
from rewards.shipments.models import Shipment
from tests.faults.harness import Program, Stack, frozen, kill
from tests.faults.proxy import Proxy
from tests.tables import day

# A round pays the sales of so many hours of the market, one an hour, in batches of two.
ROUND_HOURS, BATCH_SIZE = 12, 2
ROUNDS_A_RULE = 33

LEAST_SECONDS, MOST_SECONDS = 2.0, 8.0
FREEZE_SECONDS = 3


@dataclass(frozen=True, kw_only=True)
class Event:
    """A fault, how many seconds after the one before it, and a number that chooses among what it may hit."""

    after_seconds: float
    fault: str
    choice: int


def draw_events(*, seed: int, number: int) -> list[Event]:
    """The faults of a seed, in turn: the same for the same seed, however long each takes."""
    drawn = random.Random(seed)
    return [
        Event(
            after_seconds=drawn.uniform(LEAST_SECONDS, MOST_SECONDS),
            fault=drawn.choice(sorted(FAULTS)),
            choice=drawn.randrange(1_000_000),
        )
        for _ in range(number)
    ]


@dataclass(kw_only=True)
class Soak:
    """A stack with two workers, one of them behind a proxy, and two beats, all of them kept running."""

    stack: Stack
    proxy: Proxy
    workers: list[Program] = field(default_factory=list)
    beats: list[Program] = field(default_factory=list)

    def start(self) -> None:
        """Start the workers and the beats."""
        self.workers = [self.stack.start_worker(), self.stack.start_worker(through=self.proxy)]
        self.beats = [self.stack.start_beat(), self.stack.start_beat()]

    def do(self, event: Event) -> None:
        """Let a fault happen, and start again what a supervisor would start again."""
        FAULTS[event.fault](self, event.choice)

    def kill_worker(self, choice: int) -> None:
        place = choice % len(self.workers)
        self.workers[place].kill_all()
        self.workers[place] = self.stack.start_worker(through=self.proxy if place else None)

    def kill_child(self, choice: int) -> None:
        pool = sorted(self.workers[choice % len(self.workers)].pool())
        if pool:
            kill(pool[choice % len(pool)])

    def kill_beat(self, choice: int) -> None:
        place = choice % len(self.beats)
        self.beats[place].kill_all()
        self.beats[place] = self.stack.start_beat()

    def kill_redis(self, _: int) -> None:
        pid = self.stack.redis.process_id()
        if pid is not None:
            kill(pid)
        self.stack.wait_until("Redis is gone", lambda: self.stack.redis.process_id() is None)
        self.stack.redis.start()

    def flush_redis(self, _: int) -> None:
        self.stack.flush()

    def freeze_redis(self, _: int) -> None:
        pid = self.stack.redis.process_id()
        assert pid is not None
        with frozen(pid):
            wait(FREEZE_SECONDS)

    def kill_postmaster(self, _: int) -> None:
        pid = self.stack.postgres.process_id()
        if pid is not None:
            kill(pid)
        self.stack.postgres.start()

    def kill_session(self, choice: int) -> None:
        sessions = self.stack.value("""
            SELECT array_agg(pid ORDER BY pid) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()
        """)
        if sessions:
            with suppress(ProcessLookupError):
                kill(sessions[choice % len(sessions)])
            self.stack.wait_until("PostgreSQL answers again", lambda: self.stack.value("SELECT 1"))

    def lose_connections(self, _: int) -> None:
        self.proxy.forget()

    def reset_connections(self, _: int) -> None:
        self.proxy.reset()
        self.proxy.pass_on()


FAULTS: dict[str, Callable[[Soak, int], None]] = {
    "kill a worker": Soak.kill_worker,
    "kill a process of a pool": Soak.kill_child,
    "kill a beat": Soak.kill_beat,
    "kill Redis": Soak.kill_redis,
    "flush Redis": Soak.flush_redis,
    "freeze Redis": Soak.freeze_redis,
    "kill the postmaster": Soak.kill_postmaster,
    "kill a session of PostgreSQL": Soak.kill_session,
    "lose connections to Redis": Soak.lose_connections,
    "reset connections to Redis": Soak.reset_connections,
}


def wait(seconds: float) -> None:
    """Let time pass, which is what a soak is about."""
    time.sleep(seconds)


def put_rounds(number: int) -> list[str]:
    """Make so many drafts for nobody to plan by itself, and return their names in turn."""
    season = Season.objects.get()
    slugs = []
    for place in range(number):
        rule, turn = divmod(place, ROUNDS_A_RULE)
        if turn == 0:
            rules.put_rule(
                slug=f"soak-{rule}",
                season=season,
                kind="purchase",
                title=f"Soak {rule}",
                starts_at=season.starts_at,
                params=Rule.objects.get(slug="buyers").versions.get().params,
                author="ann",
                as_of=season.starts_at,
            )
        start = day("2026-03-01") + timedelta(hours=ROUND_HOURS * turn)
        slugs.append(f"soak-{place:04}")
        draft = shipments.Draft(
            slug=slugs[-1],
            season=season,
            title=slugs[-1],
            message="",
            window_start=start,
            window_end=start + timedelta(hours=ROUND_HOURS),
            rules=[Rule.objects.get(slug=f"soak-{rule}")],
            plan_due_at=None,
            ships_at=None,
        )
        shipments.put_draft(draft=draft, author="ann")
    return slugs


def move_on(slug: str) -> bool:
    """Do what a person would do next for a round; True once it is shipped. PostgreSQL may be away."""
    try:
        shipment = Shipment.objects.get(slug=slug)
        if shipment.state == "draft" and shipment.plan_due_at is None:
            shipments.request_plan(slug=slug, as_of=timezone.now())
        elif shipment.state == "planned":
            digest = str(shipment.plan_digest)
            shipments.approve(slug=slug, digest=digest, approver="bob", as_of=timezone.now())
        elif shipment.state == "approved":
            shipments.start(slug=slug, as_of=timezone.now(), batch_size=BATCH_SIZE)
        return bool(shipment.state == "shipped")
    except (OperationalError, InterfaceError):
        connection.close()
        return False
