"""
Takes a handful of items that came together, and says what became of each: a request, a page, a few messages.

What a file needs (blocks, fingerprints, reading ahead) has no place here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from django.db import transaction

from config import db
from marketplace.inbox import batches, formats
from marketplace.inbox.blocks import LINE_BYTES
from marketplace.inbox.refusal import Refusal, Undecided
from marketplace.inbox.rows import row

SQL = db.folder()

Word: TypeAlias = Literal["new", "known", "conflict", "refused", "nothing"]

TOO_LONG: Final = f"The item is longer than {LINE_BYTES // 1024} KiB."


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """
    What became of one item.

    ``nothing`` is an item that tells nothing about the market. ``field`` is the path of what a refusal is
    about, within the item. ``undecided`` says that the item may be read together with others to come.
    """

    word: Word
    reason: str = ""
    field: str = ""
    undecided: bool = False


NEW: Final = Outcome(word="new")
KNOWN: Final = Outcome(word="known")
NOTHING: Final = Outcome(word="nothing")


def take(*, items: Sequence[bytes], format: str, source: str | None = None) -> list[Outcome]:  # noqa: A002
    """
    Take in what the items tell and return an outcome for each, in their order.

    The good ones are kept whatever the others are. With ``source``, an event of another source is refused.
    Taken again, the same items are known. All that is written is written in one transaction, or in the
    caller's.
    """
    outcomes: list[Outcome | None] = []
    rows: list[str] = []
    owners: list[int] = []
    read = formats.reader(format, items)
    for place, item in enumerate(items):
        try:
            told = _rows(item, read, source)
        except Refusal as refusal:
            outcomes.append(_refused(refusal))
            continue
        outcomes.append(None if told else NOTHING)
        rows += told
        owners += [place] * len(told)
    _write(rows, owners, outcomes, format)
    return [outcome or KNOWN for outcome in outcomes]


def _rows(item: bytes, read: formats.Format, source: str | None) -> list[str]:
    if len(item) > LINE_BYTES:
        raise Refusal(TOO_LONG)
    events = read(item)
    if source is not None:
        for event in events:
            if event.source != source:
                raise Refusal(
                    f"source is {event.source}, and this sender tells events of source {source} only.",
                    field="source",
                )
    return [row(event) for event in events]


def _refused(refusal: Refusal) -> Outcome:
    return Outcome(
        word="refused",
        reason=str(refusal),
        field=refusal.field,
        undecided=isinstance(refusal, Undecided),
    )


def _write(rows: list[str], owners: list[int], outcomes: list[Outcome | None], format_name: str) -> None:
    """Write the rows, and note what became of the items that they belong to; what stays None is known."""
    if not rows:
        return
    with transaction.atomic():
        SQL["share_inbox"].rows()
        batch = batches.open_batch(rows=rows, format_name=format_name, fingerprint=None)
        assert batch is not None  # without a fingerprint nothing is in its way
        if batch.copy():
            for owner in owners:
                outcomes[owner] = NEW
            return
        new_places: set[int] = set()
        staged = batch.stage(new_places=new_places)
    for place in new_places:
        outcomes[owners[place]] = NEW
    for conflict in staged.conflicts:
        outcomes[owners[conflict.place]] = Outcome(word="conflict", reason=conflict.reason)
