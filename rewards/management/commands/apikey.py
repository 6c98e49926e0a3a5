"""Keys of programs that use the API: ``manage.py apikey add|list|revoke``."""

import getpass
import json
from argparse import ArgumentParser
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from rewards.api import operations as keys
from rewards.api import queries
from rewards.api.errors import ApiKeyError
from rewards.api.models import ApiKey
from rewards.staff import operations as staff


class Command(BaseCommand):
    """Reads the arguments and makes one call into the API's keys."""

    help = "Make a key for a program that uses the API, list the keys, or revoke one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        add = actions.add_parser("add", help="make a key; it is printed once and cannot be read again")
        add.add_argument("name", help="which program it is for")
        add.add_argument(
            "--scope",
            action="append",
            required=True,
            help="what it may do; may be repeated: "
            + "; ".join(f"{scope} ({does})" for scope, does in keys.SCOPES.items()),
        )
        add.add_argument("--days", type=int, default=365, help="how long it counts; a year, if left out")
        revoke = actions.add_parser("revoke", help="from now on the key opens nothing")
        revoke.add_argument("prefix", help="the key's beginning, as the list has it")
        for action in (add, revoke):
            action.add_argument("--by", default=getpass.getuser(), help="who does it")
        listing = actions.add_parser("list", help="every key, what it may do, and until when")
        listing.add_argument("--json", action="store_true", help="print one JSON list")

    def handle(self, *_: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['action']}")(**options)
        except ApiKeyError as error:
            raise CommandError(str(error)) from error

    def _add(self, *, name: str, scope: list[str], days: int, by: str, **_: Any) -> None:
        now = timezone.now()
        try:
            expires_at = now + timedelta(days=days)
        except OverflowError as error:
            raise CommandError("A key expires after it is made, and within two years.") from error

        def make() -> keys.NewKey:
            return keys.make_key(name=name, scopes=scope, by=by, as_of=now, expires_at=expires_at)

        made = staff.do_as(name=by, work=make)
        # Alone on its line and on standard output, so that it can go into a file without being seen.
        self.stderr.write(
            f"{made.key.prefix} is for {made.key.name}, may {said(made.key)}, and counts until "
            f"{stamp(made.key.expires_at)}. This is the only time that it is shown:",
            ending="\n",
        )
        self.stdout.write(made.secret)

    def _revoke(self, *, prefix: str, by: str, **_: Any) -> None:
        def revoke() -> ApiKey:
            return keys.revoke_key(prefix=prefix, by=by, as_of=timezone.now())

        key = staff.do_as(name=by, work=revoke)
        self.stdout.write(f"{key.prefix} of {key.name} is revoked and opens nothing from now on.")

    def _list(self, *, json: bool, **_: Any) -> None:
        now = timezone.now()
        listed = queries.list_keys()
        if json:
            self._list_json(listed)
            return
        if not listed:
            self.stdout.write("No key yet; apikey add NAME --scope SCOPE makes one.")
        for key in listed:
            used = f"used {stamp(key.used_at)}" if key.used_at else "never used"
            self.stdout.write(f"{key.prefix}  {state(key, now)}  {' '.join(key.scopes)}  {key.name}, {used}")

    def _list_json(self, listed: list[ApiKey]) -> None:
        rows = [
            {
                "prefix": key.prefix,
                "name": key.name,
                "scopes": key.scopes,
                "created_by": key.created_by,
                "created_at": key.created_at.isoformat(),
                "expires_at": key.expires_at.isoformat(),
                "revoked_at": key.revoked_at.isoformat() if key.revoked_at else None,
                "used_at": key.used_at.isoformat() if key.used_at else None,
            }
            for key in listed
        ]
        self.stdout.write(json.dumps(rows))


def said(key: ApiKey) -> str:
    """What a key may do, in words."""
    return " and ".join(keys.SCOPES.get(scope, scope) for scope in key.scopes)


def state(key: ApiKey, at: datetime) -> str:
    """Whether a key counts at an instant."""
    if key.revoked_at is not None:
        return f"revoked by {key.revoked_by} {stamp(key.revoked_at)}"
    return f"{'expired' if key.expires_at <= at else 'counts until'} {stamp(key.expires_at)}"


def stamp(at: datetime) -> str:
    """An instant to the minute, in UTC."""
    return f"{at:%Y-%m-%d %H:%M} UTC"
