"""What a collector has and offers now, and what it grows to: steps of holds, and what orders earn an hour."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from rewards.api import queries
from rewards.api.fields import Instant
from rewards.api.pages import page_of
from rewards.api.views.me import GONE, MeView, described, sign_in_of
from rewards.tab import growth, offers, resting
from rewards.tab import queries as tab
from rewards.tab.rows import Hold, Order, Price, RuleVersion, Token


class BoostSerializer(serializers.Serializer[object]):
    """
    Where a hold stands on the curve of a boost rule in force: the one whose next step comes first.

    A rule may count the most traded collections only; which they are is settled when a round's window starts.
    """

    rule = serializers.CharField()
    boost_bp = serializers.IntegerField(help_text="Now, in basis points: 10000 is no boost.")
    next_boost_bp = serializers.IntegerField(allow_null=True, help_text="Null at the top of the curve.")
    next_at = Instant(allow_null=True, help_text="When the next step is reached, if it is held on.")


class HoldSerializer(serializers.Serializer[object]):
    """A token that the collector has now."""

    collection = serializers.CharField()
    contract = serializers.CharField(allow_null=True)
    token_id = serializers.CharField(allow_null=True)
    quantity = serializers.IntegerField()
    started_at = Instant()
    hold_days = serializers.IntegerField(help_text="Whole days.")
    boost = BoostSerializer(allow_null=True, help_text="Null where no rule in force looks at it.")


class EarnsSerializer(serializers.Serializer[object]):
    """What an order earns now, by the book of the last full hour, or why it earns nothing."""

    micro_xp_per_hour = serializers.IntegerField(help_text="Millionths of an XP; of a pot the weight in it.")
    text = serializers.CharField(help_text="The same in words: `1.5 XP an hour`, `A share of the pot`.")
    reason = serializers.CharField(
        allow_null=True, help_text="A code for why it earns nothing, such as `paused`; null while it earns."
    )
    why = serializers.ListField(
        child=serializers.CharField(), help_text="The sum of each rule, or what is missing, in words."
    )


class OrderSerializer(serializers.Serializer[object]):
    """A listing or a bid that rests now."""

    side = serializers.ChoiceField(choices=["listing", "bid"])
    collection = serializers.CharField()
    contract = serializers.CharField(allow_null=True)
    token_id = serializers.CharField(allow_null=True, help_text="Null for a bid on any token.")
    trait = serializers.CharField(allow_null=True)
    quantity = serializers.IntegerField()
    price = serializers.CharField(help_text="In base units of the currency, such as wei, as text.")
    currency = serializers.CharField()
    decimals = serializers.IntegerField(allow_null=True)
    placed_at = Instant()
    ends_at = Instant(allow_null=True)
    earns = EarnsSerializer()


class RuledPage(MeView):
    """A long list of the collector's own whose rows the rules in force say more of."""

    name: str
    say: Callable[..., dict[str, Any]]

    def get(self, request: Request) -> Response:
        """A page of it."""
        page = page_of(request.query_params, order=queries.ORDERS[self.name])
        now = timezone.now()
        listed = queries.list_own(name=self.name, sign_in_id=sign_in_of(request), page=page, as_of=now)
        if listed is None:
            raise NotAuthenticated(GONE)
        rules = tab.list_rules(as_of=now)
        items = [self.say(item, rules=rules, at=now) for item in listed.items]
        return Response({"items": items, "next_cursor": listed.next_cursor})


def with_boost(item: dict[str, Any], *, rules: Sequence[RuleVersion], at: datetime) -> dict[str, Any]:
    """A hold with where it stands on the curves of the boosts in force."""
    boosts = [rule for rule in rules if rule.kind == "hold_boost" and rule.is_in_force(at)]
    hold = Hold(
        token=_token(item),
        verified=item.pop("verified"),
        quantity=item["quantity"],
        started_at=datetime.fromisoformat(item["started_at"]),
        hold_days=item["hold_days"],
    )
    found = growth.nearest(boosts, hold=hold)
    if found is None:
        return item | {"boost": None}
    boost = {
        "rule": found.rule.slug,
        "boost_bp": found.boost_bp,
        "next_boost_bp": found.following.boost_bp if found.following else None,
        "next_at": found.following_at,
    }
    return item | {"boost": BoostSerializer(boost).data}


def with_earnings(item: dict[str, Any], *, rules: Sequence[RuleVersion], at: datetime) -> dict[str, Any]:
    """An order with what it earns an hour by the rules in force, as its collector's page shows it."""
    book = item.pop("book")
    ends_at = item["ends_at"]
    order = Order(
        side=item["side"],
        token=_token(item) if item["token_id"] is not None else None,
        collection=item["collection"],
        trait=item["trait"],
        price=Price(amount=int(item["price"]), currency=item["currency"], decimals=item["decimals"]),
        units=item["quantity"],
        placed_at=datetime.fromisoformat(item["placed_at"]),
        ends_at=datetime.fromisoformat(ends_at) if ends_at else None,
        **book,
    )
    found = resting.resting(order, rules=resting.rules_in_force(rules, at=at), at=at)
    reason = found.standings[0].reason or None if found.standings else "no_rule"
    earns = {
        "micro_xp_per_hour": found.micro_xp_per_hour,
        "text": offers.hourly(found),
        "reason": reason,
        "why": offers.standings(found, at),
    }
    return item | {"earns": earns}


def _token(item: dict[str, Any]) -> Token:
    return Token(contract=item["contract"], collection=item["collection"], token_id=item["token_id"])


@described("holds", HoldSerializer, "The tokens that the collector has now, the longest held first.")
class Holds(RuledPage):
    """What the collector holds."""

    name = "holds"
    say = staticmethod(with_boost)


@described("orders", OrderSerializer, "The listings and bids that rest now, the oldest first.")
class Orders(RuledPage):
    """What rests."""

    name = "orders"
    say = staticmethod(with_earnings)
