"""Keeps the signals of wash trades in step with the facts, and takes down what staff decide about sales."""

from datetime import datetime
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections, transaction

from config import db
from marketplace.facts import operations as facts
from rewards.fairness.errors import FairnessError
from rewards.fairness.models import Decision, Signal
from rewards.fairness.queries import get_score

SQL = db.folder()

# Two refreshes at once would compare the same rows; the second waits for the first.
REFRESH_LOCK = 4_202_109

# What a signal adds to the score of a sale.
WEIGHTS = {
    "buyer_is_seller": 5,
    "back_and_forth": 3,
    "bought_three_times": 2,
    "closed_cycle": 3,
}

VERDICTS = ("cleared", "confirmed")

# A step looks at so many tokens at a time, so that a large backlog is worked off in bounded memory.
TOKENS_A_STEP = 100_000


def refresh(*, most_tokens: int = TOKENS_A_STEP) -> int:
    """
    Bring the signals to what the facts say, for the tokens whose sales may be others since the last time.

    Returns how many signals were written or taken away. With nothing new it writes nothing. It may run in
    a caller's transaction in which facts stand still; by itself it works in steps, each a transaction of
    its own.
    """
    changed = 0
    while facts.is_retold():
        changed += _refresh_step(most_tokens=most_tokens)
    return changed


@transaction.atomic
def _refresh_step(*, most_tokens: int) -> int:
    facts.stand_still()
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [REFRESH_LOCK])
        facts.take_retold(most_tokens=most_tokens)
        SQL["fresh_signals"].fill(signals=SQL["signals"]).run(WEIGHTS)
        changed = SQL["delete_stale_signals"].run() + SQL["insert_signals"].run()
        cursor.execute("DROP TABLE retold, fresh_signal")
    return changed


@transaction.atomic
def decide(*, sale_key: UUID, verdict: str, reason: str, by: str, as_of: datetime) -> Decision:
    """
    Clear a sale, or confirm that it is a wash trade. It counts from the next plan on.

    What was approved before stays as it is. The same verdict with the same reason again changes nothing.
    Raises FairnessError.
    """
    if verdict not in VERDICTS:
        raise FairnessError(f"A sale is cleared or confirmed, not {verdict}. Nothing was changed.")
    if not reason.strip():
        raise FairnessError("A decision needs a reason, for colleagues and appeals. Nothing was changed.")
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        # Decisions about one sale take turns, so that the last one is the last one that somebody made.
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [REFRESH_LOCK, str(sale_key)])
    last = Decision.objects.filter(sale_key=sale_key).order_by("-id").first()
    if last is not None and (last.verdict, last.reason) == (verdict, reason.strip()):
        return last
    if last is None and not Signal.objects.filter(sale_key=sale_key).exists():
        raise FairnessError("No signal speaks against this sale, so there is nothing to decide.")
    return Decision.objects.create(
        sale_key=sale_key,
        verdict=verdict,
        reason=reason.strip(),
        score=get_score(sale_key=sale_key),
        decided_by=by,
        decided_at=as_of,
    )
