"""The picture of a boost over time."""

import pytest

from rewards.tab import curves, growth
from tests.tab.given import CURVE, HOLD_BOOST
from tests.tab.made import hold, rule
from tests.tables import short


@pytest.mark.parametrize(
    ("shape", "hold_days", "gone", "place"),
    [
        ("steps", 0, "M44 106L44 106", (44, 106)),
        ("steps", 100, "M44 106H104V83L110 83", (110, 83)),
        ("steps", 365, "M44 106H104V83H164V59H287V12L287 12", (287, 12)),
        ("linear", 270, "M44 106H104V83L164 59L224 37", (224, 37)),
        ("linear", 45, "M44 106L74 106", (74, 106)),
        ("steps", 800, "M44 106H74V83H104V59H166V12L312 12", (312, 12)),
    ],
)
def test_shows_how_far_a_hold_has_come(shape: str, hold_days: int, gone: str, place: tuple[int, int]) -> None:
    held = hold(hold_days)
    boost = rule(kind="hold_boost", params=HOLD_BOOST | {"shape": shape})
    drawn = curves.picture(growth.standing(boost, hold=held), held)
    assert (drawn.gone, (drawn.x, drawn.y)) == (gone, place)
    assert [reach.is_reached for reach in drawn.reaches] == [point["days"] <= hold_days for point in CURVE]


def test_names_the_day_of_every_step() -> None:
    held = hold(100)
    drawn = curves.picture(growth.standing(rule(kind="hold_boost", params=HOLD_BOOST), hold=held), held)
    days = [(reach.at - held.started_at).days for reach in drawn.reaches]
    assert days == [90, 180, 365], [short(reach.at) for reach in drawn.reaches]


def test_leaves_out_labels_that_would_run_into_each_other() -> None:
    crowded = [{"days": days, "bp": 10_000 + 100 * days} for days in (1, 2, 3, 100)]
    held = hold(2)
    boost = rule(kind="hold_boost", params=HOLD_BOOST | {"curve": crowded})
    drawn = curves.picture(growth.standing(boost, hold=held), held)
    assert [mark.text for mark in drawn.days] == [3, 100]
