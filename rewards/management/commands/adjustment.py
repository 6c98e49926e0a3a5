"""Corrects balances, with a second person: ``manage.py adjustment grant|reverse|upload|show|approve|…``."""

import getpass
import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from marketplace.registry import addresses
from rewards.adjustments import operations as adjustments
from rewards.adjustments import queries, sheet
from rewards.adjustments.errors import AdjustmentError
from rewards.adjustments.models import Adjustment
from rewards.adjustments.sheet import BadRow, Row, SheetError
from rewards.rules.models import Season
from rewards.staff import operations as staff
from rewards.tab import figures

# So many bad rows are printed; their number is always said.
BAD_ROWS = 50
MOST_LISTED = 200
ENTRIES = 10


class Command(BaseCommand):
    """Reads the arguments and makes one call into the stage."""

    help = "Write, look at, approve, send back or cancel a correction of balances."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        grant = actions.add_parser("grant", help="give a wallet XP from a season's budget")
        reverse = actions.add_parser("reverse", help="take back what a wallet was given wrongly")
        upload = actions.add_parser("upload", help="many at once, from a CSV")
        listing = actions.add_parser("list", help="the latest corrections; --waiting for those to approve")
        show = actions.add_parser("show", help="what one says, and what is in its way")
        approve = actions.add_parser("approve", help="make the one with a digest, as somebody else")
        send_back = actions.add_parser("send-back", help="give one back to its author, with what is wrong")
        cancel = actions.add_parser("cancel", help="call one off before it is made")
        for action in (grant, reverse):
            action.add_argument("wallet", help="an address; its collector is who gets or gives")
            action.add_argument("xp", type=int, help="how much, above zero")
            action.add_argument("--reason", required=True, help="why; the collector reads it")
            action.add_argument("--evidence", required=True, help="what shows it; whoever approves reads it")
        reverse.add_argument(
            "--of", required=True, help="what was wrong: a round's name, or adjustment:NUMBER"
        )
        upload.add_argument("file", type=Path, help="columns wallet, xp, reason, evidence, takes_back")
        upload.add_argument("--keep-good", action="store_true", help="write the good rows if some are bad")
        for action in (grant, reverse, upload):
            action.add_argument("--season", help="whose budget; needed where there are several")
            action.add_argument("--title", help="what it is about, for colleagues")
        for action in (show, approve, send_back, cancel):
            action.add_argument("number", type=int, help="the correction's number")
        for action in (grant, reverse, upload, approve, send_back, cancel):
            action.add_argument("--by", default=getpass.getuser(), help="who does it")
        approve.add_argument("--digest", required=True, help="its digest, or the first 12 characters")
        send_back.add_argument("--comment", required=True, help="what is wrong with it")
        cancel.add_argument("--reason", required=True, help="why; it stays with it")
        listing.add_argument("--waiting", action="store_true", help="only those that wait for approval")
        for action in (listing, show, grant, reverse, upload):
            action.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *_: Any, **options: Any) -> None:
        act = getattr(self, f"_{options['action'].replace('-', '_')}")
        try:
            act(**options)
        except (AdjustmentError, SheetError) as error:
            raise CommandError(str(error)) from error

    def _grant(self, *, xp: int, **options: Any) -> None:
        self._one(amount_xp=xp, takes_back="", **options)

    def _reverse(self, *, xp: int, of: str, **options: Any) -> None:
        self._one(amount_xp=-xp, takes_back=of, **options)

    def _one(self, *, wallet: str, amount_xp: int, takes_back: str, **options: Any) -> None:
        if problem := addresses.why_none(wallet):
            raise CommandError(f"{wallet} {problem}")
        address = addresses.parse(wallet) or ""
        if abs(amount_xp) > sheet.MOST_XP or (amount_xp > 0) == bool(takes_back):
            raise CommandError(f"XP are above zero, and {sheet.MOST_XP:,} at most.")
        row = Row(
            line=1,
            address=address,
            amount_xp=amount_xp,
            reason=options["reason"].strip(),
            evidence=options["evidence"].strip(),
            takes_back=takes_back,
        )
        self._write([row], **options | {"title": options["title"] or addresses.shortened(address)})

    def _upload(self, *, file: Path, keep_good: bool, **options: Any) -> None:
        try:
            found = sheet.read(file.read_text(encoding="utf-8-sig").splitlines())
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
        except UnicodeDecodeError as error:
            raise CommandError(f"{file} is not text in UTF-8.") from error
        checked = adjustments.check(rows=found.rows, season=self._season(options["season"]))
        bad = sorted([*found.bad, *checked.bad], key=lambda row: row.line)
        for row in bad[:BAD_ROWS]:
            self.stderr.write(f"line {row.line}: {row.text} {row.reason}")
        if bad and not keep_good:
            counted = figures.counted(len(bad), "bad row")
            raise CommandError(f"{counted}. Nothing was written; --keep-good writes the others.")
        self._write(_without(found.rows, bad), **options | {"title": options["title"] or file.name})

    def _write(self, rows: list[Row], *, title: str, **options: Any) -> None:
        season = self._season(options["season"])
        by = options["by"]

        def write() -> Adjustment:
            return adjustments.write(season=season, title=title, rows=rows, author=by, as_of=timezone.now())

        made = staff.do_as(name=by, work=write)
        self._print(made, options)

    def _list(self, *, waiting: bool, **options: Any) -> None:
        found = Adjustment.objects.order_by("-id")
        found = found.filter(state="draft") if waiting else found
        if options["json"]:
            self.stdout.write(json.dumps([as_json(one) for one in found[:MOST_LISTED]]))
            return
        if not found:
            self.stdout.write("No correction waits." if waiting else "No correction yet.")
        for one in found[:MOST_LISTED]:
            self.stdout.write(describe(one))

    def _show(self, *, number: int, **options: Any) -> None:
        self._print(adjustments.get(adjustment_id=number), options)

    def _approve(self, *, number: int, digest: str, by: str, **_: Any) -> None:
        def approve() -> Adjustment:
            return adjustments.approve(adjustment_id=number, digest=digest, approver=by, as_of=timezone.now())

        staff.do_as(name=by, work=approve)
        self.stdout.write(f"Correction {number} is made. The collectors see it with its reason.")

    def _send_back(self, *, number: int, comment: str, by: str, **_: Any) -> None:
        staff.do_as(name=by, work=lambda: adjustments.send_back(adjustment_id=number, comment=comment))
        self.stdout.write(f"Correction {number} is back with its author. Nobody can approve it as it is.")

    def _cancel(self, *, number: int, reason: str, by: str, **_: Any) -> None:
        def cancel() -> Adjustment:
            return adjustments.cancel(adjustment_id=number, reason=reason, as_of=timezone.now())

        staff.do_as(name=by, work=cancel)
        self.stdout.write(f"Correction {number} is cancelled. No XP moved.")

    def _print(self, adjustment: Adjustment, options: dict[str, Any]) -> None:
        problems = queries.list_problems(adjustment=adjustment) if adjustment.state == "draft" else []
        if options["json"]:
            self.stdout.write(json.dumps(as_json(adjustment) | {"problems": problems}))
            return
        top = queries.list_top(adjustment=adjustment, limit=ENTRIES)
        lines = [describe(adjustment), f"  digest    {adjustment.digest}"]
        for one in top:
            new = "" if one.is_known else " (never seen before)"
            lines.append(f"  {one.amount_xp:>+12,} XP  {one.address}{new}  {one.reason}")
        if adjustment.entry_count > len(top):
            lines.append(f"  and {adjustment.entry_count - len(top):,} more entries")
        lines += [f"  problem   {problem}" for problem in problems]
        if adjustment.state == "draft":
            digest = adjustment.digest[:12]
            lines.append(f"  next      manage.py adjustment approve {adjustment.id} --digest {digest} --by …")
        for line in lines:
            self.stdout.write(line)

    def _season(self, slug: str | None) -> Season:
        found = Season.objects.filter(slug=slug) if slug else Season.objects.all()
        if found.count() != 1:
            names = ", ".join(Season.objects.order_by("slug").values_list("slug", flat=True))
            raise CommandError(f"--season names one of: {names or 'there is none yet'}.")
        return found.get()


def _without(rows: list[Row], bad: list[BadRow]) -> list[Row]:
    lines = {row.line for row in bad}
    return [row for row in rows if row.line not in lines]


def as_json(adjustment: Adjustment) -> dict[str, Any]:
    """A correction for scripts."""
    return {
        "number": adjustment.id,
        "title": adjustment.title,
        "state": adjustment.state,
        "author": adjustment.author,
        "approved_by": adjustment.approved_by,
        "entries": adjustment.entry_count,
        "granted_xp": adjustment.granted_xp,
        "taken_xp": adjustment.taken_xp,
        "digest": adjustment.digest,
        "note": adjustment.note,
    }


def describe(adjustment: Adjustment) -> str:
    """A correction in a line."""
    by = f", approved by {adjustment.approved_by}" if adjustment.approved_by else ""
    note = f": {adjustment.note}" if adjustment.note else ""
    state = adjustment.state.replace("_", " ")
    entries = figures.counted(adjustment.entry_count, "entry", "entries")
    return (
        f"{adjustment.id}: {adjustment.title}, {state}, by {adjustment.author}{by}, {entries}, gives "
        f"{adjustment.granted_xp:,} XP, takes back {adjustment.taken_xp:,} XP{note}"
    )
