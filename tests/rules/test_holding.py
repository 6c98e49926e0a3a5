"""XP for holding, with the numbers worked out by hand. The window is the 30 days from 2026-03-01."""

import pytest

from tests.rules.given import awards, given_market, given_rule, lines, planned
from tests.tables import day, table

pytestmark = pytest.mark.django_db


class TestHolding:
    def test_pays_the_time_in_the_window(self) -> None:
        given_market("""
            kind     | token | from | to   | at
            mint     | a     |      | ann  | 2026-01-01
            mint     | b     |      | bob  | 2026-03-11
            transfer | b     | bob  | cat  | 2026-03-13 12:00
            mint     | c     |      | dan  | 2026-03-31
            mint     | d     |      | eve  | 2026-01-01
            transfer | d     | eve  | zero | 2026-03-01
        """)
        given_rule("holders", "holding", xp_per_token_day=2)
        planned()
        # ann: 30 days × 2 = 60. bob: 2.5 days × 2 = 5. cat: 17.5 days × 2 = 35. dan comes and eve goes at the
        # edges of the window and share no time with it.
        assert lines() == table("""
            token | collector | days | unit_seconds | base | xp
            a     | ann       | 89   | 2592000      | 60   | 60
            b     | bob       | 2    | 216000       | 5    | 5
            b     | cat       | 17   | 1512000      | 35   | 35
        """)

    def test_counts_to_the_second_and_rounds_down(self) -> None:
        given_market("""
            kind     | token | from | to   | at
            mint     | a     |      | ann  | 2026-03-01
            transfer | a     | ann  | zero | 2026-03-01 23:59:59
            mint     | b     |      | ann  | 2026-03-01
            transfer | b     | ann  | zero | 2026-03-02
        """)
        given_rule("holders", "holding", xp_per_token_day=1)
        planned()
        # 86,399 of 86,400 seconds are 0.999988… XP.
        assert lines() == table("""
            token | base     | xp | reason
            a     | 0.999988 | 0  | rounds_to_zero
            b     | 1        | 1  | earned
        """)

    def test_a_curve_counts_each_second_by_the_age_of_the_hold(self) -> None:
        given_market("""
            kind     | token | from | to   | at
            mint     | a     |      | ann  | 2026-02-19
            mint     | b     |      | bob  | 2025-12-01
            mint     | c     |      | cat  | 2026-03-21
        """)
        given_rule(
            "holders",
            "holding",
            xp_per_token_day=1,
            curve=[{"days": 30, "multiplier": 2}, {"days": 100, "multiplier": 3.5}],
        )
        planned()
        # ann is at day 10 when the window opens: 20 days at 1, then 10 days at 2 = 40.
        # bob is at day 90: 10 days at 2, then 20 days at 3.5 = 90. cat: 10 days at 1.
        assert lines() == table("""
            collector | days | base | xp
            ann       | 40   | 40   | 40
            bob       | 120  | 90   | 90
            cat       | 10   | 10   | 10
        """)

    def test_a_curve_from_day_zero_takes_the_place_of_one(self) -> None:
        given_market("""
            kind | token | to  | at
            mint | a     | ann | 2026-03-21
        """)
        given_rule("holders", "holding", xp_per_token_day=1, curve=[{"days": 0, "multiplier": 0.5}])
        planned()
        assert lines() == table("""
            base | xp
            5    | 5
        """)

    def test_a_hold_under_the_minimum_earns_nothing_yet(self) -> None:
        given_market("""
            kind     | token | from | to   | at
            mint     | a     |      | ann  | 2026-03-01
            mint     | b     |      | bob  | 2026-03-01 00:00:01
            mint     | c     |      | cat  | 2026-01-01
            transfer | c     | cat  | zero | 2026-03-02
        """)
        given_rule("holders", "holding", xp_per_token_day=1, minimum_days=30)
        planned()
        # ann reaches day 30 at the very end, and all her days count; bob is a second short. cat's 60 days are
        # over, but one of them lies in the window.
        assert lines() == table("""
            collector | days | xp | reason
            ann       | 30   | 30 | earned
            bob       | 29   | 0  | under_minimum_days
            cat       | 60   | 1  | earned
        """)

    def test_only_in_the_chosen_collections(self) -> None:
        given_market("""
            kind | token | to  | at         | collection
            mint | a     | ann | 2026-03-01 | apes
            mint | b     | ann | 2026-03-01 | cats
            mint | c     | ann | 2026-03-01 | dogs
        """)
        given_rule("holders", "holding", xp_per_token_day=1, collections=["apes", "dogs", "unknown"])
        planned()
        assert lines() == table("""
            token | xp | reason
            a     | 30 | earned
            b     | 0  | other_collection
            c     | 30 | earned
        """)

    def test_units_of_an_edition_that_came_together_are_one_line(self) -> None:
        given_market("""
            kind     | token | from | to  | at         | quantity
            mint     | a     |      | ann | 2026-03-01 | 5
            transfer | a     | ann  | bob | 2026-03-11 | 2
        """)
        given_rule("holders", "holding", xp_per_token_day=1, minimum_days=25)
        planned()
        # ann: 2 units × 10 days + 3 units × 30 days = 110; the oldest piece decides about the minimum.
        assert lines() == table("""
            collector | days | unit_seconds | base | xp  | reason
            ann       | 30   | 9504000      | 110  | 110 | earned
            bob       | 20   | 3456000      | 0    | 0   | under_minimum_days
        """)

    def test_units_that_came_apart_are_lines_of_their_own(self) -> None:
        given_market("""
            kind     | token | from | to  | at         | quantity
            mint     | a     |      | ann | 2026-03-01 | 2
            mint     | a     |      | ann | 2026-03-21 | 1
        """)
        given_rule("holders", "holding", xp_per_token_day=1)
        planned()
        assert lines() == table("""
            collector | xp
            ann       | 60
            ann       | 10
        """)
        assert awards() == table("""
            collector | xp
            ann       | 70
        """)

    def test_each_version_pays_its_part_of_the_window(self) -> None:
        given_market("""
            kind | token | to  | at
            mint | a     | ann | 2026-02-01
        """)
        given_rule("holders", "holding", xp_per_token_day=1)
        given_rule("holders", "holding", xp_per_token_day=3, as_of=day("2026-03-11"))
        planned()
        # 10 days at 1 and 20 days at 3. Both lines show the age at the end of the window.
        assert lines() == table("""
            version | days | xp
            1       | 58   | 10
            2       | 58   | 60
        """)

    def test_a_version_of_a_moment_that_is_over_pays_nothing(self) -> None:
        given_market("""
            kind | token | to  | at
            mint | a     | ann | 2026-02-01
        """)
        given_rule("holders", "holding", xp_per_token_day=9)
        given_rule("holders", "holding", xp_per_token_day=1, as_of=day("2026-03-01"))
        given_rule("holders", "holding", xp_per_token_day=7, as_of=day("2026-03-31"))
        planned()
        assert lines() == table("""
            version | xp
            2       | 30
        """)
