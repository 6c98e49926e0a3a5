"""Applies and shows the program: ``manage.py program apply FILE.toml``, ``manage.py program show``."""

import getpass
import json
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from rewards.ledger import queries as ledger
from rewards.ledger.operations import Holder
from rewards.management.commands.series import in_words
from rewards.program import operations as program
from rewards.program.file import ProgramError, read
from rewards.program.operations import Change
from rewards.rules.models import Rule, Season
from rewards.rules.operations import LIMITS
from rewards.series import queries as series
from rewards.shipments.models import Shipment
from rewards.staff import operations as staff


class Command(BaseCommand):
    """Reads the arguments, makes one call into the program, and says what was done."""

    help = "Apply a program file (seasons, cohorts, rules, shipments, series), or show what is in force."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        apply = actions.add_parser(
            "apply", help="bring the program to what a file says; again changes nothing"
        )
        apply.add_argument("file", type=Path)
        apply.add_argument(
            "--by", default=getpass.getuser(), help="who applies it; the author of new shipments"
        )
        actions.add_parser("show", help="print seasons, rules with their versions, shipments and series")

    def handle(self, *_: Any, **options: Any) -> None:
        if options["action"] == "show":
            self._show()
            return
        path = options["file"]
        try:
            wanted = read(path)

            def apply() -> list[Change]:
                return program.apply(program=wanted, author=options["by"], as_of=timezone.now())

            changes = staff.do_as(name=options["by"], work=apply)
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
        except ProgramError as error:
            found = "\n".join(f"{path}:{mistake}" for mistake in error.mistakes)
            raise CommandError(f"{found}\nNothing was applied.") from error
        width = max((len(f"{change.table} {change.name}") for change in changes), default=0)
        for change in changes:
            self.stdout.write(f"{f'{change.table} {change.name}':<{width}}  {change.done}")

    def _show(self) -> None:
        if not Season.objects.exists():
            self.stdout.write("No program yet. Apply one with: manage.py program apply FILE.toml")
        for season in Season.objects.order_by("starts_at", "slug"):
            for line in describe(season):
                self.stdout.write(line)


def describe(season: Season) -> Iterator[str]:
    """A season with its rules, their versions, and its shipments, for a person at a terminal."""
    left = ledger.get_balance(holder=Holder("season", season.id))
    span = f"{season.starts_at:%Y-%m-%d} to {season.ends_at:%Y-%m-%d}"
    yield f"season {season.slug}: {season.title}, {span}, {left:,} of {season.budget_xp:,} XP left"
    limits = {name: getattr(season, name) for name in LIMITS}
    yield from (f"  {name}: {cap:,} XP" for name, cap in limits.items() if cap is not None)
    for rule in Rule.objects.filter(season=season).order_by("slug").prefetch_related("versions"):
        yield f"  rule {rule.slug} ({rule.kind}): {rule.title}"
        for version in rule.versions.order_by("number"):
            yield f"    version {version.number} from {version.in_force_from:%Y-%m-%d %H:%M} UTC"
            set_ones = ((name, value) for name, value in sorted(version.params.items()) if value is not None)
            yield from (f"      {name}: {json.dumps(value)}" for name, value in set_ones)
    for shipment in Shipment.objects.filter(season=season).order_by("window_start", "slug"):
        window = f"{shipment.window_start:%Y-%m-%d} to {shipment.window_end:%Y-%m-%d}"
        xp = "" if shipment.total_xp is None else f", {shipment.total_xp:,} XP"
        yield f"  shipment {shipment.slug}: {shipment.title}, window {window}, {shipment.state}{xp}"
    for row in series.list_series():
        if row.series.season_id == season.id:
            yield f"  series {in_words(row)}"
