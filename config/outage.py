"""What a visitor hears when PostgreSQL is away or has no connection left: 503 and when to come again."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.defaults import server_error

RETRY_AFTER_SECONDS = 5

# Django's words for what PostgreSQL says when it cannot do something now that was not wrong to ask: it is
# down, starting, full, out of connections, or had to end this transaction for another's sake.
NOT_NOW = (OperationalError, InterfaceError)


def answer(request: HttpRequest) -> HttpResponse:
    """
    The answer to a request that raised an error which nobody caught; Django calls it as ``handler500``.

    Every change is one transaction, so a request that could not be served has changed nothing, or all of it
    where only the word of the commit was lost; sent again, nothing is done twice. The API says the same in
    its own form, in rewards.api.problems.
    """
    if not isinstance(sys.exc_info()[1], NOT_NOW):
        return server_error(request)
    response = HttpResponse(render_to_string("503.html"), status=503)
    response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response
