"""The dashboard: what waits for a decision, and how many times it asks the database."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from marketplace.inbox.models import Batch as EventBatch
from rewards.admin import charts, queries
from rewards.flags import operations as flags
from rewards.shipments import operations as shipments
from rewards.shipments import supervision
from rewards.shipments.models import Batch, Shipment
from rewards.webhooks.models import Delivery, Endpoint
from tests.admin.given import signed_in, text
from tests.tab import given, sample
from tests.tables import day, given_events
from tests.webhooks.given import announced, endpoint

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    """Other tests' shipments have the same numbers."""
    cache.clear()


def dashboard() -> str:
    """What a viewer reads."""
    return text(signed_in("viewer", name="vera").get("/admin/"))


class TestDecisions:
    def test_has_nothing_on_an_empty_installation(self) -> None:
        said = dashboard()

        assert "Nothing. Plans to approve, failures and long pauses appear here." in said
        assert "No season is there yet." in said
        assert "No event came in yet." in said

    def test_has_plans_and_what_they_cost(self) -> None:
        given.shipment(
            given.season(), "first", start="2019-01-01", end="2019-02-01", total_xp=1_500, award_count=2
        )

        assert "First waits for approval 1,500 XP to 2 collectors, written by ann." in dashboard()

    def test_has_failed_batches_and_halted_shipments(self) -> None:
        shipment = given.shipment(given.season(), "first", start="2019-01-01", end="2019-02-01")
        given.ship(shipment, states="approved shipping halted", posted=False)
        Batch.objects.create(
            shipment=shipment,
            number=1,
            first_collector_id=1,
            last_collector_id=2,
            award_count=2,
            amount_xp=10,
            state="failed",
        )

        said = dashboard()
        assert "1 batch of First failed" in said
        assert "First is halted" in said

    def test_has_what_could_not_be_planned(self) -> None:
        given.shipment(given.season(), "first", start="2019-01-01", end="2019-02-01")
        Shipment.objects.update(problem="A number grew beyond what XP can be.")

        said = dashboard()
        assert "First could not be planned A number grew beyond what XP can be." in said
        assert "waits for approval" not in said

    def test_has_what_was_sent_back_until_it_is_planned_again(self) -> None:
        given.shipment(given.season(), "first", start="2019-01-01", end="2019-02-01")
        supervision.send_back(slug="first", comment="Why so little?", by="bob", as_of=day("2019-02-02"))

        assert "First was sent back It has to be planned again. bob: “Why so little?”" in dashboard()
        Shipment.objects.update(approve_by=day("2019-02-03"))
        said = text(signed_in("viewer").get("/admin/"))
        assert "was sent back It" not in said
        assert "no longer goes out by itself: it was sent back, and has to be planned again first." in said
        shipments.request_plan(slug="first", as_of=timezone.now())
        assert "has to be planned again" not in text(signed_in("viewer", name="vic").get("/admin/"))

    def test_has_what_only_a_person_ships(self) -> None:
        shipment = given.shipment(given.season(), "first", start="2019-01-01", end="2019-02-01", total_xp=0)
        given.ship(shipment, states="approved", posted=False)

        assert "First waits to be shipped 0 XP to 0 collectors, approved by" in dashboard()
        Shipment.objects.update(ships_at=timezone.now())
        assert "waits to be shipped" not in text(signed_in("viewer").get("/admin/"))

    def test_has_pauses_that_nobody_ends_and_no_others(self) -> None:
        now = timezone.now()
        for flag, days, ends_at in (
            ("liquidity.listing", 8, None),
            ("liquidity.bidding", 8, now + timedelta(days=1)),
            ("liquidity", 6, None),
        ):
            flags.pause(
                flag=flag,
                reason=f"A look at {flag}",
                by="olga",
                as_of=now,
                starts_at=now - timedelta(days=days),
                ends_at=ends_at,
            )

        said = dashboard()
        assert said.count("Nobody said when it ends.") == 1
        assert "Listing has been paused for 8 days" in said

    def test_has_webhooks_that_nobody_is_told_by(self) -> None:
        for name in ("fine", "gone", "market", "revoked"):
            endpoint(name=name)
        announced("one")
        Delivery.objects.filter(endpoint__name__in=["market", "gone", "revoked"]).update(state="dead")
        Endpoint.objects.filter(name="gone").update(state="gone", notice="It answered 410 Gone.")
        Endpoint.objects.filter(name="revoked").update(state="revoked")

        said = dashboard()
        assert "Webhook gone is told nothing more It answered 410 Gone. Resume it, or revoke it. Look" in said
        assert "Webhook market did not take 1 message What was tried for four days is given up" in said
        assert "Webhook fine" not in said
        assert "Webhook revoked" not in said

    def test_has_events_that_wait_for_long(self) -> None:
        given_events("kind | token | to  | at\nmint | 1     | ann | 2019-01-01")
        said = dashboard()
        assert "1 waiting" in said
        assert "The facts have not taken in 1 batch since" in said

        EventBatch.objects.update(received_at=day("2019-01-02"))
        assert "1 event waits for the facts" in text(signed_in("viewer").get("/admin/"))


class TestFigures:
    def test_has_the_budget_and_what_each_rule_paid(self) -> None:
        sample.fill()

        said = dashboard()
        # The rounds of the sample pay 500, 843 and 2,303 XP, and five others 190 XP and less.
        issued = sum(issue.amount_xp for issue in queries.list_issues())
        assert f"{2_000_000 - issued:,} XP of 2,000,000" in said
        assert "Beta testers 500 XP" in said

    def test_asks_as_often_for_many_lines_as_for_few(
        self, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        vera = signed_in("viewer")
        sample.fill()
        with django_assert_max_num_queries(23):
            vera.get("/admin/")

    def test_sums_a_shipment_up_once(self, django_assert_num_queries: DjangoAssertNumQueries) -> None:
        sample.fill()
        first = queries.list_issues()
        with django_assert_num_queries(1):
            assert queries.list_issues() == first


class TestChart:
    def test_stacks_the_rules_of_a_day_the_largest_below(self) -> None:
        jan = day("2026-01-01").date()
        chart = charts.issued_by_day(
            [
                queries.Issue(day=jan, slug="a", title="A", amount_xp=50),
                queries.Issue(day=jan, slug="b", title="B", amount_xp=150),
            ]
        )

        assert chart is not None
        (bar,) = chart.bars
        below, above = bar.parts
        assert (below.title, above.title) == ("B: 150 XP", "A: 50 XP")
        assert below.y == above.y + above.height
        assert below.height == 3 * above.height

    @pytest.mark.parametrize(
        ("largest", "top"), [(1, 2), (2, 2), (3, 4), (200, 200), (201, 400), (5_000, 10_000)]
    )
    def test_ends_its_axis_at_a_round_number(self, largest: int, top: int) -> None:
        assert charts.nice_top(largest) == top

    @pytest.mark.parametrize(
        ("amount_xp", "said"), [(0, "0"), (999, "999"), (1_500, "1.5k"), (2_000_000, "2M")]
    )
    def test_writes_short_numbers(self, amount_xp: int, said: str) -> None:
        assert charts.short(amount_xp) == said

    def test_is_not_there_without_rounds(self) -> None:
        assert charts.issued_by_day([]) is None
