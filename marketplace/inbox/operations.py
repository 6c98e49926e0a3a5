"""
Takes events into the inbox, each once (P1).

A stream is cut into blocks; one thread turns blocks into rows while this one writes them, a transaction
a block. A block whose very bytes are known is skipped unread. New rows are copied straight into the inbox;
only where a key turns out to be known does a block go through a staging table.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, Final, TypeAlias
from uuid import UUID

import msgspec
from django.db import transaction

from config import db
from marketplace.inbox import batches, formats
from marketplace.inbox.blocks import LINE_BYTES, Block, Lines, Stream, cut
from marketplace.inbox.formats import Format
from marketplace.inbox.refusal import Refusal
from marketplace.inbox.report import Problem, Report, Sink
from marketplace.inbox.rows import row

SQL = db.folder()

# Blocks that are read ahead of the one that is written.
READ_AHEAD: Final = 2

TOO_LONG: Final = f"The line is longer than {LINE_BYTES // 1024} KiB."

Progress: TypeAlias = Callable[[Report], None]


@dataclass(frozen=True, kw_only=True)
class File:
    """A stream of lines and the name that reports call it by."""

    name: str
    stream: Stream


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A block turned into rows: COPY lines in the order of the file, the line number of each, refusals."""

    file: str
    line_count: int
    fingerprint: UUID | None
    rows: list[str]
    line_numbers: list[int]
    refusals: list[Problem]


def ingest(
    *,
    lines: Iterable[bytes] | Stream,
    name: str,
    format: str = "native",  # noqa: A002 (the word that the command and the documents use)
    strict: bool = False,
    progress: Progress | None = None,
    sink: Sink | None = None,
) -> Report:
    """Take in the events of one stream, or of lines in memory; see :func:`ingest_files`."""
    stream = lines if isinstance(lines, Stream) else Lines(lines)
    return ingest_files(
        files=[File(name=name, stream=stream)], format=format, strict=strict, progress=progress, sink=sink
    )


def accept(*, events: Sequence[Mapping[str, Any]], strict: bool = False) -> Report:
    """Take in a handful of native events that are given as dictionaries; instants may be datetimes."""
    return ingest(lines=map(msgspec.json.encode, events), name="events", strict=strict)


def ingest_files(
    *,
    files: Iterable[File],
    format: str = "native",  # noqa: A002 (the word that the command and the documents use)
    strict: bool = False,
    progress: Progress | None = None,
    sink: Sink | None = None,
) -> Report:
    """
    Take in the events of each stream and return what became of them.

    Lines that are refused or in conflict are reported (all of them to the sink) and the others are kept,
    unless the ingest is strict: then one such line is enough, and nothing at all is written. Every block is
    committed by itself otherwise, so that an ingest that was broken off can simply be run again.
    """
    report = Report()
    tell = _teller(report, sink)
    with transaction.atomic() if strict else nullcontext():
        if strict:
            SQL["keep_inbox"].rows()
        writer = _Writer(report=report, format_name=format, tell=tell)
        for file in files:
            for reading in _read(file, format, writer):
                writer.write(reading)
                if progress:
                    progress(report)
        if strict and not report.is_clean:
            transaction.set_rollback(True)
            report.written, report.new = False, 0
    return report


def _teller(report: Report, sink: Sink | None) -> Sink:
    def tell(problem: Problem) -> None:
        report.add(problem)
        if sink:
            sink(problem)

    return tell


def _read(file: File, format_name: str, writer: "_Writer") -> Iterator[Reading]:
    """Yield the blocks that are not known as readings, in order, while the next ones are being read."""
    waiting: deque[Future[Reading]] = deque()
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="ingest") as reader:
        for block in cut(file.stream):
            if writer.skips(block):
                continue
            waiting.append(reader.submit(_read_block, file.name, format_name, block))
            if len(waiting) > READ_AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _read_block(file: str, format_name: str, block: Block) -> Reading:
    rows: list[str] = []
    line_numbers: list[int] = []
    refusals: list[Problem] = []

    def refuse(number: int, reason: str) -> None:
        refusals.append(Problem(outcome="refused", file=file, line=number, reason=reason))

    if not block.data:
        refuse(block.first_line, TOO_LONG)
    lines = block.data.split(b"\n")
    read = formats.reader(format_name, lines)
    for number, line in enumerate(lines, block.first_line):
        try:
            told = _rows(line, read)
        except Refusal as refusal:
            refuse(number, str(refusal))
            continue
        rows += told
        line_numbers += [number] * len(told)
    return Reading(
        file=file,
        line_count=block.line_count,
        fingerprint=None if refusals else block.fingerprint,
        rows=rows,
        line_numbers=line_numbers,
        refusals=refusals,
    )


def _rows(line: bytes, read: Format) -> list[str]:
    if len(line) > LINE_BYTES:
        raise Refusal(TOO_LONG)
    return [row(event) for event in read(line)]


class _Writer:
    """
    Writes readings, a transaction each, and remembers whether the last one met known events.

    Copying straight in is fastest and fails as a whole on a known key. A file of known events would fail so
    for each block, so after a failure blocks go through staging until one of them knew nothing.
    """

    def __init__(self, *, report: Report, format_name: str, tell: Sink) -> None:
        self.report = report
        self.format_name = format_name
        self.tell = tell
        self.expects_known = False

    def skips(self, block: Block) -> bool:
        """Count a block as known and say so if a batch has taken in the same bytes before."""
        if not block.data:
            return False
        known = SQL["known_block"].rows({"format": self.format_name, "fingerprint": block.fingerprint})
        for batch in known:
            self._count_known(batch["told_count"], batch["moved_count"])
            self.report.lines += block.line_count
        return bool(known)

    def write(self, reading: Reading) -> None:
        """Write one reading in a transaction of its own, or inside the caller's."""
        if reading.rows:
            with transaction.atomic():
                SQL["share_inbox"].rows()
                self._write_rows(reading)
        for problem in reading.refusals:
            self.tell(problem)
        self.report.lines += reading.line_count

    def _write_rows(self, reading: Reading) -> None:
        batch = batches.open_batch(
            rows=reading.rows, format_name=self.format_name, fingerprint=reading.fingerprint
        )
        if batch is None:
            (known,) = SQL["known_block"].rows(
                {"format": self.format_name, "fingerprint": reading.fingerprint}
            )
            self._count_known(known["told_count"], known["moved_count"])
        elif not self.expects_known and batch.copy():
            self.report.new += len(reading.rows)
        else:
            self._stage(reading, batch)

    def _stage(self, reading: Reading, batch: batches.Batch) -> None:
        staged = batch.stage()
        for conflict in staged.conflicts:
            line = reading.line_numbers[conflict.place]
            self.tell(Problem(outcome="conflict", file=reading.file, line=line, reason=conflict.reason))
        self.report.new += staged.new_count
        self._count_known(staged.known_count, staged.moved_count)
        self.expects_known = bool(staged.known_count or staged.conflicts)

    def _count_known(self, known_count: int, moved_count: int) -> None:
        self.report.known += known_count
        self.report.moved += moved_count
