"""The addresses of the rewards tab."""

from django.urls import path

from rewards.tab import appeals, card, history, leaders, sign_in, views

app_name = "tab"

urlpatterns = [
    path("", views.front, name="front"),
    path("program/", views.program, name="program"),
    path("sign-in/", sign_in.page, name="sign_in"),
    path("sign-in/text/", sign_in.text, name="sign_in_text"),
    path("sign-in/signature/", sign_in.sign_in, name="sign_in_signature"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("sign-out/<uuid:sign_in_id>/", sign_in.sign_out_there, name="sign_out_there"),
    path("wallets/", sign_in.wallets, name="wallets"),
    path("wallets/text/", sign_in.link_text, name="link_text"),
    path("wallets/signature/", sign_in.link, name="link_signature"),
    path("wallets/page/", sign_in.choose_page, name="choose_page"),
    path("wallets/<int:wallet_id>/unlink/", sign_in.unlink, name="unlink"),
    path("rounds/<str:slug>/open/", views.open_round, name="open_round"),
    path("ledger/", history.page, name="ledger"),
    path("ledger.csv", history.export, name="ledger_csv"),
    path("card/", card.card, name="card"),
    path("card/theme.css", card.theme, name="card_theme"),
    path("leaders/", leaders.page, name="leaders"),
    path("leaders/name/", leaders.choose_naming, name="choose_naming"),
    path("appeals/", appeals.show_all, name="appeals"),
    path("appeals/<str:slug>/<int:version>/<uuid:subject>/<int:paid>/", appeals.of_line, name="appeal"),
    path("<str:address>/", views.collector, name="collector"),
    path("<str:address>/rounds/<str:slug>/", views.received_round, name="round"),
]
