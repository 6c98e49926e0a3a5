"""Pausing and resuming in the admin: who may, what it says, and what is written down."""

import re

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from rewards.flags.models import Pause
from rewards.staff.models import Change
from tests.admin.given import signed_in, text
from tests.tab import given

pytestmark = pytest.mark.django_db

REASON = "We look at wash trades"


def errors(body: str) -> list[str]:
    """What a form says beside its fields."""
    return re.findall(r'<p class="hf-error">(.*?)</p>', body)


class TestShow:
    def test_has_every_flag_below_the_one_over_it(self) -> None:
        said = text(signed_in("viewer").get("/admin/flags/"))

        places = [said.index(f" {slug} ") for slug in ("liquidity", "liquidity.bidding", "liquidity.listing")]
        assert places == sorted(places)

    def test_says_why_and_that_flags_below_are_off_too(self) -> None:
        olga = signed_in("operator")
        olga.post("/admin/flags/liquidity/pause/", {"reason": REASON})

        said = text(olga.get("/admin/flags/"))
        assert f"“{REASON}”" in said
        assert "by olga" in said
        assert said.count("off with liquidity") == 2

    def test_asks_who_it_is(self) -> None:
        response = Client().get("/admin/flags/")
        assert (response.status_code, response["Location"]) == (302, "/admin/login/?next=/admin/flags/")

    def test_asks_the_database_as_often_with_many_flags_as_with_few(
        self, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        vera = signed_in("viewer")
        season = given.season()
        for number in range(30):
            given.rule(season, f"rule-{number}", "purchase", given.PURCHASE)
        with django_assert_max_num_queries(6):
            vera.get("/admin/flags/")


class TestPause:
    def test_pauses_in_the_name_of_the_user(self) -> None:
        response = signed_in("operator").post(
            "/admin/flags/liquidity.listing/pause/", {"reason": REASON}, follow=True
        )

        pause = Pause.objects.get()
        assert (pause.flag_id, pause.reason, pause.created_by, pause.ends_at) == (
            "liquidity.listing",
            REASON,
            "olga",
            None,
        )
        assert "liquidity.listing is paused from" in response.content.decode()
        change = Change.objects.get(table_name="flags_pause")
        assert (change.actor, change.before) == ("olga", None)

    def test_goes_back_to_the_page_of_the_button_and_nowhere_else(self) -> None:
        olga = signed_in("operator")
        back = olga.post("/admin/flags/liquidity/pause/", {"reason": REASON, "next": "/admin/rules/"})
        away = olga.post("/admin/flags/liquidity/resume/", {"next": "https://elsewhere.example/"})

        assert (back["Location"], away["Location"]) == ("/admin/rules/", "/admin/flags/")

    @pytest.mark.parametrize(
        ("given_form", "says"),
        [
            ({"reason": " "}, "A pause needs a reason; collectors read it."),
            (
                {"reason": REASON, "starts_at": "2030-01-02T00:00:00", "ends_at": "2030-01-01T00:00:00"},
                "The pause would end before it starts.",
            ),
            ({"reason": REASON, "starts_at": "soon"}, "Enter a valid date/time."),
        ],
    )
    def test_says_beside_the_field_what_is_wrong(self, given_form: dict[str, str], says: str) -> None:
        response = signed_in("operator").post("/admin/flags/liquidity/pause/", given_form)

        assert response.status_code == 400
        assert errors(response.content.decode()) == [says]
        assert not Pause.objects.exists()

    def test_says_that_it_is_paused_already(self) -> None:
        olga = signed_in("operator")
        olga.post("/admin/flags/liquidity/pause/", {"reason": REASON})
        response = olga.post("/admin/flags/liquidity/pause/", {"reason": "Once more"})

        assert response.status_code == 400
        assert "liquidity is paused already" in errors(response.content.decode())[0]
        assert Pause.objects.count() == 1

    @pytest.mark.parametrize("role", ["viewer", "approver"])
    def test_is_for_operators_alone(self, role: str) -> None:
        client = signed_in(role)

        assert client.post("/admin/flags/liquidity/pause/", {"reason": REASON}).status_code == 403
        assert client.post("/admin/flags/liquidity/resume/").status_code == 403
        assert "Pause Listing" not in text(client.get("/admin/flags/"))
        assert not Pause.objects.exists()

    def test_needs_the_token_of_its_form(self) -> None:
        olga = Client(enforce_csrf_checks=True)
        olga.cookies = signed_in("operator").cookies

        assert olga.post("/admin/flags/liquidity/pause/", {"reason": REASON}).status_code == 403
        assert not Pause.objects.exists()


class TestResume:
    def test_ends_the_pause_in_the_name_of_the_user(self) -> None:
        signed_in("operator").post("/admin/flags/liquidity/pause/", {"reason": REASON})
        signed_in("operator", name="oskar").post("/admin/flags/liquidity/resume/")

        pause = Pause.objects.get()
        assert pause.ends_at is not None
        assert (pause.created_by, pause.ended_by) == ("olga", "oskar")
        assert Change.objects.filter(table_name="flags_pause").latest("id").actor == "oskar"

    def test_calls_off_a_pause_to_come(self) -> None:
        olga = signed_in("operator")
        olga.post("/admin/flags/liquidity/pause/", {"reason": REASON, "starts_at": "2090-01-01T00:00:00"})
        assert "Call off" in text(olga.get("/admin/flags/"))
        olga.post("/admin/flags/liquidity/resume/")

        pause = Pause.objects.get()
        assert pause.ends_at == pause.starts_at

    def test_says_which_flag_holds_it(self) -> None:
        olga = signed_in("operator")
        olga.post("/admin/flags/liquidity/pause/", {"reason": REASON})
        response = olga.post("/admin/flags/liquidity.listing/resume/")

        said = "liquidity.listing is off because liquidity is paused; resume liquidity."
        assert said in errors(response.content.decode())
