"""Each preset applies, and pays what its source says, with numbers worked by hand."""

from pathlib import Path

import pytest

from marketplace.facts import operations as facts
from marketplace.inbox import operations as inbox
from rewards.program import operations as program
from rewards.program.file import read
from tests.presets.given import (
    APPLIED_AT,
    PRESETS,
    days_before,
    planned,
    planned_round,
    preset,
)
from tests.rules.given import PLANNED_AT, awards, given_market, lines
from tests.rules.resting import order_lines
from tests.tables import event, table

pytestmark = pytest.mark.django_db

NAMES = sorted(path.stem for path in PRESETS.glob("*.toml"))
DOCS = Path(__file__).parents[2] / "docs" / "reference" / "presets.md"


@pytest.mark.parametrize("name", NAMES)
class TestEveryPreset:
    def test_applies_and_applied_again_changes_nothing(self, name: str) -> None:
        first = program.apply(program=preset(name), author="ann", as_of=APPLIED_AT)
        again = program.apply(program=preset(name), author="ann", as_of=APPLIED_AT)
        assert {change.done.split(",")[0] for change in first} == {"new"}
        assert {change.done for change in again} <= {"unchanged"}

    def test_is_in_the_docs(self, name: str) -> None:
        assert f"presets/{name}.toml" in DOCS.read_text(encoding="utf-8")


class TestRarible:
    def test_rank_n_earns_ten_and_ninety_over_root_n_six_times_an_hour(self) -> None:
        bids = "\n".join(
            f"bid | t{n} | w{n} | 2024-12-01 | 0.{1000 - n:04} ETH | {n} | 2025-01-01 01:00"
            for n in range(1, 102)
        )
        given_market(
            "kind | token | maker | at | price | order | expires\n"
            f"listing | f | flo | 2024-12-01 | 0.1 ETH | floor |\n{bids}"
        )
        planned("rarible")
        found = {line["order"]: line for line in order_lines()}
        # 6 × (10 + 90 / √N) for the hour: N = 1: 6 × 100; N = 2: 6 × 73.6396; N = 4: 6 × 55; N = 100: 6 × 19.
        bases = {n: found[n]["base"] for n in ("1", "2", "4", "100")}
        assert bases == {"1": "600", "2": "441.8376", "4": "330", "100": "114"}
        assert found["101"]["reason"] == "not_among_best"

    def test_a_bid_is_at_least_75_percent_of_the_floor_and_rests_five_minutes(self) -> None:
        given_market("""
            kind    | token | maker | at         | price                    | order | expires
            listing | f     | flo   | 2024-12-01 | 1 ETH                    | floor |
            bid     | a     | ann   | 2024-12-01 | 0.75 ETH                 | good  | 2025-01-01 01:00
            bid     | b     | bob   | 2024-12-01 | 0.749999999999999999 ETH | low   | 2025-01-01 01:00
            bid     | c     | cat   | 2025-01-01 | 0.75 ETH                 | short | 2025-01-01 00:04:59
        """)
        planned("rarible")
        assert order_lines() == table("""
            order | xp  | reason
            good  | 600 | earned
            low   | 0   | price_too_far
            short | 0   | rested_too_short
        """)


class TestX2Y2:
    def test_a_purchase_is_a_point_at_most_twenty_a_day(self) -> None:
        buys = "\n".join(f"sale | t{n} | cat | ann | 2025-01-01 00:{n:02} | 0.01 ETH" for n in range(25))
        given_market(
            f"kind | token | from | to | at | price\n{buys}\n"
            "sale | u | cat | bob | 2025-01-01 12:00 | 0.009999999999999999 ETH"
        )
        planned("x2y2")
        points = [line for line in lines() if line["rule"] == "purchases"]
        assert sum(int(line["xp"]) for line in points) == 20
        assert sorted({line["reason"] for line in points}) == ["below_minimum", "earned", "over_cap"]

    def test_sellers_share_the_day_s_pot_by_what_they_sold(self) -> None:
        given_market("""
            kind | token | from | to  | at               | price
            sale | a     | cat  | ann | 2025-01-01 10:00 | 1 ETH
            sale | b     | dan  | ann | 2025-01-01 11:00 | 3 ETH
        """)
        planned("x2y2")
        # 604,902 / 4 = 151,225.5 and 453,676.5; of equal remainders the larger share gets the odd XP.
        assert awards() == table("""
            collector | xp
            ann       | 2
            cat       | 151225
            dan       | 453677
        """)


def held_for(*days: int) -> str:
    """A market where each of h0, h1, … got a token so many days before the end of January 2025."""
    rows = [f"mint | t{n} | h{n} | {days_before('2025-02-01', many)}" for n, many in enumerate(days)]
    return "\n".join(["kind | token | to | at", *rows])


class TestSplt:
    def test_one_and_four_times_the_share_of_thirty_days(self) -> None:
        given_market(held_for(0, 7, 15, 30, 60).replace("2025-02-01", "2025-01-31 12:00"))
        planned("splt", shipment="january")
        # 10 XP a day. 1 + 4 × 7 / 30 = 1.9333…; 70 × 1.9333 = 135.331. 60 days are no more than 30.
        assert lines() == table("""
            collector | days | base | boost   | xp
            h0        | 0    | 5    | ×1      | 5
            h1        | 7    | 70   | ×1.9333 | 135
            h2        | 15   | 150  | ×3      | 450
            h3        | 30   | 300  | ×5      | 1500
            h4        | 60   | 310  | ×5      | 1550
        """)


class TestPlooshies:
    def test_one_and_five_times_the_share_of_three_years(self) -> None:
        given_market(held_for(219, 1095, 3000))
        planned("plooshies", shipment="january")
        # 31 days at 10 XP. 1 + 5 × 219 / 1095 = 2; at most 6.
        assert lines() == table("""
            collector | days | base | boost | xp
            h0        | 219  | 310  | ×2    | 620
            h1        | 1095 | 310  | ×6    | 1860
            h2        | 3000 | 310  | ×6    | 1860
        """)


class TestStreaks:
    def test_each_step_is_reached_on_its_day(self) -> None:
        given_market(held_for(6, 7, 30, 31, 364, 365))
        planned("streaks", shipment="january")
        assert lines() == table("""
            collector | days | base | boost | xp
            h0        | 6    | 60   | ×1    | 60
            h1        | 7    | 70   | ×5    | 350
            h2        | 30   | 300  | ×5    | 1500
            h3        | 31   | 310  | ×10   | 3100
            h4        | 364  | 310  | ×10   | 3100
            h5        | 365  | 310  | ×20   | 6200
        """)


LISTINGS = """
    kind    | token | maker | at         | price                    | order
    listing | a     | ann   | 2024-12-01 | 1 ETH                    | 1
    listing | b     | bob   | 2024-12-01 | 1.2 ETH                  | 1.2
    listing | c     | cat   | 2024-12-01 | 1.4 ETH                  | 1.4
    listing | d     | dan   | 2024-12-01 | 1.5 ETH                  | 1.5
    listing | e     | eve   | 2024-12-01 | 1.500000000000000001 ETH | more
"""


class TestLooksRare:
    def test_listings_up_to_one_and_a_half_times_the_floor_share_the_day_s_pot(self) -> None:
        given_market(LISTINGS)
        planned("looksrare")
        assert order_lines() == table("""
            order | base | xp    | reason
            1     | 24   | 62500 | earned
            1.2   | 24   | 62500 | earned
            1.4   | 24   | 62500 | earned
            1.5   | 24   | 62500 | earned
            more  | 0    | 0     | price_too_far
        """)

    def test_at_last_only_the_lowest(self, tmp_path: Path) -> None:
        given_market(LISTINGS)
        text = (PRESETS / "looksrare.toml").read_text(encoding="utf-8")
        assert "best = 200" in text
        (tmp_path / "fewer.toml").write_text(text.replace("best = 200", "best = 3"), encoding="utf-8")
        program.apply(program=read(tmp_path / "fewer.toml"), author="ann", as_of=APPLIED_AT)
        assert planned_round("day-1").total_xp == 250_000
        # A third each: 83,333 and one XP more for one of them.
        assert {line["order"]: line["reason"] for line in order_lines() if line["xp"] == "0"} == {
            "1.5": "not_among_best",
            "more": "price_too_far",
        }
        assert sorted(line["xp"] for line in order_lines()) == ["0", "0", "83333", "83333", "83334"]


class TestPixel:
    def test_sixteen_at_the_floor_falls_evenly_to_nothing_at_twice(self) -> None:
        given_market("""
            kind    | token | maker | at               | price   | order | expires
            listing | f     | flo   | 2024-12-01       | 1 ETH   | floor |
            listing | a     | ann   | 2025-01-01 10:00 | 1 ETH   | 1     | 2025-01-01 11:00
            listing | b     | bob   | 2025-01-01 10:00 | 1.5 ETH | 1.5   | 2025-01-01 11:00
            listing | c     | cat   | 2025-01-01 10:00 | 1.9 ETH | 1.9   | 2025-01-01 11:00
            listing | d     | dan   | 2025-01-01 10:00 | 2 ETH   | 2     | 2025-01-01 11:00
            listing | e     | eve   | 2025-01-01 10:00 | 1 ETH   | short | 2025-01-01 10:29:59
        """)
        planned("pixel")
        assert order_lines() == table("""
            order | base | xp | reason
            1     | 16   | 16 | earned
            1.5   | 8    | 8  | earned
            1.9   | 1.6  | 1  | earned
            2     | 0    | 0  | price_too_far
            short | 0    | 0  | rested_too_short
        """)


class TestEigenLayer:
    def test_one_for_ten_days_is_240_hours(self) -> None:
        given_market("""
            kind     | token | from | to   | at               | quantity
            mint     | a     |      | ann  | 2025-01-01       |
            transfer | a     | ann  | zero | 2025-01-11       |
            mint     | b     |      | bob  | 2025-01-30 23:30 | 4
        """)
        planned("eigenlayer", shipment="january")
        # bob: 4 for 24 and a half hours.
        assert awards() == table("""
            collector | xp
            ann       | 240
            bob       | 98
        """)


class TestMagicEden:
    def test_a_fixed_pot_by_share_of_the_day_s_buying(self) -> None:
        given_market("""
            kind | token | from | to  | at               | price
            sale | a     | cat  | ann | 2025-01-01 10:00 | 1 ETH
            sale | b     | cat  | ann | 2025-01-01 11:00 | 2 ETH
            sale | c     | cat  | bob | 2025-01-01 12:00 | 1 ETH
        """)
        planned("magic-eden")
        assert awards() == table("""
            collector | xp
            ann       | 7500
            bob       | 2500
        """)


class TestOs2:
    def given_top_collection(self) -> None:
        """Apes, that fifty different collectors bought in January."""
        buys = "\n".join(f"sale | j{n} | zed | j{n} | 2025-01-15 | 0.1 ETH" for n in range(50))
        given_market(f"kind | token | from | to | at | price\n{buys}")

    def test_buyers_testers_and_those_who_held_a_top_token_for_three_months(self) -> None:
        self.given_top_collection()
        given_market("""
            kind | token | from | to  | at         | price   | collection
            mint | old   |      | ann | 2024-12-01 |         | apes
            mint | young |      | bob | 2024-12-02 |         | apes
            mint | other |      | cat | 2024-01-01 |         | bees
            sale | x     | zed  | ann | 2025-02-05 | 1 ETH   | caps
            sale | y     | zed  | bob | 2025-02-05 | 1 ETH   | caps
            sale | z     | zed  | cat | 2025-02-05 | 0.5 ETH | caps
        """)
        mint = event(kind="mint", token="b", at="2025-01-01", collection="caps")
        assert inbox.accept(events=[{**mint, "to": "0x" + "0" * 38 + "b1"}]).is_clean
        facts.refresh(as_of=PLANNED_AT)
        planned("os2", shipment="wave-2")
        # 50 + 200 = 250 for an ETH. On 1 March ann's hold is 90 days old, ×1.25; bob's a day younger.
        # Bees are no top collection. The second tester was never seen.
        assert lines() == table("""
            rule         | base | boost | xp
            buyers       | 250  | ×1.25 | 312
            buyers       | 250  | ×1    | 250
            buyers       | 150  | ×1    | 150
            beta-testers | 1000 | ×1    | 1000
        """)

    def test_listing_and_bidding_earn_until_they_were_paused_in_public(self) -> None:
        given_market("""
            kind    | token | maker | at         | price   | order
            listing | a     | ann   | 2025-02-16 | 1 ETH   | listed
            bid     | b     | bob   | 2025-02-16 | 0.9 ETH | bid
            listing | c     | cat   | 2025-02-17 | 1 ETH   | late
            bid     | d     | dan   | 2025-02-17 | 0.9 ETH | latest
        """)
        planned("os2", shipment="wave-2")
        # One day at 0.5 XP an hour, and nothing from 17 February on.
        assert order_lines() == table("""
            order  | seconds | xp | reason
            listed | 86400   | 12 | earned
            bid    | 86400   | 12 | earned
            late   | 0       | 0  | paused
            latest | 0       | 0  | paused
        """)
