"""Computes facts: in small steps after an ingest, or from scratch. Both give the same rows."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import DEFAULT_DB_ALIAS, connections, transaction

from config import db
from config.db import Statement
from marketplace.facts.models import Change, Retold
from marketplace.inbox.models import Batch
from marketplace.registry.models import Link

SQL = db.folder()

# Two refreshes at once would compute from the same batches; the second waits for the first.
REFRESH_LOCK = 4_202_101

# A step takes in so many events at a time, so that a large backlog is worked off in bounded memory.
EVENTS_A_STEP = 250_000

# What a rebuild changed is not looked for, so anything may be another one from here on.
ALL_TIME = datetime(1970, 1, 1, tzinfo=UTC)

FACT_TABLES = ("facts_hold", "facts_sale", "facts_order", "facts_volumeday")


@dataclass(frozen=True)
class Refreshed:
    """What a refresh did: events taken in, and rows of facts that it wrote or took away."""

    events: int
    written: int
    removed: int


def refresh(*, as_of: datetime, most_events: int = EVENTS_A_STEP) -> Refreshed:
    """
    Take what came in since the last refresh into the facts, and only touch what it names.

    Works in steps of about ``most_events`` events, each a transaction of its own. A step that fails
    leaves its batches for the next refresh. With nothing new it writes nothing.
    """
    total = Refreshed(events=0, written=0, removed=0)
    while step := _refresh_step(as_of=as_of, most_events=most_events):
        total = Refreshed(
            events=total.events + step.events,
            written=total.written + step.written,
            removed=total.removed + step.removed,
        )
    return total


def rebuild(*, as_of: datetime, using: str = DEFAULT_DB_ALIAS) -> Refreshed:
    """
    Drop all facts and compute them again from the inbox, in one transaction.

    The indexes are made after the rows, which only the tables' owner may do, so ``using`` names a
    connection of the owner. Readers of facts wait until it is through.
    """
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [REFRESH_LOCK])
        batches = list(
            Batch.objects.using(using).filter(settled_at=None).values_list("id", "event_count").order_by("id")
        )
        links = list(Link.objects.using(using).filter(Link.unsettled()))
        events = Statement(name="facts.all_events", text="inbox_event")
        with _without_indexes(using=using):
            SQL["retell"].run(using=using)
            cursor.execute(f"TRUNCATE {', '.join(FACT_TABLES)}")
            SQL["new_collections"].fill(events=events).run(using=using)
            SQL["new_wallets"].fill(events=events).run(using=using)
            written = SQL["insert_sales"].fill(sales=_sales(events)).run(using=using)
            # Orders ask which sales filled them, by an index that is not there now.
            cursor.execute("ANALYZE facts_sale")
            _compute_moves(events=events, sales="facts_sale", using=using)
            written += SQL["insert_holds"].fill(holds=_holds()).run(using=using)
            written += SQL["insert_orders"].fill(orders=_orders(events=events)).run(using=using)
            all_sales = Statement(name="facts.all_sales", text="SELECT * FROM facts_sale")
            days = SQL["volume_days"].fill(sales=all_sales)
            written += SQL["insert_volume_days"].fill(volume_days=days).run(using=using)
        cursor.execute(f"ANALYZE {', '.join(FACT_TABLES)}")
        SQL["retell"].run(using=using)
        _settle(batches=[batch for batch, _ in batches], as_of=as_of, using=using)
        if batches:
            SQL["insert_change"].run({"as_of": as_of, "changed_from": ALL_TIME}, using=using)
        _settle_links(links, as_of=as_of, using=using)
        cursor.execute("DROP TABLE told, moved, edition_step, returned, edition_moved")
    return Refreshed(events=sum(count for _, count in batches), written=written, removed=0)


def stand_still() -> None:
    """Keep facts as they are until the caller's transaction ends: a refresh waits for it."""
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [REFRESH_LOCK])


def get_last_change() -> int:
    """The number of the last change of facts; 0 before the first. Exact while facts stand still."""
    last = Change.objects.order_by("-id").values_list("id", flat=True).first()
    return last or 0


def is_retold() -> bool:
    """Whether there are tokens whose sales may be others since somebody last took them."""
    return Retold.objects.exists()


def take_retold(*, most_tokens: int) -> int:
    """
    Take up to so many tokens whose sales may be others, and return how many.

    They are the temporary table ``retold`` for the rest of the transaction, or until the caller drops it, and
    no longer on the list once that commits. Facts have to stand still.
    """
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE retold (token UUID PRIMARY KEY) ON COMMIT DROP")
        taken = SQL["take_retold"].run({"most_tokens": most_tokens})
        cursor.execute("ANALYZE retold")
    return taken


def open_book(*, window_start: datetime, window_end: datetime) -> None:
    """
    Work out what orders cost in a window, and its hourly book, for the rest of the transaction.

    They are the temporary tables ``order_price`` and ``book``. Call ``close_book`` when through.
    """
    window = {"window_start": window_start, "window_end": window_end}
    SQL["order_prices"].fill(rates=SQL["rates"]).run(window)
    SQL["book"].run(window)
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute("ANALYZE order_price, book")


def close_book() -> None:
    """Drop the book of a window, if one is open."""
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS order_price, book")


def _refresh_step(*, as_of: datetime, most_events: int) -> Refreshed | None:
    """Take in the oldest pending batches and links; None when there are none."""
    with transaction.atomic(), connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [REFRESH_LOCK])
        pending = SQL["pending_batches"].rows({"most_events": most_events})
        links = list(Link.objects.filter(Link.unsettled()))
        if not pending and not links:
            return None
        if pending:
            # Links wait for a step of their own: they change whose the facts are, and not what happened when.
            links = []
        batches = [batch["id"] for batch in pending]
        wallets = {wallet for link in links for wallet in (link.wallet_id, link.collector_id)}
        kinds = _touch(batches=batches, wallets=sorted(wallets))
        written, removed, changed_from = _refresh_touched()
        if "rate" in kinds:
            changed_from.append(SQL["changed_rates"].row({"batches": batches})["changed_from"])
        earliest = min((at for at in changed_from if at is not None), default=None)
        # A step for links reads every event of what it touches, also of a batch that came in just now.
        if earliest is not None and (batches or SQL["has_unsettled"].row()["has_unsettled"]):
            SQL["insert_change"].run({"as_of": as_of, "changed_from": earliest})
        _settle(batches=batches, as_of=as_of)
        _settle_links(links, as_of=as_of)
        cursor.execute(f"DROP TABLE {', '.join(TEMPORARY_TABLES)}")
    return Refreshed(events=sum(batch["event_count"] for batch in pending), written=written, removed=removed)


# Dropped by name after each step, because a step may run inside a caller's longer transaction.
TEMPORARY_TABLES = (
    "touched",
    "touched_event",
    "told",
    "moved",
    "edition_step",
    "returned",
    "edition_moved",
    "fresh_sale",
    "fresh_hold",
    "fresh_order",
    "touched_day",
    "fresh_volume_day",
)


def _touch(*, batches: list[int], wallets: list[int]) -> set[str]:
    """
    Name what the new events name, and collect the scopes whose facts may change, with every event.

    Returns which of the kinds that reach beyond their scope are among the new events.
    """
    params = {"batches": batches}
    new = Statement(name="facts.new_events", text=f"({SQL['new_events'].text})")
    SQL["new_collections"].fill(events=new).run(params)
    SQL["new_wallets"].fill(events=new).run(params)
    SQL["touch"].run(params)
    kinds = {row["kind"] for row in SQL["batch_kinds"].rows(params)}
    if "custody" in kinds:
        SQL["touch_custody"].run(params)
    if "rate" in kinds:
        SQL["touch_rates"].run(params)
    if wallets:
        SQL["touch_links"].run({"wallets": wallets})
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute("ANALYZE touched")
        SQL["touched_events"].run()
        cursor.execute("ANALYZE touched_event")
    return kinds


def _refresh_touched() -> tuple[int, int, list[datetime | None]]:
    """
    Compute the facts of the touched scopes, and write those that differ.

    Returns how many were written and removed, and from when on those of each kind differ, if they do.
    """
    events = Statement(name="facts.touched_events", text="touched_event")
    SQL["touched_days"].run()
    SQL["fresh_sales"].fill(sales=_sales(events)).run()
    SQL["insert_retold"].run()
    _compute_moves(events=events, sales="fresh_sale")
    SQL["fresh_holds"].fill(holds=_holds()).run()
    written, removed = 0, 0
    changed_from: list[datetime | None] = []
    for name in ("sale", "hold", "order", "volume_day"):
        if name == "order":
            # An order is filled by sales, so it is computed when these are written.
            SQL["fresh_orders"].fill(orders=_orders(events=events)).run()
        if name == "volume_day":
            SQL["touch_fresh_days"].run()
            days = SQL["volume_days"].fill(sales=SQL["touched_sales"])
            SQL["fresh_volume_days"].fill(volume_days=days).run()
        else:
            changed_from.append(SQL[f"changed_{name}s"].row()["changed_from"])
        removed += SQL[f"delete_stale_{name}s"].run()
        written += SQL[f"insert_{name}s"].fill(**{f"{name}s": SQL[f"missing_{name}s"]}).run()
    return written, removed, changed_from


def _sales(events: Statement) -> Statement:
    return SQL["sales"].fill(events=events, rates=SQL["rates"])


def _compute_moves(*, events: Statement, sales: str, using: str = DEFAULT_DB_ALIAS) -> None:
    """Work out the changes of hands that the events tell, into temporary tables."""
    told_once = Statement(name="facts.told_once", text=sales)
    SQL["told"].fill(events=events, sales=told_once).run(using=using)
    with connections[using].cursor() as cursor:
        cursor.execute("ANALYZE told")
    SQL["moved"].run(using=using)
    SQL["edition_steps"].run(using=using)
    SQL["returned"].fill(own=SQL["fifo"].fill(flow=SQL["own_flow"])).run(using=using)
    pool = SQL["fifo"].fill(flow=SQL["pool_flow"])
    SQL["edition_moved"].fill(pool=pool).run(using=using)
    with connections[using].cursor() as cursor:
        cursor.execute("ANALYZE moved, edition_moved")


def _holds() -> Statement:
    kept = SQL["fifo"].fill(flow=SQL["collector_flow"])
    return SQL["holds"].fill(single=SQL["single_holds"], edition=SQL["edition_holds"].fill(kept=kept))


def _orders(*, events: Statement) -> Statement:
    return SQL["orders"].fill(events=events, emptied=SQL["emptied"])


def _settle(*, batches: list[int], as_of: datetime, using: str = DEFAULT_DB_ALIAS) -> None:
    SQL["settle_batches"].run({"batches": batches, "as_of": as_of}, using=using)


def _settle_links(links: Sequence[Link], *, as_of: datetime, using: str = DEFAULT_DB_ALIAS) -> None:
    """Note what was read of the links. One that ended since is left, so that the next step reads it."""
    rows = Link.objects.using(using)
    begun = [link.id for link in links if link.settled_at is None]
    ended = [link.id for link in links if link.ended_at is not None]
    rows.filter(id__in=begun).update(settled_at=as_of)
    rows.filter(id__in=ended).update(end_settled_at=as_of)


@contextmanager
def _without_indexes(*, using: str) -> Iterator[None]:
    """Drop the fact tables' indexes and unique constraints, and make the same ones again afterwards."""
    with connections[using].cursor() as cursor:
        cursor.execute(SQL["index_definitions"].text, {"tables": list(FACT_TABLES)})
        definitions: list[tuple[str, str]] = cursor.fetchall()
        for drop, _ in definitions:
            cursor.execute(drop)
        yield
        for _, create in definitions:
            cursor.execute(create)
