"""Announces what happened, in the transaction in which it happens, and keeps the list of who is told."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from config import sealing, signatures
from config.db import Params, Statement, folder
from rewards.webhooks import addresses
from rewards.webhooks.errors import WebhookError
from rewards.webhooks.kinds import KINDS, TEST
from rewards.webhooks.models import SEALED_FOR, Delivery, Endpoint, Message, Secret

SQL = folder()

# A sweep forgets so many at most; the next ones go on.
PRUNED_A_STEP: Final = 10_000

NAME: Final = re.compile(r"[a-z0-9._-]{1,64}")


def announce(*, kind: str, key: str, data: Mapping[str, Any], at: datetime, only: int | None = None) -> int:
    """
    Write down something that happened, and return how many endpoints asked for its kind.

    Runs in the caller's transaction, so what is undone was never announced. The same kind and key again
    changes nothing. It is sent by workers, later. ``only`` is an endpoint that is told whatever it asked for.
    """
    params = {"key": key, "data": json.dumps(data)}
    return _announce(kind=kind, messages=SQL["one_message"], params=params, at=at, only=only)


def announce_all(
    *, kind: str, messages: Statement, params: Params, at: datetime, is_kept: bool = False
) -> int:
    """
    Announce each row of ``key, data`` that a statement returns, as ``announce`` does.

    Unless it ``is_kept`` in any case, nothing is written, and the statement is not read, while no endpoint
    asks for the kind.
    """
    # Asked apart: a batch of awards would spend more on the planning of the other statement.
    if not is_kept and not SQL["is_asked_for"].row({"kind": kind})["is_asked_for"]:
        return 0
    return _announce(kind=kind, messages=messages, params=params, at=at)


def _announce(
    *, kind: str, messages: Statement, params: Params, at: datetime, only: int | None = None
) -> int:
    values = {**params, "kind": kind, "announced_at": at, "only": only}
    return SQL["announce"].fill(messages=messages).run(values)


def instant(at: datetime) -> str:
    """An instant as messages have it: to the second in UTC, such as 2026-03-01T12:00:00Z."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def add_endpoint(*, name: str, url: str, kinds: Sequence[str], by: str, as_of: datetime) -> str:
    """
    Tell an address what happens from now on, and return the secret that it is signed with.

    Raises WebhookError. Whether the host leads to a public address is looked at whenever something is sent.
    """
    if Endpoint.objects.filter(name=name).exists():
        raise WebhookError(f"There is an endpoint called {name}; webhook rotate gives it another secret.")
    if not NAME.fullmatch(name):
        raise WebhookError("An endpoint's name is 1 to 64 of a-z 0-9 . _ -")
    unknown = [kind for kind in kinds if kind not in KINDS]
    if unknown or not kinds:
        raise WebhookError(
            f"{unknown[0] if unknown else 'Nothing'} is no kind of message; there are {', '.join(KINDS)}."
        )
    addresses.read_url(url)
    with transaction.atomic():
        endpoint = Endpoint.objects.create(
            name=name, url=url, kinds=sorted(set(kinds)), added_by=by, added_at=as_of, quiet_until=as_of
        )
        return _new_secret(endpoint, as_of)


@transaction.atomic
def rotate_secret(*, name: str, overlap: timedelta, as_of: datetime) -> str:
    """Give an endpoint another secret and return it; until the overlap ends messages are signed with both."""
    endpoint = _locked(name)
    ends_at = as_of + overlap
    endpoint.secrets.filter(Q(ends_at=None) | Q(ends_at__gt=ends_at)).update(ends_at=ends_at)
    return _new_secret(endpoint, as_of)


@transaction.atomic
def pause_endpoint(*, name: str) -> bool:
    """Send nothing more for now; what is announced waits. Returns whether anything changed."""
    endpoint = _locked(name)
    if endpoint.state not in ("on", "paused"):
        raise WebhookError(f"{name} is {endpoint.state} already; nothing is sent to it.")
    return bool(Endpoint.objects.filter(id=endpoint.id, state="on").update(state="paused"))


@transaction.atomic
def resume_endpoint(*, name: str, as_of: datetime) -> bool:
    """
    Send again, at once, also to one that is resting after failures or answered 410.

    Returns whether it was off. Raises WebhookError for one that was revoked.
    """
    endpoint = _locked(name)
    if endpoint.state == "revoked":
        raise WebhookError(f"{name} was revoked, which is for good. Add another endpoint.")
    Endpoint.objects.filter(id=endpoint.id).update(state="on", notice="", failures=0, quiet_until=as_of)
    return endpoint.state != "on"


@transaction.atomic
def revoke_endpoint(*, name: str, as_of: datetime) -> int:
    """Tell an endpoint nothing more, for good, and return how many messages it does not get any more."""
    endpoint = _locked(name)
    if endpoint.state == "revoked":
        raise WebhookError(f"{name} was revoked before.")
    Endpoint.objects.filter(id=endpoint.id).update(state="revoked", notice="")
    endpoint.secrets.filter(Q(ends_at=None) | Q(ends_at__gt=as_of)).update(ends_at=as_of)
    return Delivery.objects.filter(endpoint=endpoint, state="pending").update(
        state="dead", problem="The endpoint was revoked."
    )


@transaction.atomic
def replay(*, name: str, as_of: datetime, delivery_id: int | None = None) -> int:
    """
    Send again what was given up, with all its tries; or one message, also one that was delivered.

    Returns how many; none when there is nothing to send again. It has the ``webhook-id`` of before, so a
    receiver that knows it does nothing. Raises WebhookError.
    """
    endpoint = _locked(name)
    if endpoint.state == "revoked":
        raise WebhookError(f"{name} was revoked; nothing is sent to it.")
    chosen = Q(state="dead") if delivery_id is None else Q(id=delivery_id) & ~Q(state="pending")
    again = Delivery.objects.filter(chosen, endpoint=endpoint).update(
        state="pending", attempts=0, next_at=as_of, delivered_at=None
    )
    if again:
        Endpoint.objects.filter(id=endpoint.id).update(quiet_until=as_of)
    elif delivery_id is not None and not Delivery.objects.filter(id=delivery_id, endpoint=endpoint).exists():
        raise WebhookError(f"{name} has no delivery {delivery_id}.")
    return again


@transaction.atomic
def announce_test(*, name: str, by: str, as_of: datetime) -> tuple[Endpoint, Delivery]:
    """Write a message for one endpoint alone, so that whoever keeps it sees one. Raises WebhookError."""
    endpoint = _locked(name)
    if endpoint.state == "revoked":
        raise WebhookError(f"{name} was revoked; nothing is sent to it.")
    key = f"{name}:{as_of.isoformat()}"
    announce(kind=TEST, key=key, data={"asked_by": by}, at=as_of, only=endpoint.id)
    message = Message.objects.get(kind=TEST, key=key)
    return endpoint, Delivery.objects.get(message=message, endpoint=endpoint)


@transaction.atomic
def prune(*, before: datetime) -> int:
    """Forget what was delivered or given up before an instant, and return how many messages are gone."""
    told = SQL["prune_deliveries"].run({"before": before, "most": None})
    return told + SQL["prune_messages"].run({"before": before})


def prune_step(*, as_of: datetime) -> int:
    """Forget some of what ``get_kept_since`` no longer keeps, for a sweeper that has other things to do."""
    return SQL["prune_deliveries"].run({"before": get_kept_since(as_of=as_of), "most": PRUNED_A_STEP})


def get_kept_since(*, as_of: datetime) -> datetime | None:
    """
    From which midnight (UTC) on what is over is kept; None where everything is.

    Only at midnight does something become too old, so that a sweep in between has nothing to do.
    """
    if not settings.WEBHOOK_KEEP_DAYS:
        return None
    today = as_of.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today - timedelta(days=settings.WEBHOOK_KEEP_DAYS)


def _locked(name: str) -> Endpoint:
    endpoint = Endpoint.objects.select_for_update(no_key=True).filter(name=name).first()
    if endpoint is None:
        raise WebhookError(f"There is no endpoint called {name}; webhook list shows what there is.")
    return endpoint


def _new_secret(endpoint: Endpoint, as_of: datetime) -> str:
    secret = signatures.new_secret()
    Secret.objects.create(endpoint=endpoint, sealed=sealing.seal(secret, purpose=SEALED_FOR), made_at=as_of)
    return secret
