"""Caps and pots: how much at most, or a fixed sum to the last XP."""

from datetime import timedelta
from typing import Any

import pytest

from rewards.flags import operations as flags
from rewards.program.file import ProgramError, read
from rewards.shipments.models import Award, Line
from tests.facts.given import linked
from tests.rules.given import BEFORE, awards, given_market, given_rule, lines, planned
from tests.tables import day, table

pytestmark = pytest.mark.django_db

START = day("2026-03-01")

BUYS = """
    kind | token | from | to  | at         | price
    sale | a     | cat  | ann | 2026-03-01 | 1 ETH
    sale | b     | cat  | ann | 2026-03-02 | 1 ETH
    sale | c     | cat  | bob | 2026-03-03 | 1 ETH
    sale | d     | cat  | ann | 2026-03-04 | 1 ETH
"""


def given_buyers(**fields: Any) -> None:
    """A purchase rule of 30 XP a purchase."""
    given_rule("buyers", "purchase", **({"xp_per_purchase": 30} | fields))


class TestCapByDay:
    def test_x2y2_pays_at_most_twenty_a_day(self) -> None:
        at = [START + timedelta(minutes=minute) for minute in range(25)]
        rows = [f"sale | t{n} | cat | ann | {moment:%Y-%m-%d %H:%M} | 1 ETH" for n, moment in enumerate(at)]
        rows += ["sale | u | cat | ann | 2026-03-02 | 1 ETH", "sale | v | cat | bob | 2026-03-01 | 1 ETH"]
        given_market("\n".join(["kind | token | from | to | at | price", *rows]))
        given_rule("buyers", "purchase", xp_per_purchase=1, cap_xp_per_day=20)
        planned()
        # ann: 20 of 25 on the first, and 1 on the second.
        assert awards() == table("""
            collector | xp
            ann       | 21
            bob       | 1
        """)
        cut = [line["token"] for line in lines() if line["reason"] == "over_cap"]
        assert sorted(cut) == ["t20", "t21", "t22", "t23", "t24"]

    def test_cuts_the_one_that_goes_over_and_says_how_much(self) -> None:
        given_market("""
            kind | token | from | to  | at                         | price
            sale | a     | cat  | ann | 2026-03-01                 | 1 ETH
            sale | b     | cat  | ann | 2026-03-01 23:59:59.999999 | 1 ETH
            sale | c     | cat  | ann | 2026-03-02                 | 1 ETH
        """)
        given_buyers(cap_xp_per_day=50)
        planned()
        assert lines() == table("""
            token | base | xp | reason
            a     | 30   | 30 | earned
            b     | 30   | 20 | earned
            c     | 30   | 30 | earned
        """)
        assert sorted(Line.objects.values_list("cut_xp", flat=True)) == [0, 0, 10]

    def test_holds_for_all_wallets_of_a_collector_together(self) -> None:
        given_market("""
            kind | token | from | to  | at               | price
            sale | a     | cat  | ann | 2026-03-01       | 1 ETH
            sale | b     | cat  | amy | 2026-03-01 12:00 | 1 ETH
        """)
        linked("ann", "amy")
        given_buyers(cap_xp_per_day=50)
        planned()
        assert awards() == table("""
            collector | xp
            ann       | 50
        """)


class TestCapByCollector:
    def test_the_earliest_come_first(self) -> None:
        given_market(BUYS)
        given_buyers(cap_xp_per_collector=50)
        planned()
        assert lines() == table("""
            collector | token | base | xp | reason
            ann       | a     | 30   | 30 | earned
            ann       | b     | 30   | 20 | earned
            ann       | d     | 30   | 0  | over_cap
            bob       | c     | 30   | 30 | earned
        """)

    def test_holds_for_each_rule_by_itself(self) -> None:
        given_market(BUYS)
        given_buyers(cap_xp_per_collector=50)
        given_rule("more", "purchase", xp_per_purchase=1)
        planned()
        assert awards() == table("""
            collector | xp
            ann       | 53
            bob       | 31
        """)


class TestCapByRule:
    def test_holds_for_all_together(self) -> None:
        given_market(BUYS)
        given_buyers(cap_xp=70)
        planned()
        assert lines() == table("""
            collector | token | xp | reason
            ann       | a     | 30 | earned
            ann       | b     | 30 | earned
            bob       | c     | 10 | earned
            ann       | d     | 0  | over_cap
        """)

    def test_comes_after_the_collector_s(self) -> None:
        given_market(BUYS)
        given_buyers(cap_xp=70, cap_xp_per_collector=40)
        planned()
        # ann: 30 and 10 of her 40; bob 30. That is 70; without the cap of a collector bob would get 10.
        assert awards() == table("""
            collector | xp
            ann       | 40
            bob       | 30
        """)


class TestOrder:
    """Base, then boosts, then caps, then the pot."""

    def test_a_cap_cuts_what_was_boosted(self) -> None:
        given_market("""
            kind | token | from | to  | at         | price
            mint | old   |      | ann | 2025-06-01 |
            sale | a     | cat  | ann | 2026-03-01 | 1 ETH
        """)
        given_buyers(cap_xp_per_collector=50)
        given_rule("long", "hold_boost", curve=[{"days": 90, "multiplier": 2}], collections="all")
        planned()
        assert lines() == table("""
            token | base | boost | xp
            a     | 30   | ×2    | 50
        """)

    def test_a_pot_is_shared_by_what_is_left_under_the_cap(self) -> None:
        given_market(BUYS)
        given_buyers(cap_xp_per_collector=60, pot_xp=1000)
        planned()
        # ann counts 60 of 90 and bob 30: two thirds and one third of 1,000.
        # Each of the three lines that count has 333 1/3; the first in order of subject gets the odd one.
        paid = sorted(line["xp"] for line in lines())
        assert paid == ["0", "333", "333", "334"]
        assert sum(Award.objects.values_list("amount_xp", flat=True)) == 1000


class TestPot:
    def test_goes_by_share_and_the_largest_remainder(self) -> None:
        given_market("""
            kind | token | from | to  | at         | price
            sale | a     | cat  | ann | 2026-03-01 | 1 ETH
            sale | b     | cat  | bob | 2026-03-02 | 2 ETH
            sale | c     | cat  | dan | 2026-03-03 | 4 ETH
        """)
        given_rule("buyers", "purchase", xp_per_eth=1, pot_xp=100)
        planned()
        # Sevenths of 100: 14 2/7, 28 4/7, 57 1/7. Down that is 99; the odd XP goes to bob's 4/7.
        assert lines() == table("""
            collector | base | xp | reason
            ann       | 1    | 14 | earned
            bob       | 2    | 29 | earned
            dan       | 4    | 57 | earned
        """)

    def test_of_equal_remainders_the_larger_share_comes_first(self) -> None:
        given_market("""
            kind | token | from | to  | at         | price
            sale | a     | cat  | ann | 2026-03-01 | 1 ETH
            sale | b     | cat  | bob | 2026-03-02 | 3 ETH
        """)
        given_rule("buyers", "purchase", xp_per_eth=1, pot_xp=2)
        planned()
        # A half and one and a half: the odd XP goes to bob, and ann's half rounds to nothing.
        assert lines() == table("""
            collector | xp | reason
            ann       | 0  | rounds_to_zero
            bob       | 2  | earned
        """)

    @pytest.mark.parametrize("pot_xp", [1, 2, 3, 99, 100, 101, 1_000_000_000])
    def test_is_the_sum_exactly_with_ties(self, pot_xp: int) -> None:
        given_market("\n".join([BUYS.strip("\n"), "    sale | e | cat | dan | 2026-03-05 | 0.001 ETH"]))
        given_rule("buyers", "purchase", xp_per_eth=7, pot_xp=pot_xp)
        assert planned().total_xp == pot_xp

    def test_shares_what_is_less_than_one_xp_too(self) -> None:
        given_market(BUYS)
        given_rule("buyers", "purchase", xp_per_purchase="0.000001", pot_xp=8)
        planned()
        assert awards() == table("""
            collector | xp
            ann       | 6
            bob       | 2
        """)

    def test_is_kept_where_nobody_earned(self) -> None:
        given_market(BUYS)
        given_buyers(pot_xp=100, minimum_price_eth=2)
        assert planned().total_xp == 0

    def test_of_a_round_is_not_made_smaller_by_a_pause(self) -> None:
        given_market(BUYS)
        given_buyers(pot_xp=100)
        pause("2026-03-02", "2026-03-03")
        planned()
        # ann's second purchase was in the pause. Three are left: 34 + 33 + 33.
        assert planned().total_xp == 100

    def test_of_a_day_counts_for_the_time_in_which_the_rule_was_live(self) -> None:
        given_market(BUYS)
        given_buyers(pot_xp_per_day=100)
        assert planned().total_xp == 3000
        pause("2026-03-10", "2026-03-12 12:00")
        # 27.5 days.
        assert planned().total_xp == 2750

    def test_of_a_day_is_shared_over_the_round(self) -> None:
        given_market(BUYS)
        given_buyers(pot_xp_per_day=100)
        planned()
        # Three of four purchases are ann's, whichever day they were on.
        assert awards() == table("""
            collector | xp
            ann       | 2250
            bob       | 750
        """)

    def test_of_two_versions_goes_by_their_parts_of_the_window(self) -> None:
        given_market(BUYS)
        given_buyers(pot_xp=300)
        given_rule("buyers", "purchase", xp_per_purchase=1, pot_xp=600, as_of=day("2026-03-04"))
        planned()
        # 3 of 30 days of 300, for three purchases; 27 of 30 days of 600, for the last.
        assert lines() == table("""
            token | version | xp
            a     | 1       | 10
            b     | 1       | 10
            c     | 1       | 10
            d     | 2       | 540
        """)


def pause(start: str, end: str) -> None:
    """Pause the buyers' rule."""
    flags.pause(
        flag="rule.buyers", reason="Farmed.", by="ann", as_of=BEFORE, starts_at=day(start), ends_at=day(end)
    )


class TestFile:
    """What the program file refuses, with its line."""

    PROGRAM = """
[season.one]
title = "One"
starts_at = 2025-01-01T00:00:00Z
ends_at = 2026-01-01T00:00:00Z
budget_xp = 1

[rule.buyers]
kind = "purchase"
season = "one"
title = "Buying"
{field}
"""

    @pytest.mark.parametrize(
        ("field", "message"),
        [
            ("cap_xp = 0", "line 12: rule.buyers.cap_xp is 0; it lies between 1 and 1,000,000,000"),
            ("pot_xp = 0", "line 12: rule.buyers.pot_xp is 0; it lies between 1 and 1,000,000,000"),
            ("cap_xp_per_day = -1", "line 12: rule.buyers.cap_xp_per_day is -1; it lies between"),
            ("cap_xp_per_collector = 0", "line 12: rule.buyers.cap_xp_per_collector is 0; it lies between"),
            (
                "pot_xp = 1\npot_xp_per_day = 1",
                "line 13: rule.buyers.pot_xp_per_day cannot stand beside pot_xp",
            ),
        ],
    )
    def test_a_bound_that_is_none(self, tmp_path: Any, field: str, message: str) -> None:
        path = tmp_path / "program.toml"
        path.write_text(self.PROGRAM.format(field=field))
        with pytest.raises(ProgramError) as error:
            read(path)
        assert str(error.value).startswith(message)
