"""What the tab's queries return and its words are made from, as typed rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

Params: TypeAlias = Mapping[str, Any]

# What names a line among those of its collector: round, rule version, subject, and the round that it pays.
LineName: TypeAlias = tuple[str, int, UUID, int]

# The columns of a line's primary key: shipment, collector, rule version, subject, and the shipment it pays.
LineKey: TypeAlias = tuple[int, int, int, UUID, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """An item of a collection, as the event that named it told it."""

    contract: str
    collection: str
    token_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """A price in the currency's base units, of which one whole unit has 10^``decimals``."""

    amount: int
    currency: str
    decimals: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """
    A time in which a rule was off, because of its own flag or of one above it.

    ``flag`` and ``title`` are of the flag that was paused. ``ends_at`` is exclusive, and empty while nobody
    knows when the pause ends.
    """

    flag: str
    title: str
    starts_at: datetime
    ends_at: datetime | None
    reason: str

    def is_on(self, at: datetime) -> bool:
        """Whether the pause is in force at an instant."""
        return self.starts_at <= at and (self.ends_at is None or at < self.ends_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleVersion:
    """
    A rule with the numbers of one of its versions. ``ends_at`` is the end of its season.

    ``pauses`` are those that matter where it is shown, the latest first: of a rule in force those that
    began last, of a line that a pause left empty those of its round.
    """

    slug: str
    title: str
    kind: str
    number: int
    params: Params
    in_force_from: datetime
    ends_at: datetime
    pauses: list[Pause] = field(default_factory=list)

    def is_in_force(self, at: datetime) -> bool:
        """Whether the version counts at an instant, paused or not."""
        return self.in_force_from <= at < self.ends_at

    def pause_at(self, at: datetime) -> Pause | None:
        """The pause that the rule is in at an instant."""
        return next((pause for pause in self.pauses if pause.is_on(at)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Boost:
    """The hold that a boost rule looked at for a collector in a round; 10000 is a hold too young."""

    rule: RuleVersion
    token: Token
    started_at: datetime
    hold_days: int
    boost_bp: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """
    What a line says that pays for the time of a round before.

    ``round_title`` is that round's, ``earlier_xp`` what was counted for the line before. ``told_kind``,
    ``told_at`` and ``told_on`` are of the event that came late, with the day on which it came in; empty where
    it is not one of the line's own token or order.
    """

    round_title: str
    earlier_xp: int
    told_kind: str | None
    told_at: datetime | None
    told_on: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """
    One reason for XP, or for none.

    ``token``, ``collection``, ``trait``, ``at`` and ``price`` are those of the event to show, and empty where
    the line has none; a bid for any token of a collection has no ``token``. ``boosts`` are the holds
    whose multipliers together are ``boost_bp``. ``cut_xp`` is what caps took off. ``window_end`` and
    ``audience``, which is empty for everybody, are those of the round whose time is paid, which is one before
    for a ``late`` line. ``evidence`` is what speaks against a sale that counts as a wash trade, by signal.
    ``name`` is empty where nobody can point at it.
    """

    rule: RuleVersion
    window_end: datetime
    audience: Params
    token: Token | None
    collection: str | None
    trait: str | None
    at: datetime | None
    price: Price | None
    units: int
    counted: int | None
    hold_days: int | None
    base_micro_xp: int
    boost_bp: int
    cut_xp: int
    amount_xp: int
    reason: str
    boosts: list[Boost]
    late: Late | None = None
    evidence: Mapping[str, Params] = field(default_factory=dict)
    name: LineName | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineGroup:
    """The lines of a round that share rule and reason: how many, their sum, and the first of them."""

    rule: RuleVersion
    reason: str
    line_count: int
    total_xp: int
    lines: list[Line]

    @property
    def folded_count(self) -> int:
        """How many lines are not among those shown."""
        return self.line_count - len(self.lines)

    @property
    def folded_xp(self) -> int:
        """What the lines that are not shown come to."""
        return self.total_xp - sum(line.amount_xp for line in self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """
    A shipment as its collector sees it.

    ``posted_at`` is empty while the award is on its way, ``opened_at`` until the collector opened it.
    ``award_xp`` is 0 for a round that brought
    lines but no XP. ``line_count`` is 0 and ``groups`` empty until the lines are read, too.
    """

    shipment_id: int
    slug: str
    title: str
    message: str
    state: str
    window_start: datetime
    window_end: datetime
    shipping_at: datetime
    shipped_at: datetime | None
    award_xp: int
    posted_at: datetime | None
    boosts: list[Boost]
    opened_at: datetime | None = None
    line_count: int = 0
    groups: list[LineGroup] = field(default_factory=list)

    @property
    def earned(self) -> list[LineGroup]:
        """The lines that brought XP, by rule."""
        return [group for group in self.groups if group.reason == "earned"]

    @property
    def unpaid(self) -> list[LineGroup]:
        """The lines that brought none, by reason and rule."""
        return [group for group in self.groups if group.reason != "earned"]

    @property
    def unpaid_count(self) -> int:
        """How many lines of the round brought no XP, for the reasons that are among those read."""
        return sum(group.line_count for group in self.unpaid)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A token that the collector has now, and since when. ``verified`` is its collection's mark."""

    token: Token
    verified: bool
    quantity: int
    started_at: datetime
    hold_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Holds:
    """The holds nearest to their next step, and how many there are in all."""

    hold_count: int
    nearest: list[Hold]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """
    A listing or a bid that rests, beside the book of its collection at the last full hour.

    ``side`` is listing or bid. ``token`` is empty for a bid on any token of the collection, or any with the
    ``trait``. ``price_wei`` is empty where no rate of the currency is known, ``floor_wei`` and
    ``top_bid_wei`` where nothing rested. ``place`` is the order's place by price on its side of the book,
    and empty for one placed since. ``is_stacked`` is true behind an older order on the same thing.
    """

    side: str
    token: Token | None
    collection: str
    trait: str | None
    verified: bool
    price: Price
    units: int
    placed_at: datetime
    ends_at: datetime | None
    price_wei: int | None
    floor_wei: int | None
    top_bid_wei: int | None
    place: int | None
    is_stacked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """The orders nearest to the floor, and how many rest in all."""

    order_count: int
    nearest: list[Order]


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A name that a balance reaches."""

    name: str
    xp: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """
    A round that has not gone out: the span that it will be for, and when it is due.

    ``is_planned`` is true while it is only a later window of a series and nobody has begun with it.
    """

    window_start: datetime
    window_end: datetime
    due_at: datetime
    is_planned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Collector:
    """
    The collector behind the wallet that was asked for; other wallets stay unnamed.

    ``to_come`` are the next rounds, the nearest first; nothing else is public about them. ``levels`` are
    those of the season that goes on, lowest first. ``is_public`` says whether others may see the page at
    this wallet's address.
    """

    address: str
    collector_id: int
    balance_xp: int
    to_come: list[Coming]
    levels: list[Level]
    is_public: bool

    @property
    def next_round_at(self) -> datetime | None:
        """When the next round is due; empty while none is announced."""
        return self.to_come[0].due_at if self.to_come else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Season:
    """A season with what its budget has left; ``next_round_at`` is empty while no round is announced."""

    title: str
    starts_at: datetime
    ends_at: datetime
    budget_xp: int
    left_xp: int
    next_round_at: datetime | None

    @property
    def given_xp(self) -> int:
        """What has left the budget."""
        return self.budget_xp - self.left_xp


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicRound:
    """A round as everybody sees it."""

    slug: str
    title: str
    message: str
    window_start: datetime
    window_end: datetime
    shipped_at: datetime | None
    award_count: int
    total_xp: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Leader:
    """A collector with a large award in the latest round, by the wallet that stands for them."""

    address: str
    award_xp: int
    balance_xp: int
    best_boost_bp: int
