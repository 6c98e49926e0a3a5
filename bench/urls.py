"""The engine's own addresses, and beside them what it is measured against."""

from django.urls import URLPattern, URLResolver, path

from bench.drf.views import Events
from bench.one import one
from config.urls import urlpatterns as own

urlpatterns: list[URLPattern | URLResolver] = [
    path("bench/drf/events", Events.as_view()),
    path("bench/one", one),
    *own,
]
