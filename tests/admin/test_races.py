"""Many people at one moment: what 100 ask for at once has one outcome and no error page (P8, P9)."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, BoundedSemaphore
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.utils import timezone

from rewards import pipeline
from rewards.flags import operations as flags
from rewards.flags.errors import FlagError
from rewards.ledger import queries as ledger
from rewards.ledger.operations import Holder
from rewards.shipments import operations as shipments
from rewards.shipments.errors import ApprovalRefused
from rewards.shipments.models import Batch, Shipment
from rewards.staff.models import Change
from tests.admin.given import text
from tests.conftest import ClonedDatabase
from tests.rules.given import PLANNED_AT, planned
from tests.shipments.given import given_buyers
from tests.tables import day

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


def test_of_100_approvals_one_counts_and_the_others_read_a_sentence() -> None:
    shipment = Shipment.objects.get()
    clients = []
    for number in range(10):
        user = User.objects.create(username=f"approver-{number}", is_staff=True)
        user.groups.add(Group.objects.get(name="approver"))
        client = Client()
        client.force_login(user)
        clients.append(client.cookies["sessionid"].value)
    fields = {"digest": shipment.plan_digest, "planned_at": shipment.planned_at.isoformat()}  # type: ignore[union-attr]

    def approve(session: str) -> Any:
        client = Client(raise_request_exception=False)
        client.cookies["sessionid"] = session
        return client.post("/admin/shipments/march/approve/", fields)

    found = at_once(*[lambda one=clients[number % 10]: approve(one) for number in range(MANY)])

    shipment.refresh_from_db()
    statuses = Counter(response.status_code for response in found)
    # The same person who approves twice reads that it is approved, once more.
    assert set(statuses) == {302, 400}
    assert 1 <= statuses[302] <= MANY // 10
    refused = [text(response) for response in found if response.status_code == 400]
    assert all("march is approved; only a plan can be approved." in said for said in refused)
    approvals = [
        change
        for change in Change.objects.filter(table_name="shipments_shipment")
        if (change.before or {}).get("state") == "planned" and (change.after or {})["state"] == "approved"
    ]
    assert [change.actor for change in approvals] == [shipment.approved_by]
    assert ledger.get_balance(holder=Holder("shipment", shipment.id)) == shipment.total_xp


def test_of_100_starts_one_cuts_the_batches() -> None:
    digest = Shipment.objects.get().plan_digest or ""
    shipments.approve(slug="march", digest=digest, approver="bob", as_of=PLANNED_AT)

    found = at_once(
        *[lambda: shipments.start(slug="march", as_of=PLANNED_AT, batch_size=1).state for _ in range(MANY)]
    )

    assert found == ["shipping"] * MANY
    assert list(Batch.objects.order_by("number").values_list("number", flat=True)) == [1, 2, 3]
    assert sum(batch.amount_xp for batch in Batch.objects.all()) == 600


def test_people_who_ship_beside_the_sweeper_start_it_once() -> None:
    digest = Shipment.objects.get().plan_digest or ""
    shipments.approve(slug="march", digest=digest, approver="bob", as_of=PLANNED_AT)
    Shipment.objects.update(ships_at=PLANNED_AT)
    user = User.objects.create(username="paula", is_staff=True)
    user.groups.add(Group.objects.get(name="approver"))
    client = Client()
    client.force_login(user)
    session = client.cookies["sessionid"].value

    def ship() -> int:
        browser = Client(raise_request_exception=False)
        browser.cookies["sessionid"] = session
        return browser.post("/admin/shipments/march/ship/").status_code

    def sweep() -> list[int]:
        return pipeline.list_due(as_of=timezone.now()).batches

    found = at_once(*[ship, sweep] * 8)

    assert found[::2] == [302] * 8
    batch = Batch.objects.get()
    assert (batch.amount_xp, Shipment.objects.get().state) == (600, "shipping")
    # One sweep sent the hint of it, or none did and the next one does.
    hinted = [batch_id for batches in found[1::2] for batch_id in batches]
    assert (hinted or sweep()) == [batch.id]


@pytest.mark.parametrize("time", range(5))
def test_an_approval_beside_a_pause_and_a_plan_has_one_outcome(time: int) -> None:
    digest = Shipment.objects.get().plan_digest or ""

    def approve() -> str:
        return shipments.approve(slug="march", digest=digest, approver="bob", as_of=PLANNED_AT).state

    def pause() -> Any:
        return flags.pause(
            flag="rule.buyers", reason="A look", by="eve", as_of=PLANNED_AT, starts_at=day("2026-03-02")
        )

    approved, paused, _ = at_once(approve, pause, lambda: shipments.plan(slug="march", as_of=PLANNED_AT))

    shipment = Shipment.objects.get()
    if approved == "approved":
        # The pause came too late for time that was approved, and the plan is as it was.
        assert isinstance(paused, FlagError)
        assert (shipment.state, shipment.plan_digest, shipment.total_xp) == ("approved", digest, 600)
    else:
        assert isinstance(approved, ApprovalRefused)
        assert "has to be planned again" in str(approved) or "yours is another one" in str(approved)
        assert not isinstance(paused, Exception)
        assert shipment.state == "planned"
