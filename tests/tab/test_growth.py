"""Where a hold stands on a curve."""

from typing import Any

import pytest

from rewards.tab import growth
from tests.tab import made
from tests.tab.given import CURVE
from tests.tables import day

NAMED = {"of": "named", "slugs": ["mooncats"]}


def boost_rule(**params: Any) -> Any:
    return made.rule("hold_boost", {"curve": CURVE, "shape": "steps", "collections": {"of": "all"}} | params)


class TestStanding:
    @pytest.mark.parametrize(
        ("shape", "days", "boost_bp", "behind", "following", "percent"),
        [
            ("steps", 0, 10_000, 0, 90, "0.0%"),
            ("steps", 89, 10_000, 0, 90, "98.8%"),
            ("steps", 90, 12_500, 90, 180, "0.0%"),
            ("steps", 135, 12_500, 90, 180, "50.0%"),
            ("steps", 365, 20_000, 365, None, "100.0%"),
            ("steps", 4_000, 20_000, 365, None, "100.0%"),
            # Flat before the first point, a line between points.
            ("linear", 45, 10_000, 0, 90, "50.0%"),
            ("linear", 135, 13_750, 90, 180, "50.0%"),
            ("linear", 181, 15_027, 180, 365, "0.5%"),
            ("linear", 500, 20_000, 365, None, "100.0%"),
        ],
    )
    def test_is_between_two_points(
        self, shape: str, days: int, boost_bp: int, behind: int, following: int | None, percent: str
    ) -> None:
        found = growth.standing(boost_rule(shape=shape), hold=made.hold(days))
        assert found.boost_bp == boost_bp
        assert found.behind.days == behind
        assert (found.following.days if found.following else None) == following
        assert found.percent == percent

    def test_names_the_instant_of_the_next_step(self) -> None:
        found = growth.standing(boost_rule(), hold=made.hold(100))
        assert found.following_at == day("2019-06-30")


class TestNearest:
    def test_takes_the_rule_whose_step_comes_first(self) -> None:
        late, soon = boost_rule(), boost_rule(curve=[{"days": 101, "bp": 11_000}])
        found = growth.nearest([late, soon], hold=made.hold(100))
        assert found is not None
        assert found.rule is soon

    def test_leaves_out_rules_of_verified_collections_where_the_hold_is_of_none(self) -> None:
        rules = [boost_rule(collections={"of": "verified"})]
        assert growth.nearest(rules, hold=made.hold(10)) is None
        assert growth.nearest(rules, hold=made.hold(10, verified=True)) is not None

    def test_leaves_out_rules_of_other_collections_and_kinds(self) -> None:
        rules = [boost_rule(collections=NAMED), made.rule("purchase")]
        assert growth.nearest(rules, hold=made.hold(100)) is None
        assert growth.nearest(rules, hold=made.hold(100, "mooncats")) is not None

    def test_at_the_top_of_all_curves_takes_the_highest(self) -> None:
        low, high = boost_rule(curve=[{"days": 5, "bp": 11_000}]), boost_rule()
        found = growth.nearest([low, high], hold=made.hold(400))
        assert found is not None
        assert found.rule is high
