"""Webhooks in the admin: what is told to whom, how it goes, and replay of what was given up."""

import pytest
from pytest_django import DjangoAssertNumQueries

from rewards.staff.models import Change
from rewards.webhooks import operations as webhooks
from rewards.webhooks.models import Delivery, Endpoint
from tests.admin.given import signed_in, text
from tests.webhooks.given import NOON, announced, endpoint

pytestmark = pytest.mark.django_db


def given_up(*keys: str) -> None:
    """Messages that the endpoint did not take in twelve tries."""
    for key in keys:
        announced(key)
    Delivery.objects.update(
        state="dead", attempts=12, tried_at=NOON, status=500, problem="It answered 500.", excerpt="<b>no"
    )


class TestShow:
    def test_says_who_is_told_what_and_how_it_goes(self) -> None:
        endpoint()
        endpoint(name="rounds", kinds=["round.shipped"])
        given_up("one", "two")
        Endpoint.objects.filter(name="rounds").update(state="gone", notice="It answered 410 Gone.")
        vera = signed_in("viewer")

        said = text(vera.get("/admin/webhooks/"))
        assert "It answered 410 Gone. gone round.shipped 0 0 –" in said
        page = vera.get("/admin/webhooks/market/")
        assert "flag.paused one" in text(page)
        assert "12 It answered 500. It said: <b>no" in text(page)
        assert "&lt;b&gt;no" in page.content.decode()
        # Whoever may only look has no button.
        assert "again</button>" not in page.content.decode()

    def test_says_how_the_first_is_added(self) -> None:
        assert "manage.py webhook add NAME URL" in text(signed_in("viewer").get("/admin/webhooks/"))

    def test_knows_no_other(self) -> None:
        assert signed_in("viewer").get("/admin/webhooks/market/").status_code == 404

    def test_asks_as_often_for_many_as_for_one(
        self, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        vera = signed_in("viewer")
        for number in range(10):
            endpoint(name=f"market-{number}")
        given_up(*map(str, range(10)))
        with django_assert_max_num_queries(5):
            vera.get("/admin/webhooks/")
        with django_assert_max_num_queries(9):
            vera.get("/admin/webhooks/market-3/")


class TestReplay:
    def test_sends_one_again_or_all_and_leaves_other_endpoints_alone(self) -> None:
        endpoint()
        endpoint(name="other")
        given_up("one", "two", "three")
        olga = signed_in("operator")
        ours = Delivery.objects.filter(endpoint__name="market")
        there = "/admin/webhooks/market/replay/"

        olga.post(there, {"delivery": ours.earliest("id").id})
        assert ours.filter(state="pending", attempts=0).count() == 1
        page = olga.post(there, follow=True)
        assert "2 messages sent again in a moment" in page.content.decode()
        assert ours.filter(state="pending").count() == 3
        assert "Nothing is left to send again" in olga.post(there, follow=True).content.decode()
        assert Delivery.objects.filter(endpoint__name="other", state="dead").count() == 3

    def test_names_a_delivery_of_its_own(self) -> None:
        endpoint()
        olga = signed_in("operator")
        assert olga.post("/admin/webhooks/market/replay/", {"delivery": "7"}).status_code == 400
        assert olga.post("/admin/webhooks/market/replay/", {"delivery": "x"}).status_code == 404

    @pytest.mark.parametrize("what", ["pause", "resume", "replay"])
    @pytest.mark.parametrize("role", ["viewer", "approver"])
    def test_is_for_operators(self, role: str, what: str) -> None:
        endpoint()
        assert signed_in(role).post(f"/admin/webhooks/market/{what}/").status_code == 403


class TestSwitch:
    def test_pauses_and_resumes_in_the_name_of_the_user(self) -> None:
        endpoint()
        olga = signed_in("operator")
        olga.post("/admin/webhooks/market/pause/")
        assert Endpoint.objects.get().state == "paused"
        olga.post("/admin/webhooks/market/resume/")
        assert Endpoint.objects.get().state == "on"
        made, *switched = Change.objects.filter(table_name="webhooks_endpoint").order_by("id")
        assert [one.actor for one in switched] == ["olga", "olga"]
        # What workers note of it all the time is not worth a line.
        Endpoint.objects.update(failures=3, quiet_until=NOON)
        assert Change.objects.filter(table_name="webhooks_endpoint").count() == 3
        assert "failures" not in (made.after or {})

    def test_says_that_what_is_revoked_stays_so(self) -> None:
        endpoint()
        webhooks.revoke_endpoint(name="market", as_of=NOON)
        page = signed_in("operator").post("/admin/webhooks/market/resume/")
        assert (page.status_code, "was revoked, which is for good" in text(page)) == (400, True)
