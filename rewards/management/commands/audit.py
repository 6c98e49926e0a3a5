"""Checks every promise that rows can show: ``manage.py audit``. Exit 1 if one is broken."""

import json
import sys
import time
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand

from rewards import pipeline


class Command(BaseCommand):
    """Makes one call, and names every row that breaks a promise."""

    help = "Recompute balances, digests and sums, and name every row that breaks a promise."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the findings as one JSON list")

    def handle(self, *_: Any, **options: Any) -> None:
        started = time.monotonic()
        findings = pipeline.list_findings()
        if options["json"]:
            self.stdout.write(json.dumps([asdict(finding) for finding in findings]))
        elif findings:
            for finding in findings:
                self.stdout.write(f"{finding.promise}  {finding.row}: {finding.sentence}")
            self.stdout.write(f"{len(findings)} broken promises.")
        else:
            self.stdout.write(
                f"Every promise that rows can show is kept ({time.monotonic() - started:.1f} s)."
            )
        if findings:
            sys.exit(1)
