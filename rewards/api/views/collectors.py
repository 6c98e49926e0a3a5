"""A collector's balance by wallet, for others: where the page is public, or with a key that may see all."""

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.request import Request

from marketplace.registry import addresses
from rewards.api.models import ApiKey
from rewards.api.views.base import ApiView, kept
from rewards.tab import queries as tab

READ_ALL = "collectors:read"


class BalanceSerializer(serializers.Serializer[object]):
    """The XP of the collector behind a wallet."""

    address = serializers.CharField()
    balance_xp = serializers.IntegerField()


class Balance(ApiView):
    """The balance behind a wallet."""

    scope = "public"

    @extend_schema(
        operation_id="get_balance",
        tags=["collectors"],
        # With a key or without one; the type says less than what is read.
        auth=[{"key": []}, {}],  # type: ignore[list-item]
        responses={
            200: BalanceSerializer,
            304: OpenApiResponse(description="The answer with the tag of If-None-Match still holds."),
            403: OpenApiResponse(description="The page is private."),
        },
    )
    def get(self, request: Request, address: str) -> HttpResponse:
        """
        The balance of the collector behind a wallet.

        Without a key it is told where the collector's page is public. A key with the scope
        `collectors:read` is told it of every wallet.
        """
        stored = addresses.parse(address)
        found = tab.get_collector(address=stored, as_of=timezone.now()) if stored else None
        if found is None:
            raise NotFound("Nobody with this wallet has been seen on the market yet.")
        sees_all = isinstance(request.auth, ApiKey) and READ_ALL in request.auth.scopes
        if not sees_all and not (settings.PUBLIC_PAGES and found.is_public):
            raise PermissionDenied("This page is private. Nobody but its collector reads what is on it.")
        answer = kept(request, BalanceSerializer(found).data)
        if sees_all:
            answer["Cache-Control"] = "private, no-store"
        return answer
