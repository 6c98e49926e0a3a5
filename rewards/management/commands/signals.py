"""How many sales have each signal, and how well signals see a market of which the truth is known."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from rewards.fairness import operations as fairness
from rewards.fairness import queries
from rewards.farming import labelled


class Command(BaseCommand):
    """The command."""

    help = "Count the sales that look like wash trades, or measure the signals on a labelled market."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--labelled",
            action="store_true",
            help="measure precision and recall on a made-up market beside the real one; nothing is kept",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["labelled"]:
            self._measure()
            return
        fairness.refresh()
        for one in queries.count_by_signal():
            self.stdout.write(f"{one.signal:<20} {one.sales:>8,} sales")
        for threshold in labelled.THRESHOLDS:
            count = len(queries.list_event_keys(threshold=threshold))
            self.stdout.write(f"score {threshold} and more    {count:>8,} sales")

    def _measure(self) -> None:
        measured, patterns = labelled.measure(as_of=timezone.now())
        self.stdout.write("threshold  flagged  right  washed  precision  recall")
        for one in measured:
            precision, recall = 100 * one.right // one.flagged, 100 * one.right // one.washed
            self.stdout.write(
                f"{one.threshold:>9}  {one.flagged:>7}  {one.right:>5}  {one.washed:>6}  "
                f"{precision:>7} %  {recall:>4} %"
            )
        self.stdout.write("")
        columns = "  ".join(f"from {threshold}" for threshold in labelled.THRESHOLDS)
        self.stdout.write(f"{'pattern':<20}  {'truth':<6}  sales  {columns}")
        for pattern in patterns:
            flagged = "  ".join(f"{count:>6}" for count in pattern.flagged.values())
            truth = "wash" if pattern.is_wash else "honest"
            self.stdout.write(f"{pattern.name:<20}  {truth:<6}  {pattern.sales:>5}  {flagged}")
