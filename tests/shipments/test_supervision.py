"""What people do to a shipment by hand: what is kept of it, its second call, and what it refuses."""

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, transaction

from rewards import pipeline
from rewards.shipments import operations as shipments
from rewards.shipments import supervision
from rewards.shipments.errors import ApprovalRefused, PostFailed, ShipmentError
from rewards.shipments.models import Award, Batch, Comment, Line, Shipment
from rewards.staff.models import Change
from tests.facts.given import count_queries
from tests.rules.given import PLANNED_AT, approved, given_round, given_rule, planned, shipped
from tests.shipments.given import balances, given_buyers, started
from tests.tables import Table, day, read, table

pytestmark = pytest.mark.django_db

LATER = day("2026-05-02")


def comments() -> Table:
    """What was said, the first first."""
    return read(
        "SELECT * FROM shipments_comment ORDER BY id",
        by=lambda row: row["written_by"],
        kind=lambda row: row["kind"],
        text=lambda row: row["text"],
    )


def said(text: str) -> Table:
    return table(f"by | kind | text\n{text.strip()}")


def send_back(*, comment: str = "Why so little?", slug: str = "march") -> Shipment:
    return supervision.send_back(slug=slug, comment=comment, by="bob", as_of=LATER)


def halt() -> Shipment:
    return supervision.halt(slug="march", reason="A look", by="eve", as_of=LATER)


def go_on() -> Shipment:
    return supervision.go_on(slug="march", reason="All is well", by="eve", as_of=LATER)


def retry() -> list[int]:
    return supervision.retry_failed(slug="march", by="eve", as_of=LATER)


class TestSendBack:
    def test_keeps_the_comment_and_what_it_was_about(self) -> None:
        given_buyers()
        digest = planned().plan_digest
        assert send_back(comment="  Dan has half of it  ").state == "draft"
        assert comments() == said("bob | sent_back | Dan has half of it")
        kept = Comment.objects.get()
        assert (kept.plan_digest, kept.written_at) == (digest, LATER)
        assert Change.objects.get(table_name="shipments_comment").row_key == str(kept.id)

    def test_makes_an_approval_of_the_earlier_digest_impossible(self) -> None:
        given_buyers()
        old = planned()
        send_back()
        with pytest.raises(ApprovalRefused, match="march is draft; only a plan can be approved"):
            approve(old)
        given_rule("buyers", "purchase", xp_per_eth=1, as_of=day("2026-03-02"))
        new = planned()
        with pytest.raises(ApprovalRefused, match="yours is another one"):
            approve(old)
        assert approve(new).state == "approved"

    def test_makes_a_page_from_before_it_worthless_even_if_the_plan_comes_out_equal(self) -> None:
        given_buyers()
        old = planned()
        send_back()
        new = shipments.plan(slug="march", as_of=LATER)
        assert new is not None
        assert new.plan_digest == old.plan_digest
        with pytest.raises(ApprovalRefused, match="planned again since you opened it"):
            approve(old)
        assert approve(new).state == "approved"

    def test_leaves_what_was_planned_to_look_at_until_it_is_planned_again(self) -> None:
        given_buyers()
        planned()
        before = (Line.objects.count(), Award.objects.count())
        send_back()
        assert (Line.objects.count(), Award.objects.count()) == before == (3, 3)
        assert pipeline.list_findings() == []
        planned()
        assert (Line.objects.count(), Award.objects.count()) == before

    def test_needs_a_comment_and_a_plan(self) -> None:
        given_buyers()
        with pytest.raises(ShipmentError, match="There is no shipment called march"):
            send_back()
        given_round()
        with pytest.raises(ShipmentError, match="march is draft; only a plan is sent back"):
            send_back()
        planned()
        with pytest.raises(ShipmentError, match="needs a comment"):
            send_back(comment=" ")
        send_back()
        with pytest.raises(ShipmentError, match="march is draft; only a plan is sent back"):
            send_back()
        approved()
        with pytest.raises(ShipmentError, match="march is approved; only a plan is sent back"):
            send_back()
        assert Comment.objects.count() == 1


def approve(plan: Shipment) -> Shipment:
    """An approval from the page that showed the plan."""
    return shipments.approve(
        slug=plan.slug,
        digest=plan.plan_digest or "",
        looked_at=plan.planned_at,
        approver="bob",
        as_of=LATER,
    )


class TestHalt:
    def test_lets_nothing_more_be_posted_until_it_goes_on(self) -> None:
        first, second = started()
        shipments.post_batch(batch_id=first.id, as_of=PLANNED_AT)
        assert halt().state == "halted"
        before = balances()
        assert not shipments.post_batch(batch_id=second.id, as_of=LATER)
        assert pipeline.list_due(as_of=LATER).batches == []
        assert balances() == before
        second.refresh_from_db()
        assert second.attempts == 0

        assert go_on().state == "shipping"
        assert pipeline.list_due(as_of=LATER).batches == [second.id]
        assert pipeline.post(batch_id=second.id, as_of=LATER)
        assert shipments.get(slug="march").state == "shipped"
        assert comments() == said("""
            eve | halted  | A look
            eve | went_on | All is well
        """)
        assert pipeline.list_findings() == []

    def test_again_says_nothing_more(self) -> None:
        started()
        halt()
        assert halt().state == "halted"
        go_on()
        assert go_on().state == "shipping"
        assert Comment.objects.count() == 2

    def test_forgets_leases_so_that_the_sweeper_sends_hints_at_once(self) -> None:
        batches = started()
        ids = {batch.id for batch in batches}
        assert set(pipeline.list_due(as_of=LATER).batches) == ids
        assert pipeline.list_due(as_of=LATER).batches == []
        halt()
        go_on()
        assert set(pipeline.list_due(as_of=LATER).batches) == ids

    def test_of_a_round_that_is_through_meanwhile_closes_it_when_it_goes_on(self) -> None:
        for batch in started():
            shipments.post_batch(batch_id=batch.id, as_of=PLANNED_AT)
        halt()
        shipments.finish(as_of=LATER)
        assert shipments.get(slug="march").state == "halted"
        assert go_on().state == "shipped"

    @pytest.mark.parametrize(("step", "reached"), [(halt, approved), (halt, shipped), (go_on, approved)])
    def test_is_of_what_ships_only(self, step: Callable[[], Any], reached: Callable[[], Any]) -> None:
        given_buyers()
        reached()
        with pytest.raises(ShipmentError, match=r"march is (approved|shipped); only what is"):
            step()

    def test_needs_a_reason(self) -> None:
        started()
        with pytest.raises(ShipmentError, match="A halt needs a reason"):
            supervision.halt(slug="march", reason="", by="eve", as_of=LATER)
        halt()
        with pytest.raises(ShipmentError, match="needs a word on what was found"):
            supervision.go_on(slug="march", reason=" ", by="eve", as_of=LATER)
        assert shipments.get(slug="march").state == "halted"

    def test_takes_the_same_number_of_statements_however_many_batches(self) -> None:
        started(batch_size=1)
        few = count_queries(halt), count_queries(go_on)
        Batch.objects.all().delete()
        shipment = shipments.get(slug="march")
        Batch.objects.bulk_create(
            Batch(
                shipment=shipment,
                number=number,
                first_collector_id=number,
                last_collector_id=number,
                award_count=1,
                amount_xp=1,
            )
            for number in range(50)
        )
        assert (count_queries(halt), count_queries(go_on)) == few


class TestRetryFailed:
    def failed(self) -> list[Batch]:
        """Two batches, of which the first failed after all its tries."""
        batches = started()
        with connection.cursor() as cursor:
            cursor.execute("UPDATE shipments_batch SET award_count = award_count + 1 WHERE number = 1")
        for _ in range(shipments.MOST_ATTEMPTS):
            with pytest.raises(PostFailed, match="awards were found where"):
                shipments.post_batch(batch_id=batches[0].id, as_of=PLANNED_AT)
        return batches

    def test_puts_failed_batches_back_with_all_their_tries_and_keeps_why_they_failed(self) -> None:
        first, second = self.failed()
        assert not shipments.post_batch(batch_id=first.id, as_of=LATER)
        assert retry() == [1]
        first.refresh_from_db()
        assert (first.state, first.attempts, first.problem) == ("pending", 0, "")
        assert "Batch 1. The first had failed with: 2 awards were found where 3" in Comment.objects.get().text
        assert set(pipeline.list_due(as_of=LATER).batches) == {first.id, second.id}

        Batch.objects.filter(number=1).update(award_count=2)
        assert all(pipeline.post(batch_id=batch.id, as_of=LATER) for batch in (first, second))
        assert shipments.get(slug="march").state == "shipped"
        assert pipeline.list_findings() == []

    def test_again_changes_nothing(self) -> None:
        self.failed()
        retry()
        assert retry() == []
        assert Comment.objects.count() == 1

    def test_waits_for_a_halted_round_to_go_on(self) -> None:
        first, second = self.failed()
        halt()
        assert retry() == [1]
        assert not shipments.post_batch(batch_id=first.id, as_of=LATER)
        go_on()
        assert set(pipeline.list_due(as_of=LATER).batches) == {first.id, second.id}

    def test_names_the_first_of_many(self) -> None:
        started(batch_size=1)
        shipment = shipments.get(slug="march")
        Batch.objects.all().delete()
        Batch.objects.bulk_create(
            Batch(
                shipment=shipment,
                number=number,
                first_collector_id=number,
                last_collector_id=number,
                award_count=1,
                amount_xp=1,
                state="failed",
                problem="No",
            )
            for number in range(1, 31)
        )
        assert retry() == list(range(1, 31))
        assert Comment.objects.get().text == (
            "Batches 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 and 18 more. The first had failed with: No"
        )

    def test_is_of_what_ships_only(self) -> None:
        given_buyers()
        approved()
        with pytest.raises(ShipmentError, match="march is approved; only batches of what ships"):
            retry()


class TestCallOff:
    def test_keeps_the_reason_once(self) -> None:
        given_buyers()
        approved()
        for _ in range(2):
            supervision.call_off(slug="march", reason="Another way is better", by="ann", as_of=LATER)
        assert shipments.get(slug="march").state == "cancelled"
        assert comments() == said("ann | called_off | Another way is better")
        assert balances()["season"] == 1_000_000

    def test_of_what_ships_is_refused_and_says_nothing(self) -> None:
        started()
        with pytest.raises(ShipmentError, match="what ships is not called off"):
            supervision.call_off(slug="march", reason="Too late", by="ann", as_of=LATER)
        assert not Comment.objects.exists()


class TestComments:
    @pytest.mark.parametrize("change", ["UPDATE {} SET text = 'x'", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
    def test_stay(self, change: str) -> None:
        given_buyers()
        given_round()
        supervision.say(slug="march", text="Look at dan", by="ann", as_of=LATER)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with (
            pytest.raises(DatabaseError, match="What was said of a shipment stays"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(change.format("shipments_comment"))

    @pytest.mark.parametrize(
        ("name", "fields"),
        [
            ("comment_has_a_known_kind", {"kind": "sung", "text": "La"}),
            ("comment_says_something", {"kind": "said", "text": ""}),
        ],
    )
    def test_break_no_constraint(self, name: str, fields: dict[str, str]) -> None:
        given_buyers()
        with pytest.raises(IntegrityError, match=name):
            Comment.objects.create(shipment=given_round(), written_by="ann", written_at=LATER, **fields)


class TestCommands:
    def run(self, *words: str, **options: Any) -> str:
        out = StringIO()
        call_command("shipment", *words, stdout=out, **options)
        return out.getvalue()

    def test_do_what_the_buttons_of_the_admin_do(self) -> None:
        given_buyers()
        planned()
        assert "is a draft again" in self.run("send-back", "march", comment="Why so little?", by="bob")
        assert Change.objects.filter(table_name="shipments_shipment").latest("id").actor == "bob"
        self.run("comments", "march", say="The market was slow", by="ann")
        approved()
        shipments.start(slug="march", as_of=PLANNED_AT, batch_size=2)
        shipments.post_batch(batch_id=Batch.objects.get(number=1).id, as_of=PLANNED_AT)
        assert "halted with 1 of 2 batches posted" in self.run("halt", "march", reason="A look", by="eve")
        assert self.run("retry", "march", by="eve") == "No batch has failed.\n"
        assert self.run("go-on", "march", reason="All is well", by="eve") == "march is shipping.\n"
        Batch.objects.filter(number=2).update(state="failed", problem="No")
        assert self.run("retry", "march", by="eve") == "On the work list again: 2.\n"
        listed = self.run("comments", "march").splitlines()
        assert [line.partition(" UTC, ")[2] for line in listed] == [
            "eve (tried again): Batch 2. The first had failed with: No",
            "eve (went on): All is well",
            "eve (halted): A look",
            "ann (said): The market was slow",
            "bob (sent back): Why so little?",
        ]
        assert '"kind": "sent_back", "text": "Why so little?"' in self.run("comments", "march", json=True)
        with pytest.raises(CommandError, match="march is shipping; only a plan is sent back"):
            self.run("send-back", "march", comment="Too late")
