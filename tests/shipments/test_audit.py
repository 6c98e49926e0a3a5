"""The audit finds nothing after a normal round, and names the row after each kind of tampering."""

import pytest
from django.db import connection, transaction

from marketplace.registry.models import Wallet
from rewards import pipeline
from rewards.ledger import operations as ledger
from rewards.shipments import operations as shipments
from tests.rules.given import PLANNED_AT, approved, given_market, given_round, given_rule, planned, shipped
from tests.tables import address

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> int:
    """The number of ann, who earned 200 XP; bob earned 200 as well and dan 300."""
    given_market("""
        kind | token | from | to  | at         | price
        mint | old   |      | ann | 2025-01-01 |
        sale | a     | cat  | ann | 2026-03-01 | 1 ETH
        sale | b     | cat  | bob | 2026-03-02 | 2 ETH
        sale | c     | cat  | dan | 2026-03-03 | 3 ETH
    """)
    given_rule("buyers", "purchase", xp_per_eth=100)
    given_rule("long", "hold_boost", collections="all", curve=[{"days": 90, "multiplier": 2}])
    return Wallet.objects.get(address=address("ann")).id


def findings() -> list[tuple[str, str, str]]:
    return [(one.promise, one.row, one.sentence) for one in pipeline.list_findings()]


def tamper(table: str, statement: str) -> None:
    """Change rows as somebody would who may do anything: with the table's guards switched off meanwhile."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(statement)
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::REGCLASS AND NOT tgisinternal", [table]
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")


class TestListFindings:
    @pytest.mark.parametrize("reached", [given_round, planned, approved, shipped])
    def test_finds_nothing_in_a_normal_round(self, ann: int, reached: object) -> None:
        reached()  # type: ignore[operator]
        assert findings() == []

    def test_finds_nothing_half_way_and_after_a_cancel(self, ann: int) -> None:
        approved()
        shipments.start(slug="march", as_of=PLANNED_AT, batch_size=2)
        first = shipments.get(slug="march").batches.order_by("number")[0]
        shipments.post_batch(batch_id=first.id, as_of=PLANNED_AT)
        assert findings() == []
        approved(slug="april", start="2026-04-01", end="2026-05-01")
        shipments.cancel(slug="april", as_of=PLANNED_AT)
        assert findings() == []

    def test_names_a_line_that_was_changed(self, ann: int) -> None:
        digest = shipped().plan_digest
        tamper("shipments_line", f"UPDATE shipments_line SET amount_xp = 201 WHERE collector_id = {ann}")
        (plan, award) = findings()
        assert plan[:2] == ("P7", "shipments_shipment march")
        assert f"but {digest} was written down" in plan[2]
        assert award == (
            "P12",
            f"shipments_award march {ann}",
            "The award says 200 XP, but its lines make 201 XP.",
        )

    def test_names_a_boost_that_was_changed(self, ann: int) -> None:
        shipped()
        tamper("shipments_boost", "UPDATE shipments_boost SET boost_bp = boost_bp + 1")
        assert [(promise, row) for promise, row, _ in findings()] == [("P7", "shipments_shipment march")]

    @pytest.mark.parametrize("column", ["quantity = 1", "hold_days = 1", "base_micro_xp = 1", "boost_bp = 1"])
    def test_the_digest_has_each_number_of_a_line(self, ann: int, column: str) -> None:
        shipped()
        tamper("shipments_line", f"UPDATE shipments_line SET {column} WHERE collector_id = {ann}")
        assert [(promise, row) for promise, row, _ in findings()] == [("P7", "shipments_shipment march")]

    def test_names_an_award_that_was_changed(self, ann: int) -> None:
        shipped()
        tamper("shipments_award", f"UPDATE shipments_award SET amount_xp = 999 WHERE collector_id = {ann}")
        assert findings() == [
            (
                "P12",
                f"shipments_award march {ann}",
                "The award says 999 XP, but its lines make 200 XP.",
            ),
            ("P9", f"shipments_award march {ann}", "999 XP were due, but the ledger has 200 XP."),
            (
                "P8",
                "shipments_shipment march",
                (
                    "It is shipped with a total of 700 XP, but has awards of 1,499 XP and "
                    "batches of 700 XP; its "
                    "account holds 0 XP where 0 XP are due."
                ),
            ),
        ]

    def test_names_an_award_that_is_gone(self, ann: int) -> None:
        shipped()
        tamper("shipments_award", f"DELETE FROM shipments_award WHERE collector_id = {ann}")
        found = findings()
        assert ("P9", f"shipments_award march {ann}", "0 XP were due, but the ledger has 200 XP.") in found
        assert (
            "P12",
            f"shipments_award march {ann}",
            "The award says 0 XP, but its lines make 200 XP.",
        ) in found

    def test_names_an_award_that_was_not_posted(self, ann: int) -> None:
        approved()
        shipments.start(slug="march", as_of=PLANNED_AT, batch_size=10)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE shipments_batch SET state = 'done', done_at = now() WHERE number = 1")
        found = findings()
        assert ("P9", f"shipments_award march {ann}", "200 XP were due, but the ledger has 0 XP.") in found

    def test_names_a_shipment_whose_total_was_changed(self, ann: int) -> None:
        shipped()
        tamper("shipments_shipment", "UPDATE shipments_shipment SET total_xp = 1")
        assert [(promise, row) for promise, row, _ in findings()] == [("P8", "shipments_shipment march")]

    def test_names_a_shipment_whose_digest_was_changed(self, ann: int) -> None:
        shipped()
        tamper("shipments_shipment", "UPDATE shipments_shipment SET plan_digest = 'other'")
        assert [(promise, row) for promise, row, _ in findings()] == [("P7", "shipments_shipment march")]

    def test_names_a_transfer_that_nobody_planned(self, ann: int) -> None:
        shipped()
        eve = Wallet.objects.create(address=address("eve"), collector_id=0)
        shipment = shipments.get(slug="march")
        ledger.transfer(
            key="award:by-hand",
            debit=ledger.Holder("season", shipment.season_id),
            credit=ledger.Holder("collector", eve.id),
            amount_xp=5,
            reason="award",
            posted_at=PLANNED_AT,
            shipment_id=shipment.id,
        )
        assert findings() == [
            ("P9", f"shipments_award march {eve.id}", "0 XP were due, but the ledger has 5 XP.")
        ]

    @pytest.mark.parametrize(
        ("table", "trigger"),
        [
            ("shipments_shipment", "life_cycle_goes_one_way"),
            *(
                (f"shipments_{table}", trigger)
                for table in ("line", "boost", "award")
                for trigger in (
                    "plan_is_written_before_approval",
                    "plan_is_cleared_before_approval",
                    "plan_rows_never_change",
                )
            ),
            ("rules_ruleversion", "versions_never_change"),
            ("rules_ruleversion", "versions_follow_each_other"),
        ],
    )
    @pytest.mark.parametrize("how", ["DISABLE TRIGGER {}", "ENABLE TRIGGER {}"])
    def test_names_a_guard_that_sleeps(self, table: str, trigger: str, how: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {table} {how.format(trigger)}")
        assert findings() == [("P8", f"{table} trigger {trigger}", "The guard is missing or switched off.")]

    def test_names_a_guard_that_is_gone(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER plan_rows_never_change ON shipments_line")
        assert [row for _, row, _ in findings()] == ["shipments_line trigger plan_rows_never_change"]

    def test_knows_every_guard_there_is(self) -> None:
        # A guard that a later migration adds has to be looked for as well.
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT tgrelid::REGCLASS::TEXT, tgname FROM pg_trigger WHERE NOT tgisinternal "
                "AND tgrelid::REGCLASS::TEXT !~ '^ledger_'"
            )
            guards = set(cursor.fetchall())
            for table, trigger in guards:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")
        assert {row for _, row, _ in findings()} == {f"{table} trigger {name}" for table, name in guards}
