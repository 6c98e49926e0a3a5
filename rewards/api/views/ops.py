"""How the engine is, for those who run it."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from rewards.api.fields import Instant
from rewards.api.views.base import ApiView
from rewards.api.views.flags import PauseSerializer
from rewards.status import queries as status


class FlightSerializer(serializers.Serializer[object]):
    """A shipment on its way, and how far it is."""

    shipment = serializers.CharField(source="shipment.slug")
    title = serializers.CharField(source="shipment.title")
    state = serializers.ChoiceField(source="shipment.state", choices=["shipping", "halted"])
    shipping_at = Instant(source="shipment.shipping_at")
    total_xp = serializers.IntegerField(source="shipment.total_xp")
    xp_done = serializers.IntegerField(source="progress.xp_done")
    awards = serializers.IntegerField(source="progress.awards")
    awards_done = serializers.IntegerField(source="progress.awards_done")
    batches = serializers.IntegerField(source="progress.batches")
    batches_done = serializers.IntegerField(source="progress.done")
    batches_failed = serializers.IntegerField(source="progress.failed")


class LagSerializer(serializers.Serializer[object]):
    """What the facts have not taken in yet. Without a time nothing waits, or nothing came in yet."""

    received_at = Instant(allow_null=True, help_text="When the last events came in.")
    newest_at = Instant(allow_null=True, help_text="The newest of them.")
    waiting_batches = serializers.IntegerField()
    waiting_events = serializers.IntegerField()
    waiting_since = Instant(source="since", allow_null=True)


class BudgetSerializer(serializers.Serializer[object]):
    """A season's budget and what is left of it."""

    season = serializers.CharField(source="slug")
    title = serializers.CharField()
    starts_at = Instant()
    ends_at = Instant()
    budget_xp = serializers.IntegerField()
    left_xp = serializers.IntegerField()


class StatusSerializer(serializers.Serializer[object]):
    """All of it at one instant."""

    as_of = Instant()
    paused = PauseSerializer(many=True)
    shipments = FlightSerializer(many=True, source="flights")
    events = LagSerializer(source="lag")
    budgets = BudgetSerializer(many=True)


class Status(ApiView):
    """How the engine is."""

    scope = "ops:read"

    @extend_schema(operation_id="get_status", tags=["ops"], responses=StatusSerializer)
    def get(self, request: Request) -> Response:
        """Shipments on their way, events that wait, budgets, and what is paused."""
        return Response(StatusSerializer(status.get_status(as_of=timezone.now())).data)
