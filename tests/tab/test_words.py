"""What collectors read: each sentence written out."""

from dataclasses import replace
from typing import Any

import pytest

from rewards.tab import growth, reasons, words
from rewards.tab.rows import Line, Price
from tests.tab import made
from tests.tab.given import BIDDING, COHORT, ETH, HOLD_BOOST, HOLDING, LISTING, PURCHASE
from tests.tables import day

AS_OF = day("2019-04-10")
USDC = Price(amount=1_200_000_000, currency="USDC", decimals=6)
HELD: dict[str, Any] = {"rule": made.rule("holding", HOLDING), "price": None}
LISTED: dict[str, Any] = {"rule": made.rule("listing", LISTING), "counted": 40 * 3_600 + 12 * 60}
BID: dict[str, Any] = {"rule": made.rule("bidding", BIDDING), "counted": 720 * 3_600}


class TestLate:
    @pytest.mark.parametrize(
        ("line", "said", "summed"),
        [
            (made.line(), "", "190 XP"),
            (
                made.line(late=made.late()),
                "Late, for “March”. A transfer of 12 March 2019 came in on 3 April 2019.",
                "190 XP",
            ),
            (
                made.line(late=made.late(earlier_xp=80, told_kind=None), amount_xp=110),
                "Late, for “March”. More is known of its time now than when it was paid.",
                "190 XP, less 80 XP counted before",
            ),
            (
                made.line(
                    late=made.late(earlier_xp=190, told_kind="mint"), boost_bp=15_000, amount_xp=90, cut_xp=5
                ),
                "Late, for “March”. A mint of 12 March 2019 came in on 3 April 2019.",
                "190 XP × 1.5 = 285 XP, less 190 XP counted before, 5 XP over the cap",
            ),
            (
                made.line(
                    rule=made.rule(params=PURCHASE | {"pot_xp": 900}),
                    late=made.late(earlier_xp=500),
                    amount_xp=100,
                ),
                "Late, for “March”. A transfer of 12 March 2019 came in on 3 April 2019.",
                "Counts as 190 XP: your share of 900 XP a round, less 500 XP counted before",
            ),
        ],
    )
    def test_says_for_which_round_and_what_was_counted(self, line: Line, said: str, summed: str) -> None:
        assert words.late(line) == said
        assert words.sum_of(line) == summed

    def test_a_hold_says_of_which_round_its_days_are(self) -> None:
        line = made.line(**HELD, counted=10 * 86_400, late=made.late())
        assert words.happened(line) == "Held SuperRare #812 for 10 days of “March”"
        assert reasons.why_nothing(replace(line, reason="not_in_audience"), AS_OF) == (
            "That round was for everybody."
        )


class TestHappened:
    @pytest.mark.parametrize(
        ("line", "said"),
        [
            (made.line(), "Bought SuperRare #812 for 0.9 ETH"),
            (made.line(units=3), "Bought 3 of SuperRare #812 for 0.9 ETH"),
            (made.line(price=USDC, counted=ETH // 3), "Bought SuperRare #812 for 1,200 USDC (0.3333 ETH)"),
            (made.line(price=USDC, counted=None), "Bought SuperRare #812 for 1,200 USDC"),
            (made.line(**HELD, counted=31 * 86_400), "Held SuperRare #812 for 31 days of this round"),
            (made.line(**HELD, counted=86_400), "Held SuperRare #812 for 1 day of this round"),
            (made.line(**HELD, counted=130_000), "Held SuperRare #812 for 1.5 days of this round"),
            (
                made.line(**HELD, counted=62 * 86_400, units=2),
                "Held SuperRare #812 for 62 token-days of this round",
            ),
            (
                made.line(**HELD, counted=3 * 86_400, reason="under_minimum_days", amount_xp=0),
                "Held SuperRare #812",
            ),
            (
                made.line(rule=made.rule(params=PURCHASE | {"pays": "seller"}), units=3),
                "Sold 3 of SuperRare #812 for 0.9 ETH",
            ),
            (made.line(**HELD, counted=86_400, reason="paused", amount_xp=0), "Held SuperRare #812"),
            (made.line(**LISTED), "Listed SuperRare #812 for 0.9 ETH: rested 40 h 12 min"),
            (made.line(**LISTED, units=3), "Listed 3 of SuperRare #812 for 0.9 ETH: rested 40 h 12 min"),
            (made.line(**LISTED | {"counted": 0, "reason": "paused"}), "Listed SuperRare #812 for 0.9 ETH"),
            (
                made.line(**LISTED | {"counted": 720, "reason": "rested_too_short"}),
                "Listed SuperRare #812 for 0.9 ETH",
            ),
            (made.line(**BID), "Bid 0.9 ETH for SuperRare #812: rested 720 h"),
            (made.line(**BID, token=None), "Bid 0.9 ETH for any SuperRare: rested 720 h"),
            (
                made.line(**BID, token=None, trait="Eyes=Laser"),
                "Bid 0.9 ETH for any SuperRare with Eyes Laser: rested 720 h",
            ),
            (
                made.line(rule=made.rule("cohort", COHORT), token=None, price=None, at=None),
                "On the list “beta-testers”",
            ),
        ],
    )
    def test_says_what_the_line_is_about(self, line: Line, said: str) -> None:
        assert words.happened(line) == said


class TestSumOf:
    @pytest.mark.parametrize(
        ("base_micro_xp", "boost_bp", "amount_xp", "said"),
        [
            (190_000_000, 10_000, 190, "190 XP"),
            (190_000_000, 15_000, 285, "190 XP × 1.5 = 285 XP"),
            (190_476_190, 12_500, 238, "190.47 XP × 1.25 = 238 XP, rounded down"),
            (190_476_190, 10_000, 190, "190.47 XP = 190 XP, rounded down"),
        ],
    )
    def test_adds_up(self, base_micro_xp: int, boost_bp: int, amount_xp: int, said: str) -> None:
        line = made.line(base_micro_xp=base_micro_xp, boost_bp=boost_bp, amount_xp=amount_xp)
        assert words.sum_of(line) == said

    @pytest.mark.parametrize(
        ("fields", "caps", "said"),
        [
            (
                {"boost_bp": 15_000, "cut_xp": 185, "amount_xp": 100},
                {"cap_xp_per_day": 100},
                "190 XP × 1.5 = 285 XP, 185 XP over the cap of 100 XP a day",
            ),
            (
                {"cut_xp": 90, "amount_xp": 100},
                {"cap_xp_per_collector": 100},
                "190 XP, 90 XP over the cap of 100 XP a round",
            ),
            (
                {"base_micro_xp": 190_476_190, "boost_bp": 12_500, "cut_xp": 138, "amount_xp": 100},
                {"cap_xp_per_day": 100, "cap_xp": 20_000},
                (
                    "190.47 XP × 1.25 = 238 XP, rounded down, 138 XP over the caps of 100 XP a day and "
                    "20,000 XP a round for all collectors together"
                ),
            ),
            # A pot is shared by what lines would have earned, which is then no sum of XP.
            (
                {"cut_xp": 90, "amount_xp": 100},
                {"pot_xp": 20_000},
                "Counts as 190 XP: your share of 20,000 XP a round",
            ),
            (
                {"base_micro_xp": 190_476_190, "boost_bp": 15_000, "amount_xp": 400},
                {"pot_xp_per_day": 1_000},
                "Counts as 190.47 XP × 1.5: your share of 1,000 XP a day",
            ),
        ],
    )
    def test_says_what_a_cap_took_and_what_a_pot_gave(
        self, fields: dict[str, Any], caps: dict[str, int], said: str
    ) -> None:
        assert words.sum_of(made.line(rule=made.rule(params=PURCHASE | caps), **fields)) == said


class TestBoostedBy:
    def test_names_the_holds(self) -> None:
        assert words.boosted_by(made.line()) == ""
        assert words.boosted_by(made.line(boosts=[made.boost()])) == "held SuperRare #377 for 203 days"
        both = [made.boost(), made.boost(hold_days=90)]
        assert (
            words.boosted_by(made.line(boosts=both))
            == "held SuperRare #377 for 203 days and SuperRare #377 for 90 days"
        )


class TestBoost:
    @pytest.mark.parametrize(
        ("boost", "said"),
        [
            (made.boost(), "SuperRare #377, held 203 days, boosts your XP here."),
            (
                made.boost(hold_days=78, boost_bp=10_000, since="2019-01-22"),
                (
                    "SuperRare #377: held 78 days. From 90 days on this hold boosts your XP ×1.25; "
                    "that is on 22 April 2019."
                ),
            ),
            (
                made.boost(hold_days=78, boost_bp=10_000),
                (
                    "SuperRare #377: held 78 days. From 90 days on this hold boosts your XP ×1.25; "
                    "the day for that was 17 December 2018."
                ),
            ),
            (made.boost(hold_days=78, boost_bp=10_000, curve=[]), "SuperRare #377: held 78 days."),
        ],
    )
    def test_says_what_the_hold_did_or_lacked(self, boost: Any, said: str) -> None:
        assert words.boost(boost, AS_OF) == said


class TestDaysToGo:
    @pytest.mark.parametrize(
        ("days", "as_of", "said"),
        [
            (78, "2019-03-20", "12 days to go"),
            (89, "2019-03-31", "1 day to go"),
            (89, "2019-03-31 12:00", "less than a day to go"),
            (400, "2020-02-05", "At the top of the curve"),
        ],
    )
    def test_counts_whole_days(self, days: int, as_of: str, said: str) -> None:
        standing = growth.standing(made.rule("hold_boost", HOLD_BOOST), hold=made.hold(days))
        assert words.days_to_go(standing, day(as_of)) == said


class TestRuleState:
    @pytest.mark.parametrize(
        ("as_of", "said"),
        [
            ("2018-12-31", "from 1 January 2019"),
            ("2019-01-01", "on"),
            ("2019-12-31", "on"),
            ("2020-01-01", "ended 1 January 2020"),
        ],
    )
    def test_goes_by_the_clock(self, as_of: str, said: str) -> None:
        assert words.rule_state(made.rule(), day(as_of)) == said

    def test_is_paused_while_a_pause_is_on(self) -> None:
        rule = made.rule(pauses=[made.pause("2019-03-01", "2019-03-10")])
        said = [
            words.rule_state(rule, day(at))
            for at in ("2018-12-31", "2019-02-28", "2019-03-01", "2019-03-09 23:59:59", "2019-03-10")
        ]
        assert said == ["from 1 January 2019", "on", "paused", "paused", "on"]


class TestWhen:
    @pytest.mark.parametrize(
        ("line", "said"),
        [
            (made.line(), " on"),
            (made.line(**LISTED), ", placed"),
            (made.line(**HELD), ""),
            (made.line(at=None), ""),
        ],
    )
    def test_leads_to_the_day_of_the_event(self, line: Line, said: str) -> None:
        assert words.when(line) == said


class TestPause:
    @pytest.mark.parametrize(
        ("starts", "ends", "said"),
        [
            ("2019-04-01", None, "since 1 April 2019, until further notice."),
            (
                "2019-04-01 14:30",
                "2019-05-01 08:00:05",
                "since 1 April 2019, 14:30 UTC, until 1 May 2019, 08:00:05 UTC.",
            ),
        ],
    )
    def test_says_since_when_until_when_why_and_that_nothing_is_lost(
        self, starts: str, ends: str | None, said: str
    ) -> None:
        why = "We looked into orders placed by machines. Nothing that you earned is lost."
        assert words.pause(made.pause(starts, ends), AS_OF) == f"{said} {why}"


class TestNextRound:
    @pytest.mark.parametrize(
        ("due", "said", "to_a_newcomer"),
        [
            (None, "Not set yet", ""),
            ("2019-05-03", "3 May 2019", "The next round is due on 3 May 2019. "),
            ("2019-04-09", "Being prepared", "The next round is being prepared. "),
        ],
    )
    def test_says_when(self, due: str | None, said: str, to_a_newcomer: str) -> None:
        at = day(due) if due else None
        listed = "What a round brings is listed here line by line, and what earns nothing with the reason."
        assert words.next_round(at, AS_OF) == said
        assert words.no_round_yet(at, AS_OF) == to_a_newcomer + listed
