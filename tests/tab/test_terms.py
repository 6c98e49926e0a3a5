"""What a version of a rule pays: each sentence written out."""

from typing import Any

import pytest

from rewards.tab import terms
from tests.tab import made
from tests.tab.given import BIDDING, COHORT, CURVE, HOLD_BOOST, HOLDING, LISTING, PURCHASE, XP

PLAIN = PURCHASE | {"micro_xp_per_eth": 0, "minimum_price_wei": "0"}


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
                "purchase",
                PURCHASE | {"pays": "seller", "sales": "first", "cap_xp_per_day": 100},
                (
                    "100 XP a sale and 100 XP per ETH of its price, for who sells. From a price of 0.01 ETH "
                    "on. Only the first sale of a token. At most 100 XP a day. Counts all collections."
                ),
            ),
            (
                "purchase",
                PLAIN | {"sales": "resale", "collections": {"of": "verified"}},
                "100 XP a purchase. Only resales. Counts verified collections.",
            ),
            (
                "listing",
                LISTING,
                (
                    "1 XP an hour for each listing that rests, priced up to 3 × floor. The nearer, the more: "
                    "×1 up to 1.5 and ×0.5 up to 3. From 30 min of rest on. Several listings on one thing "
                    "count once. Counts all collections."
                ),
            ),
            (
                "listing",
                LISTING
                | {
                    "bands": [{"price_bp": 15_000, "weight_bp": 10_000}],
                    "best": 200,
                    "pot_xp_per_day": 1_000,
                },
                (
                    "1 XP an hour for each listing that rests, priced up to 1.5 × floor. From 30 min of rest "
                    "on. Only the 200 lowest of a collection. Several listings on one thing count once. All "
                    "share 1,000 XP a day, each by what they would have earned. Counts all collections."
                ),
            ),
            (
                "bidding",
                BIDDING | {"minimum_rest_seconds": 0, "best": 100, "rank_weights_bp": [20_000, 15_000]},
                (
                    "1 XP an hour for each bid that rests, priced from 0.75 × floor on. Only the 100 highest "
                    "of a collection, the better its place the more. Several bids on one thing count once. "
                    "Counts all collections."
                ),
            ),
            (
                "bidding",
                BIDDING
                | {
                    "shape": "linear",
                    "reference": "top_bid",
                    "minimum_rest_seconds": 0,
                    "bands": [{"price_bp": 5_000, "weight_bp": 0}, {"price_bp": 10_000, "weight_bp": 10_000}],
                },
                (
                    "1 XP an hour for each bid that rests, priced from 0.5 × top bid on. The nearer, the "
                    "more: evenly between ×0 at 0.5 and ×1 at 1. Several bids on one thing count once. "
                    "Counts all collections."
                ),
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
        assert " ".join(terms.rule(made.rule(kind, params))) == said


class TestLimits:
    @pytest.mark.parametrize(
        ("params", "said"),
        [
            ({}, ""),
            ({"cap_xp_per_day": None, "pot_xp": None}, ""),
            ({"cap_xp_per_day": 20}, "At most 20 XP a day."),
            ({"cap_xp_per_collector": 5_000}, "At most 5,000 XP a round."),
            (
                {"cap_xp_per_collector": 500, "cap_xp": 100_000},
                "At most 500 XP a round. At most 100,000 XP a round for all collectors together.",
            ),
            ({"pot_xp": 20_000}, "All share 20,000 XP a round, each by what they would have earned."),
            ({"pot_xp_per_day": 1_000}, "All share 1,000 XP a day, each by what they would have earned."),
        ],
    )
    def test_says_what_bounds_a_rule(self, params: dict[str, Any], said: str) -> None:
        assert " ".join(terms.limits(params)) == said


class TestAudience:
    @pytest.mark.parametrize(
        ("filters", "said"),
        [
            ({}, "everybody"),
            ({"bought_in_window": True}, "those who bought something in its time"),
            ({"minimum_spend_wei": "500000000000000000"}, "those who spent at least 0.5 ETH in its time"),
            (
                {"in_cohort": "testers", "not_in_cohort": "staff"},
                "those who are on the list “testers” and are not on the list “staff”",
            ),
            (
                {"first_seen_before": "2019-01-01T00:00:00+00:00", "random_share_bp": 1_250},
                "those who were here before 1 January 2019 and were drawn by lot, 12.5 of 100",
            ),
        ],
    )
    def test_names_the_collectors_that_a_round_is_for(self, filters: dict[str, Any], said: str) -> None:
        assert terms.audience(filters) == said
