"""ingest_api: signed batches of 500 new events over HTTP, answered and committed by a production server."""

import http.client
import itertools
import json
import re
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils import timezone

from bench import servers
from bench.market import Scale
from bench.measure import Result, Stopwatch, prove
from config import signatures
from marketplace.intake import operations as intake

REPEATS = 3
BATCH = 500
CLIENTS = 4
MESSAGES = {"tiny": 4, "small": 40, "middle": 80, "full": 160}

OURS, YARDSTICK = "/api/v1/events", "/bench/drf/events"
SENDER = "bench"


@dataclass(frozen=True, kw_only=True)
class Post:
    """A batch that is ready to be sent, with the headers of its signature."""

    body: bytes
    headers: dict[str, str]


def run(*, scale: Scale, first: Path) -> Iterator[Result]:
    """Send the same batches to both views, each time into a copy of the empty database."""
    watch, count = Stopwatch(), MESSAGES[scale.name]
    bodies = _bodies(first, count)
    events = sum(body.count(b'"kind"') for body in bodies)
    for number in range(REPEATS):
        for step, path in (("DRF", YARDSTICK), ("ingest_api", OURS)):
            with servers.copied(f"bench_api_{number}_{step.lower()}"):
                secret = intake.add_sender(name=SENDER, by="bench", as_of=timezone.now())
                with servers.web() as port:
                    _send(port, path, _signed(bodies[:4], secret, prefix="warm"))
                    _empty()
                    posts = _signed(bodies, secret, prefix="msg")
                    with watch.time(step):
                        answers = _send(port, path, posts)
                    prove(sum(answer["new"] for answer in answers), events, f"new events by {step}")
                    prove(_stored(), (events, _prices_of(bodies)), f"events in the inbox by {step}")
                    if path == OURS:
                        again = _send(port, path, posts)
                        told = [sum(answer[word] for answer in again) for word in ("new", "known")]
                        prove(told, [0, events], "new and known events of the same messages again")
    yield Result(
        name="ingest_api",
        scale=scale.name,
        seconds=watch.median("ingest_api"),
        yardstick="the same batches validated by DRF serializers into the same tables",
        yardstick_seconds=watch.median("DRF"),
        reach=3,
        faster=True,
        proof="every event of every batch is in the inbox once, by both; the same messages again are known",
        figures={
            "events": events,
            "events_a_second": round(events / watch.median("ingest_api")),
            "drf_events_a_second": round(events / watch.median("DRF")),
            "clients": CLIENTS,
        },
    )


def _bodies(first: Path, count: int) -> list[bytes]:
    """The market's first events as batches of one sender."""
    with first.open("rb") as file:
        lines = [
            re.sub(rb'"source":"[^"]*"', b'"source":"bench"', line.strip(), count=1)
            for line in itertools.islice(file, count * BATCH)
        ]
    return [
        b'{"events":[' + b",".join(lines[start : start + BATCH]) + b"]}"
        for start in range(0, len(lines), BATCH)
    ]


def _signed(bodies: Sequence[bytes], secret: str, *, prefix: str) -> list[Post]:
    """The batches as messages that were signed now."""
    now = int(time.time())
    return [
        Post(
            body=body,
            headers={
                "content-type": "application/json",
                "webhook-id": f"{prefix}_{number}",
                "webhook-timestamp": str(now),
                "webhook-signature": signatures.sign(
                    secret=secret, message_id=f"{prefix}_{number}", timestamp=now, body=body
                ),
            },
        )
        for number, body in enumerate(bodies)
    ]


def _send(port: int, path: str, posts: Sequence[Post]) -> list[dict[str, Any]]:
    """The answers to all posts, sent by several clients that each keep their connection."""
    with ThreadPoolExecutor(CLIENTS) as clients:
        parts = clients.map(
            lambda part: _send_part(port, path, part), [posts[n::CLIENTS] for n in range(CLIENTS)]
        )
        return [answer for part in parts for answer in part]


def _send_part(port: int, path: str, posts: Sequence[Post]) -> list[dict[str, Any]]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    answers = []
    for post in posts:
        connection.request("POST", path, post.body, post.headers)
        answer = connection.getresponse()
        data = answer.read()
        prove(answer.status, 200, f"the status of {path}, which said {data[:200]!r}")
        answers.append(json.loads(data))
    connection.close()
    return answers


def _empty() -> None:
    with servers.superuser() as connection:
        connection.execute("TRUNCATE inbox_event, inbox_batch, intake_delivery")
        connection.execute("CHECKPOINT")


def _stored() -> tuple[int, int]:
    """How many events are in the inbox, and the sum of their prices."""
    with servers.superuser() as connection:
        row = connection.execute("SELECT COUNT(*), COALESCE(SUM(price), 0) FROM inbox_event").fetchone()
    assert row is not None
    return row[0], int(row[1])


def _prices_of(bodies: Sequence[bytes]) -> int:
    """The sum of all prices in the batches."""
    return sum(int(price) for body in bodies for price in re.findall(rb'"price":"(\d+)"', body))
