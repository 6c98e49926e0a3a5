"""What came late is paid by the next round of a rule, once, and nothing is taken back (P13)."""

from typing import Any

import pytest

from marketplace.facts import operations as facts
from marketplace.inbox import operations as inbox
from marketplace.registry import operations as registry
from rewards.shipments import operations as shipments
from tests.rules.given import (
    PLANNED_AT,
    approved,
    boosts,
    given_market,
    given_rule,
    lines,
    planned,
    shipped,
)
from tests.shipments.late import april, given_march, inputs, late_lines
from tests.tables import address, day, table

pytestmark = pytest.mark.django_db


class TestPurchases:
    def test_a_late_purchase_is_paid_by_the_next_round(self) -> None:
        given_rule("buyers", "purchase", xp_per_eth=100, minimum_price_eth=0.5)
        given_march("""
            kind | token | from | to  | at         | price
            sale | a     | cat  | ann | 2026-03-01 | 1 ETH
        """)
        given_market("""
            kind | token | from | to  | at         | price
            sale | b     | cat  | bob | 2026-03-09 | 2 ETH
            sale | c     | cat  | ann | 2026-03-10 | 0.1 ETH
            sale | d     | cat  | ann | 2026-04-02 | 3 ETH
        """)
        assert april().total_xp == 500
        assert lines() == table("""
            shipment | for_round | collector | token | earlier | xp  | reason
            march    | march     | ann       | a     | 0       | 100 | earned
            april    | march     | bob       | b     | 0       | 200 | earned
            april    | march     | ann       | c     | 0       | 0   | below_minimum
            april    | april     | ann       | d     | 0       | 300 | earned
        """)

    def test_planned_again_says_the_same_and_two_late_deliveries_are_paid_once_each(self) -> None:
        given_rule("buyers", "purchase", xp_per_eth=100)
        given_march("""
            kind | token | from | to  | at         | price
            sale | a     | cat  | ann | 2026-03-01 | 1 ETH
        """)
        given_market("""
            kind | token | from | to  | at         | price
            sale | b     | cat  | bob | 2026-03-09 | 2 ETH
        """)
        first = april()
        assert april().plan_digest == first.plan_digest
        shipped(slug="april")
        given_market("""
            kind | token | from | to  | at         | price
            sale | c     | cat  | bob | 2026-03-10 | 4 ETH
        """)
        approved(slug="may", start="2026-04-30", end="2026-05-30")
        assert late_lines("may") == table("""
            for_round | collector | token | xp
            march     | bob       | c     | 400
        """)
        planned(slug="june", start="2026-05-30", end="2026-06-29")
        assert len(late_lines("june")) == 0
        assert [len(one["late_for"]) if "late_for" in one else 0 for one in inputs("june")] == [0]

    def test_what_happened_before_the_first_window_is_not_late(self) -> None:
        given_rule("buyers", "purchase", xp_per_eth=100)
        given_march("""
            kind | token | from | to  | at         | price
            sale | a     | cat  | ann | 2026-03-01 | 1 ETH
        """)
        given_market("""
            kind | token | from | to  | at                  | price
            sale | b     | cat  | bob | 2026-02-28 23:59:59 | 2 ETH
        """)
        assert april().total_xp == 0
        assert len(late_lines()) == 0

    def test_a_cancelled_round_is_not_paid_for(self) -> None:
        given_rule("buyers", "purchase", xp_per_eth=100)
        given_market("""
            kind | token | from | to  | at         | price
            sale | a     | cat  | ann | 2026-03-01 | 1 ETH
        """)
        approved(slug="march")
        shipments.cancel(slug="march", as_of=PLANNED_AT)
        given_market("""
            kind | token | from | to  | at         | price
            sale | b     | cat  | bob | 2026-03-09 | 2 ETH
        """)
        assert april().total_xp == 0

    def test_a_sale_that_turns_out_to_lie_in_an_earlier_round_is_not_paid_again(self) -> None:
        given_rule("buyers", "purchase", xp_per_eth=100)
        sale = "sale | a     | cat  | ann | {} | 1 ETH | 0x5a1e | {}"
        columns = "kind | token | from | to  | at | price | tx | source"
        given_market(f"{columns}\n{sale.format('2026-04-01', 'market')}")
        shipped(slug="march")
        shipped(slug="april", start="2026-03-31", end="2026-04-30")
        given_market(f"{columns}\n{sale.format('2026-03-30', 'chain')}")
        assert planned(slug="may", start="2026-04-30", end="2026-05-30").total_xp == 0
        assert late_lines("may") == table("""
            for_round | collector | token | earlier | xp | reason
            march     | ann       | a     | 100     | 0  | already_paid
        """)

    def test_the_rate_of_a_currency_can_be_late(self) -> None:
        given_rule("buyers", "purchase", xp_per_eth=100)
        given_march("""
            kind | token | from | to  | at         | price
            sale | a     | cat  | ann | 2026-03-01 | 3000 USDC
        """)
        inbox.accept(events=[RATE])
        facts.refresh(as_of=PLANNED_AT)
        april()
        assert late_lines() == table("""
            for_round | collector | token | earlier | xp  | reason
            march     | ann       | a     | 0       | 150 | earned
        """)


NAMES = ["ann", "bob"]

RATE = {
    "source": "test",
    "key": "rate",
    "kind": "rate",
    "at": "2026-03-01T00:00:00Z",
    "currency": "USDC",
    "price": str(5 * 10**14),
}


class TestHolds:
    def given_holders(self, **fields: Any) -> None:
        given_rule("holders", "holding", xp_per_token_day=10, **fields)
        given_march("""
            kind | token | to  | at
            mint | a     | ann | 2026-03-01
        """)

    def test_a_late_transfer_takes_nothing_back_and_pays_who_held_since(self) -> None:
        self.given_holders()
        given_market("""
            kind     | token | from | to  | at
            transfer | a     | ann  | bob | 2026-03-21
        """)
        april()
        assert lines() == table("""
            shipment | for_round | collector | days | earlier | xp  | reason
            march    | march     | ann       | 30   | 0       | 300 | earned
            april    | march     | bob       | 10   | 0       | 100 | earned
            april    | april     | bob       | 40   | 0       | 300 | earned
        """)

    def test_a_hold_that_turns_out_older_is_paid_the_difference(self) -> None:
        self.given_holders(curve=[{"days": 20, "multiplier": 2}])
        # Minted on 1 March, says the first telling; the second one says that it was held for 20 days then.
        given_market("""
            kind     | token | from | to  | at
            transfer | a     | cat  | ann | 2026-02-09
        """)
        april()
        assert late_lines() == table("""
            for_round | collector | token | days | earlier | xp  | reason
            march     | ann       | a     | 50   | 400     | 200 | earned
        """)

    def test_a_hold_too_young_says_so(self) -> None:
        self.given_holders(minimum_days=15)
        given_market("""
            kind | token | to  | at
            mint | b     | bob | 2026-03-21
        """)
        april()
        assert late_lines() == table("""
            for_round | collector | token | earlier | xp | reason
            march     | bob       | b     | 0       | 0  | under_minimum_days
        """)

    def test_a_hold_joined_by_linking_wallets_is_not_paid_twice(self) -> None:
        given_rule("holders", "holding", xp_per_token_day=10)
        given_march("""
            kind     | token | from | to  | at
            mint     | a     |      | ann | 2026-03-01
            transfer | a     | ann  | amy | 2026-03-11
        """)
        assert sorted(row["xp"] for row in lines()) == ["100", "200"]
        registry.link(addresses=[address("ann"), address("amy")], as_of=PLANNED_AT)
        facts.refresh(as_of=PLANNED_AT)
        assert april().total_xp == 300
        assert len(late_lines()) == 0
        # Something late of another token makes the round be looked at again, with ann and amy as one.
        given_market("""
            kind | token | to  | at
            mint | b     | bob | 2026-03-21
        """)
        april()
        assert late_lines() == table("""
            for_round | collector | token | earlier | xp  | reason
            march     | bob       | b     | 0       | 100 | earned
        """)

    def test_a_wallet_that_left_its_collector_was_paid_with_it(self) -> None:
        given_rule("holders", "holding", xp_per_token_day=10)
        given_rule("buyers", "purchase", xp_per_eth=100)
        given_market("""
            kind | token | from | to  | at         | price
            mint | a     |      | ann | 2026-03-01 |
            sale | c     | cat  | amy | 2026-03-01 | 1 ETH
        """)
        registry.link(addresses=[address("ann"), address("amy")], as_of=day("2026-04-01"))
        facts.refresh(as_of=PLANNED_AT)
        assert shipped(slug="march").total_xp == 700
        registry.unlink(address=address("amy"), as_of=day("2026-05-02"))
        given_market("""
            kind | token | to  | at
            mint | b     | bob | 2026-03-21
        """)
        facts.refresh(as_of=PLANNED_AT)
        april()
        assert late_lines() == table("""
            for_round | collector | token | earlier | xp  | reason
            march     | bob       | b     | 0       | 100 | earned
        """)

    def test_units_of_an_edition_that_left_late_in_the_round_are_no_reason_to_look(self) -> None:
        given_rule("holders", "holding", xp_per_token_day=10)
        given_march("""
            kind | token | to  | at         | quantity
            mint | e     | ann | 2026-03-01 | 3
        """)
        given_market("""
            kind     | token | from | to  | at         | quantity
            transfer | e     | ann  | bob | 2026-04-10 | 1
        """)
        april()
        assert "late_for" not in inputs("april")[0]


class TestBoosts:
    def test_a_boost_that_grew_pays_the_difference_on_every_line(self) -> None:
        given_rule("buyers", "purchase", xp_per_eth=100)
        given_rule("loyal", "hold_boost", curve=[{"days": 90, "multiplier": 1.5}], collections="all")
        given_march("""
            kind | token | from | to  | at         | price
            sale | a     | cat  | ann | 2026-03-01 | 1 ETH
            sale | b     | cat  | ann | 2026-03-02 | 2 ETH
            sale | c     | cat  | bob | 2026-03-02 | 2 ETH
        """)
        given_market("""
            kind | token | to  | at
            mint | old   | ann | 2025-11-01
        """)
        april()
        assert late_lines() == table("""
            for_round | collector | token | base | boost | earlier | xp
            march     | ann       | a     | 100  | ×1.5  | 100     | 50
            march     | ann       | b     | 200  | ×1.5  | 200     | 100
        """)
        # Of march only ann's boost is kept, which her late lines need for their words.
        days = {name: sorted(row["days"] for row in boosts() if row["collector"] == name) for name in NAMES}
        assert days == {"ann": ["150", "180", "30"], "bob": ["29", "59"]}


class TestOrders:
    @pytest.mark.parametrize(("kind", "side"), [("listing", "listing"), ("bidding", "bid")])
    def test_an_order_that_rested_and_came_late_is_paid(self, kind: str, side: str) -> None:
        given_rule("makers", kind, xp_per_hour=1, bands=[{"price": 1, "weight": 1}])
        given_market("""
            kind    | token | to  | maker | at         | price | order
            mint    | a     | ann |       | 2026-02-01 |       |
            mint    | b     | bob |       | 2026-02-01 |       |
            listing | a     |     | ann   | 2026-03-01 | 1 ETH | one
            bid     | a     |     | dan   | 2026-03-01 | 1 ETH | two
        """)
        shipped(slug="march")
        given_market(f"""
            kind   | token | maker | at               | price | order
            {side} | b     | bob   | 2026-03-30 10:00 | 1 ETH | three
        """)
        april()
        assert late_lines() == table("""
            for_round | collector | token | earlier | xp | reason
            march     | bob       | b     | 0       | 14 | earned
        """)


class TestLimits:
    MARCH = """
        kind | token | from | to  | at               | price
        sale | a     | cat  | ann | 2026-03-01 12:00 | 1 ETH
        sale | b     | cat  | bob | 2026-03-02 12:00 | 1 ETH
    """
    LATE = """
        kind | token | from | to  | at               | price
        sale | c     | cat  | ann | 2026-03-01 10:00 | 1 ETH
        sale | d     | cat  | ann | 2026-03-03 10:00 | 2 ETH
    """

    @pytest.mark.parametrize(
        ("cap", "expected"),
        [
            ({"cap_xp_per_day": 150}, [("50", "50"), ("50", "150")]),
            ({"cap_xp_per_collector": 230}, [("0", "100"), ("170", "30")]),
            ({"cap_xp": 350}, [("0", "100"), ("150", "50")]),
        ],
    )
    def test_caps_leave_what_was_not_paid_before(
        self, cap: dict[str, Any], expected: list[tuple[str, str]]
    ) -> None:
        given_rule("buyers", "purchase", xp_per_eth=100, **cap)
        given_march(self.MARCH)
        given_market(self.LATE)
        april()
        found = sorted(late_lines(), key=lambda row: row["token"])
        assert [(row["cut"], row["xp"]) for row in found] == expected
        # April has a cap of its own, beside what it pays for March, and can be approved with both.
        given_market("""
            kind | token | from | to  | at         | price
            sale | f     | cat  | ann | 2026-04-04 | 10 ETH
        """)
        shipped(slug="april")
        # Nothing is due any more: what a cap took was counted.
        given_market("""
            kind | token | from | to  | at         | price
            sale | e     | cat  | dan | 2026-03-04 | 0.001 ETH
        """)
        planned(slug="may", start="2026-04-30", end="2026-05-30")
        assert [row["token"] for row in late_lines("may")] == ["e"]

    def test_a_pot_that_was_shared_out_can_be_exceeded_and_nobody_loses(self) -> None:
        given_rule("buyers", "purchase", xp_per_eth=100, pot_xp=1_000)
        given_march(self.MARCH)
        given_market("""
            kind | token | from | to  | at         | price
            sale | c     | cat  | dan | 2026-03-05 | 2 ETH
        """)
        april()
        assert lines() == table("""
            shipment | collector | earlier | xp  | reason
            march    | ann       | 0       | 500 | earned
            march    | bob       | 0       | 500 | earned
            april    | dan       | 0       | 500 | earned
        """)
        assert approved(slug="april").state == "approved"
