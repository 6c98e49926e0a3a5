"""What a collector reports of its lines, and what staff answered."""

from uuid import UUID

from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotAuthenticated, NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from rewards.api.fields import Body, Instant
from rewards.api.problems import Conflict
from rewards.api.views.me import GONE, OwnPage, described, line_id, sign_in_of
from rewards.appeals import operations as appeals
from rewards.appeals.errors import AppealRefused, UnknownAppeal
from rewards.appeals.models import MOST_LETTERS
from rewards.identity import queries as identity
from rewards.tab.rows import LineName

# The numbers of a line's name are those of rows, and no larger than the database has.
LARGEST = 2**63 - 1
LINE = r"^[^/]{1,200}/\d{1,19}/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/\d{1,19}$"


class CorrectionSerializer(serializers.Serializer[object]):
    """XP that came with an answer, once a second person approves."""

    amount_xp = serializers.IntegerField()
    state = serializers.ChoiceField(choices=["waiting", "made", "not approved"])
    made_at = Instant(allow_null=True)


class AppealSerializer(serializers.Serializer[object]):
    """A report about a line, and its answer, which is empty while it waits for one."""

    id = serializers.IntegerField()
    round = serializers.CharField()
    line = serializers.CharField(help_text="The `id` that the line has in `/api/v1/me/lines`.")
    text = serializers.CharField()
    opened_at = Instant()
    state = serializers.ChoiceField(choices=["open", "answered"])
    answer = serializers.CharField(allow_null=True)
    answered_at = Instant(allow_null=True)
    correction = CorrectionSerializer(allow_null=True)


class AppealBody(Body):
    """Which line, and what is wrong with it."""

    line = serializers.RegexField(
        LINE,
        error_messages={"invalid": "This is no line's id, as /api/v1/me/lines has it."},
        help_text="The `id` of a line.",
    )
    text = serializers.CharField(max_length=MOST_LETTERS, help_text="What is wrong, in a sentence.")


@described("appeals", AppealSerializer, "What the collector reported, the latest first, with the answers.")
class Appeals(OwnPage):
    """Reports about own lines."""

    name = "appeals"

    def get(self, request: Request) -> HttpResponse:
        """A page of them; the answer sets the cookie of the token that a report needs."""
        get_token(request._request)  # noqa: SLF001 (the middleware sets the cookie on Django's own)
        return super().get(request)

    @extend_schema(
        operation_id="report_line",
        tags=["me"],
        request=AppealBody,
        responses={
            201: AppealSerializer,
            404: OpenApiResponse(description="The collector has no such line."),
            409: OpenApiResponse(description="It waits for an answer already, or too many do."),
        },
    )
    def post(self, request: Request) -> Response:
        """
        Say what is wrong with an own line; staff look at it and answer.

        The cookie `csrftoken`, which the list sets, comes back as the header `X-CSRFToken`.
        """
        body = AppealBody(data=request.data)
        body.is_valid(raise_exception=True)
        now = timezone.now()
        signed_in = identity.find_signed_in(sign_in_id=sign_in_of(request), as_of=now)
        if signed_in is None:
            raise NotAuthenticated(GONE)
        name = _line_name(body.validated_data["line"])
        slug, version, subject, paid = name
        try:
            made = appeals.open_appeal(
                signed_in=signed_in,
                round_slug=slug,
                rule_version_id=version,
                subject=subject,
                for_shipment_id=paid,
                text=body.validated_data["text"],
                as_of=now,
            )
        except UnknownAppeal as error:
            raise NotFound(str(error)) from error
        except AppealRefused as error:
            raise Conflict(str(error)) from error
        told = {
            "id": made.id,
            "round": slug,
            "line": line_id(name),
            "text": made.text,
            "opened_at": made.opened_at,
            "state": made.state,
            "answer": None,
            "answered_at": None,
            "correction": None,
        }
        return Response(AppealSerializer(told).data, status=201)


def _line_name(told: str) -> LineName:
    slug, version, subject, paid = told.split("/")
    if max(int(version), int(paid)) > LARGEST:
        raise NotFound("You have no such line. Nothing was sent.")
    return slug, int(version), UUID(subject), int(paid)
