"""The addresses of the admin: our pages first, then those that Django makes for tables."""

from django.urls import URLPattern, URLResolver, path

from rewards.admin.site import site
from rewards.admin.views import collectors, dashboard, flags, rules, shipments

app_name = "admin"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", site.page(dashboard.show), name="index"),
    path("flags/", site.page(flags.show), name="flags"),
    path("flags/<str:slug>/pause/", site.page(flags.pause, needs="pause"), name="pause"),
    path("flags/<str:slug>/resume/", site.page(flags.resume, needs="pause"), name="resume"),
    path("rules/", site.page(rules.show_all), name="rules"),
    path("rules/<str:slug>/", site.page(rules.show), name="rule"),
    path("rules/<str:slug>/edit/", site.page(rules.edit, needs="edit_rules"), name="rule_edit"),
    path("shipments/", site.page(shipments.show_all), name="shipments"),
    path("shipments/<str:slug>/", site.page(shipments.show), name="shipment"),
    path("shipments/<str:slug>/plan/", site.page(shipments.plan, needs="plan"), name="plan"),
    path("shipments/<str:slug>/approve/", site.page(shipments.approve, needs="approve"), name="approve"),
    path("collectors/", site.page(collectors.find), name="collectors"),
    path("collectors/<str:address>/", site.page(collectors.show), name="collector"),
    *site.get_urls(),
]
