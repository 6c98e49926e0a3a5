"""The tables that staff read as tables: seasons, collections, the change log, and who may sign in."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from marketplace.registry.models import Collection
from rewards.admin.templatetags.staff_words import TABLES
from rewards.rules import operations as rules
from rewards.rules.models import Season
from rewards.rules.operations import LIMITS, MOST_BUDGET_XP
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


class LimitsForm(forms.ModelForm):  # type: ignore[type-arg]
    """The safety limits of a season; an empty one does not limit."""

    class Meta:
        model = Season
        fields = LIMITS
        labels = {
            "cap_xp_per_collector": "Most XP for a collector in a shipment",
            "cap_xp_per_rule_day": "Most XP of a rule for a day",
            "cap_xp_per_shipment": "Most XP of a shipment",
        }
        help_texts = {
            "cap_xp_per_collector": "All rules together.",
            "cap_xp_per_rule_day": "Sales count on their UTC day; what pays for time, for every day.",
            "cap_xp_per_shipment": "A plan that is over a limit cannot be approved. What was approved stays.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            assert isinstance(field, forms.IntegerField)
            field.validators = [MinValueValidator(1), MaxValueValidator(MOST_BUDGET_XP)]


class Seasons(ReadOnly):
    """Seasons; a program file makes them and raises their budgets. Here their limits can be set."""

    list_display = ("title", "slug", "span", "budget", "farm_alarm")
    ordering = ("-starts_at",)
    form = LimitsForm
    fields = ("title", "slug", "span", "budget", "farm_alarm", *LIMITS)
    readonly_fields = ("title", "slug", "span", "budget", "farm_alarm")

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return bool(request.user.has_perm("staff.edit_rules"))

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:  # noqa: FBT001
        """Set the limits that were typed, and nothing else of the season."""
        assert isinstance(obj, Season)
        rules.put_limits(season=obj, limits={name: form.cleaned_data[name] for name in form.changed_data})

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        """Write no log of Django's own: the change log has it already."""

    @admin.display(description="Time", ordering="starts_at")
    def span(self, season: Season) -> str:
        """From its first day to its last."""
        return figures.window(season.starts_at, season.ends_at)

    @admin.display(description="Budget", ordering="budget_xp")
    def budget(self, season: Season) -> str:
        """The budget as people read it."""
        return figures.xp(season.budget_xp)

    @admin.display(description="1,000 XP must cost at least")
    def farm_alarm(self, season: Season) -> str:
        """What the farm check measures rules by, as people read it."""
        alarm = season.farm_alarm_wei_per_1000_xp
        return "not said" if alarm is None else figures.eth(int(alarm))


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
    # Django's two lists side by side are wider than a desk's window, for three roles.
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("username", "email", "password")}),
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
