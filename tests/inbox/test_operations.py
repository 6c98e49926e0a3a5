"""P1: an event is known by source and key; sent again it changes nothing, and nothing is overwritten."""

import io
import json
import threading
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from config.local.postgres import SUPERUSER
from marketplace.inbox import blocks
from marketplace.inbox import operations as inbox
from marketplace.inbox.models import Batch, Event
from marketplace.inbox.report import KEPT, Problem, Report
from tests.conftest import ClonedDatabase
from tests.inbox.given import ANN, BOB, event
from tests.tables import day


def lines(events: Iterable[dict[str, Any]]) -> bytes:
    return b"".join(json.dumps(one).encode() + b"\n" for one in events)


def ingest(*events: dict[str, Any], strict: bool = False) -> Report:
    return inbox.ingest(lines=io.BytesIO(lines(events)), name="file", strict=strict)


def mints(numbers: Iterable[int]) -> list[dict[str, Any]]:
    return [event("mint", key=f"k{number}", token_id=str(number)) for number in numbers]


def counts(report: Report) -> tuple[int, int, int, int, int]:
    """New, known, moved, in conflict, refused."""
    return report.new, report.known, report.moved, report.conflicts, report.refused


def stored() -> list[dict[str, Any]]:
    """Every event with all that is stored of it, by key."""
    return [dict(row) for row in Event.objects.order_by("key").values()]


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of about ten events, so that a few events make many batches."""
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 2_500)


@pytest.mark.django_db
class TestIngest:
    def test_takes_events_in_with_their_batch(self) -> None:
        assert counts(ingest(*mints(range(3)))) == (3, 0, 0, 0, 0)
        batch = Batch.objects.get()
        assert (batch.event_count, batch.told_count, batch.settled_at) == (3, 3, None)
        assert {one["batch_id"] for one in stored()} == {batch.id}

    def test_p1_changes_nothing_the_second_time(self) -> None:
        ingest(*mints(range(3)))
        before = stored()
        assert counts(ingest(*mints(range(3)))) == (0, 3, 0, 0, 0)
        assert stored() == before
        assert Batch.objects.count() == 1

    @pytest.mark.usefixtures("small_blocks")
    def test_p1_changes_nothing_in_another_order_and_other_batches(self) -> None:
        ingest(*mints(range(100)))
        before = stored()
        assert counts(ingest(*mints(range(105, -1, -1)))) == (6, 100, 0, 0, 0)
        assert [one for one in stored() if one["key"] in {row["key"] for row in before}] == before

    def test_p1_reports_another_content_as_a_conflict_and_overwrites_nothing(self) -> None:
        ingest(event("sale"))
        before = stored()
        report = ingest(event("sale", price="1", to="0x" + "d" * 40))
        assert counts(report) == (0, 0, 0, 1, 0)
        assert [str(problem) for problem in report.problems] == [
            "file:1: market k1 came before with another to, price; what came first stands."
        ]
        assert stored() == before

    @pytest.mark.parametrize(
        ("changes", "fields"),
        [
            ({"at": "2026-01-01T12:00:01Z"}, "at"),
            ({"position": [1, 2, 3]}, "position"),
            ({"tx_hash": "0x1"}, "tx_hash"),
            ({"quantity": 2, "standard": "erc1155"}, "quantity, standard"),
            ({"currency": "XYZ", "decimals": 4}, "currency, decimals"),
            ({"collection": "cats", "chain": "base", "order_key": "o"}, "chain, collection, order_key"),
        ],
    )
    def test_p1_names_the_fields_that_a_conflict_changes(self, changes: dict[str, Any], fields: str) -> None:
        (problem,) = ingest(event("sale"), event("sale", **changes)).problems
        assert problem.reason == f"market k1 came before with another {fields}; what came first stands."

    def test_p1_knows_the_same_key_of_another_source_as_another_event(self) -> None:
        assert counts(ingest(event("mint"), event("mint", source="other"))) == (2, 0, 0, 0, 0)

    def test_p1_lets_the_first_line_of_a_file_stand(self) -> None:
        report = ingest(event("mint", to=ANN), event("mint", to=ANN), event("mint", to=BOB))
        assert counts(report) == (1, 1, 0, 1, 0)
        assert report.problems[0].line == 3
        assert [one["to_wallet"] for one in stored()] == [ANN]

    def test_p1_compares_a_repeat_with_what_stands_and_not_with_the_line_before(self) -> None:
        ingest(event("mint", to=ANN))
        assert counts(ingest(event("mint", to=BOB), event("mint", to=ANN))) == (0, 1, 0, 1, 0)

    def test_p1_counts_a_transaction_in_another_block_as_known_and_moved(self) -> None:
        first = event("mint", tx_hash="0x1", position=[10, 1, 1])
        repeat = event("mint", tx_hash="0x1", position=[11, 0, 4], at="2026-01-01T12:00:13Z")
        assert counts(ingest(first, repeat, first)) == (1, 2, 1, 0, 0)
        assert [one["block"] for one in stored()] == [10]
        assert counts(ingest(repeat)) == (0, 1, 1, 0, 0)

    def test_counts_skipped_bytes_as_it_did_when_they_were_read(self) -> None:
        events = [
            event("mint", tx_hash="0x1", position=[10, 1, 1]),
            event("mint", tx_hash="0x1", position=[11, 0, 4]),
        ]
        ingest(*events)
        with CaptureQueriesContext(connection) as queries:
            assert counts(ingest(*events)) == (0, 2, 1, 0, 0)
        assert len(queries) == 1

    def test_reads_bytes_again_that_were_not_taken_in_whole(self) -> None:
        events = [event("mint"), event("mint", to=BOB), event("mint", key="bad", quantity=0)]
        ingest(*events)
        again = ingest(*events)
        assert counts(again) == (0, 1, 0, 1, 1)
        assert [problem.line for problem in again.problems] == [2, 3]
        assert Batch.objects.count() == 1

    def test_the_same_bytes_in_another_format_are_other_bytes(self) -> None:
        ingest(event("mint"))
        report = inbox.ingest(lines=[lines([event("mint")])], name="file", format="opensea-v1")
        assert report.refused == 1

    def test_keeps_the_good_lines_beside_refused_ones(self) -> None:
        report = inbox.ingest(lines=[lines([event("mint")]), b"", b"{", b'{"kind": "mint"}'], name="file")
        assert counts(report) == (1, 0, 0, 0, 2)
        assert report.problems == [
            Problem(
                outcome="refused", file="file", line=3, reason="The JSON ends before the object is closed."
            ),
            Problem(outcome="refused", file="file", line=4, reason="source is missing."),
        ]
        assert report.lines == 4

    @pytest.mark.parametrize("size", [70_000, 10 * 1024 * 1024])
    def test_refuses_a_line_that_is_too_long_and_keeps_its_neighbours(self, size: int) -> None:
        long = event("mint", key="k" * size)
        report = ingest(event("mint", key="before"), long, event("mint", key="after"))
        assert counts(report) == (2, 0, 0, 0, 1)
        assert [str(problem) for problem in report.problems] == ["file:2: The line is longer than 64 KiB."]

    def test_takes_a_line_of_just_that_length(self) -> None:
        line = json.dumps(event("mint")).encode()
        padded = line + b" " * (blocks.LINE_BYTES - len(line))
        assert counts(inbox.ingest(lines=[padded], name="file")) == (1, 0, 0, 0, 0)
        assert counts(inbox.ingest(lines=[padded + b" "], name="file")) == (0, 0, 0, 0, 1)

    def test_keeps_a_bounded_number_of_problems_and_tells_the_sink_all(self) -> None:
        heard: list[Problem] = []
        report = inbox.ingest(lines=[b"{"] * (KEPT + 5), name="file", sink=heard.append)
        assert (report.refused, len(report.problems), len(heard)) == (KEPT + 5, KEPT, KEPT + 5)

    @pytest.mark.usefixtures("small_blocks")
    def test_tells_the_progress_after_each_batch(self) -> None:
        heard: list[int] = []
        report = inbox.ingest(
            lines=[lines([one]) for one in mints(range(50))],
            name="file",
            progress=lambda report: heard.append(report.lines),
        )
        assert heard == sorted(set(heard))
        assert len(heard) > 3
        assert heard[-1] == report.lines == 50

    def test_stores_text_as_it_was_told(self) -> None:
        text = 'back\\slash \\N \\. quote" ünïcödé 🐱'
        ingest(event("bid", token_id=..., trait=text, key=text))
        assert [(one["key"], one["trait"]) for one in stored()] == [(text, text)]

    def test_asks_as_often_with_one_event_as_with_fifty(self) -> None:
        def queries(numbers: range) -> int:
            with CaptureQueriesContext(connection) as asked:
                ingest(*mints(numbers))
            return len(asked)

        assert queries(range(1)) == queries(range(100, 150))
        assert queries(range(2)) == queries(range(100, 151))

    @pytest.mark.usefixtures("small_blocks")
    def test_goes_back_to_plain_copy_after_a_batch_of_new_events(self) -> None:
        ingest(*mints(range(30)))
        with CaptureQueriesContext(connection) as queries:
            assert counts(ingest(*mints(range(20, 200)))) == (170, 10, 0, 0, 0)
        staged = [query for query in queries if "CREATE TEMPORARY" in str(query["sql"])]
        assert 1 <= len(staged) <= 3

    def test_writes_a_batch_in_the_order_of_ids(self) -> None:
        """Otherwise two ingests of the same events could each wait for a row of the other."""
        ingest(*mints(range(50)))
        ingest(*mints(range(49, 200)))
        with connection.cursor() as cursor:
            cursor.execute("SELECT batch_id, id FROM inbox_event ORDER BY ctid")
            rows = cursor.fetchall()
        assert rows == sorted(rows)
        assert len({batch for batch, _ in rows}) == 2


@pytest.mark.django_db
class TestStrict:
    def test_writes_nothing_if_a_line_is_refused(self) -> None:
        report = ingest(*mints(range(3)), event("mint", key="bad", quantity=0), strict=True)
        assert (report.written, report.new, report.refused) == (False, 0, 1)
        assert not Event.objects.exists()
        assert not Batch.objects.exists()

    def test_writes_nothing_if_an_event_is_in_conflict(self) -> None:
        ingest(event("mint", to=ANN))
        report = ingest(event("mint", key="k2"), event("mint", to=BOB), strict=True)
        assert (report.written, report.new, report.conflicts) == (False, 0, 1)
        assert [one["key"] for one in stored()] == ["k1"]

    @pytest.mark.usefixtures("small_blocks")
    def test_is_one_transaction_around_all_files(self) -> None:
        files = [
            inbox.File(name="good", stream=io.BytesIO(lines(mints(range(50))))),
            inbox.File(name="bad", stream=io.BytesIO(lines(mints(range(50, 90))) + b"{")),
        ]
        report = inbox.ingest_files(files=files, strict=True)
        assert [(problem.file, problem.line) for problem in report.problems] == [("bad", 41)]
        assert not Event.objects.exists()

    def test_writes_all_if_nothing_is_wrong(self) -> None:
        ingest(event("mint"))
        report = ingest(*mints(range(3)), strict=True)
        assert (report.written, *counts(report)) == (True, 2, 1, 0, 0, 0)


@pytest.mark.django_db
class TestAccept:
    def test_takes_dictionaries_and_datetimes(self) -> None:
        at = day("2026-03-01 12:30")
        assert counts(inbox.accept(events=[event("mint", at=at)])) == (1, 0, 0, 0, 0)
        assert [one["at"] for one in stored()] == [at]
        assert counts(ingest(event("mint", at=at.isoformat()))) == (0, 1, 0, 0, 0)


class TestSideBySide:
    """Ingests of overlapping events at the same time, each in a thread with a connection of its own."""

    @pytest.mark.usefixtures("cloned_database", "small_blocks")
    @pytest.mark.parametrize("strict", [(False, False), (True, False), (True, True)])
    def test_p1_loses_nothing_repeats_nothing_and_never_deadlocks(self, strict: tuple[bool, bool]) -> None:
        forwards, backwards = lines(mints(range(400))), lines(mints(range(599, 199, -1)))
        reports = at_once(
            lambda: inbox.ingest(lines=io.BytesIO(forwards), name="forwards", strict=strict[0]),
            lambda: inbox.ingest(lines=io.BytesIO(backwards), name="backwards", strict=strict[1]),
        )
        assert sum(report.new for report in reports) == 600
        assert sum(report.known for report in reports) == 200
        assert Event.objects.count() == 600
        assert sum(Batch.objects.values_list("event_count", flat=True)) == 600

    @pytest.mark.usefixtures("cloned_database", "small_blocks")
    def test_p1_takes_the_same_bytes_in_once(self) -> None:
        data = lines(mints(range(300)))
        reports = at_once(*[lambda: inbox.ingest(lines=io.BytesIO(data), name="file")] * 3)
        assert sum(report.new for report in reports) == 300
        assert sum(report.known for report in reports) == 600
        assert sum(Batch.objects.values_list("event_count", flat=True)) == 300

    def test_a_batch_waits_for_one_that_is_being_written_and_then_knows_its_events(
        self, cloned_database: ClonedDatabase
    ) -> None:
        with transaction.atomic():
            ingest(*mints(range(3)))
            second = Beside(lambda: ingest(*mints(range(5))))
            assert second.waits_for_a_lock(cloned_database)
        assert counts(second.report()) == (2, 3, 0, 0, 0)

    def test_a_strict_ingest_waits_for_every_batch_that_is_being_written(
        self, cloned_database: ClonedDatabase
    ) -> None:
        with transaction.atomic():
            ingest(*mints(range(3)))
            second = Beside(lambda: ingest(*mints(range(10, 12)), strict=True))
            assert second.waits_for_a_lock(cloned_database)
        assert counts(second.report()) == (2, 0, 0, 0, 0)

    def test_batches_of_other_events_wait_for_nothing(self, cloned_database: ClonedDatabase) -> None:
        with transaction.atomic():
            ingest(*mints(range(3)))
            second = Beside(lambda: ingest(*mints(range(10, 12))))
            assert not second.waits_for_a_lock(cloned_database)
        assert counts(second.report()) == (2, 0, 0, 0, 0)


class Beside:
    """A call in a thread with a database connection of its own."""

    def __init__(self, call: Callable[[], Report]) -> None:
        self._call = call
        self._result: Report | BaseException | None = None
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._result = self._call()
        except BaseException as error:  # noqa: BLE001 (raised again in the test's own thread)
            self._result = error
        finally:
            connection.close()

    def waits_for_a_lock(self, database: ClonedDatabase) -> bool:
        """True once a session of the database waits for another; false if the call ends without."""
        waiting = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = %s AND wait_event_type = 'Lock'"
        with database.connect(role=SUPERUSER) as watcher:
            while self._thread.is_alive():
                if watcher.execute(waiting, [database.name]).fetchone() != (0,):
                    return True
        return False

    def report(self) -> Report:
        """What the call returned, once it is through; what it raised is raised."""
        self._thread.join()
        if isinstance(self._result, BaseException):
            raise self._result
        assert self._result is not None
        return self._result


def at_once(*calls: Callable[[], Report]) -> list[Report]:
    """Run the calls in threads that start together, and return what they returned."""
    start = threading.Barrier(len(calls))

    def begin(call: Callable[[], Report]) -> Report:
        start.wait()
        return call()

    return [thread.report() for thread in [Beside(partial(begin, call)) for call in calls]]
