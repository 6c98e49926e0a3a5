"""What collectors read: each sentence written out."""

from typing import Any

import pytest

from rewards.tab import growth, words
from rewards.tab.rows import Line, Price
from tests.tab import made
from tests.tab.given import COHORT, CURVE, ETH, HOLD_BOOST, HOLDING, PURCHASE, XP
from tests.tables import day

AS_OF = day("2019-04-10")
USDC = Price(amount=1_200_000_000, currency="USDC", decimals=6)
HELD: dict[str, Any] = {"rule": made.rule("holding", HOLDING), "price": None}


class TestTokenName:
    @pytest.mark.parametrize(
        ("collection", "token_id", "name"),
        [
            ("superrare", "812", "SuperRare #812"),
            ("azuki-elementals", "1", "Azuki Elementals #1"),
            ("rarible", "71532390114", "Rarible #71532390114"),
            ("rarible", "715323901145", "Rarible #715323901145"),
            ("rarible", "7153239011450", "Rarible #71532…1450"),
        ],
    )
    def test_is_collection_and_number(self, collection: str, token_id: str, name: str) -> None:
        assert words.token_name(made.token(token_id, collection)) == name


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


class TestBoostedBy:
    def test_names_the_holds(self) -> None:
        assert words.boosted_by(made.line()) == ""
        assert words.boosted_by(made.line(boosts=[made.boost()])) == "held SuperRare #377 for 203 days"
        both = [made.boost(), made.boost(hold_days=90)]
        assert (
            words.boosted_by(made.line(boosts=both))
            == "held SuperRare #377 for 203 days and SuperRare #377 for 90 days"
        )


class TestWhyNothing:
    @pytest.mark.parametrize(
        ("fields", "said"),
        [
            (
                {"reason": "own_wallets"},
                "Buyer and seller are the same collector. A purchase counts when somebody else sells.",
            ),
            (
                {
                    "reason": "other_collection",
                    "rule": made.rule(
                        params=PURCHASE | {"collections": {"of": "named", "slugs": ["mooncats", "superrare"]}}
                    ),
                },
                "This rule counts MoonCats and SuperRare.",
            ),
            (
                {"reason": "no_rate", "price": USDC},
                "No price of USDC in ETH is known on 3 March 2019. Prices in ETH and WETH always count.",
            ),
            ({"reason": "below_minimum"}, "A purchase earns from 0.01 ETH on."),
            (
                {"reason": "rounds_to_zero", "base_micro_xp": 400_000},
                "0.4 XP stays below 1 XP, and XP comes whole.",
            ),
            (
                {"reason": "rounds_to_zero", "base_micro_xp": 400_000, "boost_bp": 12_500},
                "0.4 XP × 1.25 stays below 1 XP, and XP comes whole.",
            ),
            (
                HELD | {"reason": "under_minimum_days", "hold_days": 12, "at": day("2019-03-20")},
                "Held 12 days. From 30 days on this hold earns XP; that is on 19 April 2019.",
            ),
            (
                HELD | {"reason": "under_minimum_days", "hold_days": 29},
                "Held 29 days. From 30 days on this hold earns XP; the day for that was 2 April 2019.",
            ),
            (
                HELD | {"reason": "under_minimum_days", "hold_days": 0},
                "Held less than a day, until it moved on. A hold earns from 30 days on.",
            ),
            (
                HELD | {"reason": "under_minimum_days", "hold_days": 28},
                "Held 28 days, until it moved on. A hold earns from 30 days on.",
            ),
            (
                {"reason": "once_per_collector"},
                "This XP goes to each collector once, however many of their wallets are on the list.",
            ),
            ({"reason": "already_paid"}, "An earlier round paid for it. Nothing is paid twice."),
            # A reason of a later version of the engine is still readable.
            ({"reason": "wash_trade"}, "Wash trade."),
        ],
    )
    def test_says_why_and_what_would_change_it(self, fields: dict[str, Any], said: str) -> None:
        assert words.why_nothing(made.line(amount_xp=0, **fields), AS_OF) == said

    def test_every_reason_has_a_title_and_a_sentence(self) -> None:
        assert words.REASONS.keys() == words.WHY.keys()


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


class TestRule:
    @pytest.mark.parametrize(
        ("kind", "params", "said"),
        [
            (
                "purchase",
                PURCHASE,
                (
                    "100 XP a purchase and 100 XP per ETH of its price. From a price of 0.01 ETH on. "
                    "Counts all collections."
                ),
            ),
            (
                "purchase",
                PURCHASE | {"micro_xp_per_eth": 0, "minimum_price_wei": "0"},
                "100 XP a purchase. Counts all collections.",
            ),
            (
                "holding",
                HOLDING | {"micro_xp_per_token_day": XP // 4, "curve": CURVE[:1]},
                (
                    "0.25 XP a day for each token you hold. The longer, the more: ×1.25 from 90 days on. "
                    "From 30 days of holding on. Counts all collections."
                ),
            ),
            ("cohort", COHORT, "500 XP, once, for everyone on the list “beta-testers”."),
            (
                "hold_boost",
                HOLD_BOOST,
                (
                    "Multiplies what you earn by your longest hold: ×1.25 from 90 days on, ×1.5 from 180 "
                    "days on and ×2 from 365 days on. Counts the 10 most traded collections with at least 5 "
                    "buyers."
                ),
            ),
            (
                "hold_boost",
                HOLD_BOOST | {"mode": "each_token", "shape": "linear", "collections": {"of": "all"}},
                (
                    "Multiplies what a token earns you by how long you have held it: rising evenly to "
                    "×1.25 at 90 days, ×1.5 at 180 days and ×2 at 365 days. Counts all collections."
                ),
            ),
        ],
    )
    def test_says_what_a_version_pays(self, kind: str, params: dict[str, Any], said: str) -> None:
        assert " ".join(words.rule(made.rule(kind, params))) == said


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
