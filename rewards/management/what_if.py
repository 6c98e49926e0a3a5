"""``manage.py shipment what-if``: reads the arguments, asks once, and prints the answer."""

import json
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Protocol

from django.core.management.base import CommandError
from django.utils import timezone
from rich.console import Console

from config.instants import instant
from rewards.program.file import ProgramError
from rewards.program.file import read as read_file
from rewards.shipments.cells import write_csv
from rewards.whatif import changes as reading
from rewards.whatif import operations as whatif
from rewards.whatif import rounds
from rewards.whatif.changes import AddedPause, Changes
from rewards.whatif.errors import WhatIfError
from rewards.whatif.queries import Bucket, Comparison, Mover, Plan, Said
from rewards.whatif.rounds import Round

BAR = 24
LINE = 100

SPREAD = {
    "p10_xp": "10th percentile",
    "p50_xp": "median",
    "p90_xp": "90th percentile",
    "p99_xp": "99th percentile",
    "most_xp": "most",
}


class Output(Protocol):
    """A command's standard output."""

    def write(self, msg: str) -> object: ...


def add_arguments(parser: ArgumentParser) -> None:
    """What can be asked."""
    parser.add_argument("name", nargs="?", help="the shipment to begin from, in any state")
    parser.add_argument(
        "--window",
        nargs=2,
        type=instant,
        metavar=("FROM", "UNTIL"),
        help="begin from a window without a shipment, with every rule of its season",
    )
    parser.add_argument("--season", help="whose rules, where the window touches several")
    parser.add_argument(
        "--set",
        dest="numbers",
        action="append",
        default=[],
        metavar="RULE.FIELD=VALUE",
        help="another number, named as in a program file: long-holders.curve[1].multiplier=3",
    )
    parser.add_argument("--program", type=Path, metavar="FILE", help="rules of the same name are as in FILE")
    parser.add_argument(
        "--with",
        dest="with_rules",
        action="append",
        default=[],
        metavar="RULE",
        help="let it pay this rule too, of FILE or of the program in force",
    )
    parser.add_argument(
        "--without",
        dest="without_rules",
        action="append",
        default=[],
        metavar="RULE",
        help="leave this rule out",
    )
    parser.add_argument(
        "--pause",
        dest="pauses",
        nargs=3,
        action="append",
        default=[],
        metavar=("FLAG", "FROM", "UNTIL"),
        help="as if the flag had been off then",
    )
    parser.add_argument(
        "--without-pauses",
        action="append",
        default=[],
        metavar="FLAG",
        help="as if the flag had never been paused itself; all: no flag ever",
    )
    parser.add_argument(
        "--audience",
        action="append",
        metavar="FILTER=VALUE",
        help="for others: minimum_spend_eth=0.5, in_cohort=NAME and the like, instead of its own filters",
    )
    parser.add_argument("--for-everybody", action="store_true", help="without any filter of an audience")
    parser.add_argument("--as-paid", action="store_true", help="compare with the lines that the shipment has")
    parser.add_argument(
        "--budget", type=int, metavar="XP", help="what there is to pay; if left out, what the season has"
    )
    parser.add_argument("--export", type=Path, metavar="FILE", help="every difference, as .csv or .ndjson")
    parser.add_argument("--movers", type=int, default=whatif.MOVERS, help="so many winners and losers; 10")
    parser.add_argument("--seconds", type=int, default=whatif.SECONDS, help="give up after so many; 120")
    parser.add_argument("--json", action="store_true", help="print the answer as one JSON object")


def run(*, out: Output, **options: Any) -> None:
    """Ask and print. Raises CommandError with a sentence."""
    try:
        of = _round(options)
        with _progress() as tell:
            found = whatif.compare(
                of=of,
                changes=_changes(options, of=of),
                as_of=timezone.now(),
                seconds=options["seconds"],
                as_paid=options["as_paid"],
                movers=options["movers"],
                progress=tell,
                differences=_export(options["export"]),
            )
    except WhatIfError as error:
        raise CommandError(str(error)) from error
    except ProgramError as error:
        mistakes = "\n".join(f"{options['program']}:{mistake}" for mistake in error.mistakes)
        raise CommandError(f"{mistakes}\nNothing was worked out.") from error
    except OSError as error:
        raise CommandError(f"{error.filename} cannot be used: {error.strerror}.") from error
    budget = found.left_xp if options["budget"] is None else options["budget"]
    if options["json"]:
        out.write(json.dumps(as_json(found, budget_xp=budget)))
        return
    for line in describe(found, budget_xp=budget):
        out.write(line)
    if options["export"]:
        out.write(f"Every difference is in {options['export']}.")


def _round(options: Mapping[str, Any]) -> Round:
    if (options["name"] is None) == (options["window"] is None):
        raise WhatIfError("Name a shipment to begin from, or a --window without one.")
    if options["name"] is not None:
        return rounds.of_name(slug=options["name"])
    start, end = options["window"]
    return rounds.of_window(window_start=start, window_end=end, season=options["season"])


def _changes(options: Mapping[str, Any], *, of: Round) -> Changes:
    changes = Changes(with_rules=options["with_rules"])
    if options["program"]:
        program = read_file(options["program"])
        changes = reading.read_program(program=program, of=of, with_rules=options["with_rules"])
    audience = reading.read_audience(filters=options["audience"]) if options["audience"] else None
    return replace(
        changes,
        params=reading.read_settings(settings=options["numbers"], of=of, params=changes.params),
        without_rules=options["without_rules"],
        pauses=[
            AddedPause(flag=flag, starts_at=_instant(start), ends_at=_instant(end))
            for flag, start, end in options["pauses"]
        ],
        without_pauses=options["without_pauses"],
        audience={} if options["for_everybody"] else audience,
    )


def _instant(text: str) -> Any:
    try:
        return instant(text)
    except ArgumentTypeError as error:
        raise WhatIfError(f"{error}.") from error


class _progress:  # noqa: N801 (reads as a function)
    """A line on a terminal that says which step it is at; nothing elsewhere."""

    def __enter__(self) -> Callable[[str], None]:
        console = Console(stderr=True)
        self.status = console.status("") if console.is_terminal else None
        if self.status is None:
            return lambda _: None
        self.status.start()
        return self.status.update

    def __exit__(self, *_: object) -> None:
        if self.status is not None:
            self.status.stop()


def _export(path: Path | None) -> whatif.Sink | None:
    """What writes the differences: beside the file first, so that one that is there is whole or as it was."""
    if path is None:
        return None
    if path.suffix not in (".csv", ".ndjson"):
        raise WhatIfError(f"{path} ends neither in .csv nor in .ndjson, so its format is not clear.")

    def write(rows: Iterator[dict[str, Any]]) -> None:
        part = path.with_name(f"{path.name}.part")
        try:
            with part.open("w", encoding="utf-8") as file:
                if path.suffix == ".csv":
                    write_csv(rows=rows, to=file)
                else:
                    file.writelines(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)

    return write


def as_json(found: Comparison, *, budget_xp: int) -> dict[str, Any]:
    """The answer for scripts; shares are in basis points."""
    of = found.of
    return {
        "shipment": of.shipment.slug if of.shipment else None,
        "state": of.shipment.state if of.shipment else None,
        "window_start": of.window_start.isoformat(),
        "window_end": of.window_end.isoformat(),
        "compared_with": "its own lines" if found.as_paid else "the round planned today",
        "changes": [asdict(said) for said in found.said],
        "before": asdict(found.before),
        "after": asdict(found.after),
        "rules": [{**asdict(rule), "change_xp": rule.change_xp} for rule in found.rules],
        "moves": asdict(found.moves),
        "winners": [{**asdict(mover), "change_xp": mover.change_xp} for mover in found.winners],
        "losers": [{**asdict(mover), "change_xp": mover.change_xp} for mover in found.losers],
        "histogram": [asdict(bucket) for bucket in found.histogram],
        "kept_xp": found.kept_xp,
        "budget_xp": budget_xp,
        "fits_the_budget": found.after.total_xp <= budget_xp,
    }


def describe(found: Comparison, *, budget_xp: int) -> Iterator[str]:
    """The answer for a person at a terminal."""
    of = found.of
    state = f", {of.shipment.state}" if of.shipment else ", a window without a shipment"
    name = f"{of.shipment.slug}: {of.title}" if of.shipment else of.title
    yield f"What if: {name}{state}"
    for said in found.said:
        yield from _said(said)
    if not found.said:
        yield "  Nothing is changed; this is the round as it would be planned today."
    if found.as_paid:
        yield "  Compared with the lines that the shipment has."
    else:
        yield "  Compared with the same round planned today, so that later facts are no part of it."
        if found.kept_xp not in (None, found.before.total_xp):
            yield f"  The shipment's own plan has {found.kept_xp:,} XP; facts or pauses changed since."
    yield ""
    yield from _table(
        ("", "as it was", "what if", "change"),
        [
            ("XP in all", *_figures(found.before.total_xp, found.after.total_xp)),
            ("Collectors with XP", *_figures(found.before.collectors, found.after.collectors)),
            *((rule.title, *_figures(rule.before_xp, rule.after_xp)) for rule in found.rules),
        ],
    )
    yield ""
    yield from _spread(found.before, found.after)
    yield ""
    yield from _histogram(found.histogram)
    yield from _moves(found)
    yield ""
    over = found.after.total_xp - budget_xp
    if over > 0:
        yield f"It would not fit: there are {budget_xp:,} XP to pay, {over:,} XP too few."
    else:
        yield f"It would fit: {-over:,} XP of {budget_xp:,} XP would be left."
    yield "Nothing was changed, and nothing of this can ship."


def _said(said: Said) -> Iterator[str]:
    line = f"  {said.what}: {said.before} → {said.after}"
    if len(line) <= LINE:
        yield line
        return
    yield f"  {said.what}"
    yield f"    was      {said.before}"
    yield f"    what if  {said.after}"


def _figures(before: int, after: int) -> tuple[str, str, str]:
    change = after - before
    share = f" ({change * 100 / before:+.1f} %)" if before and change else ""
    return f"{before:,}", f"{after:,}", f"{change:+,}{share}" if change else "±0"


def _spread(before: Plan, after: Plan) -> Iterator[str]:
    """How the XP is spread, before and after."""
    rows: list[tuple[str, ...]] = [
        (f"XP, {name}", *_figures(getattr(before, one), getattr(after, one))) for one, name in SPREAD.items()
    ]
    rows += [
        (name, *(f"{getattr(plan, one) / 100:.1f} %" for plan in (before, after)), "")
        for one, name in (("top_bp", "Share of the top 1 %"), ("gini_bp", "Gini (0 % is even)"))
    ]
    yield from _table(("How it is spread", "as it was", "what if", "change"), rows)


def _histogram(buckets: list[Bucket]) -> Iterator[str]:
    most = max((max(one.before, one.after) for one in buckets), default=0)
    if not most:
        return
    width = max(len(f"{one.from_xp:,} to {one.to_xp - 1:,}") for one in buckets)
    yield "Collectors by their XP (▒ as it was, █ what if)"
    for one in buckets:
        name = f"{one.from_xp:,} to {one.to_xp - 1:,}"
        yield f"  {name:>{width}}  {_bar(one.before, most, '▒')} {one.before:,}"
        yield f"  {'':>{width}}  {_bar(one.after, most, '█')} {one.after:,}"
    yield ""


def _bar(count: int, most: int, sign: str) -> str:
    return sign * -(-count * BAR // most)


def _moves(found: Comparison) -> Iterator[str]:
    moves = found.moves
    come_in = f", {moves.come_in:,} of them had nothing" if moves.come_in else ""
    drop_out = f", {moves.drop_out:,} of them are left with nothing" if moves.drop_out else ""
    yield f"{moves.gain:,} gain {moves.gained_xp:,} XP{come_in}."
    yield f"{moves.lose:,} lose {moves.lost_xp:,} XP{drop_out}."
    yield f"{moves.same:,} have the same."
    for title, movers in (("Winners", found.winners), ("Losers", found.losers)):
        if movers:
            yield ""
            yield from _table((title, "as it was", "what if", "change"), [_mover(mover) for mover in movers])


def _mover(mover: Mover) -> tuple[str, str, str, str]:
    return mover.address, *_figures(mover.before_xp, mover.after_xp)


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(len(row[place]) for row in [head, *rows]) for place in range(len(head))]
    for row in [head, *rows]:
        cells = [
            f"{row[0]:<{widths[0]}}",
            *(f"{cell:>{width}}" for cell, width in zip(row[1:], widths[1:], strict=True)),
        ]
        yield ("  " + "  ".join(cells)).rstrip()
