"""Takes a shipment through its life: ``manage.py shipment plan|approve|ship|halt|status|export|… NAME``."""

import getpass
import json
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from kombu.exceptions import OperationalError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from config.celery import send_hints
from rewards import pipeline, tasks
from rewards.ledger import queries as ledger
from rewards.ledger.operations import Holder
from rewards.management import what_if
from rewards.shipments import limits, queries, supervision
from rewards.shipments import operations as shipments
from rewards.shipments.cells import write_csv
from rewards.shipments.errors import ShipmentError
from rewards.shipments.models import Comment, Shipment
from rewards.staff import operations as staff
from rewards.tab import terms

SECONDS_BETWEEN_LOOKS = 0.25

# Without news for so long, the command says that the work list is safe and how to go on.
PATIENCE_SECONDS = 120


class Command(BaseCommand):
    """Reads the arguments, makes one call into the pipeline, and follows the work list."""

    help = "Plan, review, approve, ship, watch, halt, cancel or export a shipment."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        plan = actions.add_parser("plan", help="work out who gets what and why")
        approve = actions.add_parser("approve", help="approve the plan with a digest, as somebody else")
        ship = actions.add_parser("ship", help="post an approved shipment to the ledger")
        status = actions.add_parser("status", help="say how far a shipment is")
        cancel = actions.add_parser("cancel", help="call a shipment off before it ships")
        export = actions.add_parser("export", help="write lines or awards to standard output")
        what_if.add_arguments(actions.add_parser("what-if", help="other rules on real history; never ships"))
        send_back = actions.add_parser("send-back", help="make a plan a draft again, and say what is wrong")
        halt = actions.add_parser("halt", help="let nothing more of a shipment be posted")
        go_on = actions.add_parser("go-on", help="let a halted shipment go on where it was")
        retry = actions.add_parser("retry", help="put failed batches back on the work list")
        comments = actions.add_parser("comments", help="what was said of a shipment, or say something")
        by_hand = (send_back, halt, go_on, retry, comments)
        for action in (plan, approve, ship, status, cancel, export, *by_hand):
            action.add_argument("name", help="the shipment's name in the program")
        for action in (plan, ship):
            action.add_argument("--foreground", action="store_true", help="do the work here, without workers")
        for action in (plan, approve, ship, status, comments):
            action.add_argument("--json", action="store_true", help="print the result as one JSON object")
        approve.add_argument("--digest", help="the plan's, or its first 12 characters; left out, it asks")
        approve.add_argument("--words", help="the digest of what else was read, as shipment status shows it")
        approve.add_argument("--by", default=getpass.getuser(), help="who approves; not the author")
        for action in (cancel, *by_hand):
            action.add_argument("--by", default=getpass.getuser(), help="who does it")
        cancel.add_argument("--reason", required=True, help="why; it stays with the round")
        send_back.add_argument("--comment", required=True, help="what is wrong with the plan")
        for action in (halt, go_on):
            action.add_argument("--reason", required=True, help="why; it stays with the round")
        comments.add_argument("--say", metavar="TEXT", help="add a comment first")
        ship.add_argument("--batch-size", type=int, default=shipments.AWARDS_A_BATCH, help="awards a batch")
        export.add_argument("--what", choices=["lines", "awards"], default="lines")
        export.add_argument("--format", choices=["ndjson", "csv"], default="ndjson")

    def handle(self, *_: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['action'].replace('-', '_')}")(**options)
        except ShipmentError as error:
            raise CommandError(str(error)) from error

    def _plan(self, *, name: str, foreground: bool, **options: Any) -> None:
        shipments.request_plan(slug=name, as_of=timezone.now())
        if foreground:
            pipeline.plan(slug=name, as_of=timezone.now())
        else:
            self._hint(lambda: send_hints([(tasks.plan, (name,))]))
            self._follow(name, until=lambda shipment: shipment.plan_due_at is None, what="Planning")
        self._print(shipments.get(slug=name), options)

    def _approve(self, *, name: str, digest: str | None, words: str | None, by: str, **options: Any) -> None:
        seen = Seen(digest=digest, words=words) if digest else self._ask(shipments.get(slug=name), by=by)

        def approve() -> Shipment:
            return shipments.approve(slug=name, approver=by, as_of=timezone.now(), **vars(seen))

        staff.do_as(name=by, work=approve)
        self._print(shipments.get(slug=name), options)

    def _ask(self, shipment: Shipment, *, by: str) -> "Seen":
        """Show what would be approved, and return it once somebody says yes. Raises CommandError."""
        if shipment.state == "planned" and not sys.stdin.isatty():
            raise CommandError(
                "Which plan? --digest and --words name what you saw; manage.py shipment status "
                f"{shipment.slug} shows both. At a terminal you are asked. Nothing was approved."
            )
        if shipment.state == "planned":
            self._print(shipment, {"json": False})
            asked = (
                f"Approve {shipment.total_xp:,} XP to {shipment.award_count:,} collectors as {by}? (yes/no) "
            )
            if input(asked).strip().lower() != "yes":
                raise CommandError("Nothing was approved.")
        return Seen(
            digest=shipment.plan_digest or "", words=shipment.words_digest, looked_at=shipment.planned_at
        )

    def _ship(self, *, name: str, foreground: bool, batch_size: int, **options: Any) -> None:
        if batch_size < 1:
            raise CommandError("--batch-size must be at least 1.")
        shipments.start(slug=name, as_of=timezone.now(), batch_size=batch_size)
        if foreground:
            for batch in shipments.get(slug=name).batches.filter(state="pending").order_by("number"):
                pipeline.post(batch_id=batch.id, as_of=timezone.now())
            shipments.finish(as_of=timezone.now())
        else:
            self._hint(tasks.sweep)
            self._follow(name, until=lambda shipment: shipment.state != "shipping", what="Shipping")
        self._print(shipments.get(slug=name), options)

    def _status(self, *, name: str, **options: Any) -> None:
        self._print(shipments.get(slug=name), options)

    def _cancel(self, *, name: str, reason: str, by: str, **_: Any) -> None:
        def cancel() -> Shipment:
            return supervision.call_off(slug=name, reason=reason, by=by, as_of=timezone.now())

        staff.do_as(name=by, work=cancel)
        self.stdout.write(f"{name} is cancelled. Nothing of it was or will be paid.")

    def _send_back(self, *, name: str, comment: str, by: str, **_: Any) -> None:
        def send_back() -> Shipment:
            return supervision.send_back(slug=name, comment=comment, by=by, as_of=timezone.now())

        staff.do_as(name=by, work=send_back)
        self.stdout.write(f"{name} is a draft again. Nobody can approve it until it is planned again.")

    def _halt(self, *, name: str, reason: str, by: str, **_: Any) -> None:
        def halt() -> Shipment:
            return supervision.halt(slug=name, reason=reason, by=by, as_of=timezone.now())

        staff.do_as(name=by, work=halt)
        progress = queries.get_progress(shipment=shipments.get(slug=name))
        self.stdout.write(
            f"{name} is halted with {progress.done} of {progress.batches} batches posted. Nothing is half "
            "done, and nothing more is posted until it goes on."
        )

    def _go_on(self, *, name: str, reason: str, by: str, **_: Any) -> None:
        def go_on() -> Shipment:
            return supervision.go_on(slug=name, reason=reason, by=by, as_of=timezone.now())

        shipment = staff.do_as(name=by, work=go_on)
        self.stdout.write(f"{name} is {shipment.state}.")

    def _retry(self, *, name: str, by: str, **_: Any) -> None:
        def retry() -> list[int]:
            return supervision.retry_failed(slug=name, by=by, as_of=timezone.now())

        numbers = staff.do_as(name=by, work=retry)
        named = ", ".join(map(str, numbers))
        self.stdout.write(f"On the work list again: {named}." if numbers else "No batch has failed.")

    def _comments(self, *, name: str, by: str, say: str | None, **options: Any) -> None:
        if (text := say) is not None:
            staff.do_as(
                name=by, work=lambda: supervision.say(slug=name, text=text, by=by, as_of=timezone.now())
            )
        found = queries.list_comments(shipment=shipments.get(slug=name))
        if options["json"]:
            self.stdout.write(json.dumps([comment_as_json(one) for one in found]))
            return
        if not found:
            self.stdout.write(f"Nobody has said anything of {name} yet.")
        for one in found:
            did = one.kind.replace("_", " ")
            self.stdout.write(f"{one.written_at:%Y-%m-%d %H:%M:%S} UTC, {one.written_by} ({did}): {one.text}")

    def _export(self, *, name: str, what: str, **options: Any) -> None:
        rows = queries.iterate_export(shipment=shipments.get(slug=name), what=what)
        write = self._write_csv if options["format"] == "csv" else self._write_ndjson
        write(rows)

    def _what_if(self, **options: Any) -> None:
        what_if.run(out=self.stdout, **options)

    def _write_ndjson(self, rows: Iterable[dict[str, Any]]) -> None:
        for row in rows:
            self.stdout.write(json.dumps(row, ensure_ascii=False))

    def _write_csv(self, rows: Iterable[dict[str, Any]]) -> None:
        write_csv(rows=rows, to=self.stdout)

    def _hint(self, send: Callable[[], object]) -> None:
        """Send a hint; without a broker the sweeper sends another when there is one."""
        try:
            send()
        except OperationalError:
            self.stderr.write(
                "The message broker cannot be reached. The work is on the list in PostgreSQL and goes on "
                "when the broker is back; or do it here with --foreground."
            )

    def _follow(self, name: str, *, until: Callable[[Shipment], bool], what: str) -> None:
        """Show how the work list shrinks until it is done, or until nothing moved for a while."""
        console = Console(stderr=True)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        last, last_moved = None, time.monotonic()
        with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
            task = bar.add_task(f"{what} {name}", total=None)
            while not until(shipment := shipments.get(slug=name)):
                progress = queries.get_progress(shipment=shipment)
                bar.update(task, total=progress.batches or None, completed=progress.done)
                if progress != last:
                    last, last_moved = progress, time.monotonic()
                    if not console.is_terminal and progress.batches:
                        self.stderr.write(f"{progress.done} of {progress.batches} batches posted.")
                if time.monotonic() - last_moved > PATIENCE_SECONDS or (
                    progress.batches
                    and progress.done + progress.failed == progress.batches
                    and progress.failed
                ):
                    problems = "\n".join(queries.list_problems(shipment=shipment))
                    raise CommandError(
                        f"{what} {name} does not move on. Nothing is lost: the work is on the list in "
                        f"PostgreSQL, and a worker goes on with it. Is one running?\n{problems}".rstrip()
                    )
                time.sleep(SECONDS_BETWEEN_LOOKS)

    def _print(self, shipment: Shipment, options: dict[str, Any]) -> None:
        progress = queries.get_progress(shipment=shipment)
        if options["json"]:
            self.stdout.write(json.dumps(as_json(shipment, progress)))
            return
        for line in [*describe(shipment, progress), *list_words(shipment), *list_next(shipment)]:
            self.stdout.write(line)


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What somebody saw of a plan before they approved it, as ``shipments.approve`` takes it."""

    digest: str
    words: str | None
    looked_at: datetime | None = None


def as_json(shipment: Shipment, progress: queries.Progress) -> dict[str, Any]:
    """A shipment's state for scripts."""
    return {
        "name": shipment.slug,
        "state": shipment.state,
        "digest": shipment.plan_digest,
        "words": shipment.words_digest,
        "lines": shipment.line_count,
        "awards": shipment.award_count,
        "total_xp": shipment.total_xp,
        "batches": progress.batches,
        "batches_done": progress.done,
        "batches_failed": progress.failed,
        "xp_posted": progress.xp_done,
        "problem": shipment.problem,
    }


def comment_as_json(comment: Comment) -> dict[str, Any]:
    """A comment for scripts."""
    return {
        "at": comment.written_at.isoformat(),
        "by": comment.written_by,
        "kind": comment.kind,
        "text": comment.text,
        "digest": comment.plan_digest,
    }


def describe(shipment: Shipment, progress: queries.Progress) -> list[str]:
    """A shipment's state for a person."""
    window = f"{shipment.window_start:%Y-%m-%d %H:%M} to {shipment.window_end:%Y-%m-%d %H:%M} UTC"
    lines = [f"{shipment.slug}: {shipment.title}, {shipment.state}", f"  window    {window}"]
    if shipment.problem:
        lines.append(f"  problem   {shipment.problem}")
    if shipment.total_xp is not None:
        left = ledger.get_balance(holder=Holder("season", shipment.season_id))
        lines += [
            f"  awards    {shipment.award_count:,} from {shipment.line_count:,} lines",
            f"  total     {shipment.total_xp:,} XP; the season has {left:,} XP left",
            f"  digest    {shipment.plan_digest}",
        ]
        if shipment.state == "planned" and shipment.total_xp > left:
            lines.append("  The total is more than the budget that is left; it cannot be approved.")
        lines += [f"  limit     {excess.sentence}" for excess in limits.list_excesses(shipment=shipment)]
    if shipment.state in ("planned", "approved"):
        lines += [
            f"  {reason.rule:<20} {reason.reason:<20} {reason.lines:>9,} lines "
            f"{reason.collectors:>8,} collectors {reason.amount_xp:>14,} XP"
            for reason in queries.list_reasons(shipment=shipment)
        ]
        lines += [
            f"  late, for {late.late_for:<30} {late.lines:>10,} lines {late.collectors:>8,} collectors "
            f"{late.amount_xp:>14,} XP"
            for late in queries.list_late_sums(shipment=shipment)
        ]
    if progress.batches:
        lines.append(
            f"  posted    {progress.awards_done:,} of {progress.awards:,} awards, {progress.xp_done:,} XP, "
            f"{progress.done} of {progress.batches} batches"
            + (f", {progress.failed} failed" if progress.failed else "")
        )
        lines += [f"  {problem}" for problem in queries.list_problems(shipment=shipment)]
    return lines


def list_words(shipment: Shipment) -> list[str]:
    """What is approved beside the numbers of a plan, with its digest."""
    if shipment.state != "planned":
        return []
    times = [
        f"{what} {at:%Y-%m-%d %H:%M} UTC"
        for what, at in (("to be approved by", shipment.approve_by), ("goes out", shipment.ships_at))
        if at is not None
    ]
    return [
        *([f"  message   “{shipment.message}”"] if shipment.message else []),
        f"  for       {terms.audience(shipment.audience)}",
        *([f"  times     {', '.join(times)}"] if times else []),
        f"  words     {shipment.words_digest}",
    ]


def list_next(shipment: Shipment) -> list[str]:
    """What to do next, if a person is to do something."""
    digests = f"--digest {(shipment.plan_digest or '')[:12]} --words {shipment.words_digest[:12]}"
    following = {
        "draft": f"manage.py shipment plan {shipment.slug}",
        "planned": f"manage.py shipment approve {shipment.slug} {digests} --by …",
        "approved": f"manage.py shipment ship {shipment.slug}",
    }.get(shipment.state)
    return [f"  next      {following}"] if following else []
