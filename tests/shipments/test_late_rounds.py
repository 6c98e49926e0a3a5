"""Of rounds that pay late for others: which are approved, cancelled and found, and what that costs (P13)."""

import pytest

from rewards.fairness import operations as fairness
from rewards.rules import operations as rules
from rewards.shipments import audit
from rewards.shipments import operations as shipments
from rewards.shipments.errors import ApprovalRefused, ShipmentError
from rewards.shipments.models import Shipment
from rewards.whatif import operations as whatif
from rewards.whatif import rounds
from rewards.whatif.changes import Changes
from tests.facts.given import count_queries
from tests.rules.given import (
    PLANNED_AT,
    approved,
    given_market,
    given_round,
    given_rule,
    given_season,
    planned,
    shipped,
)
from tests.shipments.late import approve, april, given_march, inputs, late_lines
from tests.shipments.test_audit import tamper
from tests.tables import address

pytestmark = pytest.mark.django_db


class TestApproval:
    def given_two_plans_of_one_difference(self) -> None:
        given_rule("buyers", "purchase", xp_per_eth=100)
        given_march("""
            kind | token | from | to  | at         | price
            sale | a     | cat  | ann | 2026-03-01 | 1 ETH
        """)
        given_market("""
            kind | token | from | to  | at         | price
            sale | b     | cat  | bob | 2026-03-09 | 2 ETH
        """)
        april()
        planned(slug="may", start="2026-04-30", end="2026-05-30")

    def test_of_two_plans_that_pay_one_difference_the_second_is_refused(self) -> None:
        self.given_two_plans_of_one_difference()
        approve("april")
        with pytest.raises(
            ApprovalRefused, match="may has to be planned again: april, which pays buyers too, was approved"
        ):
            approve("may")
        assert planned(slug="may").total_xp == 0
        approve("may")

    def test_a_round_that_was_reckoned_with_and_cancelled_makes_a_plan_stale(self) -> None:
        self.given_two_plans_of_one_difference()
        approve("april")
        given_market("""
            kind | token | from | to  | at         | price
            sale | c     | cat  | bob | 2026-03-10 | 4 ETH
        """)
        assert planned(slug="may").total_xp == 400
        shipments.cancel(slug="april", as_of=PLANNED_AT)
        with pytest.raises(ApprovalRefused, match="april, which was to pay buyers too, was cancelled"):
            approve("may")
        assert planned(slug="may").total_xp == 600

    def test_what_a_cancelled_round_was_to_pay_late_is_found_again(self) -> None:
        self.given_two_plans_of_one_difference()
        approve("april")
        given_market("""
            kind | token | from | to  | at         | price
            sale | c     | cat  | bob | 2026-03-10 | 4 ETH
        """)
        planned(slug="may")
        approve("may")
        shipments.cancel(slug="april", as_of=PLANNED_AT)
        assert planned(slug="june", start="2026-05-30", end="2026-06-29").total_xp == 200

    def test_a_round_is_not_cancelled_while_another_pays_late_for_it(self) -> None:
        given_rule("buyers", "purchase", xp_per_eth=100)
        given_market("""
            kind | token | from | to  | at         | price
            sale | a     | cat  | ann | 2026-03-01 | 1 ETH
        """)
        approved(slug="march")
        given_market("""
            kind | token | from | to  | at         | price
            sale | b     | cat  | bob | 2026-03-09 | 2 ETH
        """)
        approved(slug="april", start="2026-03-31", end="2026-04-30")
        with pytest.raises(ShipmentError, match="march is not called off while april pays late for its time"):
            shipments.cancel(slug="march", as_of=PLANNED_AT)
        shipments.cancel(slug="april", as_of=PLANNED_AT)
        assert shipments.cancel(slug="march", as_of=PLANNED_AT).state == "cancelled"

    def test_a_plan_is_refused_whose_sale_moved_into_an_earlier_round_and_was_paid_there(self) -> None:
        given_rule("buyers", "purchase", xp_per_eth=100)
        sale = "sale | a     | cat  | ann | {} | 1 ETH | 0x5a1e | {}"
        columns = "kind | token | from | to  | at | price | tx | source"
        given_market(f"{columns}\n{sale.format('2026-04-01', 'market')}")
        shipped(slug="march")
        assert april().total_xp == 100
        given_market(f"{columns}\n{sale.format('2026-03-30', 'chain')}")
        assert approved(slug="may", start="2026-04-30", end="2026-05-30").total_xp == 100
        with pytest.raises(ApprovalRefused, match="may, which was approved since, pays 1 of its sales"):
            approve("april")
        assert april().total_xp == 0
        approve("april")
        assert audit.list_findings() == []

    def test_of_two_plans_that_give_one_gift_the_second_is_refused(self) -> None:
        given_season()
        given_market("""
            kind | token | to  | at
            mint | a     | ann | 2026-03-01
        """)
        rules.put_cohort(slug="testers", addresses=[address("ann")])
        given_rule("gift", "cohort", xp=500, cohort="testers")
        assert [planned(slug="march").total_xp, april().total_xp] == [500, 500]
        approve("march")
        with pytest.raises(ApprovalRefused, match="march, which pays gift too, was approved"):
            approve("april")
        assert april().total_xp == 0
        assert len(late_lines()) == 0


class TestSteps:
    def test_ask_as_much_for_fifty_late_purchases_as_for_one_and_little_for_none(self) -> None:
        given_rule("buyers", "purchase", xp_per_eth=100)
        given_march("""
            kind | token | from | to  | at         | price
            sale | a     | cat  | ann | 2026-03-01 | 1 ETH
        """)
        given_round(slug="april", start="2026-03-31", end="2026-04-30")
        columns = "kind | token | from | to | at | price\n"
        asked = [count_queries(april)]
        for names in (["one"], [f"b{number}" for number in range(50)]):
            given_market(
                columns + "\n".join(f"sale | {name} | cat | {name} | 2026-03-05 | 1 ETH" for name in names)
            )
            # As settling does; else the plan would look for wash trades among them first.
            fairness.refresh()
            asked.append(count_queries(april))
        assert asked[1] == asked[2]
        # The round, the versions that counted for it, and their lines.
        assert asked[1] - asked[0] == 3
        assert Shipment.objects.get(slug="april").total_xp == 5_100


class TestAudit:
    def test_finds_what_two_rounds_paid_twice_and_late_lines_of_no_round(self) -> None:
        given_rule("buyers", "purchase", xp_per_eth=100)
        given_march("""
            kind | token | from | to  | at         | price
            sale | a     | cat  | ann | 2026-03-01 | 1 ETH
        """)
        given_market("""
            kind | token | from | to  | at         | price
            sale | b     | cat  | bob | 2026-03-09 | 2 ETH
        """)
        april()
        planned(slug="may", start="2026-04-30", end="2026-05-30")
        approve("april")
        assert p13() == []
        # A plan whose other payers are forged gets past the approval, and is found afterwards.
        forged = [one | {"paid_by": ["april", "march"]} for one in inputs("may")]
        Shipment.objects.filter(slug="may").update(plan_inputs=forged)
        approve("may")
        assert p13() == ["Rounds together count 400 XP for it, but it is worth 200 XP: it was paid twice."]
        tamper("shipments_shipment", "UPDATE shipments_shipment SET approved_at = now() WHERE slug = 'march'")
        assert (
            p13()[1:]
            == ["1 late lines are for a round that is shipped and was not approved before them."] * 2
        )


def p13() -> list[str]:
    """What audit says of P13."""
    return [found.sentence for found in audit.list_findings() if found.promise == "P13"]


class TestWhatIf:
    def test_shows_its_own_window_alone(self) -> None:
        given_rule("buyers", "purchase", xp_per_eth=100)
        given_march("""
            kind | token | from | to  | at         | price
            sale | a     | cat  | ann | 2026-03-01 | 1 ETH
        """)
        shipped(slug="april", start="2026-03-31", end="2026-04-30")
        given_market("""
            kind | token | from | to  | at         | price
            sale | b     | cat  | bob | 2026-03-09 | 2 ETH
            sale | c     | cat  | bob | 2026-04-09 | 2 ETH
        """)
        found = whatif.compare(of=rounds.of_name(slug="april"), changes=Changes(), as_of=PLANNED_AT)
        assert (found.before.total_xp, found.after.total_xp) == (200, 200)
