"""Systems that send events over HTTP: ``manage.py sender add|rotate|revoke|list``."""

import getpass
import json
from argparse import ArgumentParser
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from marketplace.intake import operations as intake
from marketplace.intake import queries
from marketplace.intake.errors import SenderError
from rewards.staff import operations as staff


class Command(BaseCommand):
    """Reads the arguments and makes one call into the intake."""

    help = "Let a system send events, give it another secret, shut it out, or list who may send."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        add = actions.add_parser("add", help="let a system send; its secret is printed once")
        add.add_argument("name", help="the source that its events have, and the only one")
        rotate = actions.add_parser(
            "rotate", help="make another secret; the one before counts a while longer"
        )
        rotate.add_argument("name", help="which sender")
        rotate.add_argument("--overlap-hours", type=int, default=24, help="how much longer; 24, if left out")
        revoke = actions.add_parser("revoke", help="from now on nothing of it is taken in")
        revoke.add_argument("name", help="which sender")
        for action in (add, rotate, revoke):
            action.add_argument("--by", default=getpass.getuser(), help="who does it, for the change log")
        listing = actions.add_parser("list", help="who may send, and when their secrets end")
        listing.add_argument("--json", action="store_true", help="print one JSON list")

    def handle(self, *_: Any, **options: Any) -> None:
        if options["action"] == "list":
            self._list(as_json=options["json"])
            return
        try:
            getattr(self, f"_{options['action']}")(**options)
        except SenderError as error:
            raise CommandError(str(error)) from error

    def _add(self, *, name: str, by: str, **_: Any) -> None:
        def add() -> str:
            return intake.add_sender(name=name, by=by, as_of=timezone.now())

        secret = staff.do_as(name=by, work=add)
        self._show(secret, f"{name} may send events of source {name}, signed with this secret.")

    def _rotate(self, *, name: str, overlap_hours: int, by: str, **_: Any) -> None:
        if not 0 <= overlap_hours <= 24 * 90:
            raise CommandError("--overlap-hours must be 0 to 2160, which is 90 days.")
        overlap = timedelta(hours=overlap_hours)

        def rotate() -> str:
            return intake.rotate_secret(name=name, overlap=overlap, as_of=timezone.now())

        secret = staff.do_as(name=by, work=rotate)
        self._show(secret, f"{name} has another secret; the one before counts {overlap_hours} hours longer.")

    def _revoke(self, *, name: str, by: str, **_: Any) -> None:
        staff.do_as(name=by, work=lambda: intake.revoke_sender(name=name, as_of=timezone.now()))
        self.stdout.write(f"{name} is revoked. What it sent before stays; sender rotate lets it send again.")

    def _show(self, secret: str, sentence: str) -> None:
        # Alone on standard output, so that it can go into a file without being seen.
        self.stderr.write(f"{sentence} This is the only time that it is shown:")
        self.stdout.write(secret)

    def _list(self, *, as_json: bool) -> None:
        senders = queries.list_senders(as_of=timezone.now())
        if as_json:
            self.stdout.write(json.dumps(senders, default=datetime.isoformat))
            return
        if not senders:
            self.stdout.write("Nobody may send events yet; sender add NAME lets a system.")
        for sender in senders:
            self.stdout.write(f"{sender['name']}: {state(sender)}")


def state(sender: dict[str, Any]) -> str:
    """Whether a sender may send, and until when its secrets count."""
    if sender["revoked_at"]:
        return f"revoked {stamp(sender['revoked_at'])}"
    secrets = [
        f"a secret of {stamp(secret['made_at'])}"
        + (f" until {stamp(secret['ends_at'])}" if secret["ends_at"] else "")
        + ("" if secret["readable"] else " that was sealed under another SECRET_KEY and cannot be read")
        for secret in sender["secrets"]
    ]
    return "; ".join(secrets) or "no secret"


def stamp(at: datetime) -> str:
    """An instant to the minute, in UTC."""
    return f"{at:%Y-%m-%d %H:%M} UTC"
