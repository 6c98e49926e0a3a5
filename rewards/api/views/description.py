"""The API's description, and the page that shows it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiJsonRenderer2
from drf_spectacular.views import SpectacularAPIView

from rewards.api.auth import HasScope
from rewards.api.views.base import ApiView

# Swagger UI draws with style attributes and with pictures in its style sheet; scripts are ours alone.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class Description(SpectacularAPIView, ApiView):
    """The API in OpenAPI 3, as JSON."""

    scope = "public"
    permission_classes = [HasScope]
    renderer_classes = [OpenApiJsonRenderer2, OpenApiJsonRenderer]


# The token of its cookie goes with what is tried out as a collector.
@ensure_csrf_cookie
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The description as a page on which it can be tried out. Nothing on it comes from another host."""
    response = render(request, "api/docs.html")
    response["Content-Security-Policy"] = POLICY
    return response
