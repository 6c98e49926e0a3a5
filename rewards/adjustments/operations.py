"""
Corrects balances: written by one person, approved by another, made whole or not at all (P10).

What is given comes from a season's budget (P11). What is taken back goes back to it, and can only be an award
or an earlier correction that the collector has, never more than it was, and never below zero.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from config import db
from marketplace.registry import operations as registry
from rewards.adjustments import queries
from rewards.adjustments.errors import AdjustmentError, AdjustmentRefused, UnknownAdjustment
from rewards.adjustments.models import MOST_LETTERS, Adjustment, Entry
from rewards.adjustments.sheet import BadRow, Row, wordless
from rewards.ledger import operations as ledger
from rewards.ledger.errors import InsufficientXp
from rewards.rules.models import Season

SQL = db.folder()

ENTRIES_AT_A_TIME = 5_000
DIGITS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """The rows of a correction as its entries would be, and those that cannot be made."""

    entries: list[Entry]
    bad: list[BadRow]


def check(*, rows: Sequence[Row], season: Season) -> Checked:
    """
    Find what each row takes back, in one statement, and say of each that cannot be made why not.

    A wallet that no event has named yet can be given XP; it gets its row when the correction is approved.
    """
    taking = [(place, row) for place, row in enumerate(rows) if row.amount_xp < 0]
    found: dict[int, db.Row] = {}
    if taking:
        asked = {
            "places": [place for place, _ in taking],
            "addresses": [row.address for _, row in taking],
            "named": [row.takes_back for _, row in taking],
        }
        found = {told["place"]: told for told in SQL["resolve"].rows(asked)}
    checked = Checked(entries=[], bad=[])
    for place, row in enumerate(rows):
        told = found.get(place)
        problem = wordless(reason=row.reason, evidence=row.evidence)
        if told and not problem:
            problem = _problem(row, told, season=season)
        if problem:
            checked.bad.append(BadRow(line=row.line, text=row.address, reason=problem))
            continue
        checked.entries.append(
            Entry(
                number=len(checked.entries) + 1,
                address=row.address,
                amount_xp=row.amount_xp,
                takes_back=told["key"] if told else "",
                reason=row.reason,
                evidence=row.evidence,
            )
        )
    return checked


def _problem(row: Row, told: db.Row, *, season: Season) -> str:
    """Why a row cannot take back what it names; empty if it can."""
    if not told["is_known"]:
        return "takes back from a wallet that never had anything."
    if told["key"] is None:
        return f"takes back “{row.takes_back[:60]}”, which paid this wallet nothing."
    if told["season_id"] != season.id:
        return f"takes back “{row.takes_back[:60]}”, which another season than {season.title} paid."
    left_xp = told["amount_xp"] - told["taken_xp"]
    if -row.amount_xp > left_xp:
        return (
            f"takes back {-row.amount_xp:,} XP of “{row.takes_back[:60]}”, of which {left_xp:,} XP are left "
            "to take."
        )
    return ""


@transaction.atomic
def write(
    *,
    season: Season,
    title: str,
    rows: Sequence[Row],
    author: str,
    as_of: datetime,
    adjustment_id: int | None = None,
) -> Adjustment:
    """
    Write a correction, which waits for a second person from then on; or one of the author's own anew.

    Raises AdjustmentError where a row cannot be made, and then nothing is written.
    """
    title = title.strip()
    if not title or len(title) > 200:
        raise AdjustmentError("A correction needs a title of at most 200 letters. Nothing was written.")
    checked = check(rows=rows, season=season)
    if checked.bad or not checked.entries:
        raise AdjustmentError(_first_of(checked.bad))
    if adjustment_id is None:
        adjustment = Adjustment(season=season, author=author, created_at=as_of)
    else:
        adjustment = _rewritable(adjustment_id, author=author, season=season)
        adjustment.entries.all().delete()
    adjustment.title, adjustment.state, adjustment.written_at = title, "draft", as_of
    adjustment.digest, adjustment.entry_count = "", 0
    adjustment.granted_xp = adjustment.taken_xp = 0
    adjustment.save()
    for entry in checked.entries:
        entry.adjustment = adjustment
    try:
        Entry.objects.bulk_create(checked.entries, batch_size=ENTRIES_AT_A_TIME)
    except IntegrityError as error:
        raise AdjustmentError(
            "Two rows correct the same thing for the same wallet. Make one of them; nothing was written."
        ) from error
    for name, value in SQL["digest"].row({"adjustment_id": adjustment.id}).items():
        setattr(adjustment, name, value)
    adjustment.save()
    return adjustment


def _first_of(bad: Sequence[BadRow]) -> str:
    if not bad:
        return "A correction needs a row. Nothing was written."
    more = f" There are {len(bad) - 1:,} more such rows." if len(bad) > 1 else ""
    return f"Line {bad[0].line}, {bad[0].text}, {bad[0].reason}{more} Nothing was written."


def _rewritable(adjustment_id: int, *, author: str, season: Season) -> Adjustment:
    adjustment = _lock(adjustment_id)
    if adjustment.state not in ("draft", "sent_back"):
        raise AdjustmentError(f"Correction {adjustment_id} is {adjustment.state}. Nothing was changed.")
    if adjustment.author != author or adjustment.season_id != season.id:
        raise AdjustmentError(
            f"{adjustment.author} wrote correction {adjustment_id}, for {adjustment.season.title}. Somebody "
            "else writes another one, or the same for another season. Nothing was changed."
        )
    return adjustment


@db.in_one_transaction
def approve(*, adjustment_id: int, digest: str, approver: str, as_of: datetime) -> Adjustment:
    """
    Make the correction with that digest, all entries or none, in this transaction (P8, P10, P11).

    ``digest`` may be its first twelve characters or more. XP goes to the collector that a wallet belongs to
    now. Raises AdjustmentRefused with a sentence for what is in the way. Approving what the same person
    approved before changes nothing.
    """
    adjustment = _lock(adjustment_id)
    matches = len(digest) >= DIGITS and adjustment.digest.startswith(digest)
    if adjustment.approved_by == approver and matches:
        return adjustment
    if adjustment.state != "draft":
        said = adjustment.state.replace("_", " ")
        raise AdjustmentRefused(f"Correction {adjustment_id} is {said}; only what waits can be approved.")
    told = {"adjustment_id": adjustment_id}
    if not matches or SQL["digest"].row(told)["digest"] != adjustment.digest:
        raise AdjustmentRefused(
            f"Correction {adjustment_id} has the digest {adjustment.digest}; yours is another one (or has "
            f"fewer than {DIGITS} characters). Look at what is there now. Nothing was approved."
        )
    if approver == adjustment.author:
        raise AdjustmentRefused(f"{approver} wrote this correction; somebody else has to approve it.")
    # A limit that is being changed counts, or counts from the next approval on.
    Season.objects.select_for_update(no_key=True).get(id=adjustment.season_id)
    registry.add_wallets(addresses=list(adjustment.entries.values_list("address", flat=True).distinct()))
    SQL["name_collectors"].run(told)
    if problems := queries.list_problems(adjustment=adjustment, limit=1):
        raise AdjustmentRefused(f"{problems[0]} Nothing was approved, of any entry.")
    adjustment.state, adjustment.approved_by, adjustment.approved_at = "approved", approver, as_of
    try:
        with transaction.atomic():
            adjustment.save()
            ledger.post(entries=SQL["entries_to_post"], params=told, posted_at=as_of)
    except (InsufficientXp, IntegrityError) as error:
        raise AdjustmentRefused(
            "XP that this correction needs moved at this very moment. Nothing was approved, of any entry; "
            "look at it again and repeat it."
        ) from error
    return adjustment


@transaction.atomic
def send_back(*, adjustment_id: int, comment: str) -> Adjustment:
    """Give a correction back to its author, with what is wrong with it; nobody can approve it until then."""
    adjustment = _lock(adjustment_id)
    if adjustment.state != "draft":
        raise AdjustmentError(
            f"Correction {adjustment_id} is {adjustment.state}; only what waits is sent back."
        )
    adjustment.note = _said(comment, "What is sent back needs a comment; its author reads it.")
    adjustment.state = "sent_back"
    adjustment.save()
    return adjustment


@transaction.atomic
def cancel(*, adjustment_id: int, reason: str, as_of: datetime) -> Adjustment:
    """Call a correction off before it is made; of one that is cancelled already nothing changes."""
    adjustment = _lock(adjustment_id)
    if adjustment.state == "cancelled":
        return adjustment
    if adjustment.state == "approved":
        raise AdjustmentError(
            f"Correction {adjustment_id} was made. What it gave can be taken back by another one, with "
            f"adjustment:{adjustment_id} as what is wrong. Nothing was changed."
        )
    adjustment.note = _said(reason, "To cancel a correction needs a reason; it stays with it.")
    adjustment.state, adjustment.cancelled_at = "cancelled", as_of
    adjustment.save()
    return adjustment


def get(*, adjustment_id: int) -> Adjustment:
    """The correction with that number. Raises UnknownAdjustment."""
    try:
        return Adjustment.objects.select_related("season").get(id=adjustment_id)
    except (Adjustment.DoesNotExist, OverflowError):
        raise UnknownAdjustment(adjustment_id) from None


def _lock(adjustment_id: int) -> Adjustment:
    found = Adjustment.objects.select_for_update(of=("self",)).select_related("season")
    adjustment = found.filter(id=adjustment_id).first()
    if adjustment is None:
        raise UnknownAdjustment(adjustment_id)
    return adjustment


def _said(text: str, missing: str) -> str:
    """A text without the space around it; AdjustmentError if nothing is left, or too much."""
    said = text.strip()
    if not said:
        raise AdjustmentError(missing)
    if len(said) > MOST_LETTERS:
        raise AdjustmentError(f"That is more than {MOST_LETTERS:,} letters. Nothing was changed.")
    return said
