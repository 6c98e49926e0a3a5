"""The admin's site: who may come in, and in whose name a request changes things."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeAlias

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from unfold.sites import UnfoldAdminSite

from config import db
from rewards.staff import operations as staff

View: TypeAlias = Callable[..., HttpResponseBase]

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


def in_the_name_of_the_user(view: View) -> View:
    """
    Do what a request changes in one transaction, in its user's name.

    A view that raises leaves nothing behind, and the change log never says that it was nobody. One that
    PostgreSQL ended for another's sake is called again.
    """

    @db.in_one_transaction
    def change(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with staff.acting(name=request.user.get_username()):
            return view(request, *args, **kwargs)

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method in SAFE_METHODS:
            return view(request, *args, **kwargs)
        return change(request, *args, **kwargs)

    return wrapped


class StaffSite(UnfoldAdminSite):
    """The site that every page of the admin belongs to."""

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:  # noqa: FBT001, FBT002 (Django's own)
        """Let only staff in, and let what they change have their name."""
        return super().admin_view(in_the_name_of_the_user(view), cacheable)

    def page(self, view: View, *, needs: str = "look") -> View:
        """A view of ours for those who have a permission of the change log, such as ``look`` or ``pause``."""

        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.has_perm(f"staff.{needs}"):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        let_in: View = self.admin_view(checked)
        return let_in

    def render(
        self, request: HttpRequest, template: str, *, title: str, status: int = 200, **context: Any
    ) -> TemplateResponse:
        """A page with the admin's frame around it."""
        return TemplateResponse(
            request, template, {**self.each_context(request), "title": title, **context}, status=status
        )


site = StaffSite(name="admin")
