"""A series makes each window one shipment, once, in order (P9), and changes forward only (P6)."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction
from pytest_django import DjangoAssertNumQueries

from rewards import pipeline
from rewards.rules.models import Season
from rewards.series import operations as series
from rewards.series.errors import SeriesError, UnknownSeries
from rewards.series.models import Round, Series, SeriesRule
from rewards.shipments import operations as shipments
from rewards.shipments.models import Shipment
from rewards.staff.models import Change
from tests.conftest import ClonedDatabase
from tests.rules.given import given_round, given_rule, given_season
from tests.series.given import given_series, rounds, wanted
from tests.tables import day, given_events, table


@pytest.mark.django_db
class TestMakeDue:
    def test_makes_a_draft_when_its_window_opens(self) -> None:
        given_series()
        assert series.make_due(as_of=day("2025-12-31 23:59:59")) == []
        assert series.make_due(as_of=day("2026-01-01")) == ["buyers.2026-01-01"]
        assert rounds() == table("""
            series | number | start      | end        | title        | message                                         | plan       | approve_by | ships      | author
            buyers | 1      | 2026-01-01 | 2026-02-01 | January 2026 | For 1 January 2026 to 31 January 2026, round 1. | 2026-02-03 | 2026-02-06 | 2026-02-04 | ann
        """)  # noqa: E501

    def test_writes_nothing_the_second_time(self) -> None:
        given_series()
        series.make_due(as_of=day("2026-01-01"))
        assert series.make_due(as_of=day("2026-01-01")) == []

    def test_makes_up_for_three_periods_in_which_beat_was_dead(self) -> None:
        """In order, without a gap and without an overlap; an hour is the same as a month."""
        given_series(since="2027-12-31", season=season_until("2029-01-01"))
        series.make_due(as_of=day("2027-12-31"))
        made = series.make_due(as_of=day("2028-03-31 01:00"))
        assert made == ["buyers.2028-01-31", "buyers.2028-02-29", "buyers.2028-03-31"]
        assert rounds() == table("""
            number | start      | end
            1      | 2027-12-31 | 2028-01-31
            2      | 2028-01-31 | 2028-02-29
            3      | 2028-02-29 | 2028-03-31
            4      | 2028-03-31 | 2028-04-30
        """)

    def test_makes_no_more_than_a_sweep_can_bear(self) -> None:
        given_series(period="1 day")
        assert len(series.make_due(as_of=day("2026-01-04"), most=3)) == 3
        assert series.make_due(as_of=day("2026-01-04"), most=3) == ["buyers.2026-01-04"]

    def test_ends_with_its_season(self) -> None:
        given_series(since="2026-11-15")
        series.make_due(as_of=day("2030-01-01"))
        assert rounds() == table("""
            number | start      | end        | plan
            1      | 2026-11-15 | 2026-12-15 | 2026-12-17
            2      | 2026-12-15 | 2027-01-01 | 2027-01-03
        """)
        ended = Series.objects.get()
        assert (ended.state, ended.next_due_at, ended.switched_by) == ("ended", None, "the end of its season")

    def test_two_series_of_one_rule_do_not_pay_it_twice(self) -> None:
        """The second says so in its row and tries again; the first goes on."""
        given_series()
        given_series("others", since="2026-01-15")
        given_rule("holders", "holding", xp_per_token_day=1)
        made = series.make_due(as_of=day("2026-01-20"))
        assert made == ["buyers.2026-01-01"]
        stuck = Series.objects.get(slug="others")
        assert stuck.problem == (
            "Round 1 has a rule that another shipment pays for a part of the same window."
        )
        assert series.make_due(as_of=day("2026-02-01")) == ["buyers.2026-02-01"]
        shipments.cancel(slug="buyers.2026-01-01", as_of=day("2026-02-02"))
        shipments.cancel(slug="buyers.2026-02-01", as_of=day("2026-02-02"))
        assert series.make_due(as_of=day("2026-02-02")) == ["others.2026-01-15"]
        assert Series.objects.get(slug="others").problem == ""

    def test_a_broken_row_stops_no_other(self) -> None:
        given_series("broken")
        Series.objects.update(title="{day}")
        given_series(since="2026-01-02")
        assert series.make_due(as_of=day("2026-01-02")) == ["buyers.2026-01-02"]
        assert Series.objects.get(slug="broken").problem == "Round 1 failed with KeyError: 'day'"

    def test_takes_no_name_that_is_another_shipments(self) -> None:
        given_series()
        given_round(slug="buyers.2026-01-01", start="2025-06-01", end="2025-07-01")
        assert series.make_due(as_of=day("2026-01-01")) == []
        assert "another shipment has that name already" in Series.objects.get().problem

    def test_asks_as_often_for_fifty_series_that_wait_as_for_one(
        self, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        for number in range(50):
            given_series(f"s{number}", since="2026-06-01")
        # A savepoint, the look, its release.
        with django_assert_num_queries(3):
            assert series.make_due(as_of=day("2026-01-01")) == []


def season_until(end: str) -> Season:
    given_rule("buyers", "purchase", xp_per_eth=100)
    Season.objects.update(ends_at=day(end))
    return Season.objects.get()


@pytest.mark.django_db
class TestSwitches:
    def test_paused_it_makes_nothing_and_resumed_it_makes_up(self) -> None:
        given_series()
        series.pause(slug="buyers", by="bob", as_of=day("2025-12-01"))
        assert series.make_due(as_of=day("2026-02-15")) == []
        series.resume(slug="buyers", by="dan", as_of=day("2026-02-16"))
        assert len(series.make_due(as_of=day("2026-02-16"))) == 2

    def test_ended_it_makes_nothing_for_good(self) -> None:
        given_series()
        series.make_due(as_of=day("2026-01-01"))
        ended = series.end(slug="buyers", by="bob", as_of=day("2026-01-02"))
        assert (ended.switched_by, ended.switched_at) == ("bob", day("2026-01-02"))
        assert series.make_due(as_of=day("2026-12-01")) == []
        assert Shipment.objects.get().state == "draft"
        with pytest.raises(SeriesError, match="an ended series does not go on"):
            series.resume(slug="buyers", by="bob", as_of=day("2026-01-03"))

    def test_says_who_it_was_in_the_change_log_once(self) -> None:
        given_series()
        for _ in range(2):
            series.pause(slug="buyers", by="bob", as_of=day("2025-12-01"))
        found = Change.objects.filter(table_name="series_series").order_by("id")
        assert [(one.before or {}).get("state") for one in found] == [None, "on"]
        assert [(one.after or {})["state"] for one in found] == ["on", "paused"]

    def test_of_a_series_that_is_not_there(self) -> None:
        with pytest.raises(UnknownSeries):
            series.pause(slug="nobody", by="bob", as_of=day("2026-01-01"))


@pytest.mark.django_db
class TestPutSeries:
    def test_changes_from_the_next_draft_on(self) -> None:
        given_series()
        series.make_due(as_of=day("2026-01-01"))
        assert series.put_series(wanted=wanted(), author="ann") == "unchanged"
        done = series.put_series(wanted=wanted(title="Round {number}"), author="bob")
        assert done == "changed from round 2 on"
        series.make_due(as_of=day("2026-02-01"))
        assert rounds() == table("""
            number | title        | author
            1      | January 2026 | ann
            2      | Round 2      | bob
        """)

    def test_pays_other_rules_from_then_on(self) -> None:
        given_series()
        series.make_due(as_of=day("2026-01-01"))
        holders = given_rule("holders", "holding", xp_per_token_day=1)
        series.put_series(wanted=wanted(rules=[holders]), author="ann")
        series.make_due(as_of=day("2026-02-01"))
        first, second = Shipment.objects.order_by("window_start")
        assert [rule.slug for rule in first.rules.all()] == ["buyers"]
        assert [rule.slug for rule in second.rules.all()] == ["holders"]

    @pytest.mark.parametrize(
        ("fields", "field"),
        [({"since": "2026-01-02"}, "window_start"), ({"period": "weekly"}, "period")],
    )
    def test_keeps_its_windows(self, fields: dict[str, str], field: str) -> None:
        given_series()
        with pytest.raises(SeriesError, match="cannot change") as refused:
            series.put_series(wanted=wanted(**fields), author="ann")
        assert refused.value.field == field

    def test_lies_in_its_season(self) -> None:
        given_season()
        with pytest.raises(SeriesError, match="outside its season"):
            given_series(since="2027-01-01")


@pytest.mark.django_db
class TestGuards:
    @pytest.mark.parametrize(
        ("change", "constraint"),
        [
            ("UPDATE series_series SET first_start = now()", "stay as they began"),
            ("UPDATE series_series SET days = 7, months = 0", "stay as they began"),
            ("UPDATE series_series SET next_number = 1", "stay as they began"),
            ("UPDATE series_series SET next_number = 4", "stay as they began"),
            ("UPDATE series_series SET state = 'off'", "series_has_a_known_state"),
            ("UPDATE series_series SET state = 'ended'", "only_an_ended_series_has_no_next_draft"),
            ("UPDATE series_series SET plan_after_seconds = -1", "series_plans_after_its_windows"),
            ("UPDATE series_round SET number = 2", "is refused"),
            ("DELETE FROM series_round", "is refused"),
            ("TRUNCATE series_round", "is refused"),
        ],
    )
    def test_hold_whoever_asks(self, change: str, constraint: str) -> None:
        given_series()
        series.make_due(as_of=day("2026-01-01"))
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
                cursor.execute(change)

    def test_a_window_becomes_one_shipment(self) -> None:
        one = given_series()
        series.make_due(as_of=day("2026-02-01"))
        other = given_round(slug="other", start="2025-06-01", end="2025-07-01")
        with pytest.raises(IntegrityError, match="window_becomes_one_shipment"), transaction.atomic():
            Round.objects.create(series=one, number=2, shipment=other, made_at=day("2026-02-01"))

    def test_a_rule_is_in_it_once(self) -> None:
        one = given_series()
        with pytest.raises(IntegrityError, match="rule_is_in_a_series_once"), transaction.atomic():
            SeriesRule.objects.create(series=one, rule=one.rules.get())


class TestTwoBeats:
    def test_make_one_shipment_a_window(self, cloned_database: ClonedDatabase) -> None:
        """Four sweeps at once, each with a connection of its own, after three months without a beat."""
        given_series()
        gate, made = threading.Barrier(4), []

        def sweep() -> None:
            try:
                gate.wait()
                made.extend(pipeline.list_due(as_of=day("2026-03-15")).plans)
            finally:
                connection.close()

        sweeps = [threading.Thread(target=sweep) for _ in range(4)]
        for one in sweeps:
            one.start()
        for one in sweeps:
            one.join()
        assert rounds() == table("""
            number | start      | end
            1      | 2026-01-01 | 2026-02-01
            2      | 2026-02-01 | 2026-03-01
            3      | 2026-03-01 | 2026-04-01
        """)
        # February waits for the first plan of January, which is hinted once.
        assert made == ["buyers.2026-01-01"]
        assert Series.objects.get().next_number == 4


@pytest.mark.django_db
class TestAllTheWay:
    def test_a_series_plans_and_ships_by_itself_but_for_the_approval(self) -> None:
        given_events("""
            kind | token | from | to  | at         | price
            sale | a     | cat  | ann | 2026-01-10 | 1 ETH
            sale | b     | cat  | bob | 2026-02-10 | 1 ETH
        """)
        given_series()
        for at in ("2026-01-01", "2026-02-01", "2026-02-03", "2026-02-04", "2026-03-03", "2026-03-04"):
            sweep(at)
            approve_what_waits(at)
            sweep(at)
        states = dict(Shipment.objects.order_by("id").values_list("slug", "state"))
        assert states == {
            "buyers.2026-01-01": "shipped",
            "buyers.2026-02-01": "shipped",
            "buyers.2026-03-01": "draft",
        }
        assert pipeline.list_findings() == []

    def test_past_its_deadline_nothing_ships_by_itself(self) -> None:
        """Neither without an approval, nor with one that came too late."""
        given_series()
        given_season()
        sweep("2026-02-05")
        late = day("2026-02-06")
        waits = Shipment.objects.get(slug="buyers.2026-01-01")
        assert not waits.is_overdue(as_of=day("2026-02-05 23:59:59"))
        assert waits.is_overdue(as_of=late)
        approve_what_waits("2026-02-06")
        sweep("2026-12-01")
        waits.refresh_from_db()
        assert waits.state == "approved"
        assert waits.is_overdue(as_of=late)
        shipments.start(slug=waits.slug, as_of=late)
        sweep("2026-12-01")
        waits.refresh_from_db()
        assert waits.state == "shipped"
        assert not waits.is_overdue(as_of=late)

    @pytest.mark.parametrize("column", ["title", "message", "approve_by"])
    def test_what_collectors_read_was_approved(self, column: str) -> None:
        given_series()
        sweep("2026-02-05")
        Shipment.objects.filter(state="planned").update(title="Still to be said")
        approve_what_waits("2026-02-05")
        other = {column: None if column == "approve_by" else "Something else"}
        with pytest.raises(IntegrityError, match="the words of shipment"), transaction.atomic():
            Shipment.objects.filter(state="approved").update(**other)


def sweep(at: str) -> None:
    """What beat and workers do at an instant, until nothing is left to do."""
    as_of = day(at)
    for _ in range(3):
        due = pipeline.list_due(as_of=as_of)
        for slug in due.plans:
            pipeline.plan_if_due(slug=slug, as_of=as_of)
        for batch_id in due.batches:
            pipeline.post(batch_id=batch_id, as_of=as_of)


def approve_what_waits(at: str) -> None:
    for shipment in Shipment.objects.filter(state="planned"):
        digest = shipment.plan_digest or ""
        shipments.approve(slug=shipment.slug, digest=digest, approver="bob", as_of=day(at))
