"""Pausing and resuming: now, later, until a time, and what cannot be, in sentences (P5)."""

from datetime import timedelta

import pytest
from django.db import connection

from rewards.flags import queries
from rewards.flags.errors import FlagError, UnknownFlag
from rewards.shipments import operations as shipments
from rewards.shipments.errors import ApprovalRefused
from tests.flags.given import LIQUIDITY, LISTING, NOON, live, pause, pauses, resume
from tests.rules.given import PLANNED_AT, approved, given_market, given_rule, planned
from tests.tables import day, table

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)

MARKET = """
    kind | token | from | to  | at         | price
    sale | a     | cat  | ann | 2026-03-05 | 1 ETH
    sale | b     | cat  | ann | 2026-03-20 | 1 ETH
"""


class TestPause:
    def test_begins_now_and_stays_open(self) -> None:
        pause()
        assert pauses() == table("""
            flag              | starts_at        | ends_at | reason  | created_by | ended_by
            liquidity.listing | 2026-03-10 12:00 |         | Farmed. | ann        |
        """)

    def test_can_be_scheduled_with_an_end(self) -> None:
        pause(starts_at=day("2026-03-20"), ends_at=day("2026-03-21"))
        assert queries.get_pause(flag=LISTING, at=NOON) is None
        assert live() == ["2026-03-01 → 2026-03-20", "2026-03-21 → 2026-03-31"]

    def test_may_begin_in_time_that_no_round_was_approved_for(self) -> None:
        pause(starts_at=NOON - 24 * HOUR)
        assert live() == ["2026-03-01 → 2026-03-09 12:00"]

    def test_keeps_the_reason_without_the_spaces_around_it(self) -> None:
        assert pause(reason="  Farmed.\n").reason == "Farmed."

    @pytest.mark.parametrize("reason", ["", "  \n"])
    def test_needs_a_reason(self, reason: str) -> None:
        with pytest.raises(FlagError, match=r"A pause needs a reason; collectors read it\."):
            pause(reason=reason)
        assert len(pauses()) == 0

    @pytest.mark.parametrize("ends_at", [NOON, NOON - HOUR])
    def test_ends_after_it_starts(self, ends_at: object) -> None:
        with pytest.raises(FlagError, match=r"The pause would end before it starts\."):
            pause(ends_at=ends_at)

    def test_says_that_a_flag_is_paused_already_since_when_and_why(self) -> None:
        pause()
        with pytest.raises(FlagError) as error:
            pause(at=NOON + HOUR, reason="Again.")
        assert str(error.value) == (
            "liquidity.listing is paused already, since 2026-03-10 12:00:00 UTC: Farmed."
        )

    def test_says_that_one_without_an_end_is_to_come_already(self) -> None:
        pause(starts_at=day("2026-03-20"))
        with pytest.raises(FlagError, match="has a pause without an end already, from 2026-03-20 00:00:00"):
            pause()
        # With an end it can begin at once.
        pause(ends_at=day("2026-03-12"))
        assert live() == ["2026-03-01 → 2026-03-10 12:00", "2026-03-12 → 2026-03-20"]

    def test_says_that_there_is_no_such_flag(self) -> None:
        with pytest.raises(UnknownFlag, match=r"There is no flag called rule\.nothing\."):
            pause("rule.nothing")

    def test_a_flag_below_can_be_paused_beside_the_one_above(self) -> None:
        pause(LIQUIDITY)
        pause(LISTING)
        assert len(pauses()) == 2


class TestResume:
    def test_ends_the_pause_now_and_says_who_did(self) -> None:
        pause()
        resume(at=NOON + HOUR)
        assert pauses() == table("""
            starts_at        | ends_at          | created_by | ended_by
            2026-03-10 12:00 | 2026-03-10 13:00 | ann        | bob
        """)
        assert live() == ["2026-03-01 → 2026-03-10 12:00", "2026-03-10 13:00 → 2026-03-31"]

    def test_can_be_said_beforehand(self) -> None:
        pause()
        resume(at=NOON + HOUR, until=NOON + 24 * HOUR)
        assert live() == ["2026-03-01 → 2026-03-10 12:00", "2026-03-11 12:00 → 2026-03-31"]

    def test_calls_off_the_next_pause_that_has_not_begun(self) -> None:
        pause(starts_at=day("2026-03-25"), ends_at=day("2026-03-26"))
        pause(starts_at=day("2026-03-20"))
        resume()
        assert pauses() == table("""
            starts_at  | ends_at    | ended_by
            2026-03-20 | 2026-03-20 | bob
            2026-03-25 | 2026-03-26 |
        """)
        assert live() == ["2026-03-01 → 2026-03-25", "2026-03-26 → 2026-03-31"]

    def test_ends_every_own_pause_that_is_on(self) -> None:
        pause(starts_at=day("2026-03-12"), ends_at=day("2026-03-20"))
        pause()
        resume(at=day("2026-03-15"))
        assert live() == ["2026-03-01 → 2026-03-10 12:00", "2026-03-15 → 2026-03-31"]

    def test_pays_nothing_back(self) -> None:
        pause()
        with pytest.raises(FlagError, match=r"A pause cannot end in the past: resuming pays nothing back\."):
            resume(at=NOON + HOUR, until=NOON)

    def test_says_that_nothing_is_paused(self) -> None:
        with pytest.raises(FlagError, match=r"^liquidity\.listing is not paused\.$"):
            resume()

    def test_says_which_flag_above_is_paused(self) -> None:
        pause(LIQUIDITY)
        with pytest.raises(FlagError, match=r"is off because liquidity is paused; resume liquidity\.$"):
            resume()

    def test_says_that_there_is_no_such_flag(self) -> None:
        with pytest.raises(UnknownFlag):
            resume("rule.nothing")

    def test_in_the_instant_of_the_pause_leaves_nothing_out(self) -> None:
        pause()
        resume()
        assert live() == ["2026-03-01 → 2026-03-31"]
        pause()
        assert live() == ["2026-03-01 → 2026-03-10 12:00"]


class TestApprovedTime:
    """A pause cannot be dated back into time that a round was approved for."""

    @pytest.fixture(autouse=True)
    def march_is_approved(self) -> None:
        given_market(MARKET)
        given_rule("buyers", "purchase", xp_per_purchase=10)
        given_rule("listers", "listing", xp_per_hour=1, bands=[{"price": 1, "weight": 1}])
        pause("rule.buyers", at=day("2026-03-12"), ends_at=day("2026-03-13"))
        pause("rule.buyers", at=day("2026-03-30"))
        assert approved(only=["buyers"]).total_xp == 20

    def test_is_not_paused(self) -> None:
        with pytest.raises(FlagError) as error:
            pause("rule.buyers", at=PLANNED_AT, starts_at=day("2026-03-15"), ends_at=day("2026-03-16"))
        assert str(error.value) == (
            "rule.buyers cannot be paused or resumed in a time for which a round was approved already. "
            "What was earned stays."
        )

    def test_is_not_resumed(self) -> None:
        with pytest.raises(FlagError, match="round was approved already"):
            resume("rule.buyers", at=day("2026-03-30 12:00"))

    def test_from_its_end_on_all_is_free(self) -> None:
        resume("rule.buyers", at=day("2026-03-31"))
        pause("rule.buyers", at=day("2026-03-31"))
        assert live("rule.buyers", start="2026-03-14", end="2026-05-01") == ["2026-03-14 → 2026-03-30"]

    def test_holds_for_flags_above_a_rule_that_was_paid(self) -> None:
        approved(slug="listed", only=["listers"])
        for flag in ("rule.listers", LISTING, LIQUIDITY):
            with pytest.raises(FlagError, match="round was approved already"):
                pause(flag)

    def test_of_other_rules_is_free(self) -> None:
        pause("rule.listers")
        pause(LISTING)
        pause(LIQUIDITY)
        assert live("rule.listers") == ["2026-03-01 → 2026-03-10 12:00"]

    def test_is_free_again_when_the_round_is_called_off(self) -> None:
        shipments.cancel(slug="march", as_of=PLANNED_AT)
        pause("rule.buyers", at=PLANNED_AT, starts_at=day("2026-03-15"), ends_at=day("2026-03-16"))


class TestApprove:
    """An approval does not overlook a pause that came after the plan (P8)."""

    def given_plan(self) -> str:
        given_market(MARKET)
        given_rule("buyers", "purchase", xp_per_purchase=10)
        digest = planned().plan_digest
        assert digest is not None
        return digest

    def test_is_refused_when_a_pause_came_since_the_plan(self) -> None:
        digest = self.given_plan()
        pause("rule.buyers", at=PLANNED_AT, starts_at=day("2026-03-15"))
        with pytest.raises(ApprovalRefused) as error:
            shipments.approve(slug="march", digest=digest, approver="bob", as_of=PLANNED_AT)
        assert str(error.value) == (
            "march has to be planned again: "
            "buyers was paused from 2026-03-15 00:00:00 to 2026-03-31 00:00:00 UTC."
        )
        # Planned again it can be approved, and pays what was bought before the pause.
        assert approved().total_xp == 10

    def test_a_pause_after_the_window_changes_nothing(self) -> None:
        digest = self.given_plan()
        pause("rule.buyers", at=day("2026-03-31"))
        shipments.approve(slug="march", digest=digest, approver="bob", as_of=PLANNED_AT)

    def test_and_pauses_wait_for_each_other(self) -> None:
        digest = self.given_plan()
        shipments.approve(slug="march", digest=digest, approver="bob", as_of=PLANNED_AT)
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 4202102")
            assert cursor.fetchone() == (1,)
