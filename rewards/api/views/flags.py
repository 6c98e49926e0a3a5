"""Flags: what is on and paused, and the two acts that change it."""

from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from rewards.api.fields import Body, Instant
from rewards.api.problems import Conflict
from rewards.api.views.base import ApiView, name_of
from rewards.flags import operations as flags
from rewards.flags import queries
from rewards.flags.errors import FlagError, UnknownFlag
from rewards.staff import operations as staff


class PauseSerializer(serializers.Serializer[object]):
    """A time in which a flag is off, and why. Without an end, nobody knows yet when it ends."""

    flag = serializers.CharField(source="flag_id")
    starts_at = Instant()
    ends_at = Instant(allow_null=True)
    reason = serializers.CharField()


class FlagSerializer(serializers.Serializer[object]):
    """A switch over rules. It is paused while it, or one above it, is."""

    flag = serializers.CharField(source="flag.slug")
    title = serializers.CharField(source="flag.title")
    # A serializer's own parent is set on it later, and its class takes the fields out of the way before.
    parent = serializers.CharField(source="flag.parent_id", allow_null=True)  # type: ignore[assignment]
    state = serializers.ChoiceField(choices=["on", "paused"])
    paused_by = PauseSerializer(many=True, help_text="The pauses that are on now, its own and from above.")
    pauses = PauseSerializer(many=True, help_text="Its own pauses, past and to come, the latest first.")


class FlagsSerializer(serializers.Serializer[object]):
    """Every flag at one instant."""

    as_of = Instant()
    flags = FlagSerializer(many=True)


class PauseBody(Body):
    """Why, and when; from now on and without an end, if left out."""

    reason = serializers.CharField(max_length=1000, help_text="What collectors read.")
    starts_at = Instant(required=False)
    ends_at = Instant(required=False)


class ResumeBody(Body):
    """When; now, if left out."""

    at = Instant(required=False)


class Flags(ApiView):
    """What is on and paused."""

    scope = "public"

    @extend_schema(operation_id="list_flags", tags=["flags"], auth=[], responses=FlagsSerializer)
    def get(self, request: Request) -> Response:
        """Every flag with its state, and its pauses with their reasons."""
        now = timezone.now()
        return Response(FlagsSerializer({"as_of": now, "flags": queries.list_states(at=now)}).data)


class PauseFlag(ApiView):
    """Turns a flag off."""

    scope = "flags:write"

    @extend_schema(
        operation_id="pause_flag",
        tags=["ops"],
        request=PauseBody,
        responses={
            201: PauseSerializer,
            409: OpenApiResponse(description="It is paused already, or a round was approved for that time."),
        },
    )
    def post(self, request: Request, flag: str) -> Response:
        """
        Pause a flag, now or at a time to come.

        Nothing is earned under it until it is resumed.
        """
        caller = name_of(request)
        body = PauseBody(data=request.data)
        body.is_valid(raise_exception=True)
        try:
            made = staff.do_as(
                name=caller,
                work=lambda: flags.pause(flag=flag, by=caller, as_of=timezone.now(), **body.validated_data),
            )
        except UnknownFlag as error:
            raise NotFound(str(error)) from error
        except FlagError as error:
            raise Conflict(str(error)) from error
        return Response(PauseSerializer(made).data, status=201)


class ResumeFlag(ApiView):
    """Turns a flag on again."""

    scope = "flags:write"

    @extend_schema(
        operation_id="resume_flag",
        tags=["ops"],
        request=ResumeBody,
        responses={200: PauseSerializer, 409: OpenApiResponse(description="It is not paused.")},
    )
    def post(self, request: Request, flag: str) -> Response:
        """
        End the pause of a flag, or call off the next one that has not begun.

        Nothing is paid back for the pause.
        """
        caller = name_of(request)
        body = ResumeBody(data=request.data)
        body.is_valid(raise_exception=True)
        try:
            ended = staff.do_as(
                name=caller,
                work=lambda: flags.resume(flag=flag, by=caller, as_of=timezone.now(), **body.validated_data),
            )
        except UnknownFlag as error:
            raise NotFound(str(error)) from error
        except FlagError as error:
            raise Conflict(str(error)) from error
        return Response(PauseSerializer(ended).data)
