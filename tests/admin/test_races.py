"""Many people at one moment: what 100 ask for at once has one outcome and no error page (P8, P9)."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from threading import Barrier, BoundedSemaphore
from typing import Any

import pytest
from django.core.handlers.base import BaseHandler
from django.db import connection
from django.test import RequestFactory
from django.utils import timezone

from rewards import pipeline
from rewards.adjustments import operations as adjustments
from rewards.adjustments.errors import AdjustmentRefused
from rewards.adjustments.models import Adjustment
from rewards.flags.models import Pause
from rewards.ledger import queries as ledger
from rewards.ledger.models import Transfer
from rewards.ledger.operations import Holder
from rewards.shipments import operations as shipments
from rewards.shipments.errors import ShipmentError
from rewards.shipments.models import Batch, Shipment
from rewards.staff.models import Change
from tests.adjustments.given import NOW, written, xp
from tests.admin.given import signed_in, text
from tests.conftest import ClonedDatabase
from tests.rules.given import PLANNED_AT, planned, shipped
from tests.shipments.given import given_buyers

MANY = 100

# So many sessions PostgreSQL has room for beside those of the test run; the other threads wait for one.
SESSIONS = BoundedSemaphore(60)


@pytest.fixture(autouse=True)
def given_plan(cloned_database: ClonedDatabase) -> None:
    given_buyers()
    planned()


def at_once(*works: Any) -> list[Any]:
    """What each work returned or raised; all begin together, each in a thread of its own."""
    ready = Barrier(len(works))

    def run(work: Any) -> Any:
        ready.wait(timeout=120)
        with SESSIONS:
            try:
                return work()
            except Exception as error:  # noqa: BLE001 (what was raised is the result)
                return error
            finally:
                connection.close()

    with ThreadPoolExecutor(max_workers=len(works)) as threads:
        return list(threads.map(run, works))


def sessions(role: str, *, number: int) -> list[str]:
    """The sessions of so many people of a role, each of whom signed in."""
    people = [signed_in(role, name=f"{role}-{place}") for place in range(number)]
    return [client.cookies["sessionid"].value for client in people]


@cache
def handler() -> BaseHandler:
    """The site as a server calls it; a test client would be told of each template that any thread renders."""
    site = BaseHandler()
    site.load_middleware()
    return site


def post(session: str, path: str, **fields: Any) -> Any:
    """What a page of the admin answers to a form that somebody sends from a browser of their own."""
    browser = RequestFactory()
    browser.cookies["sessionid"] = session
    request = browser.post(f"/admin/{path}/", fields)
    request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]
    return handler().get_response(request)


def by_all(people: list[str], path: str, **fields: Any) -> list[Any]:
    """A hundred times the same form, from so many people in turn."""
    return [partial(post, people[turn % len(people)], path, **fields) for turn in range(MANY)]


def refusals(found: list[Any], *, people: int) -> list[str]:
    """What those read who came too late. Who approves twice reads that it is approved, once more."""
    statuses = Counter(response.status_code for response in found)
    assert set(statuses) == {302, 400}
    assert 1 <= statuses[302] <= MANY // people
    return [text(response) for response in found if response.status_code == 400]


def approvers(table: str, *, waiting: str) -> list[str]:
    """Who approved a row of a table, by the change log."""
    return [
        change.actor
        for change in Change.objects.filter(table_name=table)
        if (change.before or {}).get("state") == waiting and (change.after or {})["state"] == "approved"
    ]


def test_of_100_approvals_one_counts_and_the_others_read_a_sentence() -> None:
    shipment = Shipment.objects.get()
    assert shipment.planned_at is not None
    shown = {"digest": shipment.plan_digest, "planned_at": shipment.planned_at.isoformat()}

    found = at_once(*by_all(sessions("approver", number=10), "shipments/march/approve", **shown))

    shipment.refresh_from_db()
    said = refusals(found, people=10)
    assert all("march is approved; only a plan can be approved." in one for one in said)
    assert approvers("shipments_shipment", waiting="planned") == [shipment.approved_by]
    assert ledger.get_balance(holder=Holder("shipment", shipment.id)) == shipment.total_xp


def test_of_100_approvals_of_a_correction_one_makes_it() -> None:
    correction = written("""
        wallet | xp
        ann    | 20
        bob    | 30
    """)
    path = f"adjustments/{correction.id}/approve"

    found = at_once(*by_all(sessions("approver", number=10), path, digest=correction.digest))

    correction.refresh_from_db()
    said = refusals(found, people=10)
    assert all(f"Correction {correction.id} is approved; only what waits" in one for one in said)
    assert approvers("adjustments_adjustment", waiting="draft") == [correction.approved_by]
    assert list(Transfer.objects.filter(reason="grant").order_by("key").values_list("key", "amount_xp")) == [
        (f"adjustment:{correction.id}:1", 20),
        (f"adjustment:{correction.id}:2", 30),
    ]
    assert (xp("ann"), xp("bob")) == (20, 30)


def test_of_two_corrections_that_take_the_same_back_one_is_made() -> None:
    """Each could be made alone; the award is there to be taken once."""
    shipped()
    both = [written("wallet | xp | takes_back\nann | -60 | march") for _ in range(2)]

    def approve(correction: Adjustment) -> str:
        return adjustments.approve(
            adjustment_id=correction.id, digest=correction.digest, approver="bob", as_of=NOW
        ).state

    found = at_once(*[lambda one=one: approve(one) for one in both * 10])

    outcomes = [set(map(str, found[place::2])) for place in range(2)]
    assert {"approved"} in outcomes
    (refused,) = next(said for said in outcomes if said != {"approved"})
    assert isinstance(next(one for one in found if one != "approved"), AdjustmentRefused)
    assert "Nothing was approved, of any entry" in refused
    assert sorted(Adjustment.objects.values_list("state", flat=True)) == ["approved", "draft"]
    assert xp("ann") == 40


def test_of_100_starts_one_cuts_the_batches() -> None:
    digest = Shipment.objects.get().plan_digest or ""
    shipments.approve(slug="march", digest=digest, approver="bob", as_of=PLANNED_AT)

    found = at_once(
        *[lambda: shipments.start(slug="march", as_of=PLANNED_AT, batch_size=1).state for _ in range(MANY)]
    )

    assert found == ["shipping"] * MANY
    assert list(Batch.objects.order_by("number").values_list("number", flat=True)) == [1, 2, 3]
    assert sum(batch.amount_xp for batch in Batch.objects.all()) == 600


def test_100_people_who_ship_beside_the_sweeper_start_it_once() -> None:
    digest = Shipment.objects.get().plan_digest or ""
    shipments.approve(slug="march", digest=digest, approver="bob", as_of=PLANNED_AT)
    Shipment.objects.update(ships_at=PLANNED_AT)
    people = sessions("approver", number=2)

    def sweep() -> list[int]:
        return pipeline.list_due(as_of=timezone.now()).batches

    found = at_once(*by_all(people, "shipments/march/ship"), *[sweep] * 8)

    assert [response.status_code for response in found[:MANY]] == [302] * MANY
    batch = Batch.objects.get()
    assert (batch.amount_xp, Shipment.objects.get().state) == (600, "shipping")
    # One sweep sent the hint of it, or none did and the next one does.
    hinted = [batch_id for batches in found[MANY:] for batch_id in batches]
    assert (hinted or sweep()) == [batch.id]


@pytest.mark.parametrize("time", range(4))
def test_approvals_beside_pauses_and_plans_have_one_outcome(time: int) -> None:
    shipment = Shipment.objects.get()
    assert shipment.planned_at is not None
    shown = {"digest": shipment.plan_digest, "planned_at": shipment.planned_at.isoformat()}
    (bob,), (eve,) = sessions("approver", number=1), sessions("operator", number=1)
    off = {"reason": "A look", "starts_at": "2026-03-02T00:00:00"}

    works = [
        lambda: post(bob, "shipments/march/approve", **shown),
        lambda: post(eve, "flags/rule.buyers/pause", **off),
        lambda: shipments.plan(slug="march", as_of=PLANNED_AT),
    ]
    found = at_once(*works * 5)

    approvals, pauses, plans = found[::3], found[1::3], found[2::3]
    statuses = [Counter(response.status_code for response in each) for each in (approvals, pauses)]
    shipment.refresh_from_db()
    if shipment.state == "approved":
        # The pauses came too late for time that was approved, and the plan is as it was.
        assert statuses[1] == {400: 5}
        assert 302 in statuses[0]
        assert (shipment.plan_digest, shipment.total_xp) == (shown["digest"], 600)
        assert not Pause.objects.exists()
    else:
        assert (shipment.state, statuses) == ("planned", [{400: 5}, {302: 1, 400: 4}])
        said = text(approvals[0])
        assert "has to be planned again" in said or "yours is another one" in said
        assert Pause.objects.count() == 1
    assert all(isinstance(one, Shipment | ShipmentError | None) for one in plans), plans
    assert pipeline.list_findings() == []
