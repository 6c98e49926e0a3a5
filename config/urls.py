"""Every address that Holdfast answers."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/events", include("marketplace.intake.urls")),
    path("api/", include("rewards.api.urls")),
    path("admin/", include("rewards.admin.urls")),
    path("rewards/", include("rewards.tab.urls")),
]

# What nobody caught: a database that is away is a 503, anything else a 500.
handler500 = "config.outage.answer"
