"""Names who acts, gives people their roles, and tells the inbox what staff know."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, TypeVar

from django.contrib.auth.models import Group, User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from config import db
from marketplace.inbox import operations as inbox
from rewards.staff.errors import StaffError
from rewards.staff.models import Told

SQL = db.folder()

Given = TypeVar("Given")

SOURCE = "staff"
WEI = 10**18


@contextmanager
def acting(*, name: str) -> Iterator[None]:
    """
    Do what is inside in one transaction, as somebody: the change log has their name.

    The name holds until the outermost transaction ends, so a task or a later request never inherits it.
    """
    with transaction.atomic():
        SQL["name_actor"].row({"name": name})
        yield


def do_as(*, name: str, work: Callable[[], Given]) -> Given:
    """
    Do some work as ``acting`` does, and return what it returns.

    It begins again where PostgreSQL ended it so that another transaction could go on.
    """

    @db.in_one_transaction
    def do() -> Given:
        with acting(name=name):
            return work()

    return do()


@transaction.atomic
def put_user(*, name: str, roles: Sequence[str], password: str | None, email: str | None = None) -> User:
    """
    Make a user who may sign in to the admin, or give one other roles and, if given, another password.

    ``email`` is where notices go; None leaves it as it is, empty takes it away. Raises StaffError for a role
    that does not exist, a new user without a password, a weak one, or what is no address.
    """
    groups = list(Group.objects.filter(name__in=roles))
    if unknown := set(roles) - {group.name for group in groups}:
        raise StaffError(f"There is no role called {min(unknown)}.", field="role")
    user = User.objects.filter(username=name).first() or User(username=name)
    if password is None and user.pk is None:
        raise StaffError(f"{name} is new and needs a password.", field="password")
    if password is not None:
        try:
            validate_password(password, user)
        except ValidationError as error:
            raise StaffError(" ".join(error.messages), field="password") from error
        user.set_password(password)
    if email is not None:
        user.email = _checked_email(email)
    user.is_staff = user.is_active = True
    user.save()
    user.groups.set(groups)
    return user


def _checked_email(email: str) -> str:
    cleaned = email.strip()
    try:
        if cleaned:
            validate_email(cleaned)
    except ValidationError as error:
        raise StaffError(f"{cleaned} is no address that a mail could go to.", field="email") from error
    return cleaned


def name_custody(*, address: str, note: str, by: str, as_of: datetime) -> Told:
    """
    Tell the inbox that an address only keeps tokens for others. The facts follow with their next refresh.

    It counts for all time, before and after. Raises StaffError for what is no address, or is known.
    """
    cleaned = address.strip().lower() if address.strip()[:2].lower() == "0x" else address.strip()
    event = {"kind": "custody", "address": cleaned, "at": as_of.isoformat()}
    return _tell(event=event, key=f"custody:{cleaned}", note=note, by=by, as_of=as_of, field="address")


def name_rate(*, currency: str, day: date, eth: Decimal, note: str, by: str, as_of: datetime) -> Told:
    """
    Tell the inbox what one whole unit of a currency is worth in ETH on a UTC day.

    It comes after every rate that was told for that day before, so it is the one that counts. Raises
    StaffError.
    """
    price = int(eth * WEI)
    if price <= 0 or price != eth * WEI:
        raise StaffError("A rate is above zero and has at most eighteen decimals.", field="eth")
    symbol = currency.strip().upper()
    stem = f"rate:{symbol}:{day.isoformat()}:"
    number = Told.objects.filter(key__startswith=stem).count() + 1
    event = {
        "kind": "rate",
        "currency": symbol,
        "price": str(price),
        "at": datetime.combine(day, time(23, 59, 59, 999_999), tzinfo=UTC).isoformat(),
    }
    key = f"{stem}{number:04d}"
    return _tell(event=event, key=key, note=note, by=by, as_of=as_of, field="currency")


@transaction.atomic
def _tell(*, event: dict[str, Any], key: str, note: str, by: str, as_of: datetime, field: str) -> Told:
    if Told.objects.filter(key=key).exists():
        raise StaffError("Staff named this before; it counts already.", field=field)
    told = {"source": SOURCE, "key": key, **event}
    report = inbox.accept(events=[told])
    if not report.is_clean:
        raise StaffError(report.problems[0].reason, field=field)
    return Told.objects.create(
        key=key,
        kind=event["kind"],
        event=json.loads(json.dumps(told)),
        note=note.strip(),
        told_by=by,
        told_at=as_of,
    )
