"""Series that the tests begin with, and what they made, as tables."""

from typing import Any

from rewards.rules.models import Rule, Season
from rewards.series import operations as series
from rewards.series import windows
from rewards.series.models import Round, Series
from tests.rules.given import given_rule
from tests.tables import Table, day, short

HOUR, DAY = 3_600, 86_400


def wanted(slug: str = "buyers", *, since: str = "2026-01-01", period: str = "monthly", **fields: Any) -> Any:
    """A series of the season's rule ``buyers``, planned two days late and due three days after that."""
    if not Rule.objects.filter(slug="buyers").exists():
        given_rule("buyers", "purchase", xp_per_eth=100)
    of_series: dict[str, Any] = {
        "season": Season.objects.get(slug="genesis"),
        "title": "{month}",
        "message": "For {start} to {end}, round {number}.",
        "rules": [Rule.objects.get(slug="buyers")],
        "plan_after_seconds": 2 * DAY,
        "approve_within_seconds": 3 * DAY,
        "ships_after_seconds": 1 * DAY,
    }
    return series.Wanted(
        slug=slug, first_start=day(since), period=windows.parse_period(period), **(of_series | fields)
    )


def given_series(slug: str = "buyers", *, author: str = "ann", **fields: Any) -> Series:
    series.put_series(wanted=wanted(slug, **fields), author=author)
    return Series.objects.get(slug=slug)


def rounds() -> Table:
    """What the series made, with when it is planned, should be approved and ships."""
    found = [
        {
            "series": one.series.slug,
            "number": str(one.number),
            "start": short(one.shipment.window_start),
            "end": short(one.shipment.window_end),
            "title": one.shipment.title,
            "message": one.shipment.message,
            "plan": short(one.shipment.plan_due_at),
            "approve_by": short(one.shipment.approve_by),
            "ships": short(one.shipment.ships_at),
            "author": one.shipment.author,
        }
        for one in Round.objects.select_related("series", "shipment").order_by("id")
    ]
    columns = [
        "series",
        "number",
        "start",
        "end",
        "title",
        "message",
        "plan",
        "approve_by",
        "ships",
        "author",
    ]
    return Table(columns, found)
