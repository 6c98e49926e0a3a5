"""When rules were live: pauses of a flag and of those above it, cut out to the second (P5)."""

from datetime import datetime

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from rewards.flags import queries
from rewards.flags.models import Pause
from tests.flags.given import BIDDING, LIQUIDITY, LISTING, live, pause, resume
from tests.reference.pauses import live_spans
from tests.reference.test_agreement import agreement
from tests.rules.given import given_rule
from tests.tables import day

pytestmark = pytest.mark.django_db


def off(flag: str, start: str, end: str | None) -> None:
    """A pause that was made on the first of March."""
    ends_at = None if end is None else day(end)
    pause(flag, at=day("2026-03-01"), starts_at=day(start), ends_at=ends_at)


class TestTree:
    def test_liquidity_stands_above_listing_and_bidding_and_those_above_their_rules(self) -> None:
        given_rule("listers", "listing", xp_per_hour=1, bands=[{"price": 1, "weight": 1}])
        given_rule("bidders", "bidding", xp_per_hour=1, bands=[{"price": 1, "weight": 1}])
        given_rule("buyers", "purchase", xp_per_purchase=1)
        assert queries.list_path(flag="rule.listers") == ["rule.listers", LISTING, LIQUIDITY]
        assert queries.list_path(flag="rule.bidders") == ["rule.bidders", BIDDING, LIQUIDITY]
        assert queries.list_path(flag="rule.buyers") == ["rule.buyers"]

    def test_a_flag_above_pauses_all_below_and_none_beside_or_above(self) -> None:
        off(LISTING, "2026-03-05", "2026-03-06")
        assert live(LISTING) == ["2026-03-01 → 2026-03-05", "2026-03-06 → 2026-03-31"]
        assert live(BIDDING) == live(LIQUIDITY) == ["2026-03-01 → 2026-03-31"]
        off(LIQUIDITY, "2026-03-10", None)
        assert live(LISTING) == ["2026-03-01 → 2026-03-05", "2026-03-06 → 2026-03-10"]
        assert live(BIDDING) == ["2026-03-01 → 2026-03-10"]


class TestLiveSpans:
    def test_without_a_pause_is_the_whole_time(self) -> None:
        assert live() == ["2026-03-01 → 2026-03-31"]

    def test_overlapping_pauses_of_parent_and_child_are_cut_out_once(self) -> None:
        off(LISTING, "2026-03-05", "2026-03-10")
        off(LIQUIDITY, "2026-03-08", "2026-03-12")
        assert live() == ["2026-03-01 → 2026-03-05", "2026-03-12 → 2026-03-31"]

    def test_a_pause_within_one_of_the_parent_changes_nothing(self) -> None:
        off(LIQUIDITY, "2026-03-05", "2026-03-12")
        off(LISTING, "2026-03-06", "2026-03-07")
        assert live() == ["2026-03-01 → 2026-03-05", "2026-03-12 → 2026-03-31"]

    def test_two_pauses_that_touch_are_as_one(self) -> None:
        off(LISTING, "2026-03-05", "2026-03-08")
        off(LISTING, "2026-03-08", "2026-03-12")
        assert live() == ["2026-03-01 → 2026-03-05", "2026-03-12 → 2026-03-31"]

    def test_a_pause_around_the_time_leaves_nothing(self) -> None:
        off(LISTING, "2026-02-01", None)
        assert live() == []

    def test_pauses_that_only_touch_the_time_change_nothing(self) -> None:
        off(LISTING, "2026-02-01", "2026-03-01")
        off(LISTING, "2026-03-31", None)
        assert live() == ["2026-03-01 → 2026-03-31"]

    def test_a_pause_of_no_length_splits_nothing(self) -> None:
        pause(LISTING)
        resume(LISTING)
        assert live() == ["2026-03-01 → 2026-03-31"]

    def test_counts_to_the_microsecond(self) -> None:
        off(LISTING, "2026-03-05 00:00:00.000001", "2026-03-05 00:00:00.000002")
        assert live() == [
            "2026-03-01 → 2026-03-05 00:00:00.000001",
            "2026-03-05 00:00:00.000002 → 2026-03-31",
        ]


days = st.integers(1, 6).map(lambda number: day(f"2026-03-{number:02}"))
# Without an end a pause is open; with one at its start it was called off.
told_pauses = st.tuples(st.sampled_from([LIQUIDITY, LISTING, BIDDING]), days, days | st.none()).filter(
    lambda told: told[2] is None or told[2] >= told[1]
)
# A flag has one open pause at most.
told_histories = st.lists(
    told_pauses, max_size=6, unique_by=lambda told: told[0] if told[2] is None else told
)


class TestAgreement:
    @agreement
    @given(told=told_histories, window=st.tuples(days, days).filter(lambda window: window[0] < window[1]))
    def test_equals_the_reference_for_any_pauses_of_a_flag_and_of_those_above(
        self, told: list[tuple[str, datetime, datetime | None]], window: tuple[datetime, datetime]
    ) -> None:
        with transaction.atomic():
            Pause.objects.bulk_create(
                Pause(flag_id=flag, starts_at=start, ends_at=end, reason="Farmed.", created_by="ann")
                for flag, start, end in told
            )
            found = queries.list_live_spans(flag=LISTING, starts_at=window[0], ends_at=window[1])
            transaction.set_rollback(True)
        off = [(start, end) for flag, start, end in told if flag in (LISTING, LIQUIDITY)]
        assert [(span.starts_at, span.ends_at) for span in found] == live_spans(off, window)
