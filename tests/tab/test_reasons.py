"""Why a line earned nothing: each sentence written out."""

from typing import Any

import pytest

from rewards.tab import evidence, reasons
from rewards.tab.rows import Price
from tests.tab import made
from tests.tab.given import BIDDING, HOLDING, LISTING, PURCHASE
from tests.tables import day

AS_OF = day("2019-04-10")
USDC = Price(amount=1_200_000_000, currency="USDC", decimals=6)
HELD: dict[str, Any] = {"rule": made.rule("holding", HOLDING), "price": None}
LISTED = {"rule": made.rule("listing", LISTING)}
BID = {"rule": made.rule("bidding", BIDDING)}
SOLD = {"rule": made.rule(params=PURCHASE | {"pays": "seller"})}

WASHED = f"A sale that looks like a wash trade earns nothing. {evidence.REPORT}"
POT = PURCHASE | {"pot_xp": 20_000}


def capped(**caps: int) -> dict[str, Any]:
    return {"reason": "over_cap", "cut_xp": 190, "rule": made.rule(params=PURCHASE | caps)}


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
            (
                SOLD | {"reason": "own_wallets"},
                "Buyer and seller are the same collector. A sale counts when somebody else buys.",
            ),
            (SOLD | {"reason": "below_minimum"}, "A sale earns from 0.01 ETH on."),
            (
                {"reason": "not_first_sale"},
                "The token had been sold before. This rule counts only the first sale of a token.",
            ),
            (
                {"reason": "not_resale"},
                "This was the first sale of the token. This rule counts only resales.",
            ),
            (
                {"reason": "rounds_to_zero", "base_micro_xp": 400_000, "rule": made.rule(params=POT)},
                "Counts as 0.4 XP. Its share of 20,000 XP a round stays below 1 XP, and XP comes whole.",
            ),
            (
                {
                    "reason": "rounds_to_zero",
                    "base_micro_xp": 400_000,
                    "boost_bp": 12_500,
                    "rule": made.rule(params=POT),
                },
                (
                    "Counts as 0.4 XP × 1.25. Its share of 20,000 XP a round stays below 1 XP, "
                    "and XP comes whole."
                ),
            ),
            (
                LISTED | {"reason": "rested_too_short"},
                "It rested less than 30 min. From 30 min on a listing earns XP.",
            ),
            (
                BID | {"reason": "stacked"},
                "An older bid of yours on the same thing rested all the while, and they count once.",
            ),
            (
                LISTED | {"reason": "no_rate", "price": USDC},
                (
                    "No price of USDC in ETH is known on any day that it rested. "
                    "Prices in ETH and WETH always count."
                ),
            ),
            (
                LISTED | {"reason": "no_book"},
                "SuperRare had no floor while it rested. The floor is taken at each full hour.",
            ),
            (
                {"reason": "no_book", "rule": made.rule("bidding", BIDDING | {"reference": "top_bid"})},
                "SuperRare had no top bid while it rested. The top bid is taken at each full hour.",
            ),
            (
                LISTED | {"reason": "price_too_far"},
                "A listing earns up to 3 × floor, hour by hour. In no hour of this round was this one so.",
            ),
            (
                {"reason": "price_too_far", "rule": made.rule("bidding", BIDDING)},
                "A bid earns from 0.75 × floor on, hour by hour. In no hour of this round was this one so.",
            ),
            (
                {"reason": "not_among_best", "rule": made.rule("bidding", BIDDING | {"best": 100})},
                (
                    "Only the 100 highest of a collection earn, as they stand at each full hour. "
                    "At none of this round was this one among them."
                ),
            ),
            (
                capped(cap_xp_per_day=100),
                (
                    "Its 190 XP are over the cap of 100 XP a day, which earlier lines had reached. "
                    "The next day begins anew."
                ),
            ),
            (
                capped(cap_xp_per_collector=500),
                (
                    "Its 190 XP are over the cap of 500 XP a round, which earlier lines had reached. "
                    "The next round begins anew."
                ),
            ),
            (
                capped(cap_xp_per_day=100, cap_xp=20_000),
                "190 XP over the caps of this rule, which earlier lines had reached.",
            ),
            (
                {"reason": "paused", "rule": made.rule(pauses=[made.pause()])},
                (
                    "Paused 10 to 19 September 2018: We looked into orders placed by machines. "
                    "Nothing earned outside the pause is lost."
                ),
            ),
            (
                {
                    "reason": "paused",
                    "rule": made.rule(pauses=[made.pause("2019-03-25 14:30", None), made.pause()]),
                },
                (
                    "Paused 10 to 19 September 2018: We looked into orders placed by machines. "
                    "Paused since 25 March 2019, 14:30 UTC, until further notice: "
                    "We looked into orders placed by machines. Nothing earned outside the pauses is lost."
                ),
            ),
            (
                {"reason": "not_in_audience", "audience": {"bought_in_window": True}},
                "This round was for those who bought something in its time.",
            ),
            # A reason of a later version of the engine is still readable.
            ({"reason": "moon_phase"}, "Moon phase."),
            (
                {"reason": "wash_trade", "evidence": {"bought_three_times": {"bought": 3, "sold": 4}}},
                (
                    "Its buyer bought it 3 times and its seller sold it 4 times in the 30 days around this "
                    f"sale. {WASHED}"
                ),
            ),
            (
                {
                    "reason": "wash_trade",
                    "evidence": {"buyer_is_seller": {}, "back_and_forth": {"seconds": -9}},
                },
                (
                    "Buyer and seller are the same collector. Within 1 day before, the buyer had sold the "
                    f"token to this seller. {WASHED}"
                ),
            ),
            ({"reason": "wash_trade"}, f"Our staff looked at it and took it for one. {WASHED}"),
        ],
    )
    def test_says_why_and_what_would_change_it(self, fields: dict[str, Any], said: str) -> None:
        assert reasons.why_nothing(made.line(amount_xp=0, **fields), AS_OF) == said

    def test_every_reason_has_a_title_and_a_sentence(self) -> None:
        assert reasons.REASONS.keys() == reasons.WHY.keys()
