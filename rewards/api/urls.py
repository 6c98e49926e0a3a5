"""
The addresses of the API.

An address has no slash at its end. What is not listed is answered by a problem document, too.
"""

from django.urls import path, re_path, register_converter

from rewards.api.views import appeals, collectors, description, flags, holdings, me, ops, program
from rewards.api.views.base import NothingHere

app_name = "api"


class FlagName:
    """A flag's name; anything else in its place is no address of ours."""

    regex = "[a-z0-9][a-z0-9._-]{0,119}"

    def to_python(self, value: str) -> str:
        """The name as it is."""
        return value

    def to_url(self, value: str) -> str:
        """The name as it is."""
        return value


class Name(FlagName):
    """A round's name or a wallet's address: whatever the database can look for."""

    regex = r"[^/\x00]{1,200}"


register_converter(FlagName, "flag")
register_converter(Name, "name")

urlpatterns = [
    path("v1/schema", description.Description.as_view(), name="schema"),
    path("v1/docs", description.page, name="docs"),
    path("v1/me", me.Me.as_view(), name="me"),
    path("v1/me/lines", me.Lines.as_view(), name="lines"),
    path("v1/me/awards", me.Awards.as_view(), name="awards"),
    path("v1/me/ledger", me.Ledger.as_view(), name="ledger"),
    path("v1/me/holds", holdings.Holds.as_view(), name="holds"),
    path("v1/me/orders", holdings.Orders.as_view(), name="orders"),
    path("v1/me/wallets", me.Wallets.as_view(), name="wallets"),
    path("v1/me/appeals", appeals.Appeals.as_view(), name="appeals"),
    path("v1/collectors/<name:address>/balance", collectors.Balance.as_view(), name="balance"),
    path("v1/rules", program.Rules.as_view(), name="rules"),
    path("v1/seasons", program.Seasons.as_view(), name="seasons"),
    path("v1/rounds", program.Rounds.as_view(), name="rounds"),
    path("v1/rounds-to-come", program.RoundsToCome.as_view(), name="rounds_to_come"),
    path("v1/rounds/<name:slug>", program.Round.as_view(), name="round"),
    path("v1/leaderboard", program.Leaderboard.as_view(), name="leaderboard"),
    path("v1/flags", flags.Flags.as_view(), name="flags"),
    path("v1/ops/status", ops.Status.as_view(), name="status"),
    path("v1/ops/flags/<flag:flag>/pause", flags.PauseFlag.as_view(), name="pause"),
    path("v1/ops/flags/<flag:flag>/resume", flags.ResumeFlag.as_view(), name="resume"),
    re_path("", NothingHere.as_view(), name="nothing"),
]
