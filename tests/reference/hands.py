"""Changes of hands and the holds they make: one owner after the other, units first in first out."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeAlias

from tests.reference.events import ZERO, Event, People, Token

Settlement: TypeAlias = tuple[Any, ...]


@dataclass(frozen=True)
class Move:
    """Units of a token going from one wallet to another; None is nobody."""

    event: Event
    settlement: Settlement
    sender: str | None
    receiver: str | None

    @property
    def at(self) -> datetime:
        """When it moved."""
        return self.event.at

    @property
    def quantity(self) -> int:
        """How many units moved."""
        return self.event.quantity


@dataclass(frozen=True)
class Hold:
    """A collector's stretch with a token. ``key`` tells pieces of one start together."""

    collector: str
    wallet: str
    token: Token
    quantity: int
    started_at: datetime
    ended_at: datetime | None
    key: Settlement = field(compare=False, repr=False)
    collection: str = field(compare=False, repr=False)


def settlement(event: Event) -> Settlement:
    """The settlement that a mint, a transfer or a sale belongs to."""
    if event.tx_hash:
        return (event.token, "transaction", event.tx_hash)
    if event.order_key:
        return (event.token, "order", event.order_key)
    return (event.token, "alone", event.source, event.key)


def trade(event: Event) -> tuple[Any, ...]:
    """What two tellings of one sale have in common."""
    return (
        settlement(event),
        event.sender,
        event.receiver,
        event.order_key,
        event.quantity,
        event.price,
        event.currency,
    )


def sales_told_once(history: list[Event]) -> list[Event]:
    """The sales among a token's events, without those that tell an earlier one of the settlement again."""
    heard = set()
    kept = []
    for event in history:
        if event.kind == "sale":
            if trade(event) not in heard:
                kept.append(event)
            heard.add(trade(event))
    return kept


def moves(history: list[Event], told_sales: list[Event]) -> list[Move]:
    """What moved the token, in order: mints and transfers, and sales where their settlement has neither."""
    moved = {settlement(event) for event in history if event.kind in ("mint", "transfer")}
    found = []
    for event in history:
        is_sale = event in told_sales and settlement(event) not in moved
        if event.kind in ("mint", "transfer") or is_sale:
            nobody = event.kind == "mint" or event.sender == ZERO
            found.append(
                Move(
                    event=event,
                    settlement=settlement(event),
                    sender=None if nobody else event.sender,
                    receiver=None if event.receiver == ZERO else event.receiver,
                )
            )
    return found


def is_edition(history: list[Event]) -> bool:
    """Whether a token has units."""
    return (
        any(event.quantity > 1 for event in history)
        or any(event.standard == "erc1155" for event in history)
        or len({settlement(event) for event in history if event.kind == "mint"}) > 1
    )


def single_moves(found: list[Move], custody: set[str]) -> list[Move]:
    """The moves of a single token after steps 1 and 2: each settlement stands where its first move stands."""
    settled: dict[Settlement, list[Move]] = {}
    for move in found:
        if move.receiver not in custody:
            settled.setdefault(move.settlement, []).append(move)
    return [
        replace(
            moved[0], receiver=last_of(moved, [move for move in found if move.settlement == name]).receiver
        )
        for name, moved in settled.items()
    ]


def last_of(moved: list[Move], settlement_moves: list[Move]) -> Move:
    """The last of some moves: of those whose receiver sends none of the settlement, or else of all."""
    senders = {move.sender for move in settlement_moves} - {None}
    return ([move for move in moved if move.receiver not in senders] or moved)[-1]


def single_holds(found: list[Move], people: People) -> list[Hold]:
    """The holds of a single token, one owner after the other."""
    owners: list[Move] = []
    owner: str | None = None
    for move in single_moves(found, people.custody):
        if people.collector(move.receiver) != owner:
            owners.append(move)
            owner = people.collector(move.receiver)
    holds = []
    for number, move in enumerate(owners):
        last = number == len(owners) - 1
        ended_at = None if last else owners[number + 1].at
        if move.receiver is not None and ended_at != move.at:
            holds.append(hold(move, 1, ended_at, people))
    return holds


@dataclass(frozen=True)
class Step:
    """Units of an edition going from one wallet to another because of a move, custody left aside."""

    move: Move
    quantity: int
    giver: str | None
    taker: str | None


def edition_steps(found: list[Move], people: People) -> list[Step]:
    """The moves of an edition after steps 1 and 2: what leaves the pool comes from those who put it there."""
    custody = people.custody
    moved = [move for move in found if move.sender != move.receiver]
    deposits = [move for move in moved if move.receiver in custody and move.sender not in custody]
    withdrawals = [move for move in moved if move.sender in custody and move.receiver not in custody]
    releases = released(deposits, withdrawals, people)
    steps = []
    for move in moved:
        if move in withdrawals:
            steps += [Step(move, units, depositor, move.receiver) for units, depositor in releases[move]]
        elif move.receiver not in custody:
            steps.append(Step(move, move.quantity, move.sender, move.receiver))
    return [step for step in steps if step.giver != step.taker]


def released(
    deposits: list[Move], withdrawals: list[Move], people: People
) -> dict[Move, list[tuple[int, str | None]]]:
    """Whose units each withdrawal takes: the receiver's own, over the whole history, then the earliest."""
    left = {move: move.quantity for move in [*deposits, *withdrawals]}
    releases: dict[Move, list[tuple[int, str | None]]] = {move: [] for move in withdrawals}
    for only_own in (True, False):
        for withdrawal in withdrawals:
            taker = people.collector(withdrawal.receiver)
            for deposit in deposits:
                depositor = people.collector(deposit.sender)
                earlier = deposit.event.order < withdrawal.event.order
                own = depositor == taker and taker is not None
                units = min(left[deposit], left[withdrawal])
                if earlier and units > 0 and (own or not only_own):
                    left[deposit] -= units
                    left[withdrawal] -= units
                    releases[withdrawal].append((units, deposit.sender))
    for withdrawal in withdrawals:
        if left[withdrawal]:
            releases[withdrawal].append((left[withdrawal], None))
    return releases


def edition_holds(found: list[Move], people: People) -> list[Hold]:
    """The holds of an edition: a queue of units for each collector."""
    queues: dict[str, list[tuple[int, Move]]] = defaultdict(list)
    pieces: Counter[tuple[Move, Move | None]] = Counter()
    for step in edition_steps(found, people):
        giver, taker = people.collector(step.giver), people.collector(step.taker)
        if giver == taker:
            continue
        if giver is not None:
            for units, start in take(queues[giver], step.quantity):
                pieces[start, step.move] += units
        if taker is not None:
            queues[taker].append((step.quantity, step.move))
    for queue in queues.values():
        for units, start in queue:
            pieces[start, None] += units
    return [
        hold(start, units, end.at if end else None, people)
        for (start, end), units in pieces.items()
        if end is None or (start.settlement != end.settlement and start.at != end.at)
    ]


def take(queue: list[tuple[int, Any]], quantity: int) -> list[tuple[int, Any]]:
    """Take units from the front of a queue, as many as there are up to the quantity."""
    taken = []
    while queue and quantity > 0:
        units, what = queue.pop(0)
        if units > quantity:
            queue.insert(0, (units - quantity, what))
            units = quantity
        taken.append((units, what))
        quantity -= units
    return taken


def hold(start: Move, quantity: int, ended_at: datetime | None, people: People) -> Hold:
    """The hold that a move started."""
    token, collector = start.event.token, people.collector(start.receiver)
    assert token is not None
    assert start.receiver is not None
    assert collector is not None
    assert start.event.collection is not None
    return Hold(
        collector=collector,
        wallet=start.receiver,
        token=token,
        quantity=quantity,
        started_at=start.at,
        ended_at=ended_at,
        key=start.settlement,
        collection=start.event.collection,
    )


def together(holds: list[Hold]) -> list[Hold]:
    """Holds that differ in nothing but their quantity, as one."""
    sums: dict[tuple[Any, ...], Hold] = {}
    for one in holds:
        same = (one.key, one.collector, one.wallet, one.token, one.started_at, one.ended_at)
        quantity = one.quantity + (sums[same].quantity if same in sums else 0)
        sums[same] = Hold(**{**vars(one), "quantity": quantity})
    return list(sums.values())
