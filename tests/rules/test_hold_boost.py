"""The multiplier for holding long, with the numbers worked out by hand. The window ends on 2026-03-31."""

import pytest

from tests.rules.given import boosts, given_market, given_rule, lines, planned
from tests.tables import day, table

pytestmark = pytest.mark.django_db

STEPS = [{"days": 90, "multiplier": 1.25}, {"days": 180, "multiplier": 1.5}, {"days": 365, "multiplier": 2}]

# ann bought a cap for 1 ETH in the window, which earns 100 XP by the rule below.
PURCHASE = "sale | cap | bob | ann | 2026-03-10 | 1 ETH | caps |"
HEADER = "kind | token | from | to | at | price | collection | quantity"


def given_purchase_and(*events: str) -> None:
    given_market("\n".join([HEADER, PURCHASE, *events]))
    given_rule("buyers", "purchase", xp_per_eth=100)


class TestSteps:
    @pytest.mark.parametrize(
        ("since", "days", "boost"),
        [
            ("2025-12-31 00:00:01", "89", "×1"),
            ("2025-12-31", "90", "×1.25"),
            ("2025-10-02 00:00:01", "179", "×1.25"),
            ("2025-10-02", "180", "×1.5"),
            ("2025-03-31", "365", "×2"),
            ("2020-03-31", "2191", "×2"),
        ],
    )
    def test_each_counts_from_its_whole_day_on(self, since: str, days: str, boost: str) -> None:
        given_purchase_and(f"mint | old | | ann | {since} | | apes |")
        given_rule("long", "hold_boost", collections="all", curve=STEPS)
        planned()
        assert boosts() == table(f"""
            rule | version | collector | token | held | days   | boost
            long | 1       | ann       |       | old  | {days} | {boost}
        """)
        assert [row["boost"] for row in lines()] == [boost]

    def test_the_boosted_line_is_rounded_down_once(self) -> None:
        given_market("""
            kind | token | from | to  | at         | price
            mint | old   |      | ann | 2025-12-31 |
            sale | cap   | bob  | ann | 2026-03-10 | 0.0079 ETH
        """)
        given_rule("buyers", "purchase", xp_per_eth=1000)
        given_rule("long", "hold_boost", collections="all", curve=STEPS)
        planned()
        # 7.9 × 1.25 = 9.875 → 9, and not 7 × 1.25 = 8.75 → 8.
        assert lines() == table("""
            base | boost | xp
            7.9  | ×1.25 | 9
        """)


class TestLinear:
    @pytest.mark.parametrize(
        ("since", "days", "boost"),
        [
            ("2026-03-22", "9", "×1"),
            ("2026-03-21", "10", "×1.1"),
            # 11,000 + 9,000 × 1 / 7 = 12,285.7 basis points, and × 6 / 7 = 18,714.2.
            ("2026-03-20", "11", "×1.2285"),
            ("2026-03-15", "16", "×1.8714"),
            ("2026-03-14", "17", "×2"),
            ("2025-03-14", "382", "×2"),
        ],
    )
    def test_lies_on_the_line_between_points_rounded_down(self, since: str, days: str, boost: str) -> None:
        given_purchase_and(f"mint | old | | ann | {since} | | apes |")
        given_rule(
            "long",
            "hold_boost",
            collections=["apes"],
            shape="linear",
            curve=[{"days": 10, "multiplier": 1.1}, {"days": 17, "multiplier": 2}],
        )
        planned()
        assert [(row["days"], row["boost"]) for row in boosts()] == [(days, boost)]

    def test_a_falling_line_is_rounded_down_too(self) -> None:
        given_purchase_and("mint | old | | ann | 2026-03-29 | | apes |")
        given_rule(
            "long",
            "hold_boost",
            collections=["apes"],
            shape="linear",
            curve=[{"days": 1, "multiplier": 2}, {"days": 4, "multiplier": 1}],
        )
        planned()
        # 20,000 − 10,000 × 1 / 3 = 16,666.6 → 16,666.
        assert [row["boost"] for row in boosts()] == ["×1.6666"]


class TestBestHold:
    def test_the_oldest_hold_boosts_every_line_of_its_collector(self) -> None:
        given_market("""
            kind | token | from | to  | at         | price
            mint | old   |      | ann | 2025-09-01 |
            mint | new   |      | ann | 2026-03-01 |
            mint | her   |      | bob | 2026-03-01 |
            sale | cap   | cat  | ann | 2026-03-21 | 1 ETH
        """)
        given_rule("holders", "holding", xp_per_token_day=1)
        given_rule("buyers", "purchase", xp_per_eth=100)
        given_rule("long", "hold_boost", collections="all", curve=STEPS)
        planned()
        # 211 days: ×1.5. cap is held 10 days.
        assert lines() == table("""
            rule    | collector | token | base | boost | xp
            holders | ann       | old   | 30   | ×1.5  | 45
            holders | ann       | new   | 30   | ×1.5  | 45
            holders | ann       | cap   | 10   | ×1.5  | 15
            holders | bob       | her   | 30   | ×1    | 30
            buyers  | ann       | cap   | 100  | ×1.5  | 150
        """)

    def test_a_hold_too_young_says_how_old_it_is(self) -> None:
        given_purchase_and("mint | new | | ann | 2026-01-11 | | apes |")
        given_rule("long", "hold_boost", collections="all", curve=STEPS)
        planned()
        assert boosts() == table("""
            held | days | boost
            new  | 79   | ×1
        """)

    def test_a_hold_that_ended_in_the_window_does_not_count(self) -> None:
        given_purchase_and(
            "mint | gone | | ann | 2025-01-01 | | apes |",
            "transfer | gone | ann | zero | 2026-03-30 23:59:59 | | apes |",
            "mint | kept | | bob | 2025-01-01 | | apes |",
            "transfer | kept | bob | zero | 2026-03-31 | | apes |",
        )
        given_rule("long", "hold_boost", collections=["apes"], curve=STEPS)
        planned()
        # bob still has it when the window closes: the last instant of the window is before the end.
        assert boosts() == table("""
            collector | held | days | boost
            bob       | kept | 454  | ×2
        """)

    def test_only_collections_that_were_chosen(self) -> None:
        given_purchase_and("mint | old | | ann | 2025-01-01 | | cats |")
        given_rule("long", "hold_boost", collections=["apes"], curve=STEPS)
        planned()
        assert len(boosts()) == 0
        assert [row["xp"] for row in lines()] == ["100"]

    def test_a_line_without_xp_is_not_boosted(self) -> None:
        given_market("""
            kind | token | from | to  | at         | price
            mint | old   |      | ann | 2025-01-01 |
            sale | cap   | bob  | ann | 2026-03-10 | 0.01 ETH
        """)
        given_rule("buyers", "purchase", xp_per_eth=100, minimum_price_eth=1)
        given_rule("long", "hold_boost", collections="all", curve=STEPS)
        planned()
        assert lines() == table("""
            base | boost | xp | reason
            0    | ×1    | 0  | below_minimum
        """)


class TestEachToken:
    def test_a_token_boosts_its_own_lines(self) -> None:
        given_market("""
            kind | token | from | to  | at         | price
            mint | old   |      | ann | 2025-09-01 |
            mint | new   |      | ann | 2026-03-01 |
            sale | cap   | cat  | ann | 2026-03-21 | 1 ETH
        """)
        given_rule("holders", "holding", xp_per_token_day=1)
        given_rule("buyers", "purchase", xp_per_eth=100)
        given_rule("long", "hold_boost", mode="each_token", collections="all", curve=STEPS)
        planned()
        assert lines() == table("""
            rule    | token | base | boost | xp
            holders | old   | 30   | ×1.5  | 45
            holders | new   | 30   | ×1    | 30
            holders | cap   | 10   | ×1    | 10
            buyers  | cap   | 100  | ×1    | 100
        """)
        assert boosts() == table("""
            token | days | boost
            old   | 211  | ×1.5
        """)

    def test_a_token_that_left_in_the_window_boosts_what_it_earned(self) -> None:
        given_market("""
            kind     | token | from | to   | at
            mint     | old   |      | ann  | 2025-09-01
            transfer | old   | ann  | zero | 2026-03-11
        """)
        given_rule("holders", "holding", xp_per_token_day=1)
        given_rule("long", "hold_boost", mode="each_token", collections="all", curve=STEPS)
        planned()
        # 191 days at the end of the hold: ×1.5 of 10 days.
        assert lines() == table("""
            token | base | boost | xp
            old   | 10   | ×1.5  | 15
        """)

    def test_the_oldest_units_of_an_edition_count(self) -> None:
        given_market("""
            kind | token | to  | at         | quantity
            mint | many  | ann | 2025-09-01 | 1
            mint | many  | ann | 2026-03-01 | 2
        """)
        given_rule("holders", "holding", xp_per_token_day=1)
        given_rule("long", "hold_boost", mode="each_token", collections="all", curve=STEPS)
        planned()
        assert lines() == table("""
            base | boost | xp
            30   | ×1.5  | 45
            60   | ×1.5  | 90
        """)


class TestSeveral:
    def test_multiply_and_are_rounded_down_to_whole_basis_points(self) -> None:
        given_purchase_and("mint | old | | ann | 2025-12-01 | | apes |")
        given_rule("one", "hold_boost", collections="all", curve=[{"days": 0, "multiplier": 1.3333}])
        given_rule("two", "hold_boost", collections="all", curve=[{"days": 90, "multiplier": 1.25}])
        planned()
        # 1.3333 × 1.25 = 1.666625, of which 16,666 basis points count.
        assert lines() == table("""
            base | boost   | xp
            100  | ×1.6666 | 166
        """)

    def test_each_multiplies_the_rules_that_it_names(self) -> None:
        given_purchase_and("mint | old | | ann | 2025-12-01 | | apes |")
        given_rule("holders", "holding", xp_per_token_day=1, collections=["apes"])
        given_rule(
            "one", "hold_boost", collections="all", curve=[{"days": 0, "multiplier": 2}], boosts=["buyers"]
        )
        given_rule("two", "hold_boost", collections="all", curve=[{"days": 0, "multiplier": 3}])
        planned()
        assert lines() == table("""
            rule    | token | boost | xp  | reason
            buyers  | cap   | ×6    | 600 | earned
            holders | old   | ×3    | 90  | earned
            holders | cap   | ×1    | 0   | other_collection
        """)

    def test_that_a_round_does_not_pay_do_not_count(self) -> None:
        given_purchase_and("mint | old | | ann | 2025-12-01 | | apes |")
        given_rule("one", "hold_boost", collections="all", curve=[{"days": 0, "multiplier": 2}])
        planned(only=["buyers"])
        assert [row["boost"] for row in lines()] == ["×1"]


class TestVersions:
    def test_the_one_in_force_when_the_window_opens_counts_for_all_of_it(self) -> None:
        given_purchase_and("mint | old | | ann | 2025-12-01 | | apes |")
        given_rule("long", "hold_boost", collections="all", curve=[{"days": 0, "multiplier": 2}])
        for number, instant in enumerate(("2026-03-01", "2026-03-02"), 3):
            curve = [{"days": 0, "multiplier": number}]
            given_rule("long", "hold_boost", collections="all", curve=curve, as_of=day(instant))
        planned()
        assert boosts() == table("""
            version | boost
            2       | ×3
        """)

    def test_the_first_one_counts_for_all_of_it_where_the_rule_starts_in_the_window(self) -> None:
        given_purchase_and("mint | old | | ann | 2025-12-01 | | apes |")
        curve = [{"days": 0, "multiplier": 2}]
        given_rule("long", "hold_boost", since="2026-03-20", collections="all", curve=curve)
        planned()
        assert [row["boost"] for row in lines()] == ["×2"]
