"""The life of a shipment goes one way and its plan is frozen by approval, whoever pushes (P8)."""

from collections.abc import Callable, Iterator

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction

from config.local.postgres import APP_ROLE, OWNER_ROLE, SUPERUSER
from rewards.shipments import operations as shipments
from rewards.shipments.models import Shipment
from tests.conftest import ClonedDatabase
from tests.rules.given import PLANNED_AT, approved, given_market, given_round, given_rule, planned, shipped

STATES = ["draft", "planned", "approved", "shipping", "halted", "shipped", "sealed", "cancelled"]
STEPS = {
    ("draft", "planned"),
    ("planned", "draft"),
    ("planned", "approved"),
    ("approved", "shipping"),
    ("shipping", "halted"),
    ("halted", "shipping"),
    ("shipping", "shipped"),
    ("shipped", "sealed"),
    ("draft", "cancelled"),
    ("planned", "cancelled"),
    ("approved", "cancelled"),
}
# How a shipment without awards comes to each state, step by step.
WAYS = {
    "draft": [],
    "planned": ["planned"],
    "approved": ["planned", "approved"],
    "shipping": ["planned", "approved", "shipping"],
    "halted": ["planned", "approved", "shipping", "halted"],
    "shipped": ["planned", "approved", "shipping", "shipped"],
    "sealed": ["planned", "approved", "shipping", "shipped", "sealed"],
    "cancelled": ["cancelled"],
}


def given_events_and_rules() -> None:
    given_market("""
        kind | token | from | to  | at         | price
        mint | old   |      | ann | 2025-01-01 |
        sale | a     | cat  | ann | 2026-03-01 | 1 ETH
        sale | b     | cat  | bob | 2026-03-02 | 2 ETH
        sale | c     | cat  | dan | 2026-03-03 | 3 ETH
    """)
    given_rule("buyers", "purchase", xp_per_eth=100)
    given_rule("long", "hold_boost", collections="all", curve=[{"days": 90, "multiplier": 2}])


def execute(statement: str) -> None:
    """Run SQL on Django's connection, so that a refusal undoes no more than the statement."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def set_state(state: str, *, using: psycopg.Connection | None = None) -> None:
    """Push the shipment into a state by SQL alone, with all that the state's constraints ask for."""
    statement = """
        UPDATE shipments_shipment
        SET state = %(state)s,
            plan_digest = coalesce(plan_digest, 'd'), total_xp = coalesce(total_xp, 0),
            award_count = coalesce(award_count, 0), line_count = coalesce(line_count, 0),
            planned_at = coalesce(planned_at, now()),
            approved_by = coalesce(approved_by, CASE WHEN %(state)s = 'approved' THEN 'bob' END),
            approved_at = coalesce(approved_at, CASE WHEN %(state)s = 'approved' THEN now() END)
    """
    if using is not None:
        using.execute(statement, {"state": state})
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, {"state": state})


@pytest.mark.django_db
class TestLifeCycle:
    @pytest.mark.parametrize(
        ("old", "new"), sorted({(a, b) for a in STATES for b in STATES if a != b} - STEPS)
    )
    def test_refuses_every_other_step(self, old: str, new: str) -> None:
        given_rule("buyers", "purchase")
        given_round()
        for state in WAYS[old]:
            set_state(state)
        with pytest.raises(IntegrityError, match=f"A shipment that is {old} cannot become {new}"):
            set_state(new)
        assert Shipment.objects.get().state == old

    @pytest.mark.parametrize(("old", "new"), sorted(STEPS))
    def test_allows_the_steps_of_its_life(self, old: str, new: str) -> None:
        given_rule("buyers", "purchase")
        given_round()
        for state in [*WAYS[old], new]:
            set_state(state)
        assert Shipment.objects.get().state == new

    def test_is_not_shipped_before_every_batch_is_posted(self) -> None:
        given_events_and_rules()
        approved()
        shipments.start(slug="march", as_of=PLANNED_AT, batch_size=2)
        with pytest.raises(IntegrityError, match="Shipment march has batches that are not posted yet"):
            set_state("shipped")

    @pytest.mark.parametrize("given", [planned, approved])
    def test_its_author_stays(self, given: Callable[[], object]) -> None:
        given_events_and_rules()
        given()
        with pytest.raises(IntegrityError, match="Who wrote shipment march does not change"):
            execute("UPDATE shipments_shipment SET author = 'eve'")

    @pytest.mark.parametrize(
        "change",
        [
            "slug = 'other'",
            "season_id = 0",
            "window_start = window_start - INTERVAL '1 day'",
            "window_end = window_end + INTERVAL '1 day'",
            "plan_digest = 'other'",
            "plan_inputs = '[]'",
            "facts_change = facts_change + 1",
            "line_count = 0",
            "award_count = 0",
            "total_xp = 1",
            "approved_by = 'eve'",
            "approved_at = now()",
        ],
    )
    def test_what_was_approved_no_longer_changes(self, change: str) -> None:
        given_events_and_rules()
        approved()
        with pytest.raises(IntegrityError, match="What was approved is what ships: shipment march"):
            execute(f"UPDATE shipments_shipment SET {change}")


@pytest.mark.django_db
class TestConstraints:
    @pytest.mark.parametrize(
        ("name", "statement"),
        [
            ("window_ends_after_it_starts", "UPDATE shipments_shipment SET window_end = window_start"),
            ("approver_is_not_author", "UPDATE shipments_shipment SET approved_by = author"),
            ("a_plan_has_its_digest", "UPDATE shipments_shipment SET plan_digest = NULL"),
            ("nothing_ships_unapproved", "UPDATE shipments_shipment SET state = 'approved'"),
            (
                "shipment_has_a_known_state",
                (
                    "INSERT INTO shipments_shipment (slug, season_id, title, message, "
                    "window_start, window_end, "
                    "state, author, problem, approved_by, approved_at, plan_digest, total_xp, award_count, "
                    "line_count, planned_at) SELECT 'x', season_id, '', '', window_start, "
                    "window_end, 'lost', "
                    "author, '', 'bob', now(), plan_digest, 0, 0, 0, now() FROM shipments_shipment"
                ),
            ),
            (
                "rule_is_in_a_shipment_once",
                (
                    "INSERT INTO shipments_shipmentrule (shipment_id, rule_id, "
                    "window_start, window_end, counts) "
                    "SELECT shipment_id, rule_id, window_start, window_end, FALSE FROM shipments_shipmentrule"
                ),
            ),
            (
                "every_xp_has_its_reason",
                (
                    "INSERT INTO shipments_line (shipment_id, collector_id, rule_version_id, subject, "
                    "base_micro_xp, boost_bp, amount_xp, reason, for_shipment_id) "
                    "SELECT id, 1, 1, md5('x')::UUID, 0, 10000, 0, 'earned', id FROM shipments_shipment"
                ),
            ),
            (
                "only_a_late_line_was_counted_before",
                (
                    "INSERT INTO shipments_line (shipment_id, collector_id, rule_version_id, subject, "
                    "base_micro_xp, boost_bp, amount_xp, reason, for_shipment_id, earlier_xp) "
                    "SELECT id, 1, 1, md5('x')::UUID, 0, 10000, 1, 'earned', id, 1 FROM shipments_shipment"
                ),
            ),
            (
                "award_is_above_zero",
                (
                    "INSERT INTO shipments_award (shipment_id, collector_id, amount_xp) "
                    "SELECT id, 1, 0 FROM shipments_shipment"
                ),
            ),
        ],
    )
    def test_refuses(self, name: str, statement: str) -> None:
        given_events_and_rules()
        planned(only=["buyers"])
        with pytest.raises(IntegrityError, match=name):
            execute(statement)

    @pytest.mark.parametrize(
        ("name", "change"),
        [
            ("batch_has_a_known_state", "state = 'lost'"),
            ("done_batch_has_its_instant", "state = 'done'"),
            ("done_batch_has_its_instant", "done_at = now()"),
            ("batch_number_is_used_once", "number = 1"),
        ],
    )
    def test_refuses_a_batch(self, name: str, change: str) -> None:
        given_events_and_rules()
        approved()
        shipments.start(slug="march", as_of=PLANNED_AT, batch_size=2)
        with pytest.raises(IntegrityError, match=name):
            execute(f"UPDATE shipments_batch SET {change}")


PLAN_TABLES = ["shipments_line", "shipments_boost", "shipments_award"]


def changes_of_a_plan() -> list[str]:
    """Everything that SQL can do to what a plan wrote."""
    changed = {
        "shipments_line": "base_micro_xp = base_micro_xp + 1",
        "shipments_boost": "boost_bp = 1",
        "shipments_award": "amount_xp = amount_xp + 1",
    }
    copied = {
        "shipments_line": "SELECT shipment_id, collector_id, rule_version_id, "
        "md5('new')::UUID, event_id, token, "
        "quantity, hold_days, base_micro_xp, boost_bp, amount_xp, reason, cut_xp, shipment_id "
        "FROM shipments_line LIMIT 1",
        "shipments_boost": "SELECT shipment_id, collector_id, rule_version_id, md5('new')::UUID, event_id, "
        "token, hold_days, boost_bp, shipment_id FROM shipments_boost LIMIT 1",
        "shipments_award": "SELECT shipment_id, 0, amount_xp FROM shipments_award LIMIT 1",
    }
    return [
        statement
        for table in PLAN_TABLES
        for statement in (
            f"UPDATE {table} SET {changed[table]}",
            f"DELETE FROM {table}",
            f"INSERT INTO {table} {copied[table]}",
            f"TRUNCATE {table}",
        )
    ]


class TestFrozenPlan:
    @pytest.fixture
    def frozen(self, cloned_database: ClonedDatabase) -> Iterator[ClonedDatabase]:
        given_events_and_rules()
        approved()
        before = self.rows(cloned_database)
        assert all(before.values())
        yield cloned_database
        assert self.rows(cloned_database) == before

    def rows(self, database: ClonedDatabase) -> dict[str, list[str]]:
        with database.connect(role=SUPERUSER) as other:
            return {
                table: sorted(map(repr, other.execute(f"SELECT * FROM {table}").fetchall()))
                for table in PLAN_TABLES
            }

    @pytest.mark.parametrize("role", [APP_ROLE, OWNER_ROLE, SUPERUSER])
    def test_refuses_every_role(self, frozen: ClonedDatabase, role: str) -> None:
        with frozen.connect(role=role) as other:
            for change in changes_of_a_plan():
                with pytest.raises(psycopg.Error) as refused:
                    other.execute(change)
                may_not = role == APP_ROLE and "permission denied" in str(refused.value)
                assert may_not or refused.value.diag.constraint_name == "approved_is_what_ships", change

    def test_refuses_a_superuser_who_acts_as_a_replica(self, frozen: ClonedDatabase) -> None:
        with frozen.connect(role=SUPERUSER) as other:
            other.execute("SET session_replication_role = replica")
            for change in changes_of_a_plan():
                with pytest.raises(psycopg.errors.RestrictViolation):
                    other.execute(change)
            for state in sorted(set(STATES) - {"approved", "shipping", "cancelled"}):
                with pytest.raises(psycopg.errors.CheckViolation, match="cannot become"):
                    set_state(state, using=other)

    def test_a_plan_that_is_not_approved_is_made_again_but_never_edited(
        self, cloned_database: ClonedDatabase
    ) -> None:
        given_events_and_rules()
        digest = planned().plan_digest
        with cloned_database.connect(role=SUPERUSER) as other:
            for table in PLAN_TABLES:
                for change in (f"UPDATE {table} SET shipment_id = shipment_id", f"TRUNCATE {table}"):
                    with pytest.raises(psycopg.errors.RestrictViolation, match="Plan again instead"):
                        other.execute(change)
        assert planned().plan_digest == digest


def test_lines_of_a_shipment_that_does_not_exist_are_refused(db: None) -> None:
    with pytest.raises(IntegrityError, match="frozen"):
        execute("INSERT INTO shipments_award (shipment_id, collector_id, amount_xp) VALUES (1, 1, 1)")


def test_a_shipped_plan_stays_frozen(db: None) -> None:
    given_events_and_rules()
    shipped()
    with pytest.raises(IntegrityError, match="frozen"):
        execute("DELETE FROM shipments_line")
