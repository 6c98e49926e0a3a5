"""Every change of what staff edit leaves a row that says who, when, before and after."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from marketplace.registry.models import Collection
from rewards.flags import operations as flags
from rewards.flags.errors import FlagError
from rewards.rules import operations as rules
from rewards.rules.models import CohortMember, Rule
from rewards.shipments.models import Shipment
from rewards.staff import operations as staff
from rewards.staff import queries
from rewards.staff.models import Change
from tests.tab import given
from tests.tables import address, day

pytestmark = pytest.mark.django_db

LOGGED = [
    "adjustments_adjustment",
    "adjustments_entry",
    "api_apikey",
    "appeals_appeal",
    "flags_flag",
    "flags_pause",
    "intake_secret",
    "intake_sender",
    "registry_collection",
    "rules_cohort",
    "rules_cohortmember",
    "rules_rule",
    "rules_ruleversion",
    "rules_season",
    "series_series",
    "series_seriesrule",
    "series_skip",
    "shipments_shipment",
    "staff_told",
    "webhooks_endpoint",
    "webhooks_secret",
]


def changes(table_name: str) -> list[Change]:
    return list(Change.objects.filter(table_name=table_name).order_by("id"))


def told(row: dict[str, Any] | None) -> dict[str, Any]:
    """A row that the change log must have."""
    assert row is not None
    return row


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


class TestLogChanges:
    def test_a_pause_leaves_before_and_after_and_who(self) -> None:
        with staff.acting(name="olga"):
            flags.pause(flag="liquidity", reason="A look at wash trades", by="olga", as_of=day("2026-01-05"))
        with staff.acting(name="oskar"):
            flags.resume(flag="liquidity", by="oskar", as_of=day("2026-01-06"))

        made, ended = changes("flags_pause")

        assert (made.actor, made.before) == ("olga", None)
        assert told(made.after)["reason"] == "A look at wash trades"
        assert ended.actor == "oskar"
        assert made.row_key == ended.row_key == str(told(made.after)["id"])
        assert {one.name for one in queries.list_differences(ended)} == {"ends_at", "ended_by"}

    def test_has_the_name_that_a_command_was_given(self) -> None:
        call_command("flag", "pause", "liquidity", reason="A look", by="oskar", stdout=StringIO())

        (made,) = changes("flags_pause")
        assert made.actor == "oskar"

    def test_names_the_database_role_when_nobody_said_who(self) -> None:
        rules.put_cohort(slug="testers", addresses=[])

        (made,) = changes("rules_cohort")
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user")
            (role,) = cursor.fetchone()
        assert made.actor == f"database role {role}"

    def test_forgets_who_it_was_when_the_transaction_ends(self) -> None:
        with pytest.raises(FlagError), staff.acting(name="olga"):
            flags.resume(flag="liquidity", by="olga", as_of=day("2026-01-05"))
        rules.put_cohort(slug="guests", addresses=[])

        (made,) = changes("rules_cohort")
        assert told(made.after)["slug"] == "guests"
        assert made.actor.startswith("database role ")

    def test_goes_with_its_change_when_that_is_rolled_back(self) -> None:
        with transaction.atomic():
            rules.put_cohort(slug="testers", addresses=[])
            transaction.set_rollback(True)

        assert changes("rules_cohort") == []

    def test_has_a_row_for_each_wallet_of_a_list_and_each_that_is_taken_off(self) -> None:
        rules.put_cohort(slug="testers", addresses=[address("ann"), address("bob")])
        CohortMember.objects.all().delete()

        assert [(one.before is None, one.after is None) for one in changes("rules_cohortmember")] == [
            (True, False),
            (True, False),
            (False, True),
            (False, True),
        ]

    def test_says_nothing_where_nothing_changed(self) -> None:
        given.rule(given.season(), "buying", "purchase", given.PURCHASE)
        known = len(changes("rules_rule"))

        Rule.objects.update(slug="buying")

        assert len(changes("rules_rule")) == known

    def test_has_the_states_of_a_shipment_and_not_its_work_list(self) -> None:
        shipment = given.shipment(given.season(), "first", start="2019-01-01", end="2019-02-01")
        Shipment.objects.update(plan_due_at=day("2019-02-02"), problem="Somebody stumbled.")
        given.ship(shipment, posted=False)

        seen = [told(one.after)["state"] for one in changes("shipments_shipment")]
        assert seen == ["planned", "approved", "shipping", "shipped"]
        assert "plan_inputs" not in told(changes("shipments_shipment")[0].after)

    def test_has_marks_of_collections_and_not_their_first_sight(self) -> None:
        Collection.objects.create(slug="superrare")
        Collection.objects.update(verified=True)

        (marked,) = changes("registry_collection")
        assert (told(marked.before)["verified"], told(marked.after)["verified"]) == (False, True)


class TestGuards:
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE staff_change SET actor = 'nobody'",
            "DELETE FROM staff_change",
            "TRUNCATE staff_change",
            "INSERT INTO staff_change (table_name, row_key, actor, at) VALUES ('a', 'b', 'c', now())",
        ],
    )
    def test_the_log_only_grows_and_by_changes_alone(self, statement: str) -> None:
        rules.put_cohort(slug="testers", addresses=[])

        with pytest.raises(DatabaseError, match="The change log is written by the changes themselves"):
            run(statement)

    def test_holds_for_replicas_and_restores_too(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                """
                SELECT DISTINCT tgrelid::REGCLASS::TEXT
                FROM pg_trigger
                WHERE tgname IN ('every_change_is_logged', 'every_removal_is_logged') AND tgenabled = 'A'
                ORDER BY 1
                """
            )
            tables = [name for (name,) in cursor.fetchall()]
            cursor.execute(
                "SELECT COUNT(*) FROM pg_trigger WHERE tgname = 'change_log_only_grows' AND tgenabled = 'A'"
            )
            assert cursor.fetchone() == (1,)
        assert tables == LOGGED

    @pytest.mark.parametrize("table_name", ["rules_cohortmember", "staff_told"])
    def test_no_table_is_emptied_without_a_trace(self, table_name: str) -> None:
        with pytest.raises(DatabaseError, match="are logged row by row"):
            run(f"TRUNCATE {table_name}")
