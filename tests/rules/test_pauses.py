"""What pauses do to holding, cohorts and boosts (P5)."""

import pytest

from rewards.flags import operations as flags
from rewards.rules import operations as rules
from tests.rules.given import BEFORE, boosts, given_market, given_rule, lines, planned
from tests.tables import address, day, table

pytestmark = pytest.mark.django_db

HOLDS = """
    kind     | token | from | to  | at
    mint     | a     |      | ann | 2026-02-01
    mint     | b     |      | bob | 2026-03-10 12:00
    transfer | b     | bob  | cat | 2026-03-11 12:00
    mint     | c     |      | dan | 2026-03-25
"""


def pause(flag: str, start: str, end: str | None) -> None:
    """Pause a flag, as was known long before."""
    ends_at = None if end is None else day(end)
    flags.pause(flag=flag, reason="Farmed.", by="ann", as_of=BEFORE, starts_at=day(start), ends_at=ends_at)


class TestHolding:
    def test_counts_the_days_outside(self) -> None:
        given_market(HOLDS)
        given_rule("holders", "holding", xp_per_token_day=10)
        pause("rule.holders", "2026-03-10", "2026-03-12")
        pause("rule.holders", "2026-03-26", None)
        planned()
        # ann: 9 days before, 14 between; bob's day was within; cat from the 12th on, 14 days; dan one day.
        assert lines() == table("""
            collector | unit_seconds | days | xp  | reason
            ann       | 1987200      | 58   | 230 | earned
            bob       | 0            | 1    | 0   | paused
            cat       | 1209600      | 19   | 140 | earned
            dan       | 86400        | 6    | 10  | earned
        """)

    def test_a_hold_grows_older_in_a_pause_all_the_same(self) -> None:
        given_market("""
            kind | token | from | to  | at
            mint | a     |      | ann | 2026-03-01
        """)
        given_rule(
            "holders", "holding", xp_per_token_day=10, curve=[{"days": 10, "multiplier": 2}], minimum_days=20
        )
        pause("rule.holders", "2026-03-06", "2026-03-16")
        planned()
        # 5 days at 10; the hold is 15 days old when it goes on, so 15 days at 20. At the end it is 30.
        assert lines() == table("""
            days | xp  | reason
            30   | 350 | earned
        """)

    def test_a_pause_of_the_whole_round_leaves_lines_of_nothing(self) -> None:
        given_market(HOLDS)
        given_rule("holders", "holding", xp_per_token_day=10)
        pause("rule.holders", "2026-02-01", None)
        assert planned().total_xp == 0
        assert {line["reason"] for line in lines()} == {"paused"}
        assert len(lines()) == 4

    def test_of_listing_and_bidding_leaves_the_others_alone(self) -> None:
        given_market(HOLDS)
        given_rule("holders", "holding", xp_per_token_day=10)
        pause("liquidity", "2026-02-01", None)
        planned()
        assert {line["reason"] for line in lines()} == {"earned"}


class TestCohort:
    def test_is_paid_if_the_rule_is_live_when_the_window_closes(self) -> None:
        given_market(HOLDS)
        rules.put_cohort(slug="testers", addresses=[address("ann")])
        given_rule("testers", "cohort", xp=500, cohort="testers")
        pause("rule.testers", "2026-03-05", "2026-03-30 23:59:59")
        planned()
        assert lines() == table("""
            collector | xp  | reason
            ann       | 500 | earned
        """)

    def test_waits_for_a_later_round_if_it_is_paused_then(self) -> None:
        given_market(HOLDS)
        rules.put_cohort(slug="testers", addresses=[address("ann")])
        given_rule("testers", "cohort", xp=500, cohort="testers")
        pause("rule.testers", "2026-03-30", "2026-04-02")
        planned()
        planned(slug="april", start="2026-03-31", end="2026-04-30")
        assert lines() == table("""
            shipment | xp  | reason
            march    | 0   | paused
            april    | 500 | earned
        """)


class TestBoost:
    def test_does_not_count_if_it_is_paused_when_the_window_closes(self) -> None:
        given_market(HOLDS)
        given_rule("holders", "holding", xp_per_token_day=10)
        given_rule("long", "hold_boost", curve=[{"days": 30, "multiplier": 2}], collections="all")
        pause("rule.long", "2026-03-30 23:59:59", None)
        planned()
        assert len(boosts()) == 0
        assert {line["boost"] for line in lines()} == {"×1"}

    def test_counts_whole_if_a_pause_of_it_is_over_by_then(self) -> None:
        given_market(HOLDS)
        given_rule("holders", "holding", xp_per_token_day=10)
        given_rule("long", "hold_boost", curve=[{"days": 30, "multiplier": 2}], collections="all")
        pause("rule.long", "2026-03-02", "2026-03-30")
        planned()
        assert lines() == table("""
            collector | boost
            ann       | ×2
            bob       | ×1
            cat       | ×1
            dan       | ×1
        """)
