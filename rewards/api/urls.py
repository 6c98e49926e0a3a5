"""
The addresses of the API.

An address has no slash at its end. What is not listed is answered by a problem document, too.
"""

from django.urls import path, re_path, register_converter

from rewards.api.views import description, flags, ops
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


register_converter(FlagName, "flag")

urlpatterns = [
    path("v1/schema", description.Description.as_view(), name="schema"),
    path("v1/docs", description.page, name="docs"),
    path("v1/flags", flags.Flags.as_view(), name="flags"),
    path("v1/ops/status", ops.Status.as_view(), name="status"),
    path("v1/ops/flags/<flag:flag>/pause", flags.PauseFlag.as_view(), name="pause"),
    path("v1/ops/flags/<flag:flag>/resume", flags.ResumeFlag.as_view(), name="resume"),
    re_path("", NothingHere.as_view(), name="nothing"),
]
