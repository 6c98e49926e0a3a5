"""What holds grow to and orders earn by the API: the same as the collector's page says."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from rewards.rules.models import flag_of
from rewards.tab import growth, offers, resting
from rewards.tab import queries as tab
from tests.api.test_me import get
from tests.identity.given import at
from tests.tab import given
from tests.tab.given import ETH
from tests.tab.test_sign_in import signed_in

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
BOOST = given.HOLD_BOOST | {"collections": {"of": "named", "slugs": ["superrare"]}}


def wallet() -> Any:
    """The wallet of ann, who can sign in."""
    return given.wallet(at("ann"))


def instant(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


class TestHolds:
    def test_tell_the_boost_of_now_and_of_the_next_step(self) -> None:
        ann, season, now = wallet(), given.season(), timezone.now()
        given.rule(season, "long-holders", "hold_boost", BOOST)
        began = {"young": now - 10 * DAY, "grown": now - 100 * DAY, "old": now - 400 * DAY}
        for token_id, since in began.items():
            given.hold(ann, token_id=token_id, since=since)
        given.hold(ann, token_id="other", since=now - 100 * DAY, collection="moon-cats")

        items = {item["token_id"]: item for item in get(signed_in("ann"), "/holds")["items"]}

        assert items["young"]["boost"] == {
            "rule": "long-holders",
            "boost_bp": 10_000,
            "next_boost_bp": 12_500,
            "next_at": instant(began["young"] + 90 * DAY),
        }
        assert items["grown"]["boost"] == {
            "rule": "long-holders",
            "boost_bp": 12_500,
            "next_boost_bp": 15_000,
            "next_at": instant(began["grown"] + 180 * DAY),
        }
        top = {"boost_bp": 20_000, "next_boost_bp": None, "next_at": None}
        assert items["old"]["boost"] == {"rule": "long-holders"} | top
        assert items["other"]["boost"] is None
        assert "verified" not in items["old"]

    def test_say_what_the_page_says(self) -> None:
        ann, season, now = wallet(), given.season(), timezone.now()
        linear = BOOST | {"shape": "linear"}
        boosts = [
            given.rule(season, slug, "hold_boost", params)
            for slug, params in (("steps", BOOST), ("rising", linear))
        ]
        for days in (1, 95, 179, 364, 366):
            given.hold(ann, token_id=str(days), since=now - days * DAY)
        rules = [rule for rule in tab.list_rules(as_of=now) if rule.kind == "hold_boost"]
        assert len(rules) == len(boosts)
        shown = tab.list_holds(collector_id=ann.collector_id, boosts=rules, as_of=now).nearest
        on_page = {hold.token.token_id: growth.nearest(rules, hold=hold) for hold in shown}
        for item in get(signed_in("ann"), "/holds")["items"]:
            standing = on_page[item["token_id"]]
            assert standing is not None
            assert item["boost"]["boost_bp"] == standing.boost_bp
            assert item["boost"]["rule"] == standing.rule.slug


class TestOrders:
    def test_tell_what_an_hour_earns_or_why_nothing(self) -> None:
        ann, bob, season = wallet(), given.wallet("bob"), given.season()
        since = timezone.now() - timedelta(hours=3)
        given.rule(season, "listing", "listing", given.LISTING)
        given.order(bob, "listing", price=ETH, since=since, token_id="floor")
        for token_id, price in (("near", ETH), ("half", 2 * ETH), ("far", 9 * ETH)):
            given.order(ann, "listing", price=price, since=since, token_id=token_id)
        given.order(ann, "bid", price=ETH // 2, since=since, token_id="near")
        client = signed_in("ann")

        earns = {(item["side"], item["token_id"]): item["earns"] for item in get(client, "/orders")["items"]}

        near = earns["listing", "near"]
        assert near["micro_xp_per_hour"] == 1_000_000
        assert (near["text"], near["reason"]) == ("1 XP an hour", None)
        assert earns["listing", "half"]["micro_xp_per_hour"] == 500_000
        far = earns["listing", "far"]
        assert (far["micro_xp_per_hour"], far["reason"]) == (0, "price_too_far")
        assert far["why"][0].startswith("A listing earns")
        bid = earns["bid", "near"]
        assert (bid["reason"], bid["why"]) == ("no_rule", ["No rule pays for a bid now."])

        given.pause(flag_of("listing"), starts="2019-01-01")
        assert {item["earns"]["reason"] for item in get(client, "/orders")["items"]} == {"paused", "no_rule"}

    def test_say_what_the_page_says_on_every_page_of_them(self) -> None:
        ann, bob, season, now = wallet(), given.wallet("bob"), given.season(), timezone.now()
        best = given.LISTING | {"best": 3, "rank_weights_bp": [10_000, 6_000, 3_000]}
        given.rule(season, "listing", "listing", best)
        given.rule(season, "bidding", "bidding", given.BIDDING)
        for place in range(4):
            since = now - timedelta(hours=5, minutes=place)
            of = (ann, bob)[place % 2]
            given.order(of, "listing", price=ETH + place, since=since, token_id=f"{place}")
            given.order(of, "bid", price=ETH - place, since=since, token_id=f"7{place}")
        # One behind another on the same thing, one too new for the book, one in a currency without a rate.
        given.order(ann, "listing", price=ETH, since=now - timedelta(hours=4), token_id="0")
        given.order(ann, "bid", price=ETH, since=now - timedelta(seconds=1), token_id="new")
        given.order(ann, "bid", price=5, since=now - timedelta(hours=4), token_id="dai", currency="DAI")
        rules = resting.rules_in_force(tab.list_rules(as_of=now), at=now)
        shown = tab.list_orders(collector_id=ann.collector_id, as_of=now).nearest
        on_page = sorted(
            (order.side, order.price.amount, offers.hourly(resting.resting(order, rules=rules, at=now)))
            for order in shown
        )
        client = signed_in("ann")
        found: list[tuple[str, int, str]] = []
        cursor: dict[str, str] = {}
        while True:
            page = get(client, "/orders", limit=2, **cursor)
            found += [(item["side"], int(item["price"]), item["earns"]["text"]) for item in page["items"]]
            if page["next_cursor"] is None:
                break
            cursor = {"cursor": page["next_cursor"]}
        assert sorted(found) == on_page
        assert len(found) == 7
