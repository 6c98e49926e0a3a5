"""The address that events are sent to."""

from django.urls import path

from marketplace.intake import views

app_name = "intake"

urlpatterns = [path("", views.events, name="events")]
