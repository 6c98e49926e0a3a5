"""XP for the wallets on a list, once."""

import pytest

from marketplace.facts import operations as facts
from rewards.rules import operations as rules
from rewards.shipments import operations as shipments
from tests.facts.given import linked
from tests.rules.given import PLANNED_AT, given_market, given_rule, lines, planned, shipped
from tests.tables import address, table

pytestmark = pytest.mark.django_db

MARKET = """
    kind | token | from | to  | at         | price
    sale | a     | ann  | bob | 2026-01-01 | 1 ETH
    sale | a     | bob  | amy | 2026-01-02 | 1 ETH
"""


def given_testers(*names: str) -> None:
    rules.put_cohort(slug="testers", addresses=[address(name) for name in names])
    given_rule("thanks", "cohort", xp=250, cohort="testers")


class TestCohort:
    def test_pays_the_wallets_on_the_list_that_are_known(self) -> None:
        given_market(MARKET)
        given_testers("ann", "bob", "stranger")
        planned()
        assert lines() == table("""
            collector | base | xp  | reason
            ann       | 250  | 250 | earned
            bob       | 250  | 250 | earned
        """)

    def test_pays_no_custody_address(self) -> None:
        given_market(f"""
            {MARKET.strip()}
            sale    | b     | amy  | vault | 2026-01-03 | 1 ETH
        """)
        given_market("""
            kind    | at         | address
            custody | 2026-01-01 | vault
        """)
        given_testers("ann", "vault")
        planned()
        assert lines() == table("""
            collector | xp
            ann       | 250
        """)

    def test_pays_a_collector_with_two_wallets_on_it_once(self) -> None:
        given_market(MARKET)
        linked("ann", "amy")
        facts.refresh(as_of=PLANNED_AT)
        given_testers("ann", "amy", "bob")
        planned()
        assert lines() == table("""
            collector | xp  | reason
            ann       | 250 | earned
            ann       | 0   | once_per_collector
            bob       | 250 | earned
        """)

    def test_pays_once_in_the_life_of_the_rule(self) -> None:
        given_market(MARKET)
        given_testers("ann")
        shipped()
        rules.put_cohort(slug="testers", addresses=[address("bob")])
        planned(slug="april", start="2026-04-01", end="2026-05-01")
        assert lines() == table("""
            shipment | collector | xp  | reason
            march    | ann       | 250 | earned
            april    | ann       | 0   | already_paid
            april    | bob       | 250 | earned
        """)

    def test_pays_once_also_when_the_rule_got_a_new_version(self) -> None:
        given_market(MARKET)
        given_testers("ann")
        shipped()
        given_rule("thanks", "cohort", xp=300, cohort="testers", as_of=PLANNED_AT)
        planned(slug="june", start="2026-06-01", end="2026-06-30")
        assert lines() == table("""
            shipment | version | xp  | reason
            march    | 1       | 250 | earned
            june     | 2       | 0   | already_paid
        """)

    def test_pays_once_also_when_the_collector_was_joined_to_another_since(self) -> None:
        given_market(MARKET)
        given_testers("ann")
        shipped()
        linked("bob", "ann")
        facts.refresh(as_of=PLANNED_AT)
        planned(slug="april", start="2026-04-01", end="2026-05-01")
        assert lines() == table("""
            shipment | collector | xp  | reason
            march    | ann       | 250 | earned
            april    | bob       | 0   | already_paid
        """)

    def test_a_cancelled_round_has_paid_nobody(self) -> None:
        given_market(MARKET)
        given_testers("ann")
        planned()
        shipments.cancel(slug="march", as_of=PLANNED_AT)
        planned(slug="again")
        assert lines() == table("""
            shipment | xp  | reason
            march    | 250 | earned
            again    | 250 | earned
        """)
