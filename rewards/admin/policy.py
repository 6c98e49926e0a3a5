"""The Content-Security-Policy of every page: the settings' own, and the admin's, whose theme needs more."""

from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

# Unfold's pages have scripts and styles within, and its Alpine builds functions from text. Still nothing of
# another host is loaded, and nothing is sent to one.
ADMIN = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"] | {
    "script-src": ["'self'", "'unsafe-inline'", "'unsafe-eval'"],
    "style-src": ["'self'", "'unsafe-inline'"],
}


class PolicyMiddleware(CSPMiddleware):
    """Gives pages of the admin their policy and all others the settings'."""

    def get_policy_parts(
        self,
        request: HttpRequest,
        response: HttpResponseBase,
        report_only: bool = False,  # noqa: FBT001, FBT002 (the package's own)
    ) -> PolicyParts:
        """The policy's parts for a response."""
        parts = super().get_policy_parts(request, response, report_only)
        if request.resolver_match is not None and request.resolver_match.namespace == "admin":
            parts.config = ADMIN
        return parts
