"""A made-up market in which it is known which sales are wash trades, to measure how well signals see them."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from marketplace.facts import operations as facts
from marketplace.inbox import operations as inbox
from rewards.fairness import operations as fairness
from rewards.fairness import queries
from rewards.farming import scratch
from rewards.farming.farm import OPENS_AT, Told

COLLECTION = "labelled"
ETH = 10**18
THRESHOLDS = (2, 3, 5)


@dataclass(frozen=True, kw_only=True)
class Measured:
    """How a threshold does: the sales that it flags, how many of these are wash trades, and how many are."""

    threshold: int
    flagged: int
    right: int
    washed: int


@dataclass(frozen=True, kw_only=True)
class Pattern:
    """A way to trade: how many of its sales there are, and how many of them each threshold flags."""

    name: str
    is_wash: bool
    sales: int
    flagged: dict[int, int]


class _Scene:
    """Tells sales of one token after the other, and remembers which pattern each belongs to."""

    def __init__(self) -> None:
        self.told = Told(source="labelled")
        self.random = random.Random(20_180_405)  # noqa: S311 (it keeps nothing secret)
        self.patterns: dict[str, tuple[str, bool]] = {}
        self.tokens = 0
        self.people = 0

    def somebody(self) -> str:
        """A wallet that nobody had before."""
        self.people += 1
        return f"0xab{self.people:038x}"

    def token(self, name: str, hands: list[str], prices: list[int], days: list[int], *, wash: bool) -> None:
        """A token that goes from hand to hand, so many days after the first sale each time."""
        self.tokens += 1
        opens_at = OPENS_AT + timedelta(days=self.random.randrange(60))
        for (seller, buyer), price, day in zip(
            zip(hands[::2], hands[1::2], strict=True), prices, days, strict=True
        ):
            self.patterns[f"sale-{len(self.told.events)}"] = (name, wash)
            self.told.sale(
                collection=COLLECTION,
                token=f"t{self.tokens}",
                seller=seller,
                buyer=buyer,
                price_wei=price,
                at=opens_at + timedelta(days=day),
            )


def _run(people: list[str]) -> list[str]:
    """The sides of the sales by which a token goes from each to the next."""
    return [side for pair in pairwise(people) for side in pair]


def _wash(scene: _Scene) -> None:
    """What farmers do: back and forth, in rings short and long, from one wallet to many, and patiently."""
    for _ in range(20):
        ann, bob = scene.somebody(), scene.somebody()
        gap = scene.random.randint(1, 25)
        scene.token("pair", [ann, bob, bob, ann], [ETH, ETH], [0, gap], wash=True)
        three = [ann, bob, scene.somebody(), ann]
        prices = [ETH, ETH * 102 // 100, ETH * 101 // 100]
        scene.token("ring of three", _run(three), prices, [0, 3, 8], wash=True)
    for _ in range(10):
        six = [scene.somebody() for _ in range(6)]
        scene.token("ring of six", _run([*six, six[0]]), [ETH] * 6, [*range(6)], wash=True)
        ann = scene.somebody()
        sides = [side for _ in range(3) for side in (ann, scene.somebody())]
        scene.token("sold and given back", sides, [ETH] * 3, [0, 5, 9], wash=True)
        bob = scene.somebody()
        scene.token("pair, slowly", [ann, bob, bob, ann], [ETH, ETH], [0, 45], wash=True)


def _honest(scene: _Scene) -> None:
    """What people do: collect, trade a lot at a profit, deal in one popular token, and buy back in regret."""
    for _ in range(600):
        price = scene.random.randint(1, 40) * ETH // 10
        scene.token("collectors", [scene.somebody(), scene.somebody()], [price], [0], wash=False)
    for _ in range(20):
        trader = scene.somebody()
        for _ in range(20):
            price = scene.random.randint(1, 40) * ETH // 10
            hands = _run([scene.somebody(), trader, scene.somebody()])
            prices = [price, price * scene.random.randint(90, 160) // 100]
            scene.token("active traders", hands, prices, [0, scene.random.randint(1, 40)], wash=False)
    for _ in range(10):
        dealer = scene.somebody()
        hands = _run(
            [scene.somebody(), dealer]
            + [one for _ in range(2) for one in (scene.somebody(), scene.somebody(), dealer)]
        )
        prices = [ETH + place * ETH // 5 for place in range(7)]
        scene.token("dealers", hands, prices, [0, 3, 6, 9, 12, 15, 18], wash=False)
        ann, bob = scene.somebody(), scene.somebody()
        scene.token("regret", [ann, bob, bob, ann], [ETH, ETH * 13 // 10], [0, 12], wash=False)


def measure(*, as_of: datetime) -> tuple[list[Measured], list[Pattern]]:
    """Play the labelled market beside the real one, and say what each threshold sees. Nothing is kept."""
    scene = _Scene()
    tell: tuple[Callable[[_Scene], None], ...] = (_wash, _honest)
    for one in tell:
        one(scene)
    with scratch.market():
        report = inbox.accept(events=scene.told.events)
        assert report.is_clean, report.problems[:3]
        facts.refresh(as_of=as_of)
        fairness.refresh()
        flagged = {threshold: set(queries.list_event_keys(threshold=threshold)) for threshold in THRESHOLDS}
    washed = {key for key, (_, is_wash) in scene.patterns.items() if is_wash}
    measured = [
        Measured(threshold=threshold, flagged=len(found), right=len(found & washed), washed=len(washed))
        for threshold, found in flagged.items()
    ]
    names = dict.fromkeys(scene.patterns.values())
    patterns = [
        Pattern(
            name=name,
            is_wash=is_wash,
            sales=len(keys := {key for key, pattern in scene.patterns.items() if pattern == (name, is_wash)}),
            flagged={threshold: len(found & keys) for threshold, found in flagged.items()},
        )
        for name, is_wash in names
    ]
    return measured, patterns
