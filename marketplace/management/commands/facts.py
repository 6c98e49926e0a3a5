"""Brings the facts up to date, or makes them again from the inbox: ``manage.py facts refresh|rebuild``."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from marketplace.facts import operations as facts


class Command(BaseCommand):
    """Reads the clock, makes one call into the facts, and says what changed."""

    help = "Bring sales, holds, orders and daily volumes up to date, or make them again from scratch."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("refresh", help="take in what came in since the last refresh")
        actions.add_parser("rebuild", help="drop all facts and compute them again; readers wait meanwhile")

    def handle(self, *_: Any, **options: Any) -> None:
        started = time.monotonic()
        work = facts.rebuild if options["action"] == "rebuild" else facts.refresh
        done = work(as_of=timezone.now())
        self.stdout.write(
            f"{done.events:,} new events taken in; {done.written:,} facts written, "
            f"{done.removed:,} taken away, in {time.monotonic() - started:.1f} s."
        )
