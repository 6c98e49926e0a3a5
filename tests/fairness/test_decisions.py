"""What a threshold changes in a round, and what staff decide about a sale (P15)."""

from uuid import UUID

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from marketplace.facts.models import Sale
from rewards.fairness import operations as fairness
from rewards.fairness.errors import FairnessError
from rewards.fairness.models import Decision, Signal
from rewards.rules.models import Season
from rewards.shipments import audience as audiences
from rewards.shipments import changes, review
from rewards.shipments import operations as shipments
from rewards.shipments.audience import Audience
from rewards.shipments.errors import ApprovalRefused
from rewards.staff.models import Change
from rewards.tab import queries as tab
from rewards.tab import reasons
from tests.rules.given import PLANNED_AT, given_market, given_rule, given_season, lines, planned
from tests.tables import address, day, table

pytestmark = pytest.mark.django_db

# ann and bob pass a back and forth; cat is an honest buyer in the same collection.
MARKET = """
    kind | token | from | to  | at         | price  | collection
    sale | a     | ann  | bob | 2026-03-01 | 9 ETH  | apes
    sale | a     | bob  | ann | 2026-03-06 | 9 ETH  | apes
    sale | b     | dan  | cat | 2026-03-07 | 1 ETH  | apes
    sale | c     | dan  | cat | 2026-02-07 | 1 ETH  | cats
    sale | d     | ann  | bob | 2026-02-01 | 50 ETH | apes
    sale | d     | bob  | ann | 2026-02-02 | 50 ETH | apes
"""


def given_threshold(threshold: int | None = 3) -> None:
    given_season()
    Season.objects.update(wash_threshold=threshold)


def key_of(on: str) -> UUID:
    return Sale.objects.get(at=day(on)).key


class TestThreshold:
    def test_without_one_signals_change_no_payment(self) -> None:
        given_market(MARKET)
        given_rule("buyers", "purchase", xp_per_purchase=10)
        shipment = planned()
        assert Signal.objects.exists()
        assert {row["reason"] for row in lines()} == {"earned"}
        assert "wash_threshold" not in (shipment.plan_inputs or [{}])[0]
        # bob and ann, who have flagged sales, get 20 of the 30 XP, and the reviewer reads it.
        flagged = review.get_flagged(shipment=shipment)
        assert (flagged.award_count, flagged.amount_xp, flagged.is_paid) == (2, 20, True)

    def test_a_flagged_sale_earns_nothing_and_counts_in_no_volume_and_no_spend(self) -> None:
        given_market(MARKET)
        given_threshold()
        top = {"top_volume": 1, "minimum_buyers": 1}
        given_rule("buyers", "purchase", xp_per_purchase=10)
        given_rule("best", "purchase", xp_per_purchase=10, collections=top)
        shipment = planned()
        assert shipment.plan_inputs is not None
        # Without the 100 ETH that went around, cats was traded most in February.
        assert shipment.plan_inputs[0]["collections"] == ["cats"]
        assert lines() == table("""
            rule   | token | collector | xp | reason
            buyers | a     | bob       | 0  | wash_trade
            buyers | a     | ann       | 0  | wash_trade
            buyers | b     | cat       | 10 | earned
            best   | a     | bob       | 0  | wash_trade
            best   | a     | ann       | 0  | wash_trade
            best   | b     | cat       | 0  | other_collection
        """)
        spent = audiences.stored(Audience(bought_in_window=True))
        window = {"window_start": shipment.window_start, "window_end": shipment.window_end}
        assert audiences.count(filters=spent, **window, wash_threshold=3) == 1
        assert audiences.count(filters=spent, **window, wash_threshold=None) == 3

    def test_its_collector_reads_why_and_what_to_do(self) -> None:
        given_market(MARKET)
        given_threshold()
        given_rule("buyers", "purchase", xp_per_purchase=10)
        shipment = planned()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT line.collector_id, line.rule_version_id, line.subject, line.for_shipment_id "
                "FROM shipments_line AS line "
                "JOIN registry_wallet AS wallet ON wallet.id = line.collector_id "
                "WHERE wallet.address = %s",
                [address("bob")],
            )
            names = cursor.fetchall()
        (line,) = tab.list_lines(shipment_id=shipment.id, names=names)
        assert reasons.why_nothing(line, PLANNED_AT) == (
            "The token went back to the seller within 5 days. The token came back to an earlier owner by 2 "
            "sales within 5 days, at nearly the same price, so the money came back, too. A sale that looks "
            "like a wash trade earns nothing. If this one is honest, report it to our support: a person "
            "looks at it, and can clear it."
        )


class TestDecide:
    def test_a_cleared_sale_earns_and_a_plan_made_before_is_stale(self) -> None:
        given_market(MARKET)
        given_threshold()
        given_rule("buyers", "purchase", xp_per_purchase=10)
        before = planned()
        assert before.plan_digest is not None
        made = fairness.decide(
            sale_key=key_of("2026-03-01"),
            verdict="cleared",
            reason="A gift that was returned.",
            by="olga",
            as_of=PLANNED_AT,
        )
        # Back and forth and the closed cycle weigh 3 each.
        assert made.score == 6
        assert changes.list_changes(shipment=before) == ["a flagged sale was cleared or confirmed"]
        with pytest.raises(ApprovalRefused, match="a flagged sale was cleared"):
            shipments.approve(slug="march", digest=before.plan_digest, approver="bob", as_of=PLANNED_AT)
        after = planned()
        assert changes.list_changes(shipment=after) == []
        assert after.plan_digest != before.plan_digest
        assert lines() == table("""
            token | collector | xp | reason
            a     | bob       | 10 | earned
            a     | ann       | 0  | wash_trade
            b     | cat       | 10 | earned
        """)

    def test_the_last_decision_counts_and_says_who_it_was(self) -> None:
        given_market(MARKET)
        given_threshold(100)
        fairness.refresh()
        given_rule("buyers", "purchase", xp_per_purchase=10)
        key = key_of("2026-03-01")
        for verdict in ("cleared", "cleared", "confirmed"):
            fairness.decide(sale_key=key, verdict=verdict, reason="Seen.", by="olga", as_of=PLANNED_AT)
        # The same again is no other decision. A confirmed sale needs no score.
        assert [one.verdict for one in Decision.objects.order_by("id")] == ["cleared", "confirmed"]
        planned()
        assert {row["token"]: row["reason"] for row in lines() if row["collector"] == "bob"} == {
            "a": "wash_trade"
        }
        assert Change.objects.filter(table_name="fairness_decision").count() == 2

    def test_another_threshold_makes_a_plan_stale(self) -> None:
        given_market(MARKET)
        given_threshold()
        given_rule("buyers", "purchase", xp_per_purchase=10)
        shipment = planned()
        Season.objects.update(wash_threshold=None)
        shipment.refresh_from_db()
        assert changes.list_changes(shipment=shipment) == [
            "buyers takes sales for wash trades never, where it was from a score of 3 on"
        ]

    def test_refuses_what_nobody_could_follow(self) -> None:
        given_market(MARKET)
        fairness.refresh()
        key, honest = key_of("2026-03-01"), key_of("2026-03-07")
        for told, message in (
            ({"sale_key": key, "verdict": "guilty", "reason": "So."}, "cleared or confirmed"),
            ({"sale_key": key, "verdict": "cleared", "reason": " "}, "needs a reason"),
            ({"sale_key": honest, "verdict": "confirmed", "reason": "So."}, "nothing to decide"),
        ):
            with pytest.raises(FairnessError, match=message):
                fairness.decide(**told, by="olga", as_of=PLANNED_AT)  # type: ignore[arg-type]


class TestGuards:
    def test_a_decision_stays(self) -> None:
        given_market(MARKET)
        fairness.refresh()
        made = fairness.decide(
            sale_key=key_of("2026-03-01"), verdict="cleared", reason="So.", by="o", as_of=PLANNED_AT
        )
        for statement in (
            "UPDATE fairness_decision SET reason = 'Other.'",
            "DELETE FROM fairness_decision",
            "TRUNCATE fairness_decision",
        ):
            with (
                pytest.raises(DatabaseError, match=r"decision|denied"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(statement)
        assert Decision.objects.get() == made

    @pytest.mark.parametrize(
        ("fields", "constraint"),
        [
            ({"verdict": "maybe", "reason": "So."}, "verdict_is_a_known_one"),
            ({"verdict": "cleared", "reason": ""}, "decision_has_a_reason"),
        ],
    )
    def test_the_database_refuses_half_a_decision(self, fields: dict[str, str], constraint: str) -> None:
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            Decision.objects.create(
                sale_key=UUID(int=1), score=1, decided_by="olga", decided_at=PLANNED_AT, **fields
            )
