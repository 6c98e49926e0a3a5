"""Posting a shipment batch by batch, and closing it when none is left (P9)."""

import pytest
from django.db import transaction

from config import failpoints
from rewards.shipments import operations as shipments
from rewards.shipments import queries
from rewards.shipments.errors import (
    PostFailed,
)
from rewards.shipments.models import Batch, Shipment
from tests.facts.given import count_queries
from tests.rules.given import (
    PLANNED_AT,
    approved,
    given_market,
    given_rule,
    shipped,
)
from tests.shipments.given import balances, given_buyers, started
from tests.tables import day

pytestmark = pytest.mark.django_db


class TestPostBatch:
    def test_posts_its_awards_and_is_done(self) -> None:
        first, _ = started()
        assert shipments.post_batch(batch_id=first.id, as_of=PLANNED_AT)
        first.refresh_from_db()
        assert (first.state, first.done_at, first.attempts) == ("done", PLANNED_AT, 1)
        after = balances()
        assert after.pop("issuance") == -1_000_000
        assert after.pop("season") == 999_400
        assert after.pop("shipment") == 600 - first.amount_xp
        awards = {"ann": 100, "bob": 200, "dan": 300}
        assert after == {name: awards[name] for name in after}
        assert len(after) == first.award_count
        assert sum(after.values()) == first.amount_xp

    def test_again_posts_nothing(self) -> None:
        first, _ = started()
        shipments.post_batch(batch_id=first.id, as_of=PLANNED_AT)
        before = balances()
        assert not shipments.post_batch(batch_id=first.id, as_of=PLANNED_AT)
        assert balances() == before

    def test_that_was_posted_but_not_marked_done_is_not_paid_again(self) -> None:
        # What is left when a process dies between the post and the mark cannot be: they are one
        # transaction. Should somebody unmark it by hand, the ledger still knows the keys.
        first, _ = started()
        shipments.post_batch(batch_id=first.id, as_of=PLANNED_AT)
        before = balances()
        Batch.objects.filter(id=first.id).update(state="pending", done_at=None)
        assert shipments.post_batch(batch_id=first.id, as_of=PLANNED_AT)
        assert balances() == before

    def test_that_somebody_posted_between_its_claim_and_its_lock_is_left(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first, _ = started()
        others: list[bool | None] = []

        def reach(place: str) -> None:
            if place == "batch.claimed" and not others:
                others.append(None)
                others.append(shipments.post_batch(batch_id=first.id, as_of=PLANNED_AT))

        monkeypatch.setattr(failpoints, "reach", reach)
        assert not shipments.post_batch(batch_id=first.id, as_of=PLANNED_AT)
        assert others == [None, True]
        assert balances()["shipment"] == 600 - first.amount_xp

    def test_of_a_halted_shipment_posts_nothing_until_it_goes_on(self) -> None:
        first, _ = started()
        Shipment.objects.update(state="halted")
        assert not shipments.post_batch(batch_id=first.id, as_of=PLANNED_AT)
        assert balances()["shipment"] == 600
        Shipment.objects.update(state="shipping")
        assert shipments.post_batch(batch_id=first.id, as_of=PLANNED_AT)

    def test_that_fails_says_why_and_posts_nothing(self) -> None:
        first, _ = started()
        Batch.objects.filter(id=first.id).update(award_count=5)
        with pytest.raises(PostFailed, match="Batch 1: 2 awards were found where 5 were cut"):
            shipments.post_batch(batch_id=first.id, as_of=PLANNED_AT)
        first.refresh_from_db()
        assert (first.state, first.attempts) == ("pending", 1)
        assert balances()["shipment"] == 600
        assert queries.list_problems(shipment=Shipment.objects.get()) == [
            "Batch 1, 1 tries: 2 awards were found where 5 were cut; nothing was posted"
        ]

    def test_is_failed_after_twenty_tries_and_stays_visible(self) -> None:
        first, second = started()
        Batch.objects.filter(id=first.id).update(award_count=5)
        for _ in range(20):
            with pytest.raises(PostFailed):
                shipments.post_batch(batch_id=first.id, as_of=PLANNED_AT)
        assert not shipments.post_batch(batch_id=first.id, as_of=PLANNED_AT)
        shipments.post_batch(batch_id=second.id, as_of=PLANNED_AT)
        assert shipments.finish(as_of=PLANNED_AT) == 0
        shipment = Shipment.objects.get()
        assert shipment.state == "shipping"
        assert queries.get_progress(shipment=shipment).failed == 1
        assert queries.list_problems(shipment=shipment)[0].startswith("Batch 1, 20 tries: ")
        assert first.id not in shipments.lease_batches(as_of=day("2027-01-01"))

    def test_sends_as_many_statements_for_one_award_as_for_fifty(self) -> None:
        counts = []
        for number, slug in ((1, "march"), (50, "april")):
            start, end = ("2026-03-01", "2026-03-31") if slug == "march" else ("2026-04-01", "2026-05-01")
            rows = "\n".join(f"sale | {slug}{n} | cat | {slug}{n} | {start} | 1 ETH" for n in range(number))
            given_market(f"kind | token | from | to | at | price\n{rows}")
            given_rule("buyers", "purchase", xp_per_eth=100)
            approved(slug=slug, start=start, end=end)
            shipments.start(slug=slug, as_of=PLANNED_AT)
            (batch,) = Batch.objects.filter(shipment__slug=slug)

            def post(batch_id: int = batch.id) -> None:
                assert shipments.post_batch(batch_id=batch_id, as_of=PLANNED_AT)

            counts.append(count_queries(post))
        assert counts[0] == counts[1]


class TestFinish:
    def test_marks_a_shipment_whose_batches_are_done(self) -> None:
        first, second = started()
        shipments.post_batch(batch_id=first.id, as_of=PLANNED_AT)
        assert shipments.finish(as_of=PLANNED_AT) == 0
        shipments.post_batch(batch_id=second.id, as_of=PLANNED_AT)
        assert shipments.finish(as_of=PLANNED_AT) == 1
        shipment = Shipment.objects.get()
        assert (shipment.state, shipment.shipped_at) == ("shipped", PLANNED_AT)
        assert balances() == {
            "issuance": -1_000_000,
            "season": 999_400,
            "shipment": 0,
            "ann": 100,
            "bob": 200,
            "dan": 300,
        }

    def test_again_marks_nothing(self) -> None:
        given_buyers()
        shipped()
        assert shipments.finish(as_of=day("2026-06-01")) == 0
        assert Shipment.objects.get().shipped_at == PLANNED_AT

    def test_the_same_whatever_the_size_of_the_batches(self) -> None:
        found = []
        for size in (1, 2, 3):
            with transaction.atomic():
                for batch in started(batch_size=size):
                    shipments.post_batch(batch_id=batch.id, as_of=PLANNED_AT)
                found.append((Shipment.objects.get().plan_digest, balances()))
                transaction.set_rollback(True)
        assert found[0] == found[1] == found[2]


class TestLeaseBatches:
    def test_hints_each_batch_once_until_its_lease_is_over(self) -> None:
        batches = {batch.id for batch in started()}
        assert set(shipments.lease_batches(as_of=PLANNED_AT)) == batches
        assert shipments.lease_batches(as_of=PLANNED_AT) == []
        assert set(shipments.lease_batches(as_of=day("2026-05-02"))) == batches

    def test_leaves_out_what_is_done_and_what_is_halted(self) -> None:
        first, second = started()
        shipments.post_batch(batch_id=first.id, as_of=PLANNED_AT)
        assert shipments.lease_batches(as_of=day("2026-05-02")) == [second.id]
        Shipment.objects.update(state="halted")
        assert shipments.lease_batches(as_of=day("2026-05-03")) == []
