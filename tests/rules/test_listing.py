"""XP for listings that rest, with the numbers worked out by hand."""

import pytest

from marketplace.facts import operations as facts
from rewards.flags import operations as flags
from tests.facts.given import linked
from tests.rules.given import BEFORE, PLANNED_AT, given_market, given_rule
from tests.rules.resting import AT_FLOOR, given_listing, given_orders, order_lines, planned_day
from tests.tables import day, table

pytestmark = pytest.mark.django_db


class TestHours:
    def test_pays_the_seconds_in_the_window(self) -> None:
        given_orders("""
            kind    | token | maker | at                  | price   | order  | expires
            listing | a     | ann   | 2026-02-20          | 1 ETH   | before | 2026-03-01 00:10
            listing | b     | bob   | 2026-03-01 10:15    | 1 ETH   | within | 2026-03-01 10:45:30
            listing | c     | cat   | 2026-03-01 23:58:59 | 1 ETH   | after  |
            listing | d     | dan   | 2026-03-02          | 1 ETH   | next   |
            listing | e     | eve   | 2026-02-01          | 1 ETH   | past   | 2026-03-01
        """)
        given_listing()
        planned_day()
        # 60 XP an hour: 10 min → 10; 30.5 min → 30.5 → 30; 61 s → 1.01666… → 1.
        assert order_lines() == table("""
            order  | collector | seconds | base     | xp | reason
            before | ann       | 600     | 10       | 10 | earned
            within | bob       | 1830    | 30.5     | 30 | earned
            after  | cat       | 61      | 1.016666 | 1  | earned
        """)

    def test_counts_microseconds_and_rounds_down_once(self) -> None:
        given_orders("""
            kind    | token | maker | at                         | price | order | expires
            listing | a     | ann   | 2026-03-01 10:00:00.000001 | 1 ETH | short | 2026-03-01 10:01
            listing | b     | bob   | 2026-03-01 10:00           | 1 ETH | full  | 2026-03-01 10:01
        """)
        given_listing()
        planned_day()
        assert order_lines() == table("""
            order | seconds | base     | xp | reason
            short | 59      | 0.999999 | 0  | rounds_to_zero
            full  | 60      | 1        | 1  | earned
        """)

    def test_ends_with_the_order(self) -> None:
        given_orders("""
            kind     | token | from | to  | maker | at               | price   | order     | expires
            mint     | a     |      | ann |       | 2026-02-01       |         |           |
            listing  | a     |      |     | ann   | 2026-03-01 10:00 | 1 ETH   | sold      |
            sale     | a     | ann  | dan |       | 2026-03-01 10:20 | 1 ETH   | sold      |
            listing  | b     |      |     | bob   | 2026-03-01 10:00 | 1 ETH   | cancelled |
            cancel   |       |      |     |       | 2026-03-01 10:30 |         | cancelled |
            listing  | c     |      |     | cat   | 2026-03-01 10:00 | 1 ETH   | replaced  |
            listing  | c     |      |     | cat   | 2026-03-01 10:40 | 0.9 ETH | other     | 2026-03-01 10:50
        """)
        given_listing()
        planned_day()
        assert order_lines() == table("""
            order     | seconds | xp
            sold      | 1200    | 20
            cancelled | 1800    | 30
            replaced  | 2400    | 40
            other     | 600     | 10
        """)


class TestBook:
    def test_the_floor_is_that_of_the_beginning_of_the_hour(self) -> None:
        given_orders("""
            kind    | token | maker | at               | price   | order | expires
            listing | a     | ann   | 2026-03-01 09:00 | 1 ETH   | ours  | 2026-03-01 13:00
            listing | b     | bob   | 2026-03-01 09:59 | 0.5 ETH | brief | 2026-03-01 10:01
            listing | c     | cat   | 2026-03-01 11:01 | 0.5 ETH | loose | 2026-03-01 11:59
        """)
        given_listing()
        planned_day()
        # At 10:00 the floor is 0.5 ETH, for the whole hour. What came and went between two hours moves none.
        # ann: 9, 11 and 12 o'clock. cat: 58 minutes at half the floor, which is no more than the floor.
        assert order_lines() == table("""
            order | seconds | xp
            ours  | 10800   | 180
            brief | 120     | 2
            loose | 3480    | 58
        """)

    def test_without_a_floor_nothing_is_earned_until_one_is_there(self) -> None:
        given_market("""
            kind    | token | maker | at               | price | order | expires          | collection
            listing | a     | ann   | 2026-03-01 10:20 | 9 ETH | first | 2026-03-01 12:00 | bees
            listing | b     | bob   | 2026-03-01 13:20 | 9 ETH | brief | 2026-03-01 13:50 | bees
        """)
        given_listing()
        planned_day()
        # The first is a floor itself from 11:00 on. The second was gone before it could be.
        assert order_lines() == table("""
            order | seconds | xp | reason
            first | 3600    | 60 | earned
            brief | 0       | 0  | no_book
        """)

    def test_what_rests_when_the_window_opens_is_the_floor_of_its_first_hour(self) -> None:
        given_orders("""
            kind    | token | maker | at               | price   | order | expires
            listing | a     | ann   | 2026-03-01 00:20 | 0.5 ETH | low   | 2026-03-01 04:00
            listing | b     | bob   | 2026-02-20       | 1 ETH   | ours  | 2026-03-01 01:30
        """)
        given_listing()
        planned_day(start="2026-03-01 00:30")
        # The window opens at 0:30 with a floor of 0.5 ETH.
        assert order_lines() == table("""
            order | seconds | xp  | reason
            low   | 12600   | 210 | earned
            ours  | 0       | 0   | price_too_far
        """)

    def test_each_collection_has_its_own(self) -> None:
        given_orders("""
            kind    | token | maker | at         | price   | order | expires          | collection
            listing | a     | ann   | 2026-02-01 | 0.1 ETH | bee   | 2026-03-01 01:00 | bees
            listing | b     | bob   | 2026-02-01 | 1 ETH   | ape   | 2026-03-01 01:00 | apes
        """)
        given_listing()
        planned_day()
        assert order_lines() == table("""
            order | xp
            bee   | 60
            ape   | 60
        """)


class TestBands:
    ORDERS = """
        kind    | token | maker | at         | price                    | order   | expires
        listing | a     | ann   | 2026-02-01 | 1 ETH                    | floor-1 | 2026-03-01 01:00
        listing | b     | ann   | 2026-02-01 | 1.1 ETH                  | 1.1     | 2026-03-01 01:00
        listing | c     | ann   | 2026-02-01 | 1.100000000000000001 ETH | above   | 2026-03-01 01:00
        listing | d     | ann   | 2026-02-01 | 1.5 ETH                  | 1.5     | 2026-03-01 01:00
        listing | e     | ann   | 2026-02-01 | 1.500000000000000001 ETH | beyond  | 2026-03-01 01:00
    """
    BANDS = [{"price": 1.1, "weight": 1}, {"price": 1.5, "weight": 0.25}]

    def test_steps_have_the_weight_of_the_first_band_that_is_not_exceeded(self) -> None:
        given_orders(self.ORDERS)
        given_listing(bands=self.BANDS)
        planned_day()
        # One wei above a band is in the next one.
        assert order_lines() == table("""
            order   | seconds | base | xp | reason
            floor-1 | 3600    | 60   | 60 | earned
            1.1     | 3600    | 60   | 60 | earned
            above   | 3600    | 15   | 15 | earned
            1.5     | 3600    | 15   | 15 | earned
            beyond  | 0       | 0    | 0  | price_too_far
        """)

    def test_linear_runs_straight_between_the_bands(self) -> None:
        given_orders(self.ORDERS)
        given_listing(shape="linear", bands=[{"price": 1.1, "weight": 1}, {"price": 1.5, "weight": 0.5}])
        planned_day()
        # Below the first band its weight goes on. One wei above 1.1 counts as 1.1001 times the floor, which
        # is a basis point of 4,000 on the way from 1 to 0.5: ⌊10000 - 1.25⌋ = 9998.
        assert order_lines() == table("""
            order   | base   | xp | reason
            floor-1 | 60     | 60 | earned
            1.1     | 60     | 60 | earned
            above   | 59.988 | 59 | earned
            1.5     | 30     | 30 | earned
            beyond  | 0      | 0  | price_too_far
        """)

    def test_a_linear_one_that_falls_to_nothing(self) -> None:
        given_orders("""
            kind    | token | maker | at         | price    | order | expires
            listing | a     | ann   | 2026-02-01 | 1 ETH    | 1     | 2026-03-01 01:00
            listing | b     | ann   | 2026-02-01 | 1.25 ETH | 1.25  | 2026-03-01 01:00
            listing | c     | ann   | 2026-02-01 | 2 ETH    | 2     | 2026-03-01 01:00
        """)
        given_listing(shape="linear", bands=[{"price": 1, "weight": 1}, {"price": 2, "weight": 0}])
        planned_day()
        assert order_lines() == table("""
            order | base | reason
            1     | 60   | earned
            1.25  | 45   | earned
            2     | 0    | price_too_far
        """)


class TestMinimumRest:
    def test_an_order_that_rested_less_earns_nothing_and_one_that_did_earns_from_its_beginning(self) -> None:
        given_orders("""
            kind    | token | maker | at                  | price | order   | expires
            listing | a     | ann   | 2026-03-01 10:00    | 1 ETH | short   | 2026-03-01 10:29:59
            listing | b     | bob   | 2026-03-01 10:00    | 1 ETH | enough  | 2026-03-01 10:30
            listing | c     | cat   | 2026-02-28 23:40    | 1 ETH | early   | 2026-03-01 00:10
            listing | d     | dan   | 2026-03-01 23:30:01 | 1 ETH | not-yet | 2026-03-09
        """)
        given_listing(minimum_rest_minutes=30)
        planned_day()
        # What was rested before the window counts for the minimum; what is after it does not yet.
        assert order_lines() == table("""
            order   | seconds | xp | reason
            short   | 1799    | 0  | rested_too_short
            enough  | 1800    | 30 | earned
            early   | 600     | 10 | earned
            not-yet | 1799    | 0  | rested_too_short
        """)


class TestBest:
    MARKET = """
        kind    | token | maker | at               | price   | order  | expires          | collection
        listing | a     | ann   | 2026-02-02       | 0.9 ETH | second | 2026-03-01 02:00 | apes
        listing | b     | bob   | 2026-02-01       | 0.9 ETH | first  | 2026-03-01 01:30 | apes
        listing | c     | cat   | 2026-02-01       | 0.8 ETH | low    | 2026-03-01 01:00 | apes
        listing | d     | dan   | 2026-03-01 00:10 | 0.1 ETH | late   | 2026-03-01 00:50 | apes
        listing | e     | eve   | 2026-02-01       | 9 ETH   | alone  | 2026-03-01 01:00 | bees
    """

    def test_only_the_best_of_each_hour_earn(self) -> None:
        given_orders(self.MARKET)
        given_listing(best=2, bands=[{"price": 2, "weight": 1}])
        planned_day()
        # At 0:00: low, then first, the older of two at one price. At 1:00: first and second.
        # late was not there when its hour began.
        assert order_lines() == table("""
            order  | seconds | xp | reason
            low    | 3600    | 60 | earned
            first  | 5400    | 90 | earned
            second | 3600    | 60 | earned
            late   | 0       | 0  | not_among_best
            alone  | 3600    | 60 | earned
        """)

    def test_a_rank_weighs_them_by_their_place(self) -> None:
        given_orders(self.MARKET)
        given_listing(
            best=3,
            bands=[{"price": 2, "weight": 0.5}],
            rank={"base": 1, "over_root": 2},
            collections=["apes"],
        )
        planned_day()
        # Places weigh 1 + 2/√1 = 3, 1 + 2/√2 = 2.4142, 1 + 2/√3 = 2.1547, each down to four decimals; the
        # band halves them. low: place 1, 60 × 3 / 2 = 90. first: place 2, then place 1 for half an hour:
        # 60 × 2.4142 / 2 + 30 × 3 / 2 = 72.426 + 45. second: places 3 and 2: 64.641 + 72.426.
        assert order_lines() == table("""
            order  | base    | xp  | reason
            low    | 90      | 90  | earned
            first  | 117.426 | 117 | earned
            second | 137.067 | 137 | earned
            late   | 0       | 0   | not_among_best
            alone  | 0       | 0   | other_collection
        """)

    def test_stacked_orders_take_no_place(self) -> None:
        given_orders("""
            kind    | token | maker | at         | price   | order   | expires          | standard
            listing | u     | ann   | 2026-02-01 | 0.9 ETH | one     | 2026-03-01 01:00 | erc1155
            listing | u     | amy   | 2026-02-02 | 0.8 ETH | stacked | 2026-03-01 01:00 | erc1155
            listing | b     | bob   | 2026-02-03 | 0.9 ETH | other   | 2026-03-01 01:00 |
        """)
        joined("ann", "amy")
        given_listing(best=2, bands=[{"price": 2, "weight": 1}])
        planned_day()
        assert order_lines() == table("""
            order   | seconds | reason
            one     | 3600    | earned
            stacked | 0       | stacked
            other   | 3600    | earned
        """)


class TestStacked:
    """Orders of one collector on one thing count once (P4)."""

    ORDERS = """
        kind    | token | maker | at               | price   | order  | expires          | standard
        listing | u     | ann   | 2026-03-01 10:00 | 1 ETH   | first  | 2026-03-01 11:00 | erc1155
        listing | u     | amy   | 2026-03-01 10:10 | 1 ETH   | within | 2026-03-01 10:50 | erc1155
        listing | u     | abe   | 2026-03-01 10:30 | 1 ETH   | longer | 2026-03-01 11:40 | erc1155
        listing | v     | abe   | 2026-03-01 10:30 | 1 ETH   | beside | 2026-03-01 11:40 | erc1155
    """

    def test_a_later_one_counts_from_when_the_earlier_are_gone(self) -> None:
        given_orders(self.ORDERS)
        joined("ann", "amy", "abe")
        given_listing()
        planned_day()
        assert order_lines() == table("""
            order  | collector | seconds | xp | reason
            first  | ann       | 3600    | 60 | earned
            within | ann       | 0       | 0  | stacked
            longer | ann       | 2400    | 40 | earned
            beside | ann       | 4200    | 70 | earned
        """)

    def test_those_of_several_collectors_do_not_stack(self) -> None:
        given_orders(self.ORDERS)
        given_listing()
        planned_day()
        assert order_lines() == table("""
            order  | xp
            first  | 60
            within | 40
            longer | 70
            beside | 70
        """)


class TestCurrency:
    def test_counts_by_the_rate_of_each_day(self) -> None:
        given_orders("""
            kind    | token | maker | at               | price      | currency | order   | expires
            listing | a     | ann   | 2026-03-01 12:00 | 2000 DAI   |          | dollars | 2026-03-03 12:00
            listing | b     | bob   | 2026-03-01 12:00 | 1 WETH     |          | wrapped | 2026-03-01 13:00
            rate    |       |       | 2026-03-01 18:00 | 0.0005 ETH | DAI      |         |
            rate    |       |       | 2026-03-02 00:00 | 0.0006 ETH | DAI      |         |
        """)
        given_listing()
        planned_day(end="2026-03-04")
        # 1 March: 1 ETH, at the floor, from noon on. 2 March: 1.2 ETH. 3 March has no rate.
        assert order_lines() == table("""
            order   | seconds | xp
            dollars | 43200   | 720
            wrapped | 3600    | 60
        """)

    def test_a_price_without_a_rate_says_so(self) -> None:
        given_orders("""
            kind    | token | maker | at               | price     | order   | expires
            listing | a     | ann   | 2026-03-01 12:00 | 2000 USDC | dollars | 2026-03-01 13:00
        """)
        given_listing()
        planned_day()
        assert order_lines() == table("""
            order   | seconds | base | xp | reason
            dollars | 0       | 0    | 0  | no_rate
        """)

    def test_a_price_without_a_rate_is_no_floor(self) -> None:
        given_orders("""
            kind    | token | maker | at         | price   | order   | expires
            listing | a     | ann   | 2026-02-01 | 1 USDC  | dollars | 2026-03-01 01:00
            listing | b     | bob   | 2026-02-01 | 1 ETH   | ether   | 2026-03-01 01:00
        """)
        given_listing()
        planned_day()
        assert order_lines() == table("""
            order   | xp | reason
            dollars | 0  | no_rate
            ether   | 60 | earned
        """)


class TestPause:
    """Nothing is earned in a pause, to the second (P5)."""

    ORDERS = """
        kind    | token | maker | at               | price   | order  | expires
        listing | a     | ann   | 2026-03-01 09:00 | 1 ETH   | across | 2026-03-01 14:00
        listing | b     | bob   | 2026-03-01 11:30 | 1 ETH   | out    | 2026-03-01 14:00
        listing | c     | cat   | 2026-03-01 11:00 | 1 ETH   | in     | 2026-03-01 12:00
        listing | d     | dan   | 2026-03-01 09:00 | 1 ETH   | into   | 2026-03-01 10:30:17
    """

    def pause(self, flag: str, start: str, end: str) -> None:
        flags.pause(
            flag=flag,
            reason="Farmed.",
            by="ann",
            as_of=BEFORE,
            starts_at=day(f"2026-03-01 {start}"),
            ends_at=day(f"2026-03-01 {end}"),
        )

    @pytest.mark.parametrize("flag", ["rule.listers", "liquidity.listing", "liquidity"])
    def test_is_cut_out_of_what_rests_around_it(self, flag: str) -> None:
        given_orders(self.ORDERS)
        given_listing()
        self.pause(flag, "10:30", "12:30:01")
        planned_day()
        # across: 5 h less 2 h and 1 s; out: from 12:30:01 on, 5,399 s; into: until 10:30.
        assert order_lines() == table("""
            order  | seconds | base       | xp  | reason
            across | 10799   | 179.983333 | 179 | earned
            out    | 5399    | 89.983333  | 89  | earned
            in     | 0       | 0          | 0   | paused
            into   | 5400    | 90         | 90  | earned
        """)

    def test_in_two_parts_that_touch_is_one(self) -> None:
        given_orders(self.ORDERS)
        given_listing()
        self.pause("liquidity", "10:30", "11:15")
        self.pause("liquidity.listing", "11:15", "12:30:01")
        planned_day()
        assert order_lines() == table("""
            order  | seconds
            across | 10799
            out    | 5399
            in     | 0
            into   | 5400
        """)

    def test_of_bidding_leaves_listing_alone(self) -> None:
        given_orders(self.ORDERS)
        given_listing()
        self.pause("liquidity.bidding", "10:30", "12:30")
        planned_day()
        assert order_lines() == table("""
            order  | seconds
            across | 18000
            out    | 9000
            in     | 3600
            into   | 5417
        """)

    def test_leaves_the_book_as_it_is(self) -> None:
        given_orders("""
            kind    | token | maker | at               | price   | order | expires
            listing | a     | ann   | 2026-03-01 10:00 | 0.5 ETH | low   | 2026-03-01 11:00
            listing | b     | bob   | 2026-03-01 10:00 | 1 ETH   | ours  | 2026-03-01 11:00
        """)
        given_listing()
        self.pause("liquidity", "10:00", "10:30")
        planned_day()
        assert order_lines() == table("""
            order | seconds | reason
            low   | 1800    | earned
            ours  | 0       | price_too_far
        """)


class TestVersions:
    def test_each_pays_its_part_of_the_window(self) -> None:
        given_orders("""
            kind    | token | maker | at               | price | order | expires
            listing | a     | ann   | 2026-03-01 10:00 | 1 ETH | ours  | 2026-03-01 12:00
        """)
        given_listing()
        given_rule("listers", "listing", xp_per_hour=6, bands=AT_FLOOR, as_of=day("2026-03-01 10:30"))
        planned_day()
        # Half an hour at 60 and one and a half at 6.
        assert order_lines() == table("""
            order | version | seconds | xp
            ours  | 1       | 1800    | 30
            ours  | 2       | 5400    | 9
        """)


class TestBoost:
    def test_a_hold_boosts_what_rests(self) -> None:
        given_orders("""
            kind    | token | to  | maker | at               | price | order | expires
            mint    | old   | ann |       | 2025-06-01       |       |       |
            listing | a     |     | ann   | 2026-03-01 10:00 | 1 ETH | ours  | 2026-03-01 11:00
        """)
        given_listing()
        given_rule("long", "hold_boost", curve=[{"days": 90, "multiplier": 1.5}], collections="all")
        planned_day()
        assert order_lines() == table("""
            order | base | boost | xp
            ours  | 60   | ×1.5  | 90
        """)


def joined(*names: str) -> None:
    """Link wallets and let the facts follow."""
    linked(*names)
    facts.refresh(as_of=PLANNED_AT)
