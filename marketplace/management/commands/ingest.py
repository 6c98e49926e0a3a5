"""Takes files of events into the inbox: ``manage.py ingest FILE…``."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from kombu.exceptions import OperationalError
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from marketplace.inbox import operations as inbox
from marketplace.inbox.files import Source, Unopened, Unreadable, opened, size_on_disk
from marketplace.inbox.formats import FORMATS
from marketplace.inbox.refusal import ENDS_EARLY
from marketplace.inbox.report import Problem, Report, Sink

# Problems that the summary shows; --problems FILE has all of them.
SHOWN: Final = 20

DOCUMENT: Final = (
    "This looks like one JSON document over many lines, such as a saved answer of an API. A line must be an "
    "event: jq -c '.asset_events[]' FILE makes lines of an answer, jq -c '.[]' FILE of a list."
)

# Where there is no terminal, a line says so often how far the ingest is.
LINES_BETWEEN_NEWS: Final = 250_000


class Command(BaseCommand):
    """Reads the arguments, makes one call into the inbox, and says what became of the events."""

    help = "Take events from files into the inbox, each once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "files", nargs="+", metavar="FILE", help="NDJSON, .gz of it, or - for standard input"
        )
        parser.add_argument("--format", choices=FORMATS, default="native", help="what a line of the files is")
        parser.add_argument("--json", action="store_true", help="print the report as one JSON object")
        parser.add_argument(
            "--strict",
            action="store_true",
            help="write nothing and exit 1 if any line is refused or in conflict",
        )
        parser.add_argument(
            "--problems", metavar="FILE", help="write every refused or conflicting line to FILE, as NDJSON"
        )
        facts = parser.add_mutually_exclusive_group()
        facts.add_argument(
            "--foreground", action="store_true", help="bring the facts up to date before returning"
        )
        facts.add_argument("--no-facts", action="store_true", help="leave the facts to the next refresh")

    def handle(self, *_: Any, **options: Any) -> None:
        try:
            report = self._ingest(options)
        except Unopened as error:
            raise CommandError(f"{error} Nothing was read.") from error
        except Unreadable as error:
            is_kept = not options["strict"]
            kept = "Events that were written before that stay." if is_kept else "Nothing was written."
            raise CommandError(
                f"{error} {kept} Once the file is whole, run the same command again."
            ) from error
        if options["json"]:
            self.stdout.write(json.dumps(report.as_json()))
        else:
            self.stdout.write(summary(report, shown=SHOWN))
        if not report.written:
            sys.exit(1)
        if not options["no_facts"]:
            self._refresh_facts(in_foreground=options["foreground"])

    def _ingest(self, options: dict[str, Any]) -> Report:
        with ExitStack() as stack:
            files, sources = stack.enter_context(opened(options["files"]))
            sink = stack.enter_context(problem_file(options["problems"]))
            progress = stack.enter_context(self._progress(options["files"], sources))
            return inbox.ingest_files(
                files=files, format=options["format"], strict=options["strict"], progress=progress, sink=sink
            )

    @contextmanager
    def _progress(self, names: list[str], sources: list[Source]) -> Iterator[inbox.Progress]:
        console = Console(stderr=True)
        if not console.is_terminal:
            yield self._plain_progress()
            return
        columns = (
            TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f}%"),
            TimeElapsedColumn(), TimeRemainingColumn(),
        )  # fmt: skip
        with Progress(*columns, console=console, transient=True) as bar:
            task = bar.add_task("Reading", total=size_on_disk(names))

            def show(report: Report) -> None:
                bar.update(
                    task,
                    completed=sum(source.bytes_read for source in sources),
                    description=f"{report.lines:,} lines, {report.new:,} new events",
                )

            yield show

    def _plain_progress(self) -> inbox.Progress:
        told = 0

        def show(report: Report) -> None:
            nonlocal told
            if report.lines // LINES_BETWEEN_NEWS > told:
                told = report.lines // LINES_BETWEEN_NEWS
                self.stderr.write(f"{report.lines:,} lines read, {report.new:,} events new.")

        return show

    def _refresh_facts(self, *, in_foreground: bool) -> None:
        # The inbox lies upstream of the facts and must load without them.
        if in_foreground:
            from marketplace.facts import operations as facts  # noqa: PLC0415

            facts.refresh(as_of=timezone.now())
            return
        from config.celery import send_hints  # noqa: PLC0415
        from marketplace.tasks import settle  # noqa: PLC0415

        try:
            send_hints([(settle, ())])
        except OperationalError:
            self.stderr.write(
                "The message broker cannot be reached. The events are safe, and the next sweep takes them "
                "into the facts. To do that now, run the same command with --foreground."
            )


@contextmanager
def problem_file(path: str | None) -> Iterator[Sink | None]:
    """A sink that writes problems to a file as NDJSON; none without a path."""
    if path is None:
        yield None
        return
    with Path(path).open("w", encoding="utf-8") as file:

        def write(problem: Problem) -> None:
            file.write(json.dumps(asdict(problem), ensure_ascii=False) + "\n")

        yield write


def list_problems(report: Report, *, shown: int) -> list[str]:
    """So many problems, those with the same reason in one line, and how many are not told of."""
    alike: dict[tuple[str, str], list[Problem]] = {}
    for problem in report.problems:
        alike.setdefault((problem.outcome, problem.reason), []).append(problem)
    if not alike:
        return []
    lines = [""]
    for (outcome, reason), problems in islice(alike.items(), shown):
        more = f" and {len(problems) - 1:,} more" if problems[1:] else ""
        lines.append(f"{outcome}  {problems[0].file}:{problems[0].line}{more}: {reason}")
    told = sum(len(problems) for problems in islice(alike.values(), shown))
    if left := report.conflicts + report.refused - told:
        lines.append(f"… and {left:,} more; --problems FILE writes all of them.")
    elif told > len(alike):
        lines.append("--problems FILE writes each of them.")
    return lines


def looks_spread_over_lines(report: Report) -> bool:
    """Whether a file has no event in it because its first line is the beginning of one."""
    if report.new or report.known or report.conflicts or not report.problems:
        return False
    first = report.problems[0]
    return first.line == 1 and first.reason == ENDS_EARLY


def summary(report: Report, *, shown: int) -> str:
    """The report in a few lines, with the first problems."""
    known = f"{report.known:>12,} known"
    if report.moved:
        known += f", of them {report.moved:,} at another place in the chain than before"
    lines = [
        f"{report.new:>12,} new",
        known,
        f"{report.conflicts:>12,} in conflict",
        f"{report.refused:>12,} refused",
    ]
    lines += list_problems(report, shown=shown)
    if looks_spread_over_lines(report):
        lines += ["", DOCUMENT]
    if not report.written:
        lines += ["", "Nothing was written, because --strict asks for files without a problem."]
    return "\n".join(lines)
