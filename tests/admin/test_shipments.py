"""Shipments in the admin: what is shown, who may plan and approve, whom an audience reaches."""

import pytest
from django.db import IntegrityError

from rewards.rules import operations as rules
from rewards.shipments.models import Comment, Shipment
from rewards.staff.models import Change
from tests.admin.given import signed_in, text
from tests.admin.test_flags import errors
from tests.tab import given, sample
from tests.tables import address

pytestmark = pytest.mark.django_db


def planned() -> Shipment:
    """A round that ann wrote and nobody approved."""
    return given.shipment(given.season(), "first", start="2019-01-01", end="2019-02-01", total_xp=0)


class TestShow:
    def test_lists_each_with_its_state(self) -> None:
        sample.fill()

        said = text(signed_in("viewer").get("/admin/shipments/"))
        assert said.index("Early summer round") < said.index("Spring round shipped 1 to 31 March 2019")

    def test_has_reasons_progress_and_history(self) -> None:
        sample.fill()

        said = text(signed_in("viewer").get("/admin/shipments/spring-round/"))
        assert "No rate for the currency Buying 1 under 0.1 % 1" in said
        assert "was changed by database role" in said

    def test_says_which_limit_a_plan_is_over_before_anybody_approves(self) -> None:
        season = given.season()
        shipment = given.shipment(season, "first", start="2019-01-01", end="2019-02-01", total_xp=500)
        rules.put_limits(season=season, limits={"cap_xp_per_shipment": 499})

        said = text(signed_in("viewer").get("/admin/shipments/first/"))
        assert "The round pays 500 XP, 1 more than the 499 that the season allows in one round." in said
        refused = signed_in("approver", name="paul").post(
            "/admin/shipments/first/approve/", {"digest": shipment.plan_digest}
        )
        assert refused.status_code == 400
        assert "first is over a limit." in text(refused)


class TestApprove:
    def test_is_for_approvers_who_did_not_write_it(self) -> None:
        shipment = planned()
        digest = {"digest": shipment.plan_digest}

        assert signed_in("operator").post("/admin/shipments/first/approve/", digest).status_code == 403
        response = signed_in("approver", name="paul").post("/admin/shipments/first/approve/", digest)

        assert response.status_code == 302
        shipment.refresh_from_db()
        assert (shipment.state, shipment.approved_by) == ("approved", "paul")
        assert Change.objects.filter(table_name="shipments_shipment").latest("id").actor == "paul"

    def test_says_why_not(self) -> None:
        planned()
        response = signed_in("approver", name="ann").post(
            "/admin/shipments/first/approve/", {"digest": "0" * 64}
        )

        assert response.status_code == 400
        assert "ann wrote first; somebody else has to approve it." in text(response)
        assert Shipment.objects.get().state == "planned"

    def test_is_of_the_plan_that_the_page_showed(self) -> None:
        planned()
        response = signed_in("approver").post("/admin/shipments/first/approve/", {"digest": "1" * 64})

        assert "yours is another one" in text(response)
        assert Shipment.objects.get().state == "planned"


class TestPlan:
    def test_puts_it_on_the_work_list(self) -> None:
        planned()
        assert signed_in("viewer", name="vera").post("/admin/shipments/first/plan/").status_code == 403
        signed_in("operator").post("/admin/shipments/first/plan/")

        assert Shipment.objects.get().plan_due_at is not None

    def test_says_that_what_is_shipped_is_not_planned(self) -> None:
        given.ship(planned(), posted=False)
        response = signed_in("operator").post("/admin/shipments/first/plan/")

        assert response.status_code == 400
        assert "only a draft or a plan is planned" in text(response)


class TestAudience:
    def test_counts_whom_the_filters_reach(self) -> None:
        planned()
        for name in ("ann", "bob", "eve"):
            given.wallet(name)
        rules.put_cohort(slug="testers", addresses=[address("ann"), address("bob")])
        vera = signed_in("viewer")

        def reached(**filters: str) -> str:
            said = text(vera.get("/admin/shipments/first/", {"count": "1", **filters}))
            return said.partition("Whom it reaches")[2][:14]

        assert text(vera.get("/admin/shipments/first/")).count("Whom it reaches: 3 collectors") == 1
        assert reached(in_cohort="testers") == ": 2 collectors"
        assert reached(not_in_cohort="testers") == ": 1 collector "
        assert reached(bought_in_window="on") == ": 0 collectors"

    @pytest.mark.parametrize(
        ("filters", "says"),
        [
            ({"random_share": "2", "seed": "a"}, "Random share is 2; it lies above 0 and is at most 1."),
            ({"random_share": "0.5"}, "Seed is missing; without it nobody could check the choice."),
            ({"in_cohort": "nobody"}, "Select a valid choice."),
            ({"minimum_spend_eth": "-1"}, "greater than or equal to 0"),
        ],
    )
    def test_says_beside_the_field_what_is_wrong(self, filters: dict[str, str], says: str) -> None:
        planned()
        response = signed_in("viewer").get("/admin/shipments/first/", {"count": "1", **filters})

        assert response.status_code == 400
        (said,) = errors(response.content.decode())
        assert says in said

    def test_an_operator_saves_them_and_a_plan_has_to_be_made_again(self) -> None:
        shipment = planned()
        rules.put_cohort(slug="testers", addresses=[address("ann")])
        olga = signed_in("operator", name="olga")
        page = "/admin/shipments/first/audience/"

        counted = olga.post(page, {"in_cohort": "testers", "count": "1"})
        assert "Whom it reaches: 0 collectors" in text(counted)
        wrong = olga.post(page, {"random_share": "0.5"})
        assert wrong.status_code == 400
        assert errors(wrong.content.decode()) == [
            "Seed is missing; without it nobody could check the choice."
        ]
        shipment.refresh_from_db()
        assert (shipment.state, shipment.audience) == ("planned", {})

        assert olga.post(page, {"in_cohort": "testers"}).status_code == 302

        shipment.refresh_from_db()
        assert (shipment.state, shipment.audience["in_cohort"]) == ("draft", "testers")
        changed = Change.objects.filter(table_name="shipments_shipment").latest("id")
        assert (changed.actor, (changed.after or {})["audience"]["in_cohort"]) == ("olga", "testers")
        assert Comment.objects.get().text == "Whom it is for was changed; it has to be planned again."
        # The same again changes nothing.
        assert olga.post(page, {"in_cohort": "testers"}).status_code == 302
        assert Change.objects.filter(table_name="shipments_shipment").latest("id") == changed

    def test_counts_for_the_script_what_was_typed(self) -> None:
        planned()
        given.wallet("ann")
        vera = signed_in("viewer", name="vera")
        page = "/admin/shipments/first/audience/count/"

        assert vera.get(page).json() == {"reached": "1 collector"}
        assert vera.get(page, {"bought_in_window": "on"}).json() == {"reached": "0 collectors"}
        wrong = vera.get(page, {"minimum_spend_eth": "-1"})
        assert wrong.status_code == 400
        assert list(wrong.json()["errors"]) == ["minimum_spend_eth"]
        assert vera.post("/admin/shipments/first/audience/", {}).status_code == 403

    def test_nobody_changes_whom_an_approved_round_is_for(self) -> None:
        shipment = planned()
        given.ship(shipment, states="approved", posted=False)
        olga = signed_in("operator", name="olga")

        refused = olga.post("/admin/shipments/first/audience/", {"bought_in_window": "on"})

        assert refused.status_code == 400
        assert "first is approved; whom it is for stays. Nothing was changed." in text(refused)
        with pytest.raises(IntegrityError, match="shipment first no longer change"):
            Shipment.objects.update(audience={"bought_in_window": True})
