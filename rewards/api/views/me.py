"""What a collector who has signed in has, earned, and did not earn. Nothing of it is kept on the way."""

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.exceptions import NotAuthenticated, ParseError
from rest_framework.request import Request
from rest_framework.response import Response

from rewards.api import queries
from rewards.api.auth import Browser, SignInAuthentication
from rewards.api.fields import Instant
from rewards.api.pages import page_of
from rewards.api.views.base import PAGE_PARAMETERS, ApiView
from rewards.tab import reasons, words
from rewards.tab.rows import Line, LineName

LONGEST_NAME = 200

GONE = "Nobody has signed in with this browser any more. Sign in again."

# The states in which collectors see a round.
GONE_OUT = ["shipping", "halted", "shipped", "sealed"]


class MeSerializer(serializers.Serializer[object]):
    """Who has signed in, and the XP of all its wallets together."""

    address = serializers.CharField(help_text="The wallet that stands for the collector, in lower case.")
    signed_in_as = serializers.CharField(help_text="The wallet that signed in with this browser.")
    balance_xp = serializers.IntegerField()
    wallet_count = serializers.IntegerField()
    place = serializers.IntegerField(allow_null=True, help_text="By XP; null without XP.")
    next_round_at = Instant(allow_null=True, help_text="When the next round is due, where one is announced.")


class WalletSerializer(serializers.Serializer[object]):
    """A wallet of the collector."""

    address = serializers.CharField()
    stands = serializers.BooleanField(help_text="Whether it is the one that stands for the collector.")
    linked_at = Instant(allow_null=True)
    is_settling = serializers.BooleanField(help_text="Whether holds and orders are still to follow.")


class WalletsSerializer(serializers.Serializer[object]):
    """All wallets, the one that stands for the collector first."""

    items = WalletSerializer(many=True)


class AwardSerializer(serializers.Serializer[object]):
    """What a round brought."""

    round = serializers.CharField()
    title = serializers.CharField()
    message = serializers.CharField(allow_blank=True)
    state = serializers.ChoiceField(choices=GONE_OUT)
    window_start = Instant()
    window_end = Instant()
    amount_xp = serializers.IntegerField()
    posted_at = Instant(allow_null=True, help_text="When it came to the balance; null while on its way.")


class TransferSerializer(serializers.Serializer[object]):
    """A transfer of the ledger, as the collector sees it."""

    id = serializers.IntegerField()
    at = Instant()
    reason = serializers.CharField(help_text="A code, such as `award`.")
    change_xp = serializers.IntegerField(help_text="Negative where XP was given.")
    round = serializers.CharField(allow_null=True)
    title = serializers.CharField(allow_null=True, help_text="The round's.")


class LineRuleSerializer(serializers.Serializer[object]):
    """The rule that a line came by, in the version that it names for ever."""

    slug = serializers.CharField()
    title = serializers.CharField()
    kind = serializers.CharField()
    version = serializers.IntegerField()


class LineSerializer(serializers.Serializer[object]):
    """One reason for XP, or for none."""

    id = serializers.CharField(help_text="What names the line, such as in a report about it.")
    round = serializers.CharField(help_text="The round that it came with.")
    late_for = serializers.CharField(
        allow_null=True, help_text="The title of an earlier round that it is for."
    )
    rule = LineRuleSerializer()
    reason = serializers.CharField(help_text="A code: `earned`, or why it brought no XP.")
    text = serializers.CharField(help_text="What it is about, in words.")
    why = serializers.CharField(help_text="Its sum, or why it brought no XP, in words.")
    amount_xp = serializers.IntegerField()
    base_micro_xp = serializers.IntegerField(help_text="Millionths of an XP.")
    boost_bp = serializers.IntegerField(help_text="Basis points: 10000 is no boost.")
    cut_xp = serializers.IntegerField(help_text="What a cap took off.")
    earlier_xp = serializers.IntegerField(help_text="What was counted for it in an earlier round.")
    hold_days = serializers.IntegerField(allow_null=True)
    at = Instant(allow_null=True, help_text="When its event happened.")
    collection = serializers.CharField(allow_null=True)
    contract = serializers.CharField(allow_null=True)
    token_id = serializers.CharField(allow_null=True)
    price = serializers.CharField(allow_null=True, help_text="In base units of the currency, as text.")
    currency = serializers.CharField(allow_null=True)
    decimals = serializers.IntegerField(allow_null=True)


def page_serializer(item: type[serializers.Serializer[Any]]) -> Any:
    """The description of a page of such items."""
    fields: dict[str, Any] = {
        "__doc__": "A page, and where the next one begins.",
        "items": item(many=True),
        "next_cursor": serializers.CharField(allow_null=True, help_text="Null on the last page."),
    }
    name = item.__name__.replace("Serializer", "PageSerializer")
    return type(name, (serializers.Serializer,), fields)


class MeView(ApiView):
    """A view of the collector's own."""

    scope = "me"
    authentication_classes = [SignInAuthentication]

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Response:
        """Keep every answer, errors as well, out of caches."""
        response["Cache-Control"] = "private, no-store"
        return super().finalize_response(request, response, *args, **kwargs)


def sign_in_of(request: Request) -> str:
    """The sign-in that the browser's session names."""
    assert isinstance(request.user, Browser)
    return request.user.sign_in_id


def answered(body: str | None) -> HttpResponse:
    """A body that was written by the database; a 401 where it found nobody who has signed in."""
    if body is None:
        raise NotAuthenticated(GONE)
    return HttpResponse(body, content_type="application/json")


class Me(MeView):
    """Who has signed in."""

    @extend_schema(operation_id="get_me", tags=["me"], responses=MeSerializer)
    def get(self, request: Request) -> HttpResponse:
        """The balance of all the collector's wallets together, and when the next round is due."""
        return answered(queries.get_me(sign_in_id=sign_in_of(request), as_of=timezone.now()))


class Wallets(MeView):
    """The collector's wallets."""

    @extend_schema(operation_id="list_my_wallets", tags=["me"], responses=WalletsSerializer)
    def get(self, request: Request) -> HttpResponse:
        """All wallets. Nobody else can see that they belong together."""
        return answered(queries.get_own_wallets(sign_in_id=sign_in_of(request), as_of=timezone.now()))


class OwnPage(MeView):
    """A long list of the collector's own. ``name`` says which."""

    name: str

    def get(self, request: Request) -> HttpResponse:
        """A page of it."""
        page = page_of(request.query_params, order=queries.ORDERS[self.name])
        now = timezone.now()
        return answered(
            queries.get_own_page(name=self.name, sign_in_id=sign_in_of(request), page=page, as_of=now)
        )


def described(name: str, item: type[serializers.Serializer[Any]], text: str) -> Any:
    """What the description says of a list that is an OwnPage."""
    return extend_schema_view(
        get=extend_schema(
            operation_id=f"list_my_{name}",
            tags=["me"],
            parameters=PAGE_PARAMETERS,
            responses=page_serializer(item),
            description=text,
        )
    )


@described("awards", AwardSerializer, "What rounds brought, the latest first.")
class Awards(OwnPage):
    """What rounds brought."""

    name = "awards"


@described("ledger", TransferSerializer, "Every transfer of the collector's XP, the latest first.")
class Ledger(OwnPage):
    """The ledger."""

    name = "ledger"


class Lines(MeView):
    """Every reason for XP, and for none."""

    @extend_schema(
        operation_id="list_my_lines",
        tags=["me"],
        parameters=[
            *PAGE_PARAMETERS,
            OpenApiParameter(
                "round",
                {"type": "string", "minLength": 1, "maxLength": LONGEST_NAME},
                description="Of this round only.",
            ),
        ],
        responses=page_serializer(LineSerializer),
    )
    def get(self, request: Request) -> Response:
        """The lines of all rounds, the latest round first, each with its sum or its reason in words."""
        slug = request.query_params.get("round")
        if slug is not None and ("\0" in slug or not 1 <= len(slug) <= LONGEST_NAME):
            raise ParseError("The round is no name of one.")
        now = timezone.now()
        listed = queries.list_own_lines(
            sign_in_id=sign_in_of(request),
            page=page_of(request.query_params, order=queries.ORDERS["lines"]),
            slug=slug,
            as_of=now,
        )
        if listed is None:
            raise NotAuthenticated(GONE)
        items = [{"round": told.round} | _line(told.line, as_of=now) for told in listed.items]
        return Response({"items": items, "next_cursor": listed.next_cursor})


def line_id(name: LineName) -> str:
    """What names a line among all of its collector: round, rule version, subject, and the round it pays."""
    return "/".join(map(str, name))


def _line(line: Line, *, as_of: Any) -> dict[str, Any]:
    token, price = line.token, line.price
    assert line.name is not None
    return {
        "id": line_id(line.name),
        "late_for": line.late.round_title if line.late else None,
        "rule": {
            "slug": line.rule.slug,
            "title": line.rule.title,
            "kind": line.rule.kind,
            "version": line.rule.number,
        },
        "reason": line.reason,
        "text": words.happened(line),
        "why": words.sum_of(line) if line.amount_xp else reasons.why_nothing(line, as_of),
        "amount_xp": line.amount_xp,
        "base_micro_xp": line.base_micro_xp,
        "boost_bp": line.boost_bp,
        "cut_xp": line.cut_xp,
        "earlier_xp": line.late.earlier_xp if line.late else 0,
        "hold_days": line.hold_days,
        "at": line.at,
        "collection": line.collection,
        "contract": token.contract if token else None,
        "token_id": token.token_id if token else None,
        "price": str(price.amount) if price else None,
        "currency": price.currency if price else None,
        "decimals": price.decimals if price else None,
    }
