"""Posts transfers: the only way XP moves. It knows accounts, never rules, rounds or collectors."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db import IntegrityError, transaction

from config.db import Params, Statement, folder
from rewards.ledger.errors import InsufficientXp, LedgerMismatch

SQL = folder()


class Holder(NamedTuple):
    """Who an account belongs to: a kind of account and the holder's number in its own stage."""

    kind: str
    holder_id: int


ISSUANCE = Holder("issuance", 0)


@dataclass(frozen=True, kw_only=True)
class Posted:
    """What a post did: transfers written now, transfers known from before, and the XP moved now."""

    new: int
    known: int
    amount_xp: int


def post(*, entries: Statement, params: Params, posted_at: datetime) -> Posted:
    """
    Post all entries or none, each key once, and open the accounts that they name.

    ``entries`` returns rows of ``key, debit_kind, debit_holder, credit_kind, credit_holder, amount_xp,
    reason, shipment_id``. It is read up to four times and must say the same each time, as a frozen plan
    does; its parameters are ``params`` and may not include ``posted_at``.

    Runs inside the caller's transaction. A repeated post writes nothing and counts the entries as known.
    Posts of concurrent transactions cannot deadlock as long as each transaction posts once.

    :raises LedgerMismatch: a key was posted with another payload, or two entries share it.
    :raises InsufficientXp: an account other than issuance would end below zero.
    :raises django.db.IntegrityError: an entry breaks another guard, such as an amount below one.
    """
    values = {**params, "posted_at": posted_at}
    placed = SQL["place_entries"].fill(entries=entries)
    try:
        with transaction.atomic():
            counts = SQL["insert_transfers"].fill(placed=placed).row(values)
            if counts["unplaced"]:
                SQL["open_accounts"].fill(entries=entries).run(values)
                counts = SQL["insert_transfers"].fill(placed=placed).row(values)
            if counts["new"] + counts["known"] != counts["entries"]:
                _compare(placed=placed, values=values)
    except IntegrityError as error:
        if _constraint(error) == "only_issuance_goes_below_zero":
            raise InsufficientXp(_shortfall(entries=entries, values=values)) from error
        raise
    return Posted(new=counts["new"], known=counts["entries"] - counts["new"], amount_xp=counts["amount_xp"])


def transfer(
    *,
    key: str,
    debit: Holder,
    credit: Holder,
    amount_xp: int,
    reason: str,
    posted_at: datetime,
    shipment_id: int | None = None,
) -> Posted:
    """Post one transfer from ``debit`` to ``credit``, under the promises of ``post``."""
    return post(
        entries=SQL["one_entry"],
        params={
            "key": key,
            "debit_kind": debit.kind,
            "debit_holder": debit.holder_id,
            "credit_kind": credit.kind,
            "credit_holder": credit.holder_id,
            "amount_xp": amount_xp,
            "reason": reason,
            "shipment_id": shipment_id,
        },
        posted_at=posted_at,
    )


def _compare(*, placed: Statement, values: Params) -> None:
    """Raise unless each entry has a transfer of its own that says the same."""
    compared = SQL["compare_entries"].fill(placed=placed).row(values)
    if compared["matching"] != compared["entries"]:
        raise LedgerMismatch(
            f"The transfer {compared['first_key']} was posted before with another payload, or is named "
            f"twice here. {compared['matching']} of {compared['entries']} entries agree; nothing was posted."
        )


def _constraint(error: IntegrityError) -> str | None:
    """The name of the constraint that PostgreSQL says was broken."""
    diagnosis = getattr(error.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None)


def _shortfall(*, entries: Statement, values: Params) -> str:
    """A sentence that names the account with too little, as far as it can still be seen."""
    short = SQL["find_shortfall"].fill(entries=entries).rows(values)
    if not short:
        return "An account had too little XP for this post at that moment; nothing was posted."
    account = short[0]
    return (
        f"The account of {account['kind']} {account['holder_id']} holds {account['balance_xp']:,} XP, "
        f"but {account['asked_xp']:,} XP were asked of it; nothing was posted."
    )
