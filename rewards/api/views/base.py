"""What every view of the API has."""

from typing import Any

from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from rewards.api.auth import Caller


class ApiView(APIView):
    """A view that says who may call it: ``scope`` is a key's scope, or ``public``."""

    scope: str

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Response:
        """Tell every caller how much is left of what they may ask for."""
        allowance = getattr(request._request, "holdfast_allowance", None)  # noqa: SLF001
        if allowance is not None:
            for name, value in allowance.headers.items():
                response[name] = value
        return super().finalize_response(request, response, *args, **kwargs)


def name_of(request: Request) -> str:
    """Whose key it is, as the change log has it; only where a scope was asked for."""
    assert isinstance(request.user, Caller)
    return request.user.name


class NothingHere(ApiView):
    """Every address below /api/ that is none, whatever the method."""

    scope = "public"
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Count the request, and say that nothing is here."""
        super().initial(request, *args, **kwargs)
        raise NotFound("There is nothing at this address. /api/v1/docs shows what there is.")
