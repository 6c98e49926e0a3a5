"""
Takes in signed batches of events, and keeps the list of who may send them.

What a batch tells is in the inbox before it is answered, in one transaction with the note that the message
came. The facts follow with the next sweep; nothing is published here.
"""

import hashlib
import re
from datetime import datetime, timedelta
from typing import Final

import msgspec
from django.db import transaction
from django.db.models import Q
from msgspec import Raw, Struct

from config import sealing, signatures
from config.signatures import NotSigned, Signed
from marketplace.inbox import items as inbox
from marketplace.inbox.events import SOURCE
from marketplace.inbox.refusal import explain
from marketplace.intake.answers import Answer, answer
from marketplace.intake.errors import Malformed, OtherBody, SenderError, TooManyItems
from marketplace.intake.models import SEALED_FOR, Delivery, Secret, Sender

MOST_ITEMS: Final = 1_000
SOURCE_NAME: Final = re.compile(SOURCE)


class Body(Struct, forbid_unknown_fields=True):
    """A batch; each item is read by itself, so that one that is wrong is not the others' affair."""

    events: list[Raw]


_decode: Final = msgspec.json.Decoder(Body).decode


def receive(*, signed: Signed, body: bytes, format: str, as_of: datetime) -> Answer:  # noqa: A002
    """
    Take in a signed batch and return what became of each item.

    The good items are kept whatever the others are. The same message again is answered alike and writes
    nothing. Raises NotSigned, Malformed, or OtherBody for a known message with another body.
    """
    sender = sender_of(signed=signed, body=body, as_of=as_of)
    digest = hashlib.sha256(body).digest()
    before = Delivery.objects.filter(sender_id=sender.id, message_id=signed.id).first()
    if before is not None:
        if bytes(before.digest) != digest:
            raise OtherBody(
                f"Message {signed.id} came before with another body. Nothing was taken in; "
                "another batch needs an id of its own."
            )
        told = Answer(message_id=signed.id, outcomes=before.outcomes, problems=before.problems)
        return told.again()
    raw = _items(body)
    with transaction.atomic():
        outcomes = inbox.take(items=raw, format=format, source=sender.name)
        told = answer(message_id=signed.id, outcomes=outcomes)
        # Where the same message is being taken in at the same time, its events are known here by now, and
        # the other one's note stands.
        note = Delivery(
            sender_id=sender.id,
            message_id=signed.id,
            digest=digest,
            outcomes=told.outcomes,
            problems=told.problems,
        )
        Delivery.objects.bulk_create([note], ignore_conflicts=True)
    return told


def sender_of(*, signed: Signed, body: bytes, as_of: datetime) -> Sender:
    """Whose secret agrees with the signature. Raises NotSigned."""
    in_force = Q(ends_at=None) | Q(ends_at__gt=as_of)
    live = Secret.objects.filter(in_force, sender__revoked_at=None).select_related("sender")
    for secret in live.order_by("-id"):
        try:
            key = signatures.key_of(sealing.unseal(bytes(secret.sealed), purpose=SEALED_FOR))
        except sealing.Unreadable:
            continue  # `sender list` says so; the others' messages must not suffer.
        if signed.is_by(secret=key, body=body):
            return secret.sender
    raise NotSigned("webhook-signature agrees with no sender's secret.")


def _items(body: bytes) -> list[bytes]:
    try:
        events = _decode(body).events
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        reason = str(explain(error=error, line=body)).replace("The line", "The body")
        raise Malformed(
            f'{reason} It must be an object such as {{"events": […]}}. Nothing was taken in.'
        ) from error
    if len(events) > MOST_ITEMS:
        raise TooManyItems(
            f"A batch has at most {MOST_ITEMS:,} events and this one has {len(events):,}. "
            "Nothing was taken in; send it in parts."
        )
    return [bytes(event) for event in events]


def add_sender(*, name: str, by: str, as_of: datetime) -> str:
    """Let a system send events of the source that is its name, and return its secret. Raises SenderError."""
    if Sender.objects.filter(name=name).exists():
        raise SenderError(f"There is a sender called {name}; sender rotate gives it another secret.")
    if not SOURCE_NAME.fullmatch(name):
        raise SenderError("A sender is named like its source: 1 to 64 of a-z 0-9 . _ -")
    with transaction.atomic():
        sender = Sender.objects.create(name=name, added_by=by, added_at=as_of)
        return _new_secret(sender, as_of)


def rotate_secret(*, name: str, overlap: timedelta, as_of: datetime) -> str:
    """
    Give a sender another secret and return it; the ones before end after the overlap.

    A revoked sender may send again with it. Raises SenderError.
    """
    with transaction.atomic():
        sender = _locked(name)
        ends_at = as_of if sender.revoked_at else as_of + overlap
        sender.secrets.filter(Q(ends_at=None) | Q(ends_at__gt=ends_at)).update(ends_at=ends_at)
        if sender.revoked_at:
            Sender.objects.filter(id=sender.id).update(revoked_at=None)
        return _new_secret(sender, as_of)


def revoke_sender(*, name: str, as_of: datetime) -> None:
    """From now on the sender's messages are not taken in; what came before stays. Raises SenderError."""
    with transaction.atomic():
        sender = _locked(name)
        if sender.revoked_at:
            raise SenderError(f"{name} was revoked before, at {sender.revoked_at:%Y-%m-%d %H:%M} UTC.")
        Sender.objects.filter(id=sender.id).update(revoked_at=as_of)
        sender.secrets.filter(Q(ends_at=None) | Q(ends_at__gt=as_of)).update(ends_at=as_of)


def _locked(name: str) -> Sender:
    sender = Sender.objects.select_for_update().filter(name=name).first()
    if sender is None:
        raise SenderError(f"There is no sender called {name}; sender list shows who there is.")
    return sender


def _new_secret(sender: Sender, as_of: datetime) -> str:
    secret = signatures.new_secret()
    Secret.objects.create(sender=sender, sealed=sealing.seal(secret, purpose=SEALED_FOR), made_at=as_of)
    return secret
