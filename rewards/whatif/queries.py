"""Two plans side by side: sums, rules, distribution, and who gains and loses."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from config import db
from rewards.ledger import queries as ledger
from rewards.ledger.operations import Holder
from rewards.whatif.rounds import Round

SQL = db.folder()

# So many rows of differences are in memory at a time.
ROWS_AT_A_TIME = 2_000

# From approval on, a round's XP is set aside and no longer in what the season has left.
SET_ASIDE = ("approved", "shipping", "halted", "shipped", "sealed")


@dataclass(frozen=True, kw_only=True)
class Said:
    """One thing that is other than it was."""

    what: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class Plan:
    """
    One of the two plans: its sums, and how they are spread over the collectors with XP.

    ``p50_xp`` is what the collector in the middle has. ``top_bp`` is the share, in basis points, of the one
    collector in a hundred with the most (of at least one). ``gini_bp`` is Gini's coefficient in basis points:
    0 where all have the same, 10,000 where one has all.
    """

    lines: int
    collectors: int
    total_xp: int
    p10_xp: int
    p50_xp: int
    p90_xp: int
    p99_xp: int
    most_xp: int
    top_bp: int
    gini_bp: int


@dataclass(frozen=True, kw_only=True)
class OfRule:
    """What a rule pays in each of the plans, and to how many. A boost pays nothing by itself."""

    slug: str
    title: str
    before_xp: int
    after_xp: int
    collectors_before: int
    collectors_after: int

    @property
    def change_xp(self) -> int:
        """How much more it pays."""
        return self.after_xp - self.before_xp


@dataclass(frozen=True, kw_only=True)
class Moves:
    """
    How many collectors have more, less, or the same.

    ``come_in`` are those of ``gain`` who had nothing, ``drop_out`` those of ``lose`` who are left with it.
    """

    gain: int
    lose: int
    come_in: int
    drop_out: int
    same: int
    gained_xp: int
    lost_xp: int


@dataclass(frozen=True, kw_only=True)
class Mover:
    """A collector, by the wallet that stands for them, whose XP is another."""

    address: str
    before_xp: int
    after_xp: int

    @property
    def change_xp(self) -> int:
        """How much more it is."""
        return self.after_xp - self.before_xp


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """How many collectors have from ``from_xp`` to below ``to_xp`` in each of the plans."""

    from_xp: int
    to_xp: int
    before: int
    after: int


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """
    What a round pays as it was and under the changes.

    ``before_id`` and ``after_id`` name plans that are gone when the comparison is read. ``kept_xp`` is the
    total that the shipment has in its own plan, empty where it has none. ``left_xp`` is what the season
    can pay for this round: what is left of its budget, and what is set aside for the round already.
    """

    of: Round
    as_paid: bool
    before_id: int
    after_id: int
    said: list[Said]
    before: Plan
    after: Plan
    rules: list[OfRule]
    moves: Moves
    winners: list[Mover]
    losers: list[Mover]
    histogram: list[Bucket]
    kept_xp: int | None
    left_xp: int

    @property
    def change_xp(self) -> int:
        """How much more the round pays."""
        return self.after.total_xp - self.before.total_xp


def get_comparison(
    *, of: Round, before: int, after: int, said: Sequence[Said], as_paid: bool, movers: int
) -> Comparison:
    """Compare two plans that are there in the caller's transaction."""
    both = {"before": before, "after": after}
    return Comparison(
        of=of,
        as_paid=as_paid,
        before_id=before,
        after_id=after,
        said=[*said],
        before=Plan(**SQL["plan"].row({"shipment_id": before})),
        after=Plan(**SQL["plan"].row({"shipment_id": after})),
        rules=[OfRule(**row) for row in SQL["rules"].rows(both)],
        moves=Moves(**SQL["moves"].fill(difference=SQL["difference"]).row(both)),
        winners=_movers(both, sign=1, most=movers),
        losers=_movers(both, sign=-1, most=movers),
        histogram=_histogram(SQL["histogram"].rows(both)),
        kept_xp=of.shipment.total_xp if of.shipment else None,
        left_xp=_left(of),
    )


def iterate_differences(*, before: int, after: int) -> Generator[dict[str, Any], None, None]:
    """Every collector whose XP differs between two plans, the largest change first, in bounded memory."""
    statement = SQL["differences"].fill(difference=SQL["difference"])
    with connection.connection.cursor(name="what_if_differences") as cursor:
        cursor.itersize = ROWS_AT_A_TIME
        cursor.execute(statement.composed(), {"before": before, "after": after})
        names = [column.name for column in cursor.description]
        for row in cursor:
            yield dict(zip(names, row, strict=True))


def _movers(both: dict[str, int], *, sign: int, most: int) -> list[Mover]:
    statement = SQL["movers"].fill(difference=SQL["difference"])
    return [Mover(**row) for row in statement.rows({**both, "sign": sign, "most": most})]


def _histogram(rows: Sequence[dict[str, Any]]) -> list[Bucket]:
    """The buckets from the lowest to the highest that anybody is in, empty ones between them too."""
    if not rows:
        return []
    counts = {row["bucket"]: row for row in rows}
    return [
        Bucket(
            from_xp=_bound(number),
            to_xp=_bound(number + 1),
            before=counts[number]["collectors_before"] if number in counts else 0,
            after=counts[number]["collectors_after"] if number in counts else 0,
        )
        for number in range(min(counts), max(counts) + 1)
    ]


def _bound(number: int) -> int:
    """Where a bucket begins: 1, 3, 10, 30, 100 …"""
    return int((1, 3)[number % 2] * 10 ** (number // 2))


def _left(of: Round) -> int:
    left = ledger.get_balance(holder=Holder("season", of.season.id))
    if of.shipment is not None and of.shipment.state in SET_ASIDE:
        left += of.shipment.total_xp or 0
    return left
