"""Pauses and resumes what collectors can earn: ``manage.py flag pause|resume|list``."""

import getpass
import json
from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from config.instants import instant
from rewards.flags import operations as flags
from rewards.flags import queries
from rewards.flags.errors import FlagError
from rewards.flags.models import Pause
from rewards.staff import operations as staff


class Command(BaseCommand):
    """Reads the arguments, makes one call into the flags, and says what is off now."""

    help = "Pause a flag with a reason that collectors read, resume it, or list what is on and off."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        pause = actions.add_parser("pause", help="nothing is earned under the flag until it is resumed")
        pause.add_argument("flag", help="such as liquidity, liquidity.listing or rule.buyers")
        pause.add_argument("--reason", required=True, help="what collectors read")
        pause.add_argument("--from", dest="starts_at", type=instant, help="when it begins; now, if left out")
        pause.add_argument("--until", dest="ends_at", type=instant, help="when it ends; open, if left out")
        resume = actions.add_parser("resume", help="earning goes on; nothing is paid back for the pause")
        resume.add_argument("flag")
        resume.add_argument("--at", type=instant, help="when; now, if left out")
        for action in (pause, resume):
            action.add_argument("--by", default=getpass.getuser(), help="who does it")
        listing = actions.add_parser("list", help="every flag, and what is paused since when and why")
        listing.add_argument("--json", action="store_true", help="print one JSON list")

    def handle(self, *_: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['action']}")(**options)
        except FlagError as error:
            raise CommandError(str(error)) from error

    def _pause(self, *, flag: str, reason: str, by: str, **options: Any) -> None:
        def pause() -> Pause:
            return flags.pause(
                flag=flag,
                reason=reason,
                by=by,
                as_of=timezone.now(),
                starts_at=options["starts_at"],
                ends_at=options["ends_at"],
            )

        made = staff.do_as(name=by, work=pause)
        self.stdout.write(f"{flag} is {describe(made)}")

    def _resume(self, *, flag: str, by: str, at: datetime | None, **_: Any) -> None:
        def resume() -> Pause:
            return flags.resume(flag=flag, by=by, as_of=timezone.now(), at=at)

        ended = staff.do_as(name=by, work=resume)
        if ended.ends_at == ended.starts_at:
            self.stdout.write(
                f"The pause of {flag} that was to begin at {stamp(ended.starts_at)} is called off."
            )
        elif ended.ends_at is not None:
            self.stdout.write(
                f"The pause of {flag} since {stamp(ended.starts_at)} ends at {stamp(ended.ends_at)}; "
                "nothing is paid back for that time."
            )
            for other in queries.list_pauses_on(flag=flag, at=ended.ends_at):
                self.stdout.write(f"It stays off all the same: {describe(other)}")

    def _list(self, *, json: bool, **_: Any) -> None:
        now = timezone.now()
        rows = []
        for flag in queries.list_flags():
            pauses = queries.list_pauses(
                flag=flag.slug, window_start=now, window_end=datetime.max.replace(tzinfo=UTC)
            )
            rows.append((flag, pauses))
        if json:
            self._list_json(rows)
            return
        width = max(len(flag.slug) for flag, _ in rows)
        for flag, pauses in rows:
            state = "; ".join(describe(pause) for pause in pauses) or "on"
            self.stdout.write(f"{flag.slug:<{width}}  {state}")

    def _list_json(self, rows: list[Any]) -> None:
        listed = [
            {
                "flag": flag.slug,
                "pauses": [
                    {
                        "flag": pause.flag_id,
                        "starts_at": pause.starts_at.isoformat(),
                        "ends_at": pause.ends_at.isoformat() if pause.ends_at else None,
                        "reason": pause.reason,
                    }
                    for pause in pauses
                ],
            }
            for flag, pauses in rows
        ]
        self.stdout.write(json.dumps(listed))


def describe(pause: Pause) -> str:
    """A pause in a few words."""
    until = f" until {stamp(pause.ends_at)}" if pause.ends_at else ""
    return f"paused from {stamp(pause.starts_at)}{until} ({pause.flag_id}): {pause.reason}"


def stamp(at: datetime) -> str:
    """An instant to the second, in UTC."""
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"
