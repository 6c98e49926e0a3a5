"""The least that a page can be: a view that asks the database for a constant."""

from django.db import connection
from django.http import HttpRequest, HttpResponse


def one(_request: HttpRequest) -> HttpResponse:
    """Ask for 1."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        (found,) = cursor.fetchone() or (None,)
    return HttpResponse(str(found))
