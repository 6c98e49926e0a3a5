"""What nobody can do to pauses by SQL: not the app, not the owner, not a superuser (P5)."""

from datetime import timedelta

import pytest

from rewards.flags.models import Flag, Pause
from tests.flags.given import LISTING, NOON, pause, pauses, resume
from tests.ledger.given import execute
from tests.ledger.test_guards import ROLES, refused
from tests.rules.given import approved, given_market, given_rule
from tests.tables import table

pytestmark = pytest.mark.django_db

STAYS = "pauses_stay"
SHIPPED = "shipped_time_is_not_paused"
REFUSED = {
    "DELETE FROM flags_pause": STAYS,
    "TRUNCATE flags_pause": STAYS,
    "TRUNCATE flags_pause, flags_flag CASCADE": STAYS,
    "UPDATE flags_pause SET reason = 'Something else.'": STAYS,
    "UPDATE flags_pause SET starts_at = starts_at - INTERVAL '1 hour'": STAYS,
    "UPDATE flags_pause SET created_by = 'eve'": STAYS,
    "UPDATE flags_pause SET flag_id = 'liquidity.bidding'": STAYS,
    "UPDATE flags_pause SET ends_at = starts_at - INTERVAL '1 second'": "pause_ends_after_it_starts",
}
# The app has no right to truncate anything.
NO_PRIVILEGE = "42501"


@pytest.mark.parametrize("role", ROLES)
class TestPause:
    @pytest.mark.parametrize("statement", REFUSED)
    def test_stays_as_it_was_said(self, role: str, statement: str) -> None:
        pause()
        # A foreign key that is still to be checked would keep TRUNCATE away by itself.
        execute("SET CONSTRAINTS ALL IMMEDIATE")
        expected = {REFUSED[statement]} | ({NO_PRIVILEGE} if role == "app" else set())
        assert refused(statement, role=role) in expected
        assert pauses() == table("""
            flag              | starts_at        | ends_at | reason  | created_by
            liquidity.listing | 2026-03-10 12:00 |         | Farmed. | ann
        """)


INSERT_PAUSE = "INSERT INTO flags_pause (flag_id, starts_at, ends_at, reason, created_by, ended_by) VALUES "

# The round of March is approved, with a pause that ended in it and an open one from its last day on.
OF_SHIPPED_TIME = [
    INSERT_PAUSE + "('rule.buyers', '2026-03-15', '2026-03-16', 'Late.', 'eve', '')",
    INSERT_PAUSE + "('rule.buyers', '2026-03-30 23:59:59.999999', '2026-04-02', 'Late.', 'eve', '')",
    "UPDATE flags_pause SET ends_at = '2026-03-14' WHERE ends_at IS NOT NULL",
    "UPDATE flags_pause SET ends_at = '2026-03-12 18:00' WHERE ends_at IS NOT NULL",
    "UPDATE flags_pause SET ends_at = '2026-03-30 12:00' WHERE ends_at IS NULL",
]


@pytest.mark.parametrize("role", ROLES)
class TestApprovedTime:
    @pytest.fixture(autouse=True)
    def march_is_approved(self) -> None:
        given_market("""
            kind | token | from | to  | at         | price
            sale | a     | cat  | ann | 2026-03-05 | 1 ETH
        """)
        given_rule("buyers", "purchase", xp_per_purchase=10)
        pause("rule.buyers", starts_at=NOON + timedelta(days=2), ends_at=NOON + timedelta(days=3))
        pause("rule.buyers", starts_at=NOON + timedelta(days=20))
        approved()

    @pytest.mark.parametrize("statement", OF_SHIPPED_TIME)
    def test_is_not_paused_or_resumed(self, role: str, statement: str) -> None:
        assert refused(statement, role=role) == SHIPPED
        assert len(pauses()) == 2


class TestFlag:
    def test_is_not_its_own_parent(self) -> None:
        assert (
            refused("UPDATE flags_flag SET parent_id = slug WHERE slug = 'liquidity'")
            == "flag_is_not_its_own_parent"
        )

    def test_has_one_open_pause(self) -> None:
        pause()
        statement = INSERT_PAUSE + "('liquidity.listing', '2026-03-20', NULL, 'Twice.', 'eve', '')"
        assert refused(statement) == "flag_has_one_open_pause"

    def test_cannot_go_while_it_has_pauses_or_flags_below(self) -> None:
        pause()
        resume()
        assert Pause.objects.filter(flag=LISTING).count() == 1
        assert Flag.objects.filter(parent="liquidity").count() == 2
        for slug in ("liquidity", LISTING):
            assert refused(f"DELETE FROM flags_flag WHERE slug = '{slug}'; SET CONSTRAINTS ALL IMMEDIATE")


class TestReason:
    def test_is_never_empty(self) -> None:
        statement = INSERT_PAUSE + "('liquidity', '2026-03-20', NULL, '', 'eve', '')"
        assert refused(statement) == "pause_has_a_reason"
