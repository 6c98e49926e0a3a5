"""The page of a plan: whether it is fit to approve, who may do what, how a round is watched and halted."""

import re
from collections import Counter
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from rewards import pipeline
from rewards.admin import review as page
from rewards.flags import operations as flags
from rewards.shipments import operations as shipments
from rewards.shipments import review, supervision
from rewards.shipments.models import Award, Batch, Comment, Line, Shipment
from tests.admin.given import signed_in, text
from tests.admin.two_rounds import given_two_rounds
from tests.rules.given import PLANNED_AT, approved, given_market, given_rule, given_season, planned
from tests.shipments.given import given_buyers
from tests.shipments.late import april, given_march
from tests.tables import day

pytestmark = pytest.mark.django_db

MARCH = "/admin/shipments/march/"


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    """What an earlier test summed up is forgotten."""
    cache.clear()


def bob() -> Client:
    return signed_in("approver", name="bob")


def post(client: Client, what: str, **fields: str) -> Any:
    return client.post(f"{MARCH}{what}/", fields, follow=True)


class TestStatistics:
    def test_agree_with_a_count_by_hand(self) -> None:
        march = given_two_rounds(collectors=60)
        found = page.get_review(shipment=march)
        assert found is not None
        amounts = dict(Award.objects.filter(shipment_id=march.id).values_list("collector_id", "amount_xp"))
        before = dict(Award.objects.exclude(shipment_id=march.id).values_list("collector_id", "amount_xp"))
        lines = list(Line.objects.filter(shipment_id=march.id))

        ranked = sorted(amounts.values())
        spread = found.spread
        assert spread.percentiles == [
            (percent, ranked[-(-percent * len(ranked) // 100) - 1]) for percent in review.PERCENTS
        ]
        assert (spread.award_count, spread.total_xp) == (len(ranked), sum(ranked))
        assert (spread.top_count, spread.top_xp) == (1, ranked[-1])
        for one in spread.bins:
            inside = [amount for amount in ranked if one.from_xp <= amount < one.below_xp]
            assert (one.award_count, one.amount_xp) == (len(inside), sum(inside)), one
        assert spread.bins[0].award_count
        assert spread.bins[-1].award_count
        assert sum(one.award_count for one in spread.bins) == len(ranked) == march.award_count
        assert [one.amount_xp for one in found.top_awards] == ranked[:-11:-1]

        changes = found.changes
        assert changes is not None
        assert changes.earlier.slug == "february"
        counted = {
            "new": amounts.keys() - before.keys(),
            "gone": before.keys() - amounts.keys(),
            "up": {one for one in amounts if amounts[one] > before.get(one, amounts[one])},
            "down": {one for one in amounts if amounts[one] < before.get(one, amounts[one])},
            "same": {one for one in amounts if amounts[one] == before.get(one)},
        }
        for name, collectors in counted.items():
            moved = getattr(changes, name)
            assert (moved.collectors, moved.gained) == (
                len(collectors),
                sum(amounts.get(one, 0) - before.get(one, 0) for one in collectors),
            ), name
        assert all(counted[name] for name in ("new", "gone", "up", "down"))
        assert changes.gained == sum(amounts.values()) - sum(before.values())
        assert sum(one.later_xp for one in found.rules) == march.total_xp
        assert sum(one.earlier_xp for one in found.rules) == changes.earlier.total_xp

        reasons = Counter(line.reason for line in lines)
        assert {one.reason: one.lines for one in found.unpaid} == {
            reason: count for reason, count in reasons.items() if reason != "earned"
        }
        for said in found.unpaid:
            assert said.collectors == len({line.collector_id for line in lines if line.reason == said.reason})
        assert {(one.reason.rule, one.reason.reason) for one in found.told} == {
            (said.rule, said.reason) for said in found.reasons
        }
        assert all(1 <= len(one.lines) <= 2 for one in found.told)

    def test_sample_lines_by_the_digest_alone(self) -> None:
        march = given_two_rounds(collectors=60)
        (first, again) = (self.sampled(march), self.sampled(march))
        assert first == again
        march.plan_digest = "123456789abcdef" * 4 + "0000"
        assert self.sampled(march) != first

    def test_sample_a_collectors_own_line_and_the_late_one(self) -> None:
        given_rule("buyers", "purchase", xp_per_eth=100)
        given_march("""
            kind | token | from | to  | at         | price
            sale | a     | cat  | bob | 2026-03-01 | 1 ETH
        """)
        given_market("""
            kind | token | from | to  | at         | price
            sale | b     | cat  | ann | 2026-03-09 | 2 ETH
            sale | c     | cat  | ann | 2026-04-09 | 3 ETH
            sale | d     | cat  | ann | 2026-04-10 | 4 ETH
        """)
        found = page.get_review(shipment=april())
        assert found is not None
        (told,) = found.told
        assert [line.late is not None for _, line in told.lines] == [False, True]
        assert [line.amount_xp for _, line in told.lines][1] == 200

    def sampled(self, shipment: Shipment) -> list[str]:
        cache.clear()
        found = page.get_review(shipment=shipment)
        assert found is not None
        return [address for one in found.told for address, _ in one.lines]

    def test_take_the_same_number_of_statements_whatever_the_size(self) -> None:
        march = given_two_rounds(collectors=60)
        client = bob()
        many = self.statements(client)
        Batch.objects.bulk_create(
            Batch(
                shipment=march,
                number=number,
                first_collector_id=number,
                last_collector_id=number,
                award_count=1,
                amount_xp=1,
            )
            for number in range(300)
        )
        # Beside the batches comes how far they are.
        assert self.statements(client) == many + 1
        cache.clear()
        with CaptureQueriesContext(connection) as queries:
            client.get(f"{MARCH}progress/")
        assert len(queries) <= 8

    def statements(self, client: Client) -> int:
        cache.clear()
        with CaptureQueriesContext(connection) as queries:
            client.get(MARCH)
        return len(queries)

    def test_are_summed_up_once_a_plan(self) -> None:
        march = given_two_rounds(collectors=20)
        page.get_review(shipment=march)
        with CaptureQueriesContext(connection) as queries:
            page.get_review(shipment=march)
        assert not [one for one in queries if "WIDTH_BUCKET" in one["sql"]]
        given_rule("buyers", "purchase", xp_per_eth=1, as_of=day("2026-03-02"))
        again = planned(slug="march")
        found = page.get_review(shipment=again)
        assert found is not None
        assert found.spread.total_xp == again.total_xp != march.total_xp

    def test_of_a_plan_of_nothing_say_so(self) -> None:
        given_season()
        given_rule("buyers", "purchase", xp_per_eth=1)
        planned()
        said = text(bob().get(MARCH))
        assert "Nobody earned anything, so there is nothing to spread." in said
        assert "No round went out before with one of its rules" in said
        assert "Approve 0 XP of plan" in said


class TestDecision:
    def test_names_total_and_digest_and_says_what_it_takes_of_the_budget(self) -> None:
        given_buyers(budget_xp=1_000)
        digest = planned().plan_digest or ""
        said = text(bob().get(MARCH))
        assert f"Approve 600 XP of plan {digest[:12]}" in said
        assert "60 % of the 1,000 XP that are left of the season's budget; 400 XP would stay." in said
        assert f"Digest {digest}" in said

    def test_is_not_offered_beyond_the_budget_nor_to_the_author_nor_to_viewers(self) -> None:
        given_buyers(budget_xp=500)
        planned()
        said = text(bob().get(MARCH))
        assert "More than the 500 XP that are left" in said
        assert "Approve" not in said
        assert "You wrote or changed this round, so somebody else approves it." in text(
            signed_in("approver", name="ann").get(MARCH)
        )
        viewer = signed_in("viewer", name="vera")
        said = text(viewer.get(MARCH))
        assert "It waits for an approver other than ann." in said
        assert not re.search(r"\b(Send back|Plan again|Cancel the round|Halt)\b", said)
        for what in ("send-back", "cancel", "halt", "go-on", "retry", "say", "plan", "approve"):
            assert viewer.post(f"{MARCH}{what}/").status_code == 403, what

    def test_of_a_stale_plan_says_exactly_what_changed(self) -> None:
        given_buyers()
        planned()
        flags.pause(
            flag="rule.buyers",
            reason="A look",
            by="olga",
            as_of=PLANNED_AT,
            starts_at=day("2026-03-10"),
            ends_at=day("2026-03-12 06:00"),
        )
        said = text(signed_in("operator").get(MARCH))
        assert "This plan is stale, so it cannot be approved" in said
        assert "Buyers was paused from 2026-03-10 00:00:00 to 2026-03-12 06:00:00 UTC." in said
        assert "Plan again" in said
        said = text(bob().get(MARCH))
        assert "Operators can have it planned again." in said
        assert "Approve" not in said
        planned()
        assert "stale" not in text(bob_again().get(MARCH))

    def test_is_about_the_plan_of_the_page_that_was_open(self) -> None:
        given_buyers()
        old = planned()
        supervision.send_back(slug="march", comment="No", by="bob", as_of=PLANNED_AT)
        new = shipments.plan(slug="march", as_of=day("2026-05-02"))
        assert new is not None
        fields = {"digest": old.plan_digest or "", "planned_at": old.planned_at.isoformat()}  # type: ignore[union-attr]
        response = post(bob(), "approve", **fields)
        assert response.status_code == 400
        assert "planned again since you opened it" in text(response)


def bob_again() -> Client:
    return signed_in("approver", name="eve")


class TestSendBack:
    def test_shows_the_comment_to_whoever_plans_it_again(self) -> None:
        given_buyers()
        planned()
        client = bob()
        response = post(client, "send-back", text="Dan has half of it")
        assert "Sent back. Nobody can approve it" in response.content.decode()
        said = text(signed_in("operator").get(MARCH))
        assert "Below is the plan as it was last made. Nobody can approve it." in said
        assert "bob sent back" in said
        assert "Dan has half of it" in said
        assert Shipment.objects.get().state == "draft"

    def test_says_beside_the_field_that_a_comment_is_missing(self) -> None:
        given_buyers()
        planned()
        response = post(bob(), "send-back", text=" ")
        assert response.status_code == 400
        assert "A plan that is sent back needs a comment" in text(response)
        assert Shipment.objects.get().state == "planned"

    def test_takes_an_answer(self) -> None:
        given_buyers()
        planned()
        post(signed_in("operator"), "say", text="The market was slow.\nNothing is wrong.")
        assert Comment.objects.get().written_by == "olga"
        assert "The market was slow." in text(bob().get(MARCH))


class TestCancel:
    def test_calls_off_with_a_reason(self) -> None:
        given_buyers()
        approved()
        olga = signed_in("operator")
        assert post(olga, "cancel", text="").status_code == 400
        assert "Cancelled. Nothing of it" in post(olga, "cancel", text="Another way").content.decode()
        assert Shipment.objects.get().state == "cancelled"


class TestProgress:
    def test_is_shown_while_it_ships_with_errors_by_their_batch(self) -> None:
        given_buyers()
        approved()
        shipments.start(slug="march", as_of=PLANNED_AT, batch_size=1)
        first, second, third = Batch.objects.order_by("number")
        pipeline.post(batch_id=first.id, as_of=PLANNED_AT)
        Batch.objects.filter(id=second.id).update(state="failed", attempts=20, problem="The account is empty")
        Batch.objects.filter(id=third.id).update(attempts=2, problem="A hiccup")

        client = bob()
        piece = client.get(f"{MARCH}progress/").content.decode()
        assert 'data-state="shipping"' in piece
        assert piece.count("<title>Batch") == 3
        said = text(client.get(MARCH))
        assert "33 %" in said
        assert "1 of 3 batches done, 1 failed" in said
        assert "Batch 2 failed The account is empty 20 tries of at most 20" in said
        assert "Batch 3 to be tried again A hiccup 2 tries of at most 20" in said

        assert "Halted. What was posted stays posted" in post(client, "halt", text="A look").content.decode()
        assert "halted Nothing more is posted until it goes on." in text(client.get(MARCH))
        assert 'data-state="halted"' in client.get(f"{MARCH}progress/").content.decode()
        assert "1 batch on the work list again." in post(client, "retry").content.decode()
        assert "It goes on where it was." in post(client, "go-on", text="All is well").content.decode()
        for batch_id in pipeline.list_due(as_of=PLANNED_AT).batches:
            pipeline.post(batch_id=batch_id, as_of=PLANNED_AT)
        said = text(client.get(MARCH))
        assert "3 of 3 batches done" in said
        assert "Halt" not in said.partition("What was said")[0]

    def test_of_what_does_not_ship_says_why_not(self) -> None:
        given_buyers()
        planned()
        response = post(bob(), "halt", text="A look")
        assert response.status_code == 400
        assert "march is planned; only what is shipping is halted." in text(response)
        assert "only batches of what ships" in text(post(bob_again(), "retry"))
