"""Systems that are told what happens: ``manage.py webhook``, with what to do to which."""

import getpass
import json
from argparse import ArgumentParser
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from rewards.staff import operations as staff
from rewards.webhooks import delivering, operations, queries
from rewards.webhooks.errors import WebhookError
from rewards.webhooks.kinds import KINDS
from rewards.webhooks.models import Delivery, Endpoint


class Command(BaseCommand):
    """Reads the arguments and makes one call into the webhooks."""

    help = "Let a system be told what happens, look how that goes, and have it told again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        add = actions.add_parser("add", help="tell an address what happens; its secret is printed once")
        rotate = actions.add_parser("rotate", help="make another secret; both sign for a while")
        pause = actions.add_parser("pause", help="send nothing for now; what happens is kept for it")
        resume = actions.add_parser("resume", help="send again, at once")
        revoke = actions.add_parser("revoke", help="tell it nothing more, for good")
        replay = actions.add_parser("replay", help="send again what was given up")
        test = actions.add_parser("test", help="send a message that says nothing, and show what comes of it")
        for action in (add, rotate, pause, resume, revoke, replay, test):
            action.add_argument("name", help="which endpoint")
            action.add_argument("--by", default=getpass.getuser(), help="who does it, for the change log")
        add.add_argument("url", help="where to, such as https://market.example/hooks/xp")
        add.add_argument(
            "--kind",
            action="append",
            choices=list(KINDS),
            help="what it is told; may be repeated; all, if left out: "
            + "; ".join(f"{kind} ({what})" for kind, what in KINDS.items()),
        )
        rotate.add_argument(
            "--overlap-hours", type=int, default=24, help="how long both sign; 24, if left out"
        )
        replay.add_argument("--delivery", type=int, help="one of them, by its number; also a delivered one")
        prune = actions.add_parser("prune", help="forget what was delivered or given up long ago")
        prune.add_argument("--days", type=int, default=90, help="how long ago; 90, if left out")
        listing = actions.add_parser("list", help="who is told what, what waits, and what was given up")
        listing.add_argument("--json", action="store_true", help="print one JSON list")

    def handle(self, *_: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['action']}")(**options)
        except WebhookError as error:
            raise CommandError(str(error)) from error

    def _add(self, *, name: str, url: str, kind: list[str] | None, by: str, **_: Any) -> None:
        def add() -> str:
            return operations.add_endpoint(
                name=name, url=url, kinds=kind or list(KINDS), by=by, as_of=timezone.now()
            )

        secret = staff.do_as(name=by, work=add)
        self._show(secret, f"{name} is told what happens from now on, signed with this secret.")

    def _rotate(self, *, name: str, overlap_hours: int, by: str, **_: Any) -> None:
        if not 0 <= overlap_hours <= 24 * 90:
            raise CommandError("--overlap-hours must be 0 to 2160, which is 90 days.")
        overlap = timedelta(hours=overlap_hours)

        def rotate() -> str:
            return operations.rotate_secret(name=name, overlap=overlap, as_of=timezone.now())

        secret = staff.do_as(name=by, work=rotate)
        self._show(
            secret, f"{name} has another secret; the one before signs, too, for {overlap_hours} hours."
        )

    def _pause(self, *, name: str, by: str, **_: Any) -> None:
        staff.do_as(name=by, work=lambda: operations.pause_endpoint(name=name))
        self.stdout.write(f"{name} is paused. What happens is kept for it; webhook resume sends it.")

    def _resume(self, *, name: str, by: str, **_: Any) -> None:
        staff.do_as(name=by, work=lambda: operations.resume_endpoint(name=name, as_of=timezone.now()))
        self.stdout.write(f"{name} is on. What waits for it is sent with the next sweep.")

    def _revoke(self, *, name: str, by: str, **_: Any) -> None:
        def revoke() -> int:
            return operations.revoke_endpoint(name=name, as_of=timezone.now())

        left = staff.do_as(name=by, work=revoke)
        self.stdout.write(f"{name} is revoked. {left:,} of its messages waited, and are not sent.")

    def _replay(self, *, name: str, delivery: int | None, by: str, **_: Any) -> None:
        def replay() -> int:
            return operations.replay(name=name, as_of=timezone.now(), delivery_id=delivery)

        again = staff.do_as(name=by, work=replay)
        self.stdout.write(f"{counted(again)} sent again to {name}, with the ids of before.")

    def _test(self, *, name: str, by: str, **_: Any) -> None:
        def announce() -> tuple[Endpoint, Delivery]:
            return operations.announce_test(name=name, by=by, as_of=timezone.now())

        endpoint, delivery = staff.do_as(name=by, work=announce)
        # After its transaction: a receiver is not waited for with anything open.
        answer = delivering.deliver_now(endpoint=endpoint, delivery=delivery, clock=timezone.now)
        if answer is None:
            self.stdout.write("A worker is sending the message already; webhook list shows what came of it.")
        elif answer.problem:
            said = f" It said: {answer.excerpt}" if answer.excerpt else ""
            raise CommandError(f"{endpoint.name} did not take the message. {answer.problem}{said}")
        else:
            self.stdout.write(f"{endpoint.name} took the message and answered {answer.status}.")

    def _prune(self, *, days: int, **_: Any) -> None:
        if days < 1:
            raise CommandError("--days must be 1 or more.")
        gone = operations.prune(before=timezone.now() - timedelta(days=days))
        self.stdout.write(f"{counted(gone)} forgotten, of more than {days} days ago.")

    def _show(self, secret: str, sentence: str) -> None:
        # Alone on standard output, so that it can go into a file without being seen.
        self.stderr.write(f"{sentence} This is the only time that it is shown:")
        self.stdout.write(secret)

    def _list(self, *, json: bool, **_: Any) -> None:
        endpoints = queries.list_endpoints()
        secrets = queries.list_secrets(as_of=timezone.now())
        for endpoint in endpoints:
            endpoint["secrets"] = [one for one in secrets if one["endpoint"] == endpoint["name"]]
        if json:
            self.stdout.write(dumped(endpoints))
            return
        if not endpoints:
            self.stdout.write("Nobody is told what happens yet; webhook add NAME URL does that.")
        for endpoint in endpoints:
            self.stdout.write(
                f"{endpoint['name']}: {state(endpoint)}; {endpoint['waiting']:,} waiting, "
                f"{endpoint['dead']:,} given up; {' '.join(endpoint['kinds'])} to {endpoint['url']}"
            )
            for told in filter(
                None, [endpoint["notice"], endpoint["problem"], *map(unreadable, endpoint["secrets"])]
            ):
                self.stdout.write(f"  {told}")


def dumped(rows: list[dict[str, Any]]) -> str:
    """Rows as JSON, instants in ISO 8601."""
    return json.dumps(rows, default=datetime.isoformat)


def counted(messages: int) -> str:
    """How many messages are …"""
    return f"{messages:,} {'message is' if messages == 1 else 'messages are'}"


def state(endpoint: dict[str, Any]) -> str:
    """Whether it is sent to, and since how many tries it fails."""
    failures = endpoint["failures"]
    if endpoint["state"] != "on" or not failures:
        return str(endpoint["state"])
    return f"on, {failures:,} {'try' if failures == 1 else 'tries'} in a row failed"


def unreadable(secret: dict[str, Any]) -> str:
    """What is wrong with a secret; nothing, where it can be read."""
    if secret["readable"]:
        return ""
    return "A secret was sealed under another SECRET_KEY and signs nothing; webhook rotate makes another."
