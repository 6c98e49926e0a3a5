"""The program as everybody sees it: rules, seasons, rounds, and who came far."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.request import Request

from rewards.api import queries
from rewards.api.fields import Instant
from rewards.api.pages import page_of
from rewards.api.views.base import PAGE_PARAMETERS, ApiView, kept
from rewards.api.views.me import GONE_OUT
from rewards.standings import queries as standings
from rewards.tab import queries as tab
from rewards.tab import terms, words
from rewards.tab.rows import RuleVersion

# What has gone out stays as it is, but for the mark that it was sealed.
KEPT_SECONDS = 300

LEADERS = 100

UNCHANGED = OpenApiResponse(description="The answer with the tag of If-None-Match still holds.")


class RulePauseSerializer(serializers.Serializer[object]):
    """A time in which a rule was off."""

    flag = serializers.CharField(help_text="The flag that was paused: the rule's own, or one above it.")
    starts_at = Instant()
    ends_at = Instant(allow_null=True)
    reason = serializers.CharField()


class RuleSerializer(serializers.Serializer[object]):
    """A way to earn, by the version in force or next to come."""

    slug = serializers.CharField()
    title = serializers.CharField()
    kind = serializers.CharField()
    version = serializers.IntegerField()
    state = serializers.ChoiceField(choices=["on", "paused", "to come", "ended"])
    text = serializers.ListField(child=serializers.CharField(), help_text="The rule in plain sentences.")
    in_force_from = Instant()
    ends_at = Instant(help_text="The end of its season.")
    params = serializers.DictField(help_text="Its numbers: micro-XP, wei as text, basis points, days.")
    pauses = RulePauseSerializer(many=True, help_text="The latest ones that began.")


class RulesSerializer(serializers.Serializer[object]):
    """The rules of the seasons that go on, and of the last ones that ended."""

    items = RuleSerializer(many=True)


class SeasonSerializer(serializers.Serializer[object]):
    """A span of the program with its budget."""

    season = serializers.CharField()
    title = serializers.CharField()
    starts_at = Instant()
    ends_at = Instant()
    budget_xp = serializers.IntegerField()
    left_xp = serializers.IntegerField()


class SeasonsSerializer(serializers.Serializer[object]):
    """All seasons, the latest first."""

    items = SeasonSerializer(many=True)


class RoundSerializer(serializers.Serializer[object]):
    """A round that goes out, or has gone out."""

    round = serializers.CharField()
    season = serializers.CharField()
    title = serializers.CharField()
    message = serializers.CharField(allow_blank=True)
    state = serializers.ChoiceField(choices=GONE_OUT)
    window_start = Instant()
    window_end = Instant()
    shipping_at = Instant(allow_null=True)
    shipped_at = Instant(allow_null=True)
    award_count = serializers.IntegerField()
    total_xp = serializers.IntegerField()


class RoundsSerializer(serializers.Serializer[object]):
    """A page of rounds, the latest first, and where the next one begins."""

    items = RoundSerializer(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class ComingSerializer(serializers.Serializer[object]):
    """A round that has not gone out. Its name and its rules are told once it does."""

    window_start = Instant()
    window_end = Instant()
    due_at = Instant(help_text="When it goes out, or else when its window ends.")
    state = serializers.ChoiceField(
        choices=["announced", "planned"],
        help_text="A round that is being made, or a later window of a series of rounds.",
    )


class ComingRoundsSerializer(serializers.Serializer[object]):
    """The rounds to come, the nearest first."""

    items = ComingSerializer(many=True)


class LeaderSerializer(serializers.Serializer[object]):
    """A place by XP. Whoever has a private page, or opted out, is counted and not named."""

    place = serializers.IntegerField(help_text="Shared by equal balances.")
    address = serializers.CharField(allow_null=True)
    balance_xp = serializers.IntegerField(allow_null=True)


class LeaderboardSerializer(serializers.Serializer[object]):
    """The first places of the latest snapshot. Before the first one there are none."""

    taken_at = Instant(allow_null=True)
    collector_count = serializers.IntegerField(help_text="How many have XP.")
    items = LeaderSerializer(many=True, source="stands")


class Rules(ApiView):
    """The rules."""

    scope = "public"

    @extend_schema(
        operation_id="list_rules", tags=["program"], auth=[], responses={200: RulesSerializer, 304: UNCHANGED}
    )
    def get(self, request: Request) -> HttpResponse:
        """The rules in force, in numbers and in plain words, with what is paused and why."""
        now = timezone.now()
        items = [_rule(rule, at=now) for rule in tab.list_rules(as_of=now)]
        return kept(request, RulesSerializer({"items": items}).data)


def _rule(rule: RuleVersion, *, at: datetime) -> dict[str, Any]:
    return {
        "slug": rule.slug,
        "title": rule.title,
        "kind": rule.kind,
        "version": rule.number,
        "state": _state(rule, at=at),
        "text": terms.rule(rule),
        "in_force_from": rule.in_force_from,
        "ends_at": rule.ends_at,
        "params": rule.params,
        "pauses": rule.pauses,
    }


def _state(rule: RuleVersion, *, at: datetime) -> str:
    if rule.ends_at <= at:
        return "ended"
    if rule.in_force_from > at:
        return "to come"
    return words.rule_state(rule, at)


class Seasons(ApiView):
    """The seasons."""

    scope = "public"

    @extend_schema(
        operation_id="list_seasons",
        tags=["program"],
        auth=[],
        responses={200: SeasonsSerializer, 304: UNCHANGED},
    )
    def get(self, request: Request) -> HttpResponse:
        """Every season, with its budget and what is left of it."""
        return kept(request, SeasonsSerializer({"items": queries.list_seasons()}).data)


class Rounds(ApiView):
    """The rounds."""

    scope = "public"

    @extend_schema(
        operation_id="list_rounds",
        tags=["program"],
        auth=[],
        parameters=PAGE_PARAMETERS,
        responses={200: RoundsSerializer, 304: UNCHANGED},
    )
    def get(self, request: Request) -> HttpResponse:
        """The rounds that go out or have gone out."""
        listed = queries.list_rounds(page=page_of(request.query_params, order=queries.ROUNDS))
        return kept(request, RoundsSerializer(listed).data)


class RoundsToCome(ApiView):
    """The rounds to come."""

    scope = "public"

    @extend_schema(
        operation_id="list_rounds_to_come",
        tags=["program"],
        auth=[],
        responses={200: ComingRoundsSerializer, 304: UNCHANGED},
    )
    def get(self, request: Request) -> HttpResponse:
        """The next rounds with their dates, those included that a series will make by itself."""
        items = [
            {
                "window_start": one.window_start,
                "window_end": one.window_end,
                "due_at": one.due_at,
                "state": "planned" if one.is_planned else "announced",
            }
            for one in tab.list_to_come()
        ]
        return kept(request, ComingRoundsSerializer({"items": items}).data)


class Round(ApiView):
    """A round."""

    scope = "public"

    @extend_schema(
        operation_id="get_round", tags=["program"], auth=[], responses={200: RoundSerializer, 304: UNCHANGED}
    )
    def get(self, request: Request, slug: str) -> HttpResponse:
        """A round that goes out or has gone out."""
        found = queries.get_round(slug=slug)
        if found is None:
            raise NotFound("There is no round of this name that has gone out.")
        over = found["state"] in ("shipped", "sealed")
        return kept(request, RoundSerializer(found).data, seconds=KEPT_SECONDS if over else 0)


class Leaderboard(ApiView):
    """Who came far."""

    scope = "public"

    @extend_schema(
        operation_id="list_leaders",
        tags=["program"],
        auth=[],
        responses={
            200: LeaderboardSerializer,
            304: UNCHANGED,
            403: OpenApiResponse(description="Every page is private here."),
        },
    )
    def get(self, request: Request) -> HttpResponse:
        """The first places by XP, as the latest snapshot has them. Who is named is asked now."""
        if not settings.PUBLIC_PAGES:
            raise PermissionDenied("Every page is private here, and so is the list of leaders.")
        board = standings.get_board(collector_id=None, first=LEADERS, around=0)
        told: Any = board or {"taken_at": None, "collector_count": 0, "stands": []}
        return kept(request, LeaderboardSerializer(told).data)
