"""From when on facts are other ones than before, so that no late fact is missed and few rounds looked at."""

import pytest

from marketplace.facts import operations as facts
from marketplace.facts.models import Change
from marketplace.inbox import operations as inbox
from tests.facts.given import NOW, linked, told
from tests.ledger.test_guards import ROLES, refused
from tests.tables import event, given_events, short

pytestmark = pytest.mark.django_db


def changed_from() -> list[str]:
    """The instants of all changes, in order."""
    return [short(at) for at in Change.objects.order_by("id").values_list("changed_from", flat=True)]


class TestRefresh:
    def test_notes_the_earliest_instant_that_differs(self) -> None:
        told("""
            kind | token | to  | at
            mint | a     | ann | 2026-01-10
        """)
        told("""
            kind     | token | from | to  | at
            transfer | a     | ann  | bob | 2026-03-01
        """)
        told("""
            kind     | token | from | to  | at
            transfer | a     | ann  | cat | 2026-02-01
        """)
        # The late transfer ended ann's hold and gave cat one; nothing before it is another.
        assert changed_from() == ["2026-01-10", "2026-03-01", "2026-02-01"]

    def test_of_an_edition_looks_at_units_and_not_at_how_they_are_numbered(self) -> None:
        told("""
            kind | token | to  | at         | quantity
            mint | e     | ann | 2026-01-10 | 5
        """)
        told("""
            kind     | token | from | to  | at         | quantity
            transfer | e     | ann  | bob | 2026-03-01 | 2
        """)
        told("""
            kind     | token | from | to  | at         | quantity
            transfer | e     | ann  | bob | 2026-04-01 | 1
        """)
        assert changed_from() == ["2026-01-10", "2026-03-01", "2026-04-01"]

    def test_reaches_as_far_as_what_an_event_changes_though_it_happened_later(self) -> None:
        told("""
            kind     | token | from | to    | at
            mint     | a     |      | ann   | 2026-01-10
            transfer | a     | ann  | vault | 2026-02-01
        """)
        told("""
            kind    | address | at
            custody | vault   | 2026-05-01
        """)
        # ann has it still: the vault only keeps it for her.
        assert changed_from() == ["2026-01-10", "2026-02-01"]

    def test_of_orders_and_sales(self) -> None:
        told("""
            kind    | token | to  | maker | at         | price | order
            mint    | a     | ann |       | 2026-01-01 |       |
            listing | a     |     | ann   | 2026-01-05 | 1 ETH | one
        """)
        told("""
            kind   | order | maker | at
            cancel | one   | ann   | 2026-02-01
        """)
        told("""
            kind | token | from | to  | at         | price
            sale | a     | ann  | bob | 2026-01-20 | 1 ETH
        """)
        assert changed_from() == ["2026-01-01", "2026-02-01", "2026-01-20"]

    def test_of_a_rate_is_its_day(self) -> None:
        rate = event(kind="rate", at="2026-01-10 15:00") | {"currency": "USDC", "price": str(5 * 10**14)}
        assert inbox.accept(events=[rate]).is_clean
        facts.refresh(as_of=NOW)
        assert changed_from() == ["2026-01-10"]

    def test_is_silent_where_nothing_differs_or_only_wallets_were_linked(self) -> None:
        told("""
            kind | token | to  | at
            mint | a     | ann | 2026-01-10
            mint | b     | amy | 2026-01-10
        """)
        told("""
            kind     | token | from | to  | at
            transfer | a     | ann  | ann | 2026-01-20
        """)
        linked("ann", "amy")
        facts.refresh(as_of=NOW)
        facts.refresh(as_of=NOW)
        assert changed_from() == ["2026-01-10"]

    def test_of_links_and_events_at_once_leaves_the_links_to_a_step_of_their_own(self) -> None:
        told("""
            kind | token | to  | at
            mint | a     | ann | 2026-01-10
            mint | b     | amy | 2026-01-10
        """)
        linked("ann", "amy")
        told("""
            kind | token | to  | at
            mint | c     | bob | 2026-01-20
        """)
        assert changed_from() == ["2026-01-10", "2026-01-20"]


class TestRebuild:
    def test_of_what_no_refresh_took_in_may_change_anything(self) -> None:
        given_events("""
            kind | token | to  | at
            mint | a     | ann | 2026-01-10
        """)
        facts.rebuild(as_of=NOW)
        facts.rebuild(as_of=NOW)
        assert changed_from() == ["1970-01-01"]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE facts_change SET changed_from = now()",
        "DELETE FROM facts_change",
        "TRUNCATE facts_change",
    ],
)
def test_what_changed_stays_known_whoever_asks(role: str, statement: str) -> None:
    told("""
        kind | token | to  | at
        mint | a     | ann | 2026-01-10
    """)
    # Sessions of the app have no right to it either.
    expected = {"changes_of_facts_stay"} | ({"42501"} if role == "app" else set())
    assert refused(statement, role=role) in expected
    assert changed_from() == ["2026-01-10"]
