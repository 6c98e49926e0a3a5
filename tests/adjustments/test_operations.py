"""P8, P10, P11: a correction is written by one, approved by another, and made whole or not at all."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from marketplace.registry import operations as registry
from marketplace.registry.models import Wallet
from rewards import pipeline
from rewards.adjustments import operations as adjustments
from rewards.adjustments import queries
from rewards.adjustments.errors import AdjustmentError, AdjustmentRefused, UnknownAdjustment
from rewards.adjustments.models import Adjustment, Entry
from rewards.ledger import operations as ledger
from rewards.rules.models import Season
from rewards.staff.models import Change
from tests.adjustments.given import NOW, approved, rows, written, xp
from tests.ledger.given import transfers
from tests.rules.given import shipped
from tests.shipments.given import balances, given_buyers
from tests.tables import address, table

pytestmark = pytest.mark.django_db

GRANT = """
    wallet | xp
    ann    | 50
    dan    | 70
"""
BOTH = """
    wallet | xp   | takes_back
    ann    | 50   |
    bob    | -120 | march
"""

# What somebody with a console would do.
APPROVE = """
    UPDATE adjustments_adjustment
    SET state = 'approved', approved_by = 'bob', approved_at = now()
    WHERE id = %s
"""


@pytest.fixture(autouse=True)
def given_march() -> None:
    """A shipped round in which ann got 100 XP, bob 200 and dan 300, of a budget of 1,000."""
    given_buyers(budget_xp=1_000)
    shipped()


def run(statement: str, params: Any = None) -> None:
    """Run a statement, as somebody with a console would, and roll it back if it fails."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, params)


def refusal(adjustment: Adjustment, **fields: Any) -> str:
    """Why an adjustment cannot be approved."""
    told: dict[str, Any] = {
        "adjustment_id": adjustment.id,
        "digest": adjustment.digest,
        "approver": "bob",
        "as_of": NOW,
    }
    with pytest.raises(AdjustmentRefused) as refused:
        adjustments.approve(**told | fields)
    return str(refused.value)


class TestApprove:
    def test_posts_each_entry_once_and_the_audit_agrees(self) -> None:
        made = written(BOTH)
        assert (made.granted_xp, made.taken_xp, made.entry_count) == (50, 120, 2)
        assert balances() == {
            "season": 400,
            "shipment": 0,
            "ann": 100,
            "bob": 200,
            "dan": 300,
            "issuance": -1000,
        }
        approved(made)
        assert balances() == {
            "season": 470,
            "shipment": 0,
            "ann": 150,
            "bob": 80,
            "dan": 300,
            "issuance": -1000,
        }
        posted = [row for row in transfers() if row["key"].startswith("adjustment")]
        assert posted == [
            {"key": f"adjustment:{made.id}:1", "xp": "50", "reason": "grant", "shipment": ""},
            {"key": f"adjustment:{made.id}:2", "xp": "120", "reason": "reversal", "shipment": ""},
        ]
        approved(made)
        assert len([row for row in transfers() if row["key"].startswith("adjustment")]) == 2
        assert pipeline.list_findings() == []
        assert {
            change.after["state"]
            for change in Change.objects.filter(table_name="adjustments_adjustment")
            if change.after
        } == {
            "draft",
            "approved",
        }

    def test_is_by_another_person_of_what_they_looked_at(self) -> None:
        made = written(GRANT)
        assert "ann wrote this correction" in refusal(made, approver="ann")
        assert "yours is another one" in refusal(made, digest="0" * 64)
        assert "yours is another one" in refusal(made, digest=made.digest[:11])
        written("wallet | xp\n ann | 51", adjustment_id=made.id)
        assert "yours is another one" in refusal(made)
        assert balances()["ann"] == 100

    def test_goes_to_the_collector_of_a_wallet_now(self) -> None:
        registry.link(addresses=[address("dan"), address("ann")], as_of=NOW)
        approved(written(GRANT))
        dan = Wallet.objects.get(address=address("dan")).id
        assert set(Entry.objects.values_list("collector_id", flat=True)) == {dan}
        assert xp("dan") == 420
        assert queries.list_corrections(collector_id=dan).total_xp == 120

    def test_gives_a_wallet_that_no_event_named_its_row_when_it_is_made(self) -> None:
        made = written("wallet | xp\n newcomer | 5")
        assert queries.count_unknown(adjustment=made) == 1
        assert not Wallet.objects.filter(address=address("newcomer")).exists()
        approved(made)
        assert xp("newcomer") == 5

    def test_is_all_or_nothing_within_budget_and_limits(self) -> None:
        big = written("wallet | xp\n ann | 1 \n bob | 400")
        assert "401 XP, more than the 400 XP that are left of the season's budget" in refusal(big)
        Season.objects.update(cap_xp_per_collector=60, cap_xp_per_shipment=100)
        of_all, of_one = queries.list_problems(adjustment=written(GRANT))
        assert of_all == "It gives 120 XP, more than the 100 XP that the season lets go out at once."
        assert of_one.startswith(f"Entry 2, {address('dan')}, would be given 70 XP, more than the 60 XP")
        assert balances()["season"] == 400

    def test_never_takes_a_balance_below_zero(self) -> None:
        """Joined and parted again: the award was ann's, and dan keeps it."""
        registry.link(addresses=[address("dan"), address("ann")], as_of=NOW)
        dan, ann = (Wallet.objects.get(address=address(name)).id for name in ("dan", "ann"))
        move = ledger.Holder("collector", ann), ledger.Holder("collector", dan)
        ledger.transfer(key="m", debit=move[0], credit=move[1], amount_xp=100, reason="moved", posted_at=NOW)
        registry.unlink(address=address("ann"), as_of=NOW)
        made = written("wallet | xp | takes_back\n ann | -100 | march\n dan | 5 |")
        said = refusal(made)
        assert "Entry 1, 0x616e6e" in said
        assert "would go below zero: 100 XP are taken, and the collector has 0 XP" in said
        assert (xp("ann"), xp("dan")) == (0, 400)

    def test_never_takes_back_twice_what_was_given_once(self) -> None:
        first, second = (written("wallet | xp | takes_back\n bob | -120 | march") for _ in range(2))
        approved(first)
        approved(written("wallet | xp\n bob | 40"))
        assert "takes back 120 XP of something of which 80 XP are left to take" in refusal(second)
        with pytest.raises(IntegrityError, match="cannot be made as it is: too_much"):
            run(APPROVE, [second.id])

    def test_takes_an_earlier_correction_back(self) -> None:
        first = approved(written(GRANT))
        back = written(f"wallet | xp | takes_back\n ann | -50 | adjustment:{first.id}")
        assert back.entries.get().takes_back == f"adjustment:{first.id}:1"
        approved(back)
        assert xp("ann") == 100
        assert pipeline.list_findings() == []

    def test_takes_as_many_statements_for_fifty(self) -> None:
        def statements(made: Adjustment) -> int:
            with CaptureQueriesContext(connection) as seen:
                approved(made)
            return len(seen)

        many = "\n".join(["wallet | xp", *(f"w{number} | 1" for number in range(50))])
        few = statements(written("wallet | xp\n one | 1"))
        assert statements(written(many)) == few


REFUSED = [
    ("bob | -201 | march", "takes back 201 XP of “march”, of which 200 XP are left to take"),
    ("bob | -1 | april", "takes back “april”, which paid this wallet nothing"),
    ("cat | -1 | march", "takes back “march”, which paid this wallet nothing"),
    ("nobody | -1 | march", "takes back from a wallet that never had anything"),
    ("ann | 1 |\n ann | 2 |", "Two rows correct the same thing for the same wallet"),
]


class TestWrite:
    def test_refuses_as_a_whole(self) -> None:
        for text, said in REFUSED:
            with pytest.raises(AdjustmentError, match=said):
                written(f"wallet | xp | takes_back\n eve | 5 | \n {text}")
        assert not Adjustment.objects.exists()

    def test_takes_back_into_the_season_it_came_from(self) -> None:
        other = Season.objects.create(
            slug="other", title="Other", starts_at=NOW, ends_at=NOW.replace(year=2030), budget_xp=5
        )
        checked = adjustments.check(rows=rows("wallet | xp | takes_back\n bob | -5 | march"), season=other)
        assert [bad.reason for bad in checked.bad] == [
            "takes back “march”, which another season than Other paid."
        ]

    def test_is_by_its_author_alone_until_it_is_closed(self) -> None:
        made = written(GRANT)
        season = made.season
        again: dict[str, Any] = {
            "season": season,
            "title": "Mine",
            "rows": rows(GRANT),
            "as_of": NOW,
            "adjustment_id": made.id,
        }
        with pytest.raises(AdjustmentError, match="ann wrote correction"):
            adjustments.write(**again, author="bob")
        approved(made)
        with pytest.raises(AdjustmentError, match="is approved"):
            adjustments.write(**again, author="ann")


class TestLifeCycle:
    def test_sends_back_and_cancels_with_a_reason(self) -> None:
        made = written(GRANT)
        with pytest.raises(AdjustmentError, match="needs a comment"):
            adjustments.send_back(adjustment_id=made.id, comment=" ")
        adjustments.send_back(adjustment_id=made.id, comment="Which ticket?")
        assert "is sent back" in refusal(made)
        assert written(GRANT, adjustment_id=made.id).state == "draft"
        adjustments.cancel(adjustment_id=made.id, reason="Not needed.", as_of=NOW)
        assert adjustments.cancel(adjustment_id=made.id, reason="Again.", as_of=NOW).note == "Not needed."
        assert "is cancelled" in refusal(made)
        with pytest.raises(UnknownAdjustment):
            adjustments.get(adjustment_id=0)
        done = approved(written(GRANT))
        with pytest.raises(AdjustmentError, match=f"adjustment:{done.id} as what is wrong"):
            adjustments.cancel(adjustment_id=done.id, reason="Oh.", as_of=NOW)


# What nobody may do to a correction once it is approved.
CHANGES = """
    statement                                                            | constraint
    UPDATE adjustments_adjustment SET note = 'x'                         | adjustment_goes_one_way
    UPDATE adjustments_adjustment SET state = 'draft', approved_by = NULL | adjustment_goes_one_way
    DELETE FROM adjustments_adjustment                                   | adjustments_stay
    TRUNCATE adjustments_adjustment CASCADE                              | adjustments_stay
    UPDATE adjustments_entry SET amount_xp = 7                           | entries_never_change
    UPDATE adjustments_entry SET collector_id = 7                        | approved_is_what_is_made
    DELETE FROM adjustments_entry                                        | approved_is_what_is_made
"""

# What a draft cannot be, and what an entry of one cannot be.
DRAFTS: list[tuple[dict[str, Any], str]] = [
    ({"state": "approved", "approved_by": "ann", "approved_at": NOW}, "adjuster_is_not_approver"),
    ({"state": "approved"}, "approved_adjustment_says_by_whom"),
    ({"state": "cancelled", "note": "x"}, "cancelled_adjustment_says_when"),
    ({"state": "sent_back"}, "who_stops_an_adjustment_says_why"),
    ({"state": "lost"}, "adjustment_has_a_known_state"),
    ({"title": ""}, "adjustment_has_a_title"),
    ({"author": "eve"}, "adjuster_stays"),
]
ENTRIES: list[tuple[dict[str, Any], str]] = [
    ({"amount_xp": -5}, "what_is_taken_back_is_named"),
    ({"amount_xp": 0}, "what_is_taken_back_is_named"),
    ({"takes_back": "award:1:2"}, "what_is_taken_back_is_named"),
    ({"reason": ""}, "collectors_read_a_reason"),
    ({"reason": "x" * 2_001}, "collectors_read_a_reason"),
    ({"evidence": ""}, "staff_read_the_evidence"),
    ({"number": 1}, "entry_number_is_used_once"),
    ({"address": address("ann")}, "wallet_is_corrected_once_for_a_thing"),
]


def broken(work: Callable[[], object]) -> str | None:
    """The constraint that something breaks."""
    with pytest.raises(DatabaseError) as refused, transaction.atomic():
        work()
    name: str | None = refused.value.__cause__.diag.constraint_name  # type: ignore[union-attr]
    return name


class TestGuards:
    def test_keep_what_was_approved(self) -> None:
        approved(written(GRANT))
        run("SET CONSTRAINTS ALL IMMEDIATE")
        for row in table(CHANGES):
            assert broken(partial(run, row["statement"])) == row["constraint"], row

    def test_keep_drafts_and_their_entries_in_order(self) -> None:
        made = written(GRANT)
        one = Adjustment.objects.filter(id=made.id)
        for change, constraint in DRAFTS:
            assert broken(partial(one.update, **change)) == constraint, change
        for entry, constraint in ENTRIES:
            told = {"number": 9, "address": "0x9", "amount_xp": 5, "reason": "r", "evidence": "e"} | entry
            assert broken(partial(Entry.objects.create, adjustment=made, **told)) == constraint, entry


class TestAudit:
    def test_names_what_the_ledger_has_otherwise(self) -> None:
        made = written(GRANT)
        ann, season = xp("ann") and Wallet.objects.get(address=address("ann")).id, made.season_id
        ledger.transfer(
            key="grant:by:hand",
            debit=ledger.Holder("season", season),
            credit=ledger.Holder("collector", ann),
            amount_xp=3,
            reason="grant",
            posted_at=NOW,
        )
        run(APPROVE, [made.id])
        found = [(finding.promise, finding.row) for finding in pipeline.list_findings()]
        assert found == [
            ("P10", f"ledger_transfer adjustment:{made.id}:1"),
            ("P10", f"ledger_transfer adjustment:{made.id}:2"),
            ("P10", "ledger_transfer grant:by:hand"),
        ]

    def test_names_a_draft_that_was_tampered_with(self) -> None:
        made = written(GRANT)
        Entry.objects.create(
            adjustment=made, number=3, address=address("eve"), amount_xp=9, reason="r", evidence="e"
        )
        assert [finding.promise for finding in pipeline.list_findings()] == ["P8"]
        assert "yours is another one" in refusal(made)


class TestCorrections:
    def test_are_what_is_missing_between_rounds_and_balance(self) -> None:
        approved(written(BOTH))
        bob = Wallet.objects.get(address=address("bob")).id
        found = queries.list_corrections(collector_id=bob)
        assert (found.correction_count, found.total_xp) == (1, -120)
        assert found.latest[0].round_title == "March"
        assert 200 + found.total_xp == xp("bob")

    def test_are_spread_as_awards_are(self) -> None:
        spread = queries.get_spread(adjustment=written(GRANT))
        assert (spread.award_count, spread.total_xp, spread.top_xp) == (2, 120, 70)
        told = queries.list_top(adjustment=written(BOTH))
        assert [(one.number, one.amount_xp, one.balance_xp, one.round_title) for one in told] == [
            (2, -120, 200, "March"),
            (1, 50, 100, None),
        ]
