"""
Rows in, rows out, as small text tables: what tests say about the market and read back from it.

Names stand for what is too long to read. A wallet's address spells its name (``ann`` is 0x616e6e00…), so
names need no list and come back by themselves; ``zero`` is the zero address. A token is called by its
token_id and belongs to the collection ``apes`` unless the table says otherwise; an order is called by its
order_key. Prices are written ``1.5 ETH``, instants ``2026-01-01`` or ``2026-01-01 12:30``, all UTC.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from marketplace.inbox import operations as inbox

ZERO = "0x" + "0" * 40
DECIMALS = {"ETH": 18, "WETH": 18, "DAI": 18, "USDC": 6, "USDT": 6}


class Table:
    """
    Rows of text by column. Tables are equal if the rows are, in any order, in the columns of the narrower.

    So a test writes only the columns that it is about. A column that the wider table lacks is a misspelt
    one and raises.
    """

    def __init__(self, columns: list[str], rows: Iterable[Mapping[str, str]]) -> None:
        self.columns = columns
        self.rows = [{column: row[column] for column in columns} for row in rows]

    def only(self, columns: list[str]) -> "Table":
        """The same rows with these columns."""
        if missing := set(columns) - set(self.columns):
            raise ValueError(f"There is no column {sorted(missing)} among {self.columns}.")
        return Table(columns, self.rows)

    def lines(self) -> list[str]:
        """The table as text, rows sorted."""
        cells = [self.columns, *sorted([*row.values()] for row in self.rows)]
        widths = [max(len(line[number]) for line in cells) for number in range(len(self.columns))]
        return [" | ".join(map(str.ljust, line, widths)).rstrip() for line in cells]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Table):
            return NotImplemented
        narrow = min(self, other, key=lambda one: len(one.columns)).columns
        return self.only(narrow).lines() == other.only(narrow).lines()

    __hash__ = None  # type: ignore[assignment]

    def __iter__(self) -> Any:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __repr__(self) -> str:
        return "\n" + "\n".join(self.lines()) + "\n"


def table(text: str) -> Table:
    """The table that a text draws: a line of column names, then a line a row, cells parted by bars."""
    lines = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    return Table(lines[0], [dict(zip(lines[0], line, strict=True)) for line in lines[1:]])


def pytest_assertrepr_compare(op: str, left: object, right: object) -> list[str] | None:
    """What pytest shows where two tables should have been equal: the rows that only one of them has."""
    if op != "==" or not isinstance(left, Table) or not isinstance(right, Table):
        return None
    narrow = min(left, right, key=lambda one: len(one.columns)).columns
    ours, theirs = left.only(narrow).lines(), right.only(narrow).lines()
    return [
        "tables that differ. The left one:",
        *ours,
        "The right one:",
        *theirs,
    ]


# Names


def address(name: str) -> str:
    """The address that stands for a wallet's name of up to 20 letters; an address stands for itself."""
    if name.startswith("0x"):
        return name
    return ZERO if name == "zero" else "0x" + name.encode().hex().ljust(40, "0")


def name(of_address: str) -> str:
    """The name that an address stands for; an address that no test made is its own name."""
    if of_address == ZERO:
        return "zero"
    try:
        spelt = bytes.fromhex(of_address[2:]).rstrip(b"\0").decode("ascii")
    except ValueError:
        return of_address
    return spelt if spelt.isprintable() else of_address


def contract(collection: str) -> str:
    """The contract that stands for a collection."""
    return "0x" + hashlib.sha256(collection.encode()).hexdigest()[:40]


def day(text: str) -> datetime:
    """The instant that ``2026-01-01`` or ``2026-01-01 12:30`` names, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def short(value: Any) -> str:
    """A value as tables show it: dates alone at midnight, nothing for None, whole numbers in full."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        moment = value.astimezone(UTC).replace(tzinfo=None)
        if moment.time() == datetime.min.time():
            return moment.date().isoformat()
        return moment.isoformat(sep=" ").removesuffix(":00")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(int(value)) if value == int(value) else str(value)
    return str(value)


def amount(base_units: int | Decimal | None, currency: str) -> str:
    """Base units as text in whole units: 1500000000000000000 of ETH is ``1.5 ETH``."""
    if base_units is None:
        return ""
    whole = Decimal(int(base_units)).scaleb(-DECIMALS[currency])
    return f"{whole.normalize():f} {currency}"


# Events


def given_events(text: str) -> None:
    """Accept the events of a text table into the inbox, all of them new or known; facts are not refreshed."""
    report = inbox.accept(events=events(text))
    assert report.is_clean, "\n".join(map(str, report.problems))


def events(text: str) -> list[dict[str, Any]]:
    """
    Native events of a text table; an empty cell leaves the field out.

    Columns are the fields of the native event, with ``token`` for chain, contract, collection and token_id,
    ``order`` for order_key, ``tx`` for tx_hash, ``expires`` for expires_at and ``price`` with its currency.
    ``collection`` is ``apes`` and ``source`` is ``test`` where not given. A key not given is made from the
    event's content, so that the same row is the same event.
    """
    return [event(**row) for row in table(text)]


WALLETS = {"from", "to", "maker", "address"}
RENAMED = {"token": "token_id", "order": "order_key", "tx": "tx_hash", "expires": "expires_at"}
TOKEN_KINDS = {"mint", "transfer", "sale", "listing", "bid"}


def event(**cells: str) -> dict[str, Any]:
    """One native event from the cells of a row."""
    told: dict[str, Any] = {}
    for column, cell in cells.items():
        if cell:
            told |= field(column, cell)
    if told["kind"] in TOKEN_KINDS:
        told.setdefault("chain", "ethereum")
        told.setdefault("collection", "apes")
        told.setdefault("contract", contract(told["collection"]))
    told.setdefault("source", "test")
    told.setdefault("key", hashlib.sha256(repr(sorted(told.items())).encode()).hexdigest()[:16])
    return told


def field(column: str, cell: str) -> dict[str, Any]:
    """The field or fields of a native event that a cell stands for."""
    if column in WALLETS:
        return {column: address(cell)}
    if column in ("at", "expires"):
        return {RENAMED.get(column, column): day(cell).isoformat()}
    if column == "price":
        number, currency = cell.split()
        return {
            "price": str(int(Decimal(number).scaleb(DECIMALS[currency]))),
            "currency": currency,
            "decimals": DECIMALS[currency],
        }
    if column == "quantity":
        return {column: int(cell)}
    if column == "position":
        return {column: [int(number) for number in cell.split()]}
    return {RENAMED.get(column, column): cell}


# Facts


def read(sql: str, **columns: Callable[[dict[str, Any]], str]) -> Table:
    """The rows of a query as a table, each column made from a row."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        names = [column.name for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return Table(list(columns), [{column: make(row) for column, make in columns.items()} for row in rows])


def holds() -> Table:
    """All holds, pieces of one start and one end together."""
    return read(
        """
        SELECT event.token_id, event.collection, wallet.address AS wallet, collector.address AS collector,
            sum(hold.quantity) AS quantity, hold.started_at, hold.ended_at
        FROM facts_hold AS hold
        JOIN inbox_event AS event ON event.id = hold.event_id
        JOIN registry_wallet AS wallet ON wallet.id = hold.wallet_id
        JOIN registry_wallet AS collector ON collector.id = hold.collector_id
        GROUP BY hold.key, 1, 2, 3, 4, 6, 7
        """,
        token=lambda row: row["token_id"],
        collection=lambda row: row["collection"],
        collector=lambda row: name(row["collector"]),
        wallet=lambda row: name(row["wallet"]),
        quantity=lambda row: short(row["quantity"]),
        started_at=lambda row: short(row["started_at"]),
        ended_at=lambda row: short(row["ended_at"]),
    )


def sales() -> Table:
    """All sales; ``price_eth`` is the price in ETH by the day's rate, empty where no rate is known."""
    return read(
        """
        SELECT sale.*, event.token_id, event.collection, event.source, event.key AS event_key,
            event.order_key, seller.address AS seller, buyer.address AS buyer
        FROM facts_sale AS sale
        JOIN inbox_event AS event ON event.id = sale.event_id
        JOIN registry_wallet AS seller ON seller.id = sale.seller_id
        JOIN registry_wallet AS buyer ON buyer.id = sale.buyer_id
        """,
        token=lambda row: row["token_id"],
        collection=lambda row: row["collection"],
        seller=lambda row: name(row["seller"]),
        buyer=lambda row: name(row["buyer"]),
        quantity=lambda row: short(row["quantity"]),
        price=lambda row: amount(row["price"], row["currency"]),
        price_eth=lambda row: amount(row["price_wei"], "ETH"),
        order=lambda row: short(row["order_key"]),
        at=lambda row: short(row["at"]),
        source=lambda row: row["source"],
        key=lambda row: row["event_key"],
    )


def orders() -> Table:
    """All orders; ``end`` is the reason for the end."""
    return read(
        """
        SELECT placed.*, event.order_key, event.token_id, event.collection, maker.address AS maker
        FROM facts_order AS placed
        JOIN inbox_event AS event ON event.id = placed.event_id
        JOIN registry_wallet AS maker ON maker.id = placed.maker_id
        """,
        order=lambda row: row["order_key"],
        side=lambda row: row["side"],
        maker=lambda row: name(row["maker"]),
        token=lambda row: short(row["token_id"]),
        collection=lambda row: row["collection"],
        trait=lambda row: short(row["trait"]),
        quantity=lambda row: short(row["quantity"]),
        price=lambda row: amount(row["price"], row["currency"]),
        placed_at=lambda row: short(row["placed_at"]),
        ended_at=lambda row: short(row["ended_at"]),
        end=lambda row: short(row["end_reason"]),
    )


def volume_days() -> Table:
    """Daily volume by collection."""
    return read(
        """
        SELECT volume.*, collection.slug
        FROM facts_volumeday AS volume
        JOIN registry_collection AS collection ON collection.id = volume.collection_id
        """,
        collection=lambda row: row["slug"],
        day=lambda row: short(row["day"]),
        sales=lambda row: short(row["sale_count"]),
        buyers=lambda row: short(row["buyer_count"]),
        volume=lambda row: amount(row["volume_wei"], "ETH"),
    )
