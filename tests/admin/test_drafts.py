"""Drafts in the admin: a new shipment, what one says and when, and the button that ships it."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from rewards import pipeline
from rewards.notices import operations as notices
from rewards.notices import queries as told
from rewards.shipments import operations as shipments
from rewards.shipments import supervision
from rewards.shipments.errors import ApprovalRefused
from rewards.shipments.models import Batch, Shipment, ShipmentRule
from rewards.staff.models import Change
from tests.admin.given import signed_in, text
from tests.admin.test_flags import errors
from tests.rules.given import PLANNED_AT, approved, given_round, given_rule, planned
from tests.shipments.given import given_buyers
from tests.tables import day

pytestmark = pytest.mark.django_db

PAGE = "/admin/shipments/march/"


def typed(**fields: str) -> dict[str, str]:
    """The form of a shipment's words, as it is filled in but for these fields."""
    return {"title": "March", "message": "", "plan_due_at": "", "approve_by": "", "ships_at": ""} | fields


class TestShip:
    def test_begins_and_leaves_the_hints_to_the_sweeper(self, monkeypatch: pytest.MonkeyPatch) -> None:
        given_buyers()
        approved()
        # Nothing may be published from a request.
        monkeypatch.setattr("kombu.Producer.publish", lambda *_, **__: pytest.fail("a request sent a hint"))
        paul = signed_in("approver", name="paul")
        said = text(paul.get(PAGE))
        assert "600 XP go to 3 collectors, the first within seconds." in said
        assert "It goes out when somebody ships it." in said

        assert signed_in("viewer", name="vera").post(f"{PAGE}ship/").status_code == 403
        assert Client(enforce_csrf_checks=True).post(f"{PAGE}ship/").status_code in (302, 403)
        for _ in range(2):
            assert paul.post(f"{PAGE}ship/").status_code == 302

        assert Shipment.objects.get().state == "shipping"
        assert pipeline.list_due(as_of=timezone.now()).batches == [Batch.objects.get().id]
        assert Change.objects.filter(table_name="shipments_shipment").latest("id").actor == "paul"

    def test_ships_what_was_approved_after_its_deadline(self) -> None:
        given_buyers()
        planned()
        late = {"approve_by": PLANNED_AT, "ships_at": PLANNED_AT}
        Shipment.objects.update(**late)
        shipments.approve(
            slug="march",
            digest=Shipment.objects.get().plan_digest or "",
            approver="bob",
            as_of=PLANNED_AT + timedelta(days=1),
        )
        pipeline.list_due(as_of=timezone.now())
        olga = signed_in("operator")
        assert "approved after its deadline, so it does not go out by itself" in text(olga.get(PAGE))

        olga.post(f"{PAGE}ship/")
        assert Shipment.objects.get().state == "shipping"

    def test_says_why_not(self) -> None:
        given_rule("buyers", "purchase", xp_per_eth=100)
        given_round()
        response = signed_in("operator").post(f"{PAGE}ship/")
        assert response.status_code == 400
        assert "march is draft; only an approved shipment ships." in text(response)
        csrf = Client(enforce_csrf_checks=True)
        csrf.force_login(User.objects.get(username="olga"))
        assert csrf.post(f"{PAGE}ship/").status_code == 403


class TestWords:
    @pytest.fixture(autouse=True)
    def _round(self) -> None:
        given_rule("buyers", "purchase", xp_per_eth=100)
        given_round()

    def test_of_a_draft_are_changed_with_its_instants(self) -> None:
        olga = signed_in("operator")
        fields = typed(
            title="Early spring",
            message="Thank you.",
            plan_due_at="2099-04-02T00:00:00",
            approve_by="2099-04-04T00:00:00",
            ships_at="2099-04-05T12:30:00",
        )
        assert olga.post(f"{PAGE}words/", fields).status_code == 302

        one = Shipment.objects.get()
        assert (one.title, one.message, one.changed_by) == ("Early spring", "Thank you.", "olga")
        times = (one.plan_due_at, one.approve_by, one.ships_at)
        assert times == (day("2099-04-02"), day("2099-04-04"), day("2099-04-05 12:30"))
        change = Change.objects.filter(table_name="shipments_shipment").latest("id")
        assert (change.actor, (change.after or {})["title"]) == ("olga", "Early spring")
        # The same again changes nothing, whoever saves it.
        signed_in("operator", name="otto").post(f"{PAGE}words/", fields)
        assert Change.objects.filter(table_name="shipments_shipment").latest("id") == change

    @pytest.mark.parametrize(
        ("fields", "says"),
        [
            ({"title": " "}, "This field is required."),
            ({"plan_due_at": "2026-03-30T00:00:00"}, "It would be planned before its window closes."),
            ({"approve_by": "2026-05-01T00:00:00"}, "This is over already."),
            (
                {"plan_due_at": "2099-01-02T00:00:00", "approve_by": "2099-01-01T00:00:00"},
                "It would be approved before it is planned, on 2099-01-02 00:00 UTC.",
            ),
            (
                {"plan_due_at": "2099-01-02T00:00:00", "ships_at": "2099-01-01T00:00:00"},
                "It would go out before it is planned, on 2099-01-02 00:00 UTC.",
            ),
        ],
    )
    def test_says_beside_the_field_what_is_wrong(self, fields: dict[str, str], says: str) -> None:
        response = signed_in("operator").post(f"{PAGE}words/", typed(**fields))
        assert response.status_code == 400
        assert errors(response.content.decode()) == [says]
        assert Shipment.objects.get().changed_by == ""

    def test_of_a_plan_leave_it_a_plan_but_not_for_who_has_the_page_open(self) -> None:
        plan = planned()
        olga = signed_in("operator")
        olga.post(f"{PAGE}words/", typed(message="Now with a word."))
        changed = Shipment.objects.get()
        assert (changed.state, changed.plan_digest, changed.message) == (
            "planned",
            plan.plan_digest,
            "Now with a word.",
        )
        paul = signed_in("approver", name="paul")
        seen = {"digest": plan.plan_digest, "words": plan.words_digest}
        refused = paul.post(f"{PAGE}approve/", seen)
        assert "were changed since you opened it" in text(refused)

        assert 'name="words" value="' + changed.words_digest in paul.get(PAGE).content.decode()
        assert paul.post(f"{PAGE}approve/", seen | {"words": changed.words_digest}).status_code == 302
        refused = olga.post(f"{PAGE}words/", typed())
        assert refused.status_code == 400
        assert "march is approved; what it says and its times were approved with it" in text(refused)

    def test_whoever_changed_it_does_not_approve_it(self) -> None:
        plan = planned()
        olga = signed_in("operator")
        User.objects.get().groups.add(Group.objects.get(name="approver"))
        olga.post(f"{PAGE}words/", typed(message="Mine."))

        assert "You wrote or changed this round" in text(olga.get(PAGE))
        with pytest.raises(ApprovalRefused, match="olga changed march last; somebody else has to approve it"):
            shipments.approve(slug="march", digest=plan.plan_digest or "", approver="olga", as_of=PLANNED_AT)
        with pytest.raises(IntegrityError, match="approver_did_not_change_it"), transaction.atomic():
            Shipment.objects.update(state="approved", approved_by="olga", approved_at=PLANNED_AT)
        shipments.approve(slug="march", digest=plan.plan_digest or "", approver="bob", as_of=PLANNED_AT)
        with pytest.raises(IntegrityError, match="no longer change"), transaction.atomic():
            Shipment.objects.update(changed_by="")

    def test_another_deadline_is_told_of_anew(self) -> None:
        planned()
        signed_in("approver", name="paul")
        now = timezone.now()
        Shipment.objects.update(approve_by=now - timedelta(hours=1))
        assert notices.tell(as_of=now) == 2
        later = now + timedelta(days=1)
        signed_in("operator").post(f"{PAGE}words/", typed(approve_by=f"{later:%Y-%m-%dT%H:%M:%S}"))

        (one,) = told.list_unseen(name="paul", as_of=now)
        assert one.title == "March waits for your approval"
        assert told.list_unseen(name="paul", as_of=later) == []
        spans = {
            "kept": timedelta(days=1),
            "standings_every": timedelta(minutes=5),
            "webhooks_kept_since": None,
        }
        assert pipeline.SQL["look"].row({"as_of": later, **spans})["untold"] == 1
        assert notices.tell(as_of=later) == 1
        (one,) = told.list_unseen(name="paul", as_of=later)
        assert one.title == "March is overdue"


class TestNew:
    def fields(self, **more: Any) -> dict[str, Any]:
        rule = given_rule("buyers", "purchase", xp_per_eth=100)
        return {
            "slug": "2026-04",
            "title": "April",
            "message": "For April.",
            "season": rule.season_id,
            "rules": [rule.id],
            "window_start": "2026-04-01T00:00:00",
            "window_end": "2026-05-01T00:00:00",
            "bought_in_window": "on",
        } | more

    def test_makes_a_draft_for_an_audience(self) -> None:
        fields = self.fields()
        assert signed_in("viewer", name="vera").get("/admin/new-shipment/").status_code == 403
        olga = signed_in("operator")
        assert "New shipment" in text(olga.get("/admin/shipments/"))
        assert "Buyers (Genesis)" in text(olga.get("/admin/new-shipment/"))

        response = olga.post("/admin/new-shipment/", fields)

        assert response["Location"] == "/admin/shipments/2026-04/"
        one = Shipment.objects.get()
        assert (one.state, one.author, one.title, one.changed_by) == ("draft", "olga", "April", "")
        assert (one.plan_due_at, one.approve_by, one.ships_at) == (day("2026-05-01"), None, None)
        assert one.audience["bought_in_window"] is True
        assert [rule.slug for rule in one.rules.all()] == ["buyers"]
        # The name is taken now: the form never changes what is there.
        again = olga.post("/admin/new-shipment/", fields | {"title": "Other"})
        assert errors(again.content.decode()) == ["A shipment is called 2026-04 already."]
        assert Shipment.objects.get().title == "April"

    def test_says_which_shipment_pays_a_rule_already(self) -> None:
        fields = self.fields(slug="again", window_start="2026-03-15T00:00:00")
        given_round()
        olga = signed_in("operator")

        response = olga.post("/admin/new-shipment/", fields)

        (said,) = errors(response.content.decode())
        assert said.startswith("march pays Buyers from 2026-03-01 00:00 to 2026-03-31 00:00 UTC already")
        assert not ShipmentRule.objects.filter(shipment__slug="again").exists()
        assert not Shipment.objects.filter(slug="again").exists()
        supervision.call_off(slug="march", reason="A mistake", by="olga", as_of=PLANNED_AT)
        assert olga.post("/admin/new-shipment/", fields).status_code == 302

    @pytest.mark.parametrize(
        ("fields", "says"),
        [
            ({"slug": "April 2026"}, "A name has a-z, 0-9, dot, dash and underscore"),
            ({"rules": []}, "A shipment pays at least one rule."),
            ({"window_end": "2026-04-01T00:00:00"}, "The window would end before it starts."),
            ({"window_end": "2027-04-01T00:00:00"}, "The season is"),
            ({"plan_due_at": "2026-04-30T00:00:00"}, "It would be planned before its window closes."),
            ({"random_share": "0.5"}, "Seed is missing"),
        ],
    )
    def test_says_beside_the_field_what_is_wrong(self, fields: dict[str, Any], says: str) -> None:
        response = signed_in("operator").post("/admin/new-shipment/", self.fields(**fields))
        assert response.status_code == 400
        (said,) = errors(response.content.decode())
        assert said.startswith(says)
        assert not Shipment.objects.exists()
