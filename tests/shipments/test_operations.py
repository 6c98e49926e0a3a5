"""Planning, approving, cutting and cancelling a shipment."""

import pytest
from django.db import connection

from marketplace.facts import operations as facts
from marketplace.inbox import operations as inbox
from rewards.ledger import queries as ledger
from rewards.ledger.operations import Holder
from rewards.rules.models import RuleVersion, Season
from rewards.shipments import operations as shipments
from rewards.shipments.errors import (
    ApprovalRefused,
    PlanFailed,
    ShipmentError,
    UnknownShipment,
)
from rewards.shipments.models import Batch, Shipment
from tests.facts.given import count_queries
from tests.rules.given import (
    PLANNED_AT,
    approved,
    awards,
    given_market,
    given_round,
    given_rule,
    given_season,
    lines,
    planned,
    shipped,
)
from tests.shipments.given import balances, given_buyers
from tests.tables import day, events, given_events, table

pytestmark = pytest.mark.django_db


class TestPutDraft:
    def test_again_changes_nothing(self) -> None:
        given_buyers()
        first = given_round()
        assert given_round() == first
        assert Shipment.objects.count() == 1

    def test_changes_a_draft_and_when_it_is_planned(self) -> None:
        given_buyers()
        given_round(end="2026-03-31")
        changed = given_round(end="2026-04-10")
        assert changed.window_end == day("2026-04-10")
        assert changed.plan_due_at == day("2026-04-10")

    def test_leaves_a_draft_alone_that_could_not_be_planned(self) -> None:
        given_buyers()
        given_round()
        Shipment.objects.update(plan_due_at=None, problem="A number grew beyond what XP can be.")
        assert given_round().plan_due_at is None

    def test_leaves_what_is_planned_as_it_is(self) -> None:
        given_buyers()
        planned()
        with pytest.raises(ShipmentError, match="is planned already, so it can no longer be changed"):
            given_round(end="2026-04-10")

    def test_refuses_to_pay_a_rule_twice_for_the_same_time(self) -> None:
        given_buyers()
        given_round(start="2026-03-01", end="2026-03-31")
        with pytest.raises(ShipmentError, match="has a rule that another shipment pays for a part of"):
            given_round(slug="again", start="2026-03-30", end="2026-04-30")
        given_round(slug="next", start="2026-03-31", end="2026-04-30")
        given_rule("other", "purchase", xp_per_eth=1)
        given_round(slug="others", only=["other"])
        assert set(Shipment.objects.values_list("slug", flat=True)) == {"march", "next", "others"}

    def test_a_cancelled_round_gives_its_time_back(self) -> None:
        given_buyers()
        given_round()
        shipments.cancel(slug="march", as_of=PLANNED_AT)
        assert given_round(slug="again").state == "draft"


class TestPlan:
    def test_writes_lines_awards_totals_and_a_digest(self) -> None:
        given_buyers()
        shipment = planned()
        assert (shipment.state, shipment.planned_at, shipment.plan_due_at) == ("planned", PLANNED_AT, None)
        assert (shipment.line_count, shipment.award_count, shipment.total_xp) == (3, 3, 600)
        assert shipment.plan_digest is not None
        assert len(shipment.plan_digest) == 64
        assert awards() == table("""
            collector | xp
            ann       | 100
            bob       | 200
            dan       | 300
        """)

    def test_says_what_counted(self) -> None:
        given_buyers()
        given_rule("holders", "holding", xp_per_token_day=1, collections=["apes", "unknown"])
        inputs = planned().plan_inputs or []
        window = ["2026-03-01T00:00:00+00:00", "2026-03-31T00:00:00+00:00"]
        assert [(one["rule"], one["version"], one["collections"]) for one in inputs] == [
            ("buyers", 1, "all"),
            ("holders", 1, ["apes"]),
        ]
        for one in inputs:
            assert [one["starts_at"], one["ends_at"]] == window
            assert one["live"] == [window]
            assert one["audience"] == {}
            assert one["params"] == RuleVersion.objects.get(rule__slug=one["rule"]).params

    def test_again_has_the_same_digest_and_the_same_rows(self) -> None:
        given_buyers()
        first, before = planned(), lines()
        assert planned().plan_digest == first.plan_digest
        assert lines() == before

    def test_has_another_digest_when_anything_else_counted(self) -> None:
        given_buyers()
        digests = [planned().plan_digest]
        given_market("""
            kind | token | from | to  | at         | price
            sale | d     | cat  | ann | 2026-03-04 | 0.000001 ETH
        """)
        digests.append(planned().plan_digest)
        given_rule("buyers", "purchase", xp_per_eth=100, minimum_price_eth=0.1, as_of=day("2026-03-30"))
        digests.append(planned().plan_digest)
        assert len(set(digests)) == 3

    def test_a_round_in_which_nothing_happened_has_a_plan_too(self) -> None:
        given_season()
        given_rule("buyers", "purchase", xp_per_eth=100)
        shipment = planned()
        assert (shipment.state, shipment.line_count, shipment.total_xp) == ("planned", 0, 0)

    def test_leaves_an_approved_shipment_as_it_is(self) -> None:
        given_buyers()
        approved()
        with pytest.raises(ShipmentError, match="march is approved; only a draft or a plan is planned"):
            shipments.plan(slug="march", as_of=PLANNED_AT)
        with pytest.raises(ShipmentError, match="march is approved; only a draft or a plan is planned"):
            shipments.request_plan(slug="march", as_of=PLANNED_AT)

    def test_of_an_unknown_shipment(self) -> None:
        with pytest.raises(UnknownShipment, match="There is no shipment called nothing"):
            shipments.plan(slug="nothing", as_of=PLANNED_AT)

    def test_a_number_beyond_what_xp_can_be_fails_with_a_sentence(self) -> None:
        # 1,000,000,000 XP per ETH is the most that a rule may say; these 10^60 wei nobody has.
        (sale,) = sales_of("1 ETH")
        given_buyers(xp_per_eth=1_000_000_000)
        accept(sale | {"price": str(10**60)})
        given_round()
        with pytest.raises(PlanFailed, match="A number grew beyond what XP can be: a rule pays far too much"):
            shipments.plan(slug="march", as_of=PLANNED_AT)
        shipment = Shipment.objects.get()
        assert shipment.state == "draft"
        assert shipment.plan_due_at is None
        assert shipment.problem.startswith("A number grew beyond what XP can be")
        assert (len(lines()), len(awards())) == (0, 0)

    def test_a_failed_plan_leaves_the_one_before(self) -> None:
        given_buyers(xp_per_eth=1_000_000_000)
        before = planned()
        accept(sales_of("1 ETH")[0] | {"price": str(10**60)})
        with pytest.raises(PlanFailed):
            shipments.plan(slug="march", as_of=PLANNED_AT)
        after = Shipment.objects.get()
        assert (after.plan_digest, after.total_xp) == (before.plan_digest, before.total_xp)
        assert len(lines()) == 3

    def test_sends_as_many_statements_for_one_sale_as_for_fifty(self) -> None:
        given_buyers()
        given_round()
        one = count_queries(lambda: shipments.plan(slug="march", as_of=PLANNED_AT))
        rows = "\n".join(f"sale | n{n} | cat | w{n} | 2026-03-04 | 1 ETH" for n in range(50))
        given_market(f"kind | token | from | to | at | price\n{rows}")
        assert count_queries(lambda: shipments.plan(slug="march", as_of=PLANNED_AT)) == one
        assert len(lines()) == 53


def sales_of(price: str) -> list[dict[str, object]]:
    return events(f"""
        kind | token | from | to  | at         | price
        sale | rich  | cat  | eve | 2026-03-05 | {price}
    """)


def accept(event: dict[str, object]) -> None:
    assert inbox.accept(events=[event]).new == 1
    facts.refresh(as_of=PLANNED_AT)


class TestApprove:
    def test_sets_the_xp_aside_and_says_who(self) -> None:
        given_buyers()
        shipment = approved()
        assert (shipment.state, shipment.approved_by, shipment.approved_at) == ("approved", "bob", PLANNED_AT)
        assert balances() == {"issuance": -1_000_000, "season": 999_400, "shipment": 600}

    def test_takes_the_first_twelve_characters_of_the_digest(self) -> None:
        given_buyers()
        digest = planned().plan_digest
        assert digest is not None
        with pytest.raises(ApprovalRefused, match="fewer than 12 characters"):
            shipments.approve(slug="march", digest=digest[:11], approver="bob", as_of=PLANNED_AT)
        shipment = shipments.approve(slug="march", digest=digest[:12], approver="bob", as_of=PLANNED_AT)
        assert shipment.state == "approved"

    def test_refuses_another_digest(self) -> None:
        given_buyers()
        digest = planned().plan_digest
        with pytest.raises(ApprovalRefused, match=f"has the digest {digest}; yours is another one"):
            shipments.approve(slug="march", digest="0" * 64, approver="bob", as_of=PLANNED_AT)
        self.nothing_happened()

    def test_refuses_the_digest_of_a_plan_that_was_made_again_since(self) -> None:
        given_buyers()
        old = planned().plan_digest
        assert old is not None
        given_events("""
            kind | token | from | to  | at         | price
            sale | d     | cat  | ann | 2026-03-04 | 1 ETH
        """)
        facts.refresh(as_of=PLANNED_AT)
        planned()
        with pytest.raises(ApprovalRefused, match="Look at the plan that is there now"):
            shipments.approve(slug="march", digest=old, approver="bob", as_of=PLANNED_AT)
        self.nothing_happened()

    def test_refuses_its_author(self) -> None:
        given_buyers()
        digest = planned().plan_digest or ""
        with pytest.raises(ApprovalRefused, match="ann wrote march; somebody else has to approve it"):
            shipments.approve(slug="march", digest=digest, approver="ann", as_of=PLANNED_AT)
        self.nothing_happened()

    def test_refuses_when_a_rule_of_the_window_changed_since(self) -> None:
        given_buyers()
        digest = planned().plan_digest or ""
        given_rule("buyers", "purchase", xp_per_eth=1, as_of=day("2026-03-30"))
        window, changed_at = "2026-03-01 00:00:00", "2026-03-30 00:00:00"
        changes = (
            f"version 1 of buyers counts for another time: from {window} to {changed_at} UTC, where it was "
            f"from {window} to 2026-03-31 00:00:00 UTC; "
            f"version 2 of buyers counts now, from {changed_at} to 2026-03-31 00:00:00 UTC"
        )
        with pytest.raises(ApprovalRefused, match=f"march has to be planned again: {changes}"):
            shipments.approve(slug="march", digest=digest, approver="bob", as_of=PLANNED_AT)
        self.nothing_happened()
        again = planned().plan_digest or ""
        shipment = shipments.approve(slug="march", digest=again, approver="bob", as_of=PLANNED_AT)
        assert shipment.state == "approved"

    def test_minds_no_change_that_comes_after_the_window(self) -> None:
        given_buyers()
        digest = planned().plan_digest or ""
        given_rule("buyers", "purchase", xp_per_eth=1, as_of=day("2026-03-31"))
        shipment = shipments.approve(slug="march", digest=digest, approver="bob", as_of=PLANNED_AT)
        assert shipment.state == "approved"

    def test_refuses_more_than_is_left_of_the_budget(self) -> None:
        given_buyers(budget_xp=599)
        digest = planned().plan_digest or ""
        with pytest.raises(
            ApprovalRefused, match="march would pay 600 XP, more than is left of the season's budget"
        ):
            shipments.approve(slug="march", digest=digest, approver="bob", as_of=PLANNED_AT)
        self.nothing_happened()
        assert balances() == {"issuance": -599, "season": 599}

    def test_takes_the_last_of_the_budget(self) -> None:
        given_buyers(budget_xp=600)
        assert approved().state == "approved"
        assert balances() == {"issuance": -600, "season": 0, "shipment": 600}

    def test_a_rule_typed_a_thousand_times_too_big_fails_closed(self) -> None:
        given_buyers(budget_xp=10_000, xp_per_eth=100_000)
        assert planned().total_xp == 600_000
        with pytest.raises(ApprovalRefused, match="would pay 600,000 XP, more than is left"):
            approved()
        with pytest.raises(ShipmentError, match="only an approved shipment ships"):
            shipments.start(slug="march", as_of=PLANNED_AT)

    def test_twice_by_the_same_person_is_once(self) -> None:
        given_buyers()
        digest = approved().plan_digest or ""
        before = balances()
        shipments.approve(slug="march", digest=digest, approver="bob", as_of=day("2026-06-01"))
        assert balances() == before
        assert Shipment.objects.get().approved_at == PLANNED_AT

    def test_a_second_person_comes_too_late(self) -> None:
        given_buyers()
        digest = approved().plan_digest or ""
        with pytest.raises(ApprovalRefused, match="march is approved; only a plan can be approved"):
            shipments.approve(slug="march", digest=digest, approver="eve", as_of=PLANNED_AT)

    def test_a_plan_of_nothing_needs_no_budget(self) -> None:
        given_season(budget_xp=1)
        given_rule("buyers", "purchase", xp_per_eth=1)
        assert approved().state == "approved"

    def nothing_happened(self) -> None:
        shipment = Shipment.objects.get()
        assert (shipment.state, shipment.approved_by, shipment.approved_at) == ("planned", None, None)
        assert "shipment" not in balances()


class TestCancel:
    @pytest.mark.parametrize("reached", [given_round, planned, approved])
    def test_gives_everything_back(self, reached: object) -> None:
        given_buyers()
        reached()  # type: ignore[operator]
        shipment = shipments.cancel(slug="march", as_of=PLANNED_AT)
        assert (shipment.state, shipment.cancelled_at) == ("cancelled", PLANNED_AT)
        season = Holder("season", Season.objects.get().id)
        assert ledger.get_balance(holder=season) == 1_000_000
        assert ledger.get_balance(holder=Holder("shipment", shipment.id)) == 0

    def test_again_changes_nothing(self) -> None:
        given_buyers()
        approved()
        shipments.cancel(slug="march", as_of=PLANNED_AT)
        before = balances()
        shipments.cancel(slug="march", as_of=day("2026-06-01"))
        assert balances() == before
        assert Shipment.objects.get().cancelled_at == PLANNED_AT

    def test_leaves_what_ships(self) -> None:
        given_buyers()
        shipped()
        with pytest.raises(ShipmentError, match="march is shipped; what ships is not called off"):
            shipments.cancel(slug="march", as_of=PLANNED_AT)


class TestStart:
    @pytest.mark.parametrize(("size", "batches"), [(1, 7), (2, 4), (3, 3), (6, 2), (7, 1), (2_000, 1)])
    def test_cuts_batches_that_have_each_award_once(self, size: int, batches: int) -> None:
        rows = "\n".join(f"sale | n{n} | cat | w{n} | 2026-03-04 | {n + 1} ETH" for n in range(7))
        given_market(f"kind | token | from | to | at | price\n{rows}")
        given_rule("buyers", "purchase", xp_per_eth=100)
        approved()
        shipments.start(slug="march", as_of=PLANNED_AT, batch_size=size)
        with connection.cursor() as cursor:
            cursor.execute("""
                SELECT award.collector_id, COUNT(batch.id)
                FROM shipments_award AS award
                LEFT JOIN shipments_batch AS batch ON award.collector_id
                    BETWEEN batch.first_collector_id AND batch.last_collector_id
                GROUP BY award.collector_id
            """)
            assert [count for _, count in cursor.fetchall()] == [1] * 7
        cut = list(Batch.objects.order_by("number"))
        assert [batch.number for batch in cut] == list(range(1, batches + 1))
        assert sum(batch.award_count for batch in cut) == 7
        assert sum(batch.amount_xp for batch in cut) == 2_800
        assert max(batch.award_count for batch in cut) <= size

    def test_again_cuts_nothing(self) -> None:
        given_buyers()
        approved()
        for size in (2, 1):
            shipments.start(slug="march", as_of=PLANNED_AT, batch_size=size)
        assert Batch.objects.count() == 2

    @pytest.mark.parametrize("reached", [given_round, planned])
    def test_refuses_what_is_not_approved(self, reached: object) -> None:
        given_buyers()
        reached()  # type: ignore[operator]
        with pytest.raises(ShipmentError, match="only an approved shipment ships"):
            shipments.start(slug="march", as_of=PLANNED_AT)

    def test_without_awards_is_shipped_at_once(self) -> None:
        given_season()
        given_rule("buyers", "purchase", xp_per_eth=1)
        assert shipped().state == "shipped"
