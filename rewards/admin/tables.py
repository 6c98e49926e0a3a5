"""The tables that staff read as tables: seasons, collections, the change log, and who may sign in."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from marketplace.registry.models import Collection
from rewards.admin.templatetags.staff_words import TABLES
from rewards.rules.models import Season
from rewards.staff.models import Change
from rewards.tab import figures


class ReadOnly(ModelAdmin):
    """A table to look at. Nobody adds, changes or deletes a row here, superusers included."""

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return bool(request.user.has_perm("staff.look"))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("staff.look"))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class Seasons(ReadOnly):
    """Seasons; a program file makes them and raises their budgets."""

    list_display = ("title", "slug", "span", "budget")
    ordering = ("-starts_at",)

    @admin.display(description="Time", ordering="starts_at")
    def span(self, season: Season) -> str:
        """From its first day to its last."""
        return figures.window(season.starts_at, season.ends_at)

    @admin.display(description="Budget", ordering="budget_xp")
    def budget(self, season: Season) -> str:
        """The budget as people read it."""
        return figures.xp(season.budget_xp)


class Collections(ReadOnly):
    """Collections, and the mark that a rule may ask for."""

    list_display = ("slug", "verified")
    list_filter = ("verified",)
    search_fields = ("slug",)
    ordering = ("slug",)
    actions = ("mark", "unmark")

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """The marks, for those who may give them."""
        if not request.user.has_perm("staff.edit_lists"):
            return {}
        actions: dict[str, Any] = super().get_actions(request)
        return actions

    @admin.action(description="Mark as verified")
    def mark(self, request: HttpRequest, chosen: "QuerySet[Collection]") -> None:
        """Give the mark to the chosen collections."""
        self._set(request, chosen, verified=True)

    @admin.action(description="Take the mark off")
    def unmark(self, request: HttpRequest, chosen: "QuerySet[Collection]") -> None:
        """Take the mark off the chosen collections."""
        self._set(request, chosen, verified=False)

    def _set(self, request: HttpRequest, chosen: "QuerySet[Collection]", *, verified: bool) -> None:
        changed = chosen.exclude(verified=verified).update(verified=verified)
        done = "marked as verified" if verified else "no longer verified"
        messages.success(
            request, f"{figures.counted(changed, 'collection')} {done}. It counts from the next plan on."
        )


class Changes(ReadOnly):
    """The change log, newest first."""

    list_display = ("when", "actor", "what", "row_key")
    list_filter = ("table_name",)
    search_fields = ("actor", "row_key")
    ordering = ("-id",)
    fields = ("at", "actor", "table_name", "row_key", "before", "after")
    show_full_result_count = False

    @admin.display(description="When", ordering="at")
    def when(self, change: Change) -> str:
        """The instant to the second, in UTC."""
        return figures.instant(change.at)

    @admin.display(description="What", ordering="table_name")
    def what(self, change: Change) -> str:
        """Which kind of row, and what happened to it."""
        done = "made" if change.before is None else "removed" if change.after is None else "changed"
        return f"{TABLES.get(change.table_name, change.table_name)}, {done}"


class People(UserAdmin, ModelAdmin):  # type: ignore[misc, type-arg]
    """Who may sign in, for superusers. Who leaves is made inactive, so that their name stays known."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "is_active", "is_superuser", "last_login")
    list_filter = ("is_active", "groups")
    filter_horizontal = ("groups",)
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("May", {"fields": ("is_active", "is_staff", "is_superuser", "groups")}),
    )

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False


PAGES: dict[type[Model], type[ModelAdmin]] = {
    Season: Seasons,
    Collection: Collections,
    Change: Changes,
    User: People,
}
