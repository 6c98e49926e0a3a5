"""The addresses of the rewards tab."""

from django.urls import path

from rewards.tab import views

app_name = "tab"

urlpatterns = [
    path("", views.front, name="front"),
    path("<str:address>/", views.collector, name="collector"),
    path("<str:address>/rounds/<str:slug>/", views.received_round, name="round"),
]
