"""Splitting does not pay (P15): the same orders over more wallets, stacked, or cancelled and placed again."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from marketplace.facts import operations as facts
from tests.facts.given import linked
from tests.rules.given import PLANNED_AT, given_market, given_rule, lines
from tests.rules.resting import BOOK, given_bidding, planned_day
from tests.tables import day

pytestmark = pytest.mark.django_db

FARM = ["f1", "f2", "f3", "f4"]
BANDS = [{"price": 0.5, "weight": 0.25}, {"price": 0.9, "weight": 1}]
OTHERS = """
    kind | token | maker | at               | price    | order  | expires
    bid  | x     | ann   | 2026-02-01       | 0.95 ETH | honest | 2026-03-01 20:00
    bid  | y     | bob   | 2026-03-01 03:30 | 0.7 ETH  | cheap  | 2026-03-01 21:15
"""

Orders = list[tuple[str, str, str, datetime, datetime]]

START = day("2026-03-01")


def orders(*, makers: list[str], tokens: list[str]) -> Orders:
    """Eight bids of some hours each, by the makers in turn, on the tokens in turn."""
    return [
        (
            makers[number % len(makers)],
            tokens[number % len(tokens)],
            f"0.{91 + number} ETH",
            START + timedelta(hours=number, minutes=7 * number),
            START + timedelta(hours=number + 6, minutes=11),
        )
        for number in range(8)
    ]


def total(farmed: Orders, *, links: bool = False, **fields: Any) -> int:
    """What the farm's wallets get together for these bids, beside others' bids, by a bidding rule."""
    rows = [
        f"bid | {token} | {maker} | {placed:%Y-%m-%d %H:%M:%S} | {price} | {number} "
        f"| {ended:%Y-%m-%d %H:%M:%S}"
        for number, (maker, token, price, placed, ended) in enumerate(farmed)
    ]
    with transaction.atomic():
        given_market(BOOK)
        given_market(OTHERS)
        given_market("\n".join(["kind | token | maker | at | price | order | expires", *rows]))
        if links:
            linked(*FARM)
            facts.refresh(as_of=PLANNED_AT)
        given_bidding(bands=BANDS, **fields)
        planned_day()
        found = sum(int(line["xp"]) for line in lines() if line["collector"] in FARM)
        transaction.set_rollback(True)
    return found


RULES: dict[str, dict[str, Any]] = {
    "plain": {},
    "rank": {"best": 3, "rank": {"base": 0.1, "over_root": 0.9}},
    "cap": {"cap_xp": 700, "minimum_rest_minutes": 15},
    "pot": {"best": 3, "pot_xp_per_day": 1000},
}
TOKENS = [f"t{number}" for number in range(8)]


@pytest.mark.parametrize("rule", RULES)
class TestSplitting:
    def test_over_wallets_changes_nothing(self, rule: str) -> None:
        alone = total(orders(makers=FARM[:1], tokens=TOKENS), **RULES[rule])
        assert alone > 0
        for count in (2, 4):
            assert total(orders(makers=FARM[:count], tokens=TOKENS), **RULES[rule]) == alone

    def test_over_linked_wallets_changes_nothing(self, rule: str) -> None:
        alone = total(orders(makers=FARM[:1], tokens=TOKENS), **RULES[rule])
        assert total(orders(makers=FARM, tokens=TOKENS), links=True, **RULES[rule]) == alone

    def test_stacking_by_linked_wallets_gains_nothing(self, rule: str) -> None:
        apart = total(orders(makers=FARM, tokens=TOKENS), links=True, **RULES[rule])
        stacked = total(orders(makers=FARM, tokens=["t0"]), links=True, **RULES[rule])
        assert 0 < stacked <= apart

    @pytest.mark.parametrize("every", [timedelta(minutes=20), timedelta(hours=1)])
    def test_cancelling_and_placing_again_gains_nothing(self, rule: str, every: timedelta) -> None:
        whole = orders(makers=FARM[:1], tokens=TOKENS)
        kept = total(whole, **RULES[rule])
        again = total(cut(whole, every), **RULES[rule])
        # A pot goes by shares: pieces of one order are rounded one by one, so that an XP may go either way.
        assert again <= kept + (len(cut(whole, every)) if rule == "pot" else 0)


def cut(whole: Orders, every: timedelta) -> Orders:
    """The same orders, cancelled and placed again every so often."""
    pieces: Orders = []
    for maker, token, price, placed, ended in whole:
        at = placed
        while at < ended:
            pieces.append((maker, token, price, at, min(at + every, ended)))
            at += every
    return pieces


class TestWhereItPays:
    """What docs/explanation/liquidity.md says of it."""

    def test_a_cap_a_collector_lets_more_wallets_earn_more(self) -> None:
        alone = total(orders(makers=FARM[:1], tokens=TOKENS), cap_xp_per_collector=500)
        assert alone == 500
        assert total(orders(makers=FARM, tokens=TOKENS), cap_xp_per_collector=500) > alone

    def test_beside_a_cap_of_all_it_gains_no_more_than_that(self) -> None:
        bounds: dict[str, Any] = {"cap_xp_per_collector": 500, "cap_xp": 500}
        assert total(orders(makers=FARM, tokens=TOKENS), **bounds) <= 500

    def test_linked_wallets_share_one_cap(self) -> None:
        assert total(orders(makers=FARM, tokens=TOKENS), links=True, cap_xp_per_collector=500) == 500

    @pytest.mark.parametrize(("fields", "holds"), [({}, False), ({"best": 3}, True), ({"cap_xp": 400}, True)])
    def test_more_bids_on_one_token_earn_more_up_to_the_best_or_a_cap(
        self, fields: dict[str, Any], holds: bool
    ) -> None:
        at = (START, START + timedelta(hours=5))
        bids: Orders = [(maker, "t0", "0.96 ETH", *at) for maker in FARM]
        three, four = total(bids[:3], **fields), total(bids, **fields)
        assert (four == three) is holds


class TestPurchases:
    def test_split_over_wallets_change_nothing_but_under_a_cap_a_collector(self) -> None:
        def bought(buyers: list[str], **fields: Any) -> int:
            rows = [
                f"sale | t{n} | zed | {buyers[n % len(buyers)]} | 2026-03-01 {n:02}:00 | 1 ETH"
                for n in range(12)
            ]
            with transaction.atomic():
                given_market("\n".join(["kind | token | from | to | at | price", *rows]))
                given_rule("buyers", "purchase", xp_per_purchase=10, xp_per_eth=7, **fields)
                planned_day()
                found = sum(int(line["xp"]) for line in lines())
                transaction.set_rollback(True)
            return found

        for fields in ({}, {"cap_xp": 70}, {"pot_xp": 999}):
            assert bought(FARM[:1], **fields) == bought(FARM[:3], **fields) > 0
        for fields in ({"cap_xp_per_day": 20}, {"cap_xp_per_collector": 20}):
            assert bought(FARM[:1], **fields) == 20
            assert bought(FARM[:3], **fields) == 60
