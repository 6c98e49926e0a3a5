"""The reference of XP against rounds worked by hand."""

from typing import Any

from tests.reference.facts import Facts, facts
from tests.reference.xp import Plan, Rule, Version, curve_bp, plan, top_collections
from tests.tables import Table, address, day, events, name, table

WINDOW = (day("2026-03-01"), day("2026-03-31"))

PURCHASE = {
    "micro_xp_per_purchase": 10_000_000,
    "micro_xp_per_eth": 100_000_000,
    "minimum_price_wei": 10**17,
    "collections": "all",
}
HOLDING = {"micro_xp_per_token_day": 1_500_000, "curve": [], "minimum_days": 0, "collections": "all"}
BOOST = {
    "curve": [{"days": 30, "bp": 12_500}, {"days": 90, "bp": 15_000}],
    "shape": "steps",
    "collections": "all",
    "mode": "best_hold",
    "boosts": [],
}


def market(text: str, *, links: list[set[str]] | None = None) -> Facts:
    """The facts of a text table of events."""
    linked = [{address(wallet) for wallet in link} for link in links or []]
    return facts(events(text), links=linked)


def rule(kind: str, params: dict[str, Any], *, slug: str | None = None) -> Rule:
    """A rule of one version that is always in force."""
    return Rule(slug or kind, kind, [Version(day("2020-01-01"), None, params)])


def lines(found: Plan) -> Table:
    """The lines of a plan as a table."""
    columns = ["rule", "version", "collector", "base_micro_xp", "boost_bp", "xp", "reason"]
    rows = [{column: str(getattr(one, column)) for column in columns} for one in found.lines]
    return Table(columns, [row | {"collector": name(row["collector"])} for row in rows])


class TestPurchase:
    def test_pays_by_purchase_and_price_or_says_why_not(self) -> None:
        found = plan(
            market(
                """
                kind    | token | from  | to    | at         | price    | address | collection
                sale    | a     | cat   | ann   | 2026-03-01 | 0.5 ETH  |         |
                sale    | b     | cat   | bob   | 2026-03-30 | 0.05 ETH |         |
                sale    | c     | ann   | amy   | 2026-03-30 | 5 ETH    |         |
                sale    | d     | cat   | dan   | 2026-03-30 | 5 USDC   |         |
                sale    | e     | cat   | late  | 2026-03-31 | 5 ETH    |         |
                sale    | f     | cat   | vault | 2026-03-30 | 5 ETH    |         |
                sale    | g     | cat   | eve   | 2026-03-30 | 5 ETH    |         | other
                custody |       |       |       | 2026-03-30 |          | vault   |
                """,
                links=[{"ann", "amy"}],
            ),
            [rule("purchase", PURCHASE | {"collections": ["apes"]})],
            WINDOW,
        )
        assert lines(found) == table("""
            collector | base_micro_xp | xp | reason
            amy       | 60000000      | 60 | earned
            bob       | 0             | 0  | below_minimum
            amy       | 0             | 0  | own_wallets
            dan       | 0             | 0  | no_rate
            eve       | 0             | 0  | other_collection
        """)
        assert found.awards == {address("amy"): 60}

    def test_needs_no_rate_where_price_does_not_count(self) -> None:
        params = PURCHASE | {"micro_xp_per_eth": 0, "minimum_price_wei": 0}
        found = plan(
            market("""
                kind | token | from | to  | at         | price
                sale | a     | cat  | ann | 2026-03-01 | 5 USDC
            """),
            [rule("purchase", params)],
            WINDOW,
        )
        assert lines(found) == table("""
            collector | xp | reason
            ann       | 10 | earned
        """)

    def test_each_version_counts_in_its_own_time(self) -> None:
        double = PURCHASE | {"micro_xp_per_purchase": 20_000_000, "micro_xp_per_eth": 0}
        change = day("2026-03-10")
        changed = Rule(
            "purchase",
            "purchase",
            [Version(day("2026-01-01"), change, PURCHASE), Version(change, None, double)],
        )
        found = plan(
            market("""
                kind | token | from | to  | at               | price
                sale | a     | cat  | ann | 2026-03-09 23:59 | 0.1 ETH
                sale | b     | cat  | ann | 2026-03-10       | 0.1 ETH
            """),
            [changed],
            WINDOW,
        )
        assert lines(found) == table("""
            version | xp
            1       | 20
            2       | 20
        """)


class TestHolding:
    def test_pays_seconds_of_the_window_by_the_age_of_the_hold(self) -> None:
        found = plan(
            market("""
                kind     | token | from | to  | at               | quantity
                mint     | a     |      | ann | 2026-02-19       |
                mint     | b     |      | bob | 2026-03-30 12:00 |
                mint     | c     |      | cat | 2026-03-30       | 3
                mint     | d     |      | dan | 2026-03-31       |
                mint     | e     |      | eve | 2026-02-01       |
                transfer | e     | eve  | zero | 2026-03-01      |
            """),
            [rule("holding", HOLDING | {"curve": [{"days": 30, "bp": 20_000}]})],
            WINDOW,
        )
        # ann: 20 days at 1.5 XP and, from her 30th day on, 10 days at 3 XP.
        assert lines(found) == table("""
            collector | base_micro_xp | xp | reason
            ann       | 60000000      | 60 | earned
            bob       | 750000        | 0  | rounds_to_zero
            cat       | 4500000       | 4  | earned
        """)

    def test_pieces_of_one_arrival_are_one_line(self) -> None:
        found = plan(
            market("""
                kind     | token | from | to  | at         | quantity
                mint     | a     |      | ann | 2026-03-01 | 2
                transfer | a     | ann  | bob | 2026-03-11 | 1
            """),
            [rule("holding", HOLDING | {"minimum_days": 25})],
            WINDOW,
        )
        assert lines(found) == table("""
            collector | base_micro_xp | xp | reason
            ann       | 60000000      | 60 | earned
            bob       | 0             | 0  | under_minimum_days
        """)


class TestCohort:
    def test_pays_a_collector_once_and_never_again(self) -> None:
        wallets = [address(wallet) for wallet in ("amy", "ann", "bob", "ghost")]
        found = plan(
            market(
                """
                kind | token | from | to  | at         | price
                sale | a     | ann  | bob | 2026-01-01 | 1 ETH
                sale | a     | bob  | amy | 2026-01-02 | 1 ETH
                """,
                links=[{"ann", "amy"}],
            ),
            [rule("cohort", {"micro_xp": 250_000_000, "wallets": wallets})],
            WINDOW,
            paid={("cohort", address("bob"))},
        )
        assert lines(found) == table("""
            collector | xp  | reason
            amy       | 250 | earned
            amy       | 0   | once_per_collector
            bob       | 0   | already_paid
        """)


class TestBoost:
    MARKET = """
        kind | token | from | to  | at         | price   | collection
        mint | old   |      | ann | 2025-12-01 |         | apes
        mint | new   |      | ann | 2026-02-19 |         | apes
        sale | cap   | bob  | ann | 2026-03-21 | 0.1 ETH | caps
    """

    def test_the_best_hold_multiplies_every_line(self) -> None:
        found = plan(market(self.MARKET), [rule("holding", HOLDING), rule("hold_boost", BOOST)], WINDOW)
        assert lines(found) == table("""
            base_micro_xp | boost_bp | xp
            45000000      | 15000    | 67
            45000000      | 15000    | 67
            15000000      | 15000    | 22
        """)
        assert [(boost.hold_days, boost.boost_bp) for boost in found.boosts] == [(120, 15_000)]

    def test_each_token_multiplies_its_own_lines(self) -> None:
        each = BOOST | {"mode": "each_token", "collections": ["apes"]}
        found = plan(market(self.MARKET), [rule("holding", HOLDING), rule("hold_boost", each)], WINDOW)
        assert lines(found) == table("""
            base_micro_xp | boost_bp | xp
            45000000      | 15000    | 67
            45000000      | 12500    | 56
            15000000      | 10000    | 15
        """)

    def test_several_multiply_and_name_the_rules_they_multiply(self) -> None:
        third = BOOST | {"curve": [{"days": 0, "bp": 13_333}]}
        quarter = BOOST | {"curve": [{"days": 0, "bp": 12_500}], "boosts": ["holding"]}
        found = plan(
            market("""
                kind | token | from | to  | at         | price
                sale | a     | bob  | ann | 2026-03-21 | 1 ETH
            """),
            [
                rule("holding", HOLDING),
                rule("purchase", PURCHASE),
                rule("hold_boost", third, slug="third"),
                rule("hold_boost", quarter, slug="quarter"),
            ],
            WINDOW,
        )
        assert lines(found) == table("""
            rule     | base_micro_xp | boost_bp | xp
            holding  | 15000000      | 16666    | 24
            purchase | 110000000     | 13333    | 146
        """)

    def test_a_hold_that_ended_in_the_window_is_no_best_hold(self) -> None:
        text = """
            kind     | token | from | to   | at
            mint     | a     |      | ann  | 2025-01-01
            transfer | a     | ann  | zero | {gone}
            mint     | b     |      | ann  | 2026-03-30
        """
        for gone, boost_bp in (("2026-03-30", 10_000), ("2026-03-31", 15_000)):
            found = plan(market(text.format(gone=gone)), [rule("hold_boost", BOOST)], WINDOW)
            assert [boost.boost_bp for boost in found.boosts] == [boost_bp]

    def test_a_linear_curve_is_rounded_down_by_whole_days(self) -> None:
        rising = {"shape": "linear", "curve": [{"days": 10, "bp": 10_000}, {"days": 13, "bp": 20_000}]}
        assert [curve_bp(rising, days) for days in (9, 10, 11, 12, 13, 99)] == [
            10_000,
            10_000,
            13_333,
            16_666,
            20_000,
            20_000,
        ]


class TestTopCollections:
    def test_ranks_by_volume_of_thirty_days_without_own_sales(self) -> None:
        found = market(
            """
            kind | token | from | to  | at         | price    | collection
            sale | a     | cat  | ann | 2026-02-01 | 1 ETH    | bees
            sale | a     | ann  | bob | 2026-02-02 | 1 ETH    | bees
            sale | a     | cat  | bob | 2026-02-02 | 2 ETH    | ants
            sale | b     | bob  | ann | 2026-02-03 | 0.5 ETH  | ants
            sale | a     | cat  | bob | 2026-02-03 | 9 ETH    | lone
            sale | a     | ann  | amy | 2026-02-03 | 99 ETH   | self
            sale | a     | cat  | bob | 2026-01-29 | 99 ETH   | past
            sale | a     | cat  | ann | 2026-02-03 | 5 USDC   | none
            sale | b     | cat  | bob | 2026-02-03 | 5 USDC   | none
            """,
            links=[{"ann", "amy"}],
        )
        as_of = day("2026-03-01")
        assert top_collections(found, as_of, count=2, minimum_buyers=2) == ["ants", "bees"]
        assert top_collections(found, as_of, count=2, minimum_buyers=1) == ["lone", "ants"]
