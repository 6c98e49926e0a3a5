"""
Delivers what was announced: at least once, in no promised order, with the same ``webhook-id`` each time.

Nothing is open in the database while a receiver is waited for. A worker notes that it takes a message up,
sends it, and notes what came of it; one that dies in between leaves a message that is sent again.
"""

import hashlib
import json
import logging
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Q

from config import db, failpoints, sealing, signatures
from rewards.webhooks import sending
from rewards.webhooks.models import SEALED_FOR, Delivery, Endpoint
from rewards.webhooks.operations import instant
from rewards.webhooks.sending import Answer

logger = logging.getLogger("holdfast.webhooks")

SQL = db.folder()

# Much longer than a try takes, so that nobody takes up what somebody is at.
LEASE: Final = timedelta(seconds=60)

# A worker is at one endpoint for no longer than this and one try, so that others get their turn.
RUN: Final = timedelta(seconds=20)

FIRST_WAIT_SECONDS: Final = 5
LONGEST_WAIT_SECONDS: Final = 24 * 60 * 60
MOST_ATTEMPTS: Final = 12

# An endpoint that is back is found within this, however long it was away.
LONGEST_REST_SECONDS: Final = 15 * 60


@dataclass(frozen=True, kw_only=True)
class Run:
    """What a worker did at one endpoint."""

    delivered: int
    failed: int


def lease(*, as_of: datetime) -> list[int]:
    """The endpoints whose hints are to be sent now, noted as sent for the length of a lease."""
    return [row["id"] for row in SQL["lease"].rows({"as_of": as_of, "leased_until": as_of + LEASE})]


def deliver(*, endpoint_id: int, clock: Callable[[], datetime]) -> Run:
    """
    Send what is due to an endpoint, one message after the other, until one fails or the time is up.

    A failure ends the run, and the endpoint rests for longer with each failure in a row: what waits for it
    does not use up its tries, nor the workers. Called twice at once, each message is still sent once.
    All go over one connection, if the receiver keeps it.
    """
    endpoint = Endpoint.objects.get(id=endpoint_id)
    with closing(sending.Line(url=endpoint.url)) as line:
        return _deliver(endpoint, line=line, clock=clock)


def _deliver(endpoint: Endpoint, *, line: sending.Line, clock: Callable[[], datetime]) -> Run:
    keys = _keys(endpoint, as_of=clock())
    ends_at = clock() + RUN
    delivered = 0
    while True:
        now = clock()
        claimed = _claim(endpoint_id=endpoint.id, as_of=now) if now < ends_at else None
        if claimed is None:
            quiet = {"quiet_until": now, **({"failures": 0} if delivered else {})}
            Endpoint.objects.filter(id=endpoint.id).update(**quiet)
            return Run(delivered=delivered, failed=0)
        answer = _send(claimed, line=line, keys=keys, as_of=now)
        _note(endpoint, claimed, answer, as_of=clock())
        if answer.problem:
            failures = 1 if delivered else endpoint.failures + 1
            _rest(endpoint, failures=failures, answer=answer, as_of=clock())
            return Run(delivered=delivered, failed=1)
        delivered += 1


def deliver_now(*, endpoint: Endpoint, delivery: Delivery, clock: Callable[[], datetime]) -> Answer | None:
    """Send one message now, also to an endpoint that is off; None if a worker is at it."""
    now = clock()
    claimed = _claim(endpoint_id=endpoint.id, as_of=now, delivery_id=delivery.id)
    if claimed is None:
        return None
    with closing(sending.Line(url=endpoint.url)) as line:
        answer = _send(claimed, line=line, keys=_keys(endpoint, as_of=now), as_of=now)
    _note(endpoint, claimed, answer, as_of=clock())
    return answer


def wait_seconds(*, uid: str, attempt: int) -> float:
    """
    How long the next try waits after so many: 5 seconds, then three times as long each time, up to a day.

    A fifth more or less is drawn from the message's id, so that what failed together does not come together,
    and the same message waits the same.
    """
    exact: int = min(FIRST_WAIT_SECONDS * 3 ** (attempt - 1), LONGEST_WAIT_SECONDS)
    drawn = int.from_bytes(hashlib.sha256(f"{uid}:{attempt}".encode()).digest()[:4], "big") / 2**32
    return exact * (0.8 + 0.4 * drawn)


def message_id(uid: Any) -> str:
    """The ``webhook-id`` of a message."""
    return f"msg_{uid.hex}"


def body_of(*, kind: str, data: dict[str, Any], announced_at: datetime) -> bytes:
    """The body of a message: the same bytes each time."""
    body = {"type": kind, "timestamp": instant(announced_at), "data": data}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def _claim(*, endpoint_id: int, as_of: datetime, delivery_id: int | None = None) -> dict[str, Any] | None:
    params = {
        "endpoint_id": endpoint_id,
        "delivery_id": delivery_id,
        "as_of": as_of,
        "leased_until": as_of + LEASE,
    }
    return next(iter(SQL["claim"].rows(params)), None)


def _keys(endpoint: Endpoint, *, as_of: datetime) -> list[str]:
    """The secrets in force, the newest first; one that cannot be read is left out."""
    found = []
    in_force = endpoint.secrets.filter(Q(ends_at=None) | Q(ends_at__gt=as_of)).order_by("-id")
    for secret in in_force:
        try:
            found.append(sealing.unseal(bytes(secret.sealed), purpose=SEALED_FOR))
        except sealing.Unreadable as error:
            logger.warning("%s: %s", endpoint.name, error)
    return found


def _send(claimed: dict[str, Any], *, line: sending.Line, keys: list[str], as_of: datetime) -> Answer:
    failpoints.reach("delivery.claimed")
    if not keys:
        return Answer(problem="No secret of the endpoint can be read; webhook rotate makes another.")
    data = json.loads(claimed["data"])
    body = body_of(kind=claimed["kind"], data=data, announced_at=claimed["announced_at"])
    timestamp = int(as_of.timestamp())
    signed = message_id(claimed["uid"])
    answer = line.post(
        headers={
            "content-type": "application/json",
            "user-agent": "holdfast",
            "webhook-id": signed,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": " ".join(
                signatures.sign(secret=key, message_id=signed, timestamp=timestamp, body=body) for key in keys
            ),
        },
        body=body,
        seconds=sending.TIMEOUT_SECONDS,
    )
    failpoints.reach("delivery.sent")
    return answer


def _note(endpoint: Endpoint, claimed: dict[str, Any], answer: Answer, *, as_of: datetime) -> None:
    """Write down what came of a try, unless a later one has been begun since: that one says it."""
    delivery = Delivery.objects.filter(id=claimed["id"], state="pending")
    told: dict[str, Any] = {"status": answer.status, "problem": answer.problem, "excerpt": answer.excerpt}
    if not answer.problem:
        delivery.update(state="delivered", delivered_at=as_of, **told)
        return
    logger.info("%s: message %s: %s", endpoint.name, message_id(claimed["uid"]), answer.problem)
    attempt = claimed["attempts"]
    seconds = max(wait_seconds(uid=str(claimed["uid"]), attempt=attempt), answer.wait_seconds)
    delivery.filter(attempts=attempt).update(
        state="dead" if attempt >= MOST_ATTEMPTS else "pending",
        next_at=as_of + timedelta(seconds=seconds),
        **told,
    )


def _rest(endpoint: Endpoint, *, failures: int, answer: Answer, as_of: datetime) -> None:
    """Leave an endpoint alone for a while; for good, until a person says otherwise, if it says so."""
    if answer.status == sending.GONE:
        Endpoint.objects.filter(id=endpoint.id, state="on").update(
            state="gone",
            notice=f"It answered 410 Gone at {as_of:%Y-%m-%d %H:%M:%S} UTC, so nothing more is kept for it.",
        )
    exact: int = min(FIRST_WAIT_SECONDS * 3 ** min(failures - 1, 10), LONGEST_REST_SECONDS)
    rest = timedelta(seconds=max(exact, answer.wait_seconds))
    Endpoint.objects.filter(id=endpoint.id).update(failures=failures, quiet_until=as_of + rest)
