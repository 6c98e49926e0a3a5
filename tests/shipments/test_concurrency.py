"""Two at a time: planning, approving and posting over connections of their own (P9)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from config.local.postgres import APP_ROLE
from rewards.ledger import queries as ledger
from rewards.ledger.operations import Holder
from rewards.shipments import operations as shipments
from rewards.shipments.errors import ApprovalRefused
from rewards.shipments.models import Batch, Shipment
from tests.conftest import ClonedDatabase
from tests.rules.given import PLANNED_AT, approved, given_market, given_rule, given_season, planned


@pytest.fixture(autouse=True)
def given_ten_buyers(cloned_database: ClonedDatabase) -> ClonedDatabase:
    """Ten collectors who each earn 100 XP."""
    rows = "\n".join(f"sale | n{n} | cat | w{n} | 2026-03-04 | 1 ETH" for n in range(10))
    given_market(f"kind | token | from | to | at | price\n{rows}")
    given_season(budget_xp=1_500)
    given_rule("buyers", "purchase", xp_per_eth=100)
    return cloned_database


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """What each work returned or raised, all begun together, each on a connection of its own."""
    ready = Barrier(len(works))

    def run(work: Callable[[], Any]) -> Any:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
            ready.wait(timeout=30)
            return work()
        except Exception as error:  # noqa: BLE001 (what was raised is the result)
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=len(works)) as threads:
        return list(threads.map(run, works))


class TestPostBatch:
    def test_of_one_batch_one_of_many_posts(self) -> None:
        approved()
        shipments.start(slug="march", as_of=PLANNED_AT)
        (batch,) = Batch.objects.all()
        done = at_once(*[lambda: shipments.post_batch(batch_id=batch.id, as_of=PLANNED_AT)] * 4)
        assert sorted(done) == [False, False, False, True]
        assert paid() == {100: 10}

    def test_of_several_batches_each_is_posted_once(self) -> None:
        approved()
        shipments.start(slug="march", as_of=PLANNED_AT, batch_size=2)
        ids = list(Batch.objects.values_list("id", flat=True))

        def work(order: list[int]) -> Callable[[], int]:
            return lambda: sum(shipments.post_batch(batch_id=one, as_of=PLANNED_AT) for one in order)

        done = at_once(work(ids), work(ids[::-1]), work(ids[2:] + ids[:2]))
        assert sum(done) == 5
        assert paid() == {100: 10}
        assert shipments.finish(as_of=PLANNED_AT) == 1

    def test_does_not_wait_for_a_batch_that_somebody_else_is_at(
        self, given_ten_buyers: ClonedDatabase
    ) -> None:
        approved()
        shipments.start(slug="march", as_of=PLANNED_AT)
        (batch,) = Batch.objects.all()
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '2s'")
        with given_ten_buyers.connect(role=APP_ROLE) as other, other.transaction():
            other.execute("SELECT FROM shipments_batch FOR UPDATE")
            assert not shipments.post_batch(batch_id=batch.id, as_of=PLANNED_AT)
        batch.refresh_from_db()
        assert (batch.state, batch.attempts) == ("pending", 0)
        assert shipments.post_batch(batch_id=batch.id, as_of=PLANNED_AT)

    def test_a_halt_waits_for_the_post_that_is_under_way(self, given_ten_buyers: ClonedDatabase) -> None:
        approved()
        shipments.start(slug="march", as_of=PLANNED_AT)
        (batch,) = Batch.objects.all()
        halted, posted = at_once(
            lambda: Shipment.objects.filter(state="shipping").update(state="halted"),
            lambda: shipments.post_batch(batch_id=batch.id, as_of=PLANNED_AT),
        )
        assert halted == 1
        assert paid() == ({100: 10} if posted else {})


class TestPlan:
    def test_of_two_at_once_one_leaves_it_to_the_other_or_both_agree(self) -> None:
        digest = planned().plan_digest
        found = at_once(*[lambda: shipments.plan(slug="march", as_of=PLANNED_AT)] * 2)
        assert {one.plan_digest for one in found if one is not None} == {digest}

    def test_returns_none_while_somebody_else_plans_it(self, given_ten_buyers: ClonedDatabase) -> None:
        planned()
        with given_ten_buyers.connect(role=APP_ROLE) as other, other.transaction():
            other.execute("SELECT FROM shipments_shipment FOR UPDATE")
            assert shipments.plan(slug="march", as_of=PLANNED_AT) is None


class TestApprove:
    def test_of_two_people_at_once_one_approves(self) -> None:
        digest = planned().plan_digest or ""

        def by(name: str) -> Callable[[], Any]:
            return lambda: (
                shipments.approve(slug="march", digest=digest, approver=name, as_of=PLANNED_AT).approved_by
            )

        found = at_once(by("bob"), by("eve"))
        (winner,) = [one for one in found if isinstance(one, str)]
        (loser,) = [one for one in found if isinstance(one, ApprovalRefused)]
        assert "only a plan can be approved" in str(loser)
        shipment = Shipment.objects.get()
        assert shipment.approved_by == winner
        assert ledger.get_balance(holder=Holder("shipment", shipment.id)) == 1_000

    def test_two_rounds_share_a_budget_that_suffices_for_one(self) -> None:
        given_rule("again", "purchase", xp_per_eth=100)
        digests = {
            slug: planned(slug=slug, only=[rule]).plan_digest or ""
            for slug, rule in (("march", "buyers"), ("other", "again"))
        }

        def of(slug: str) -> Callable[[], Any]:
            return lambda: (
                shipments.approve(slug=slug, digest=digests[slug], approver="bob", as_of=PLANNED_AT).slug
            )

        found = at_once(of("march"), of("other"))
        (loser,) = [one for one in found if isinstance(one, ApprovalRefused)]
        assert "more than is left of the season's budget" in str(loser)
        assert sorted(Shipment.objects.values_list("state", flat=True)) == ["approved", "planned"]

    def test_of_two_rounds_that_would_pay_one_late_purchase_one_is_approved(self) -> None:
        approved()
        given_market("""
            kind | token | from | to  | at         | price
            sale | late  | cat  | bob | 2026-03-09 | 1 ETH
        """)
        windows = {"april": ("2026-03-31", "2026-04-30"), "may": ("2026-04-30", "2026-05-30")}
        digests = {
            slug: planned(slug=slug, start=start, end=end).plan_digest or ""
            for slug, (start, end) in windows.items()
        }

        def of(slug: str) -> Callable[[], Any]:
            return lambda: (
                shipments.approve(slug=slug, digest=digests[slug], approver="bob", as_of=PLANNED_AT).slug
            )

        found = at_once(of("april"), of("may"))
        (loser,) = [one for one in found if isinstance(one, ApprovalRefused)]
        (winner,) = [one for one in found if isinstance(one, str)]
        assert f"{winner}, which pays buyers too, was approved" in str(loser)


def paid() -> dict[int, int]:
    """How many collectors have which balance."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT balance_xp, COUNT(*)::INT FROM ledger_account WHERE kind = 'collector' "
            "GROUP BY balance_xp"
        )
        return dict(cursor.fetchall())
