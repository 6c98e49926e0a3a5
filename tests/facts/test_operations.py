"""Refreshing facts in steps and from scratch, and the constraints that hold whoever writes (P2)."""

import uuid
from datetime import datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from marketplace.facts import operations as facts
from marketplace.facts.models import Hold
from marketplace.inbox.models import Batch
from tests.facts.given import NOW, count_queries, fact_rows, linked, row_versions, told
from tests.tables import day, given_events, holds, table

pytestmark = pytest.mark.django_db

# A market with something of every kind of fact and every kind of end.
MARKET = """
    kind     | token | from | to  | maker | order | at         | expires    | price  | quantity | tx | address
    custody  |       |      |     |       |       | 2026-01-01 |            |        |          |    | box
    mint     | ape   |      | ann |       |       | 2026-01-01 |            |        |          | t1 |
    listing  | ape   |      |     | ann   | o1    | 2026-01-02 |            | 1 ETH  |          |    |
    sale     | ape   | ann  | bob |       | o1    | 2026-01-03 |            | 1 ETH  |          | t2 |
    transfer | ape   | ann  | bob |       |       | 2026-01-03 |            |        |          | t2 |
    transfer | ape   | bob  | box |       |       | 2026-01-04 |            |        |          | t3 |
    bid      | ape   |      |     | cat   | o2    | 2026-01-04 | 2026-02-01 | 1 ETH  |          |    |
    bid      |       |      |     | cat   | o3    | 2026-01-04 |            | 1 WETH |          |    |
    cancel   |       |      |     |       | o3    | 2026-01-05 |            |        |          |    |
    mint     | many  |      | ann |       |       | 2026-01-01 |            |        | 5        | t4 |
    transfer | many  | ann  | box |       |       | 2026-01-02 |            |        | 4        | t5 |
    transfer | many  | box  | dan |       |       | 2026-01-03 |            |        | 2        | t6 |
    sale     | many  | dan  | eve |       |       | 2026-01-04 |            | 2 USDC | 1        | t7 |
"""


class TestRefresh:
    def test_says_what_it_did(self) -> None:
        done = told(MARKET)
        rows = fact_rows()
        assert done.events == 13
        assert done.written == sum(map(len, rows.values()))
        assert done.removed == 0
        assert all(rows.values())

    def test_writes_nothing_the_second_time(self) -> None:
        told(MARKET)
        before = row_versions()
        assert facts.refresh(as_of=NOW) == facts.Refreshed(events=0, written=0, removed=0)
        assert row_versions() == before

    def test_writes_only_rows_that_differ(self) -> None:
        told(MARKET)
        before = row_versions()
        done = told("""
            kind     | token | from | to  | at         | quantity
            transfer | many  | ann  | fay | 2026-01-09 | 1
        """)
        # ann's piece of 3 units goes; one of 1 that ended and one of 2 come, and fay's.
        assert (done.written, done.removed) == (3, 1)
        after = row_versions()
        assert after["facts_sale"] == before["facts_sale"]
        assert after["facts_order"] == before["facts_order"]
        assert len(set(before["facts_hold"]) - set(after["facts_hold"])) == 1

    def test_reads_only_the_tokens_that_new_events_name(self, monkeypatch: pytest.MonkeyPatch) -> None:
        told(MARKET)
        read = []
        computed = facts._refresh_touched

        def look() -> tuple[int, int, list[datetime | None]]:
            with connection.cursor() as cursor:
                cursor.execute("SELECT DISTINCT token_id FROM touched_event")
                read.extend(cursor.fetchall())
            return computed()

        monkeypatch.setattr(facts, "_refresh_touched", look)
        told("""
            kind     | token | from | to  | at         | quantity
            transfer | many  | ann  | fay | 2026-01-09 | 1
        """)
        assert read == [("many",)]

    def test_leaves_no_temporary_tables(self) -> None:
        told(MARKET)
        with connection.cursor() as cursor:
            cursor.execute("SELECT relname FROM pg_class WHERE relnamespace = pg_my_temp_schema()")
            assert cursor.fetchall() == []

    def test_sends_as_many_statements_for_one_event_as_for_fifty(self) -> None:
        def lot(number: int) -> str:
            rows = "\n".join(
                f"mint | {number}-{token} | | ann | 2026-01-01 | | |\n"
                f"sale | {number}-{token} | ann | bob | 2026-01-02 | 1 ETH | | {token}{number}x\n"
                f"listing | {number}-{token} | | | 2026-01-03 | 1 ETH | bob | {token}{number}y"
                for token in range(number)
            )
            return f"kind | token | from | to | at | price | maker | order\n{rows}"

        given_events(lot(1))
        one = count_queries(lambda: facts.refresh(as_of=NOW))
        given_events(lot(50))
        assert count_queries(lambda: facts.refresh(as_of=NOW)) == one

    def test_works_off_a_backlog_in_steps(self) -> None:
        for number in range(5):
            given_events(f"""
                kind | token  | to  | at
                mint | {number} | ann | 2026-01-01
                mint | {number}b | ann | 2026-01-01
            """)
        one_step = [batch.event_count for batch in Batch.objects.filter(settled_at=None).order_by("id")]
        assert one_step == [2, 2, 2, 2, 2]
        with CaptureQueriesContext(connection) as queries:
            done = facts.refresh(as_of=NOW, most_events=3)
        steps = [query for query in queries if "CREATE TEMPORARY TABLE touched " in query["sql"]]
        assert len(steps) == 3
        assert done.events == 10
        assert Hold.objects.count() == 10
        assert not Batch.objects.filter(settled_at=None).exists()

    def test_takes_at_least_one_batch_a_step_however_large(self) -> None:
        given_events("""
            kind | token | to  | at
            mint | one   | ann | 2026-01-01
            mint | two   | ann | 2026-01-01
        """)
        assert facts.refresh(as_of=NOW, most_events=1).events == 2

    def test_notes_when_a_batch_was_taken_in(self) -> None:
        told(MARKET)
        assert set(Batch.objects.values_list("settled_at", flat=True)) == {NOW}
        later = day("2026-12-02")
        facts.refresh(as_of=later)
        assert set(Batch.objects.values_list("settled_at", flat=True)) == {NOW}

    def test_a_step_that_fails_leaves_its_batches_for_the_next(self, monkeypatch: pytest.MonkeyPatch) -> None:
        given_events(MARKET)

        def fail() -> tuple[int, int]:
            raise RuntimeError("the power went")

        with monkeypatch.context() as patch:
            patch.setattr(facts, "_refresh_touched", fail)
            with pytest.raises(RuntimeError):
                facts.refresh(as_of=NOW)
        assert Batch.objects.filter(settled_at=None).count() == 1
        assert facts.refresh(as_of=NOW).events == 13


class TestRebuild:
    def test_equals_small_steps_row_for_row(self) -> None:
        lines = MARKET.strip().splitlines()
        for line in reversed(lines[1:]):
            told(f"{lines[0]}\n{line}")
        linked("dan", "eve")
        facts.refresh(as_of=NOW)
        in_steps = fact_rows()
        facts.rebuild(as_of=NOW)
        assert fact_rows() == in_steps

    def test_takes_in_what_no_refresh_did(self) -> None:
        given_events(MARKET)
        linked("ann", "bob")
        assert facts.rebuild(as_of=NOW).events == 13
        assert facts.refresh(as_of=NOW) == facts.Refreshed(events=0, written=0, removed=0)
        assert all(fact_rows().values())

    def test_again_gives_the_same_rows(self) -> None:
        given_events(MARKET)
        facts.rebuild(as_of=NOW)
        first = fact_rows()
        facts.rebuild(as_of=NOW)
        assert fact_rows() == first

    def test_makes_the_same_indexes_and_constraints_again(self) -> None:
        before = indexes_and_constraints()
        given_events(MARKET)
        facts.rebuild(as_of=NOW)
        assert indexes_and_constraints() == before
        assert len(before) > 20


def indexes_and_constraints() -> list[str]:
    """The definition of every index and constraint of the fact tables."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT indexdef FROM pg_indexes WHERE tablename = ANY(%(tables)s)
            UNION ALL
            SELECT conname || ' ' || PG_GET_CONSTRAINTDEF(oid) FROM pg_constraint
            WHERE conrelid::REGCLASS::TEXT = ANY(%(tables)s)
            """,
            {"tables": list(facts.FACT_TABLES)},
        )
        return sorted(row[0] for row in cursor.fetchall())


class TestConstraints:
    """Each constraint of the fact tables, broken once by SQL of the owner."""

    @pytest.mark.parametrize(
        ("name", "statement"),
        [
            ("hold_ends_after_it_starts", "UPDATE facts_hold SET ended_at = started_at"),
            ("hold_has_units", "UPDATE facts_hold SET quantity = 0"),
            (
                "single_token_has_one_holder",
                "UPDATE facts_hold SET token = md5('x')::UUID, edition = FALSE, ended_at = NULL",
            ),
            ("facts_hold_pkey", "UPDATE facts_hold SET key = md5('x')::UUID, wallet_id = 1, part = 0"),
            ("sale_has_two_sides", "UPDATE facts_sale SET seller_id = buyer_id"),
            ("sale_is_counted_once", "UPDATE facts_sale SET key = md5('x')::UUID"),
            ("facts_sale_pkey", "UPDATE facts_sale SET event_id = md5('x')::UUID"),
            (
                "order_ends_after_it_is_placed",
                (
                    "UPDATE facts_order SET ended_at = placed_at - INTERVAL '1 second' "
                    "WHERE ended_at IS NOT NULL"
                ),
            ),
            ("an_end_has_its_reason", "UPDATE facts_order SET end_reason = NULL WHERE ended_at IS NOT NULL"),
            ("an_end_has_its_reason", "UPDATE facts_order SET ended_at = NULL"),
            (
                "an_end_has_its_reason",
                "UPDATE facts_order SET end_reason = 'lost' WHERE ended_at IS NOT NULL",
            ),
            ("order_has_a_side", "UPDATE facts_order SET side = 'ask'"),
            ("facts_order_pkey", "UPDATE facts_order SET order_id = md5('x')::UUID, scope = md5('x')::UUID"),
            ("facts_volumeday_pkey", "UPDATE facts_volumeday SET day = '2026-01-01', collection_id = 1"),
        ],
    )
    def test_refuses(self, name: str, statement: str) -> None:
        told(MARKET)
        with (
            pytest.raises(IntegrityError, match=f'"{name}"'),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)

    def test_every_constraint_of_the_tables_is_broken_above(self) -> None:
        (mark,) = self.test_refuses.pytestmark  # type: ignore[attr-defined]
        broken = {name for name, _ in mark.args[1]}
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT conname FROM pg_constraint WHERE contype <> 'n' "
                "AND conrelid::REGCLASS::TEXT = ANY(%s) "
                "UNION SELECT indexname FROM pg_indexes WHERE tablename = ANY(%s) "
                "AND indexdef LIKE 'CREATE UNIQUE%%'",
                [list(facts.FACT_TABLES)] * 2,
            )
            assert {row[0] for row in cursor.fetchall()} == broken


class TestStandStill:
    def test_shares_the_lock_that_a_refresh_takes_for_itself(self) -> None:
        facts.stand_still()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT mode, granted FROM pg_locks WHERE locktype = 'advisory' AND objid = %s "
                "AND pid = pg_backend_pid()",
                [facts.REFRESH_LOCK],
            )
            assert cursor.fetchall() == [("ShareLock", True)]


def test_event_ids_do_not_depend_on_arrival() -> None:
    """The same market in another order has the same keys, so what was paid is known again."""
    told(MARKET)
    keys = {hold.key for hold in Hold.objects.all()}
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM inbox_event; DELETE FROM inbox_batch; DELETE FROM facts_hold")
        cursor.execute("DELETE FROM facts_sale; DELETE FROM facts_order; DELETE FROM facts_volumeday")
    header, *rows = MARKET.strip().splitlines()
    told("\n".join([header, *reversed(rows)]))
    assert {hold.key for hold in Hold.objects.all()} == keys
    assert all(isinstance(key, uuid.UUID) for key in keys)
    assert holds() == table("""
        token | collector | quantity | started_at | ended_at
        ape   | ann       | 1        | 2026-01-01 | 2026-01-03
        ape   | bob       | 1        | 2026-01-03 |
        many  | ann       | 2        | 2026-01-01 | 2026-01-03
        many  | ann       | 3        | 2026-01-01 |
        many  | dan       | 1        | 2026-01-03 | 2026-01-04
        many  | dan       | 1        | 2026-01-03 |
        many  | eve       | 1        | 2026-01-04 |
    """)
