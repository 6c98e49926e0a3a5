"""The addresses of the admin: our pages first, then those that Django makes for tables."""

from django.urls import URLPattern, URLResolver, path

from rewards.admin.site import site
from rewards.admin.views import flags, rules

app_name = "admin"

urlpatterns: list[URLPattern | URLResolver] = [
    path("flags/", site.page(flags.show), name="flags"),
    path("flags/<str:slug>/pause/", site.page(flags.pause, needs="pause"), name="pause"),
    path("flags/<str:slug>/resume/", site.page(flags.resume, needs="pause"), name="resume"),
    path("rules/", site.page(rules.show_all), name="rules"),
    path("rules/<str:slug>/", site.page(rules.show), name="rule"),
    path("rules/<str:slug>/edit/", site.page(rules.edit, needs="edit_rules"), name="rule_edit"),
    *site.get_urls(),
]
