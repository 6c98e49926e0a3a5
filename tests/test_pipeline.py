"""The way from events to the ledger: what is due when, and that a hint may come any number of times (P9)."""

from datetime import datetime, timedelta

import pytest
from django.db import InterfaceError
from pytest_django import DjangoAssertNumQueries

from rewards import pipeline
from rewards.hints import operations as hints
from rewards.shipments import operations as shipments
from rewards.shipments.errors import UnknownShipment
from rewards.shipments.models import Batch, Shipment
from tests.rules.given import PLANNED_AT, approved, given_round, given_rule, planned
from tests.tables import day, given_events

pytestmark = pytest.mark.django_db

NOTHING = pipeline.Due(events=False, mails=False, plans=[], batches=[], endpoints=[])

SECOND = timedelta(seconds=1)
# A hint that was sent counts for so long.
LEASE = timedelta(seconds=60)


@pytest.fixture
def march() -> Shipment:
    """A draft of a round in which three collectors earned 100 XP each; its events are not settled yet."""
    given_events("""
        kind | token | from | to  | at         | price
        sale | a     | cat  | ann | 2026-03-01 | 1 ETH
        sale | b     | cat  | bob | 2026-03-02 | 1 ETH
        sale | c     | cat  | dan | 2026-03-03 | 1 ETH
    """)
    given_rule("buyers", "purchase", xp_per_eth=100)
    return given_round()


def given_later_round() -> None:
    """A round of the same rules after march, whose window is over as well."""
    given_round(slug="april", start="2026-03-31", end="2026-04-30")


class TestListDue:
    def test_nothing_in_an_empty_world(self) -> None:
        assert pipeline.list_due(as_of=PLANNED_AT) == NOTHING

    def test_events_until_they_are_settled(self, march: Shipment) -> None:
        assert pipeline.list_due(as_of=day("2026-03-15")).events
        pipeline.settle(as_of=day("2026-03-15"))
        assert pipeline.list_due(as_of=day("2026-03-15")) == NOTHING

    def test_a_plan_from_the_close_of_its_window_until_it_is_made(self, march: Shipment) -> None:
        assert pipeline.list_due(as_of=day("2026-03-30 23:59:59")).plans == []
        assert pipeline.list_due(as_of=day("2026-03-31")).plans == ["march"]
        pipeline.plan_if_due(slug="march", as_of=day("2026-03-31"))
        assert pipeline.list_due(as_of=day("2026-03-31")).plans == []

    def test_a_plan_that_somebody_asked_for(self, march: Shipment) -> None:
        planned()
        shipments.request_plan(slug="march", as_of=day("2026-05-02"))
        assert pipeline.list_due(as_of=day("2026-05-02")).plans == ["march"]

    def test_no_plan_of_what_was_cancelled(self, march: Shipment) -> None:
        shipments.cancel(slug="march", as_of=day("2026-03-15"))
        assert pipeline.list_due(as_of=PLANNED_AT).plans == []

    def test_batches_once_a_lease(self, march: Shipment) -> None:
        pipeline.settle(as_of=PLANNED_AT)
        approved()
        shipments.start(slug="march", as_of=PLANNED_AT, batch_size=2)
        ids = list(Batch.objects.order_by("number").values_list("id", flat=True))
        assert sorted(pipeline.list_due(as_of=PLANNED_AT).batches) == ids
        assert pipeline.list_due(as_of=PLANNED_AT).batches == []
        assert sorted(pipeline.list_due(as_of=day("2026-05-02")).batches) == ids

    def test_starts_an_approved_round_when_its_time_comes(self, march: Shipment) -> None:
        pipeline.settle(as_of=PLANNED_AT)
        Shipment.objects.update(ships_at=day("2026-06-01"))
        approved()
        pipeline.list_due(as_of=day("2026-05-31 23:59:59"))
        assert shipments.get(slug="march").state == "approved"
        assert len(pipeline.list_due(as_of=day("2026-06-01")).batches) == 1
        assert shipments.get(slug="march").state == "shipping"

    def test_starts_no_round_that_nobody_gave_a_time(self, march: Shipment) -> None:
        pipeline.settle(as_of=PLANNED_AT)
        approved()
        pipeline.list_due(as_of=day("2100-01-01"))
        assert shipments.get(slug="march").state == "approved"

    def test_closes_what_is_through(self, march: Shipment) -> None:
        pipeline.settle(as_of=PLANNED_AT)
        approved()
        shipments.start(slug="march", as_of=PLANNED_AT)
        shipments.post_batch(batch_id=Batch.objects.get().id, as_of=PLANNED_AT)
        pipeline.list_due(as_of=PLANNED_AT)
        assert shipments.get(slug="march").state == "shipped"


class TestSweep:
    def test_is_one_statement_where_nothing_is_due(
        self, march: Shipment, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        pipeline.settle(as_of=day("2026-03-15"))
        with django_assert_num_queries(1):
            assert pipeline.list_due(as_of=day("2026-03-15")) == NOTHING

    def test_hints_once_a_lease(self, march: Shipment) -> None:
        both = pipeline.Due(events=True, mails=False, plans=["march"], batches=[], endpoints=[])
        assert pipeline.list_due(as_of=PLANNED_AT) == both
        assert pipeline.list_due(as_of=PLANNED_AT) == NOTHING
        assert pipeline.list_due(as_of=PLANNED_AT + LEASE) == both

    def test_hints_at_once_what_is_asked_for_anew(self, march: Shipment) -> None:
        pipeline.list_due(as_of=PLANNED_AT)
        pipeline.plan_if_due(slug="march", as_of=PLANNED_AT)
        shipments.request_plan(slug="march", as_of=PLANNED_AT + SECOND)
        given_events("""
            kind | token | from | to  | at         | price
            sale | d     | cat  | ann | 2026-03-04 | 1 ETH
        """)
        due = pipeline.list_due(as_of=PLANNED_AT + SECOND)
        assert due.plans == ["march"]
        assert due.events

    def test_plans_windows_of_one_rule_in_order(self, march: Shipment) -> None:
        """What an earlier round pays counts for a later one, such as a gift that comes once."""
        given_later_round()
        assert pipeline.list_due(as_of=PLANNED_AT).plans == ["march"]
        pipeline.plan_if_due(slug="march", as_of=PLANNED_AT)
        assert pipeline.list_due(as_of=PLANNED_AT).plans == ["april"]

    def test_a_round_that_fails_to_start_stops_no_other(
        self, march: Shipment, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        given_later_round()
        for slug in ("march", "april"):
            pipeline.plan(slug=slug, as_of=PLANNED_AT)
            digest = shipments.get(slug=slug).plan_digest or ""
            shipments.approve(slug=slug, digest=digest, approver="bob", as_of=PLANNED_AT)
        Shipment.objects.update(ships_at=PLANNED_AT)
        start = shipments.start

        def start_but_not_march(*, slug: str, as_of: datetime) -> Shipment:
            if slug == "march":
                raise InterfaceError("the row is broken")
            return start(slug=slug, as_of=as_of)

        monkeypatch.setattr(shipments, "start", start_but_not_march)
        pipeline.list_due(as_of=PLANNED_AT)
        states = dict(Shipment.objects.values_list("slug", "state"))
        assert states == {"march": "approved", "april": "shipped"}


class TestBrokenPlan:
    """A rule that breaks its SQL, say: the row says so, and no other round waits for it."""

    @pytest.fixture(autouse=True)
    def _broken(self, march: Shipment, monkeypatch: pytest.MonkeyPatch) -> None:
        given_later_round()
        plan = shipments.plan

        def plan_but_not_march(*, slug: str, as_of: datetime) -> Shipment | None:
            if slug == "march":
                raise KeyError("xp_per_eth")
            return plan(slug=slug, as_of=as_of)

        monkeypatch.setattr(shipments, "plan", plan_but_not_march)

    def fail(self, *, times: int) -> Shipment:
        for _ in range(times):
            with pytest.raises(KeyError):
                pipeline.plan_if_due(slug="march", as_of=PLANNED_AT)
        return shipments.get(slug="march")

    def test_says_so_and_is_tried_again(self) -> None:
        broken = self.fail(times=1)
        assert broken.plan_due_at is not None
        assert broken.problem == (
            "Planning failed, 1 of 20 tries so far. Nothing was planned. The error is KeyError: 'xp_per_eth'"
        )

    def test_later_rounds_go_on_without_it(self) -> None:
        self.fail(times=2)
        assert "april" not in pipeline.list_due(as_of=PLANNED_AT).plans
        self.fail(times=1)
        assert "april" in pipeline.list_due(as_of=PLANNED_AT + LEASE).plans

    def test_waits_for_a_person_after_many_tries(self) -> None:
        broken = self.fail(times=20)
        assert broken.plan_due_at is None
        assert "20 of 20 tries" in broken.problem
        assert pipeline.plan_if_due(slug="march", as_of=PLANNED_AT) is None
        shipments.request_plan(slug="march", as_of=PLANNED_AT + SECOND)
        assert "march" in pipeline.list_due(as_of=PLANNED_AT + SECOND).plans

    def test_that_kills_whoever_takes_it_up_ends_too(self) -> None:
        """Nobody lives to note an error; the count was committed before the work began."""
        due_at = shipments.get(slug="march").plan_due_at
        assert due_at is not None
        for _ in range(20):
            hints.take_up(key="plan:march", due_at=due_at, as_of=PLANNED_AT)
        assert pipeline.plan_if_due(slug="march", as_of=PLANNED_AT) is None
        given_up = shipments.get(slug="march")
        assert given_up.plan_due_at is None
        assert given_up.problem == "Planning was taken up 20 times, and never came through or said why."


class TestPlan:
    def test_takes_in_events_first(self, march: Shipment) -> None:
        shipment = pipeline.plan(slug="march", as_of=PLANNED_AT)
        assert shipment is not None
        assert shipment.total_xp == 300

    def test_of_an_unknown_shipment(self) -> None:
        with pytest.raises(UnknownShipment):
            pipeline.plan(slug="april", as_of=PLANNED_AT)


class TestPlanIfDue:
    def test_plans_once_for_a_hint_that_comes_twice(self, march: Shipment) -> None:
        assert pipeline.plan_if_due(slug="march", as_of=PLANNED_AT) is not None
        assert pipeline.plan_if_due(slug="march", as_of=day("2026-05-02")) is None
        assert shipments.get(slug="march").planned_at == PLANNED_AT

    def test_plans_nothing_before_its_time(self, march: Shipment) -> None:
        assert pipeline.plan_if_due(slug="march", as_of=day("2026-03-15")) is None
        assert shipments.get(slug="march").state == "draft"

    def test_leaves_an_unknown_shipment(self) -> None:
        assert pipeline.plan_if_due(slug="april", as_of=PLANNED_AT) is None


class TestPost:
    def test_closes_the_shipment_with_its_last_batch(self, march: Shipment) -> None:
        pipeline.settle(as_of=PLANNED_AT)
        approved()
        shipments.start(slug="march", as_of=PLANNED_AT, batch_size=2)
        first, second = Batch.objects.order_by("number")
        assert pipeline.post(batch_id=second.id, as_of=PLANNED_AT)
        assert shipments.get(slug="march").state == "shipping"
        assert pipeline.post(batch_id=first.id, as_of=PLANNED_AT)
        assert shipments.get(slug="march").state == "shipped"
        assert not pipeline.post(batch_id=first.id, as_of=PLANNED_AT)

    def test_of_a_batch_that_is_not_there(self) -> None:
        assert not pipeline.post(batch_id=1, as_of=PLANNED_AT)


def test_all_the_way_through_by_hints_alone(march: Shipment) -> None:
    Shipment.objects.update(ships_at=day("2026-04-02"))
    for hour in ("2026-03-15", "2026-03-31", "2026-04-01", "2026-04-02", "2026-04-03"):
        # Every hint comes twice.
        due = pipeline.list_due(as_of=day(hour))
        for slug in due.plans * 2:
            pipeline.plan_if_due(slug=slug, as_of=day(hour))
        for batch in due.batches * 2:
            pipeline.post(batch_id=batch, as_of=day(hour))
        shipment = shipments.get(slug="march")
        if shipment.state == "planned":
            digest = shipment.plan_digest or ""
            shipments.approve(slug="march", digest=digest, approver="bob", as_of=day(hour))
    assert shipments.get(slug="march").state == "shipped"
    assert pipeline.list_findings() == []
