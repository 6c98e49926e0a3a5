"""Shows and switches what comes again: ``manage.py series list|pause|resume|end|skip|take-back NAME``."""

import getpass
import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from rewards.series import operations as series
from rewards.series import queries
from rewards.series.errors import SeriesError
from rewards.series.queries import Row
from rewards.staff import operations as staff

SWITCHES = {"pause": series.pause, "resume": series.resume, "end": series.end}


class Command(BaseCommand):
    """Reads the arguments, makes one call into the stage, and says what comes next."""

    help = "List the series of rounds with what comes next; pause, resume or end one; skip a coming window."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        listing = actions.add_parser("list", help="every series, its last round and what comes next")
        listing.add_argument("--json", action="store_true", help="print one JSON list")
        pause = actions.add_parser("pause", help="make no more drafts until it is resumed")
        resume = actions.add_parser("resume", help="go on; windows that opened meanwhile are made up for")
        end = actions.add_parser("end", help="make no more drafts, for good")
        skip = actions.add_parser(
            "skip", help="no round of its own for a coming window; the next one pays it"
        )
        take_back = actions.add_parser("take-back", help="take a skip back, before its window opens")
        for action in (pause, resume, end, skip, take_back):
            action.add_argument("name", help="the series' name in the program")
            action.add_argument("--by", default=getpass.getuser(), help="who does it")
        for action in (skip, take_back):
            action.add_argument("number", type=int, help="the window's number, as in series list")
        skip.add_argument("--reason", required=True, help="why, for colleagues")

    def handle(self, *_: Any, **options: Any) -> None:
        if options["action"] == "list":
            self._list(as_json=options["json"])
            return
        try:
            staff.do_as(name=options["by"], work=lambda: self._act(**options))
        except SeriesError as error:
            raise CommandError(str(error)) from error
        (row,) = (row for row in queries.list_series() if row.series.slug == options["name"])
        self.stdout.write(in_words(row))

    def _act(self, *, action: str, name: str, by: str, **options: Any) -> None:
        as_of = timezone.now()
        if action == "skip":
            series.skip(slug=name, number=options["number"], reason=options["reason"], by=by, as_of=as_of)
        elif action == "take-back":
            series.take_back_skip(slug=name, number=options["number"], as_of=as_of)
        else:
            SWITCHES[action](slug=name, by=by, as_of=as_of)

    def _list(self, *, as_json: bool) -> None:
        rows = queries.list_series()
        if as_json:
            self.stdout.write(json.dumps([as_object(row) for row in rows]))
            return
        if not rows:
            self.stdout.write("No series yet. A program file makes one by a table [series.NAME].")
        for row in rows:
            self.stdout.write(in_words(row))


def in_words(row: Row) -> str:
    """A series in a line, with what it made last and what comes next."""
    one, following = row.series, row.following
    told = [f"{one.slug}: {row.period}, {one.state}"]
    if one.switched_by:
        told.append(f"since {one.switched_at:%Y-%m-%d} by {one.switched_by}")
    if row.last:
        told.append(f"last {row.last.shipment.slug}, {row.last.shipment.state}")
    if following:
        window = f"{following.window_start:%Y-%m-%d} to {following.window_end:%Y-%m-%d}"
        told.append(f"next round {following.number}, window {window}")
        told += [f"with window {one.number}, skipped: {one.reason}" for one in following.skipped]
        told.append(f"planned {following.plan_due_at:%Y-%m-%d %H:%M} UTC")
    if row.unpaid:
        unpaid = f"{row.unpaid.starts_at:%Y-%m-%d} to {row.unpaid.ends_at:%Y-%m-%d}"
        told.append(f"{unpaid} was skipped and is paid by no round: make a shipment for it")
    if one.problem:
        told.append(one.problem)
    return ", ".join(told)


def as_object(row: Row) -> dict[str, Any]:
    """A series for scripts."""
    following = row.following
    return {
        "name": row.series.slug,
        "state": row.series.state,
        "period": str(row.period),
        "problem": row.series.problem,
        "last": row.last.shipment.slug if row.last else None,
        "next": following
        and {
            "number": following.number,
            "skipped": [{"number": one.number, "reason": one.reason} for one in following.skipped],
            "window_start": following.window_start.isoformat(),
            "window_end": following.window_end.isoformat(),
            "plan_due_at": following.plan_due_at.isoformat(),
            "approve_by": following.approve_by and following.approve_by.isoformat(),
            "ships_at": following.ships_at and following.ships_at.isoformat(),
        },
    }
