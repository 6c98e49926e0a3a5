"""Series in the admin: what comes next, the buttons, and deadlines on the dashboard."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from rewards.rules.models import Season
from rewards.series import operations as series
from rewards.series.models import Series
from rewards.shipments.models import Shipment
from tests.admin.given import signed_in, text
from tests.rules.given import given_round, given_rule, planned
from tests.series.given import given_series
from tests.tables import day

pytestmark = pytest.mark.django_db


class TestPages:
    def test_say_what_was_made_and_what_comes_next(self) -> None:
        given_series()
        series.make_due(as_of=day("2026-01-01"))
        browser = signed_in("viewer")
        said = text(browser.get("/admin/series/"))
        assert "buyers, monthly on January 2026, draft 1 to 28 February 2026 3 March 2026" in said
        said = text(browser.get("/admin/series/buyers/"))
        assert "later it does not go out by itself" in said
        assert "1 January 2026 draft" in said
        assert "Pause" not in said

    def test_ask_as_often_for_fifty_series_as_for_one(
        self, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        browser = signed_in("viewer")
        for number in range(20):
            given_series(f"s{number}", since="2026-06-01")
        with django_assert_max_num_queries(8):
            browser.get("/admin/series/")


class TestSwitch:
    @pytest.mark.parametrize(("what", "state"), [("pause", "paused"), ("end", "ended"), ("resume", "on")])
    def test_is_for_operators(self, what: str, state: str) -> None:
        given_series()
        page = f"/admin/series/buyers/{what}/"
        assert signed_in("viewer", name="vera").post(page).status_code == 403
        response = signed_in("operator").post(page, follow=True)
        assert response.status_code == 200
        assert Series.objects.get().state == state

    def test_says_that_an_ended_one_does_not_go_on(self) -> None:
        given_series()
        series.end(slug="buyers", by="bob", as_of=day("2026-01-02"))
        response = signed_in("operator").post("/admin/series/buyers/resume/")
        assert response.status_code == 400
        assert "an ended series does not go on" in text(response)


class TestSkip:
    def test_is_said_beside_the_window_until_it_is_taken_back(self) -> None:
        year = timezone.now().year + 1
        given_rule("buyers", "purchase", xp_per_eth=100)
        Season.objects.update(ends_at=day(f"{year + 1}-01-01"))
        given_series(since=f"{year}-01-01")
        operator = signed_in("operator")
        assert "A skip needs a reason" in text(operator.post("/admin/series/buyers/skip/1/", {"reason": " "}))
        said = text(operator.post("/admin/series/buyers/skip/1/", {"reason": "Holidays"}, follow=True))
        assert "with the time of window 1, skipped" in said
        assert "“Holidays” Skipped by" in said
        assert signed_in("viewer", name="vera").post("/admin/series/buyers/take-back/1/").status_code == 403
        said = text(operator.post("/admin/series/buyers/take-back/1/", follow=True))
        assert "Holidays" in said  # in the change log
        assert "Skipped by" not in said
        assert operator.post("/admin/series/buyers/take-back/1/").status_code == 400
        assert operator.post("/admin/series/nobody/skip/1/", {"reason": "Why"}).status_code == 404


class TestDashboard:
    @pytest.mark.parametrize(
        ("days", "says"),
        [
            (2, "March waits for approval 0 XP to 0 collectors, written by ann. Approve it by"),
            (-1, "March is overdue"),
        ],
    )
    def test_says_when_a_plan_should_be_approved(self, days: int, says: str) -> None:
        given_rule("buyers", "purchase", xp_per_eth=100)
        given_round()
        # A minute more, so that two whole days are left.
        approve_by = timezone.now() + timedelta(days=days, minutes=1)
        Shipment.objects.update(approve_by=approve_by)
        planned()
        said = text(signed_in("approver").get("/admin/"))
        assert says in said
        assert ("in 2 days" in said) is (days > 0)
