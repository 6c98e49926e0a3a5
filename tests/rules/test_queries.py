"""Which collections are the top by volume, and which versions count in a window."""

import pytest

from marketplace.facts import operations as facts
from marketplace.registry.models import Collection
from rewards.rules import queries as rules
from tests.facts.given import linked
from tests.rules.given import PLANNED_AT, given_market, given_rule, lines, planned
from tests.tables import day, table

pytestmark = pytest.mark.django_db


def top(*, count: int, buyers: int = 1, window_start: str = "2026-03-01") -> list[str]:
    """The slugs of the first collections by volume, in order."""
    params = {"collections": {"of": "top_volume", "count": count, "minimum_buyers": buyers}}
    found = rules.get_eligible_collections(params=params, window_start=day(window_start), wash_threshold=None)
    assert found is not None
    return [Collection.objects.get(id=collection).slug for collection in found]


class TestTopVolume:
    def test_ranks_by_the_wei_of_the_thirty_days_before_the_window(self) -> None:
        given_market("""
            kind | token | from | to  | at                         | price   | collection
            sale | a     | cat  | ann | 2026-01-30                 | 3 ETH   | first
            sale | a     | cat  | ann | 2026-01-29 23:59:59.999999 | 99 ETH  | past
            sale | a     | cat  | ann | 2026-02-28 23:59:59.999999 | 2 WETH  | second
            sale | a     | cat  | ann | 2026-03-01                 | 99 ETH  | future
            sale | a     | cat  | ann | 2026-02-10                 | 1 ETH   | third
            sale | a     | cat  | ann | 2026-02-10                 | 99 USDC | rateless
        """)
        assert top(count=9) == ["first", "second", "third"]
        assert top(count=2) == ["first", "second"]

    def test_of_equal_volumes_the_name_decides(self) -> None:
        given_market("""
            kind | token | from | to  | at         | price | collection
            sale | a     | cat  | ann | 2026-02-10 | 1 ETH | b
            sale | a     | cat  | ann | 2026-02-10 | 1 ETH | a
        """)
        assert top(count=1) == ["a"]

    def test_leaves_out_sales_between_own_wallets(self) -> None:
        given_market("""
            kind | token | from | to  | at         | price  | collection
            sale | a     | ann  | amy | 2026-02-10 | 99 ETH | own
            sale | a     | amy  | bob | 2026-02-10 | 1 ETH  | own
            sale | a     | ann  | bob | 2026-02-10 | 2 ETH  | real
        """)
        linked("ann", "amy")
        facts.refresh(as_of=PLANNED_AT)
        assert top(count=9) == ["real", "own"]

    def test_needs_so_many_different_buyers(self) -> None:
        given_market("""
            kind | token | from | to  | at         | price | collection
            sale | a     | cat  | ann | 2026-02-10 | 9 ETH | two
            sale | a     | ann  | bob | 2026-02-11 | 1 ETH | two
            sale | a     | cat  | ann | 2026-02-10 | 8 ETH | one
            sale | b     | cat  | ann | 2026-02-11 | 8 ETH | one
            sale | a     | cat  | ann | 2026-02-10 | 7 ETH | own
            sale | b     | cat  | amy | 2026-02-11 | 7 ETH | own
        """)
        linked("ann", "amy")
        facts.refresh(as_of=PLANNED_AT)
        assert top(count=9, buyers=1) == ["one", "own", "two"]
        assert top(count=9, buyers=2) == ["two"]
        assert top(count=9, buyers=3) == []

    def test_a_custody_address_is_no_buyer(self) -> None:
        given_market("""
            kind    | token | from | to    | at         | price | collection | address
            sale    | a     | cat  | ann   | 2026-02-10 | 9 ETH | vaults     |
            sale    | b     | cat  | vault | 2026-02-11 | 1 ETH | vaults     |
            custody |       |      |       | 2026-02-12 |       |            | vault
        """)
        assert top(count=9, buyers=1) == ["vaults"]
        assert top(count=9, buyers=2) == []

    def test_a_rule_looks_at_them_as_of_the_start_of_its_round(self) -> None:
        given_market("""
            kind | token | from | to  | at         | price | collection
            sale | a     | cat  | ann | 2026-02-10 | 9 ETH | apes
            sale | b     | cat  | bob | 2026-03-10 | 9 ETH | cats
        """)
        given_rule("buyers", "purchase", xp_per_purchase=10, collections={"top_volume": 1})
        given_rule("holders", "holding", xp_per_token_day=1, collections={"top_volume": 1})
        planned()
        assert lines() == table("""
            rule    | collection | xp | reason
            buyers  | cats       | 0  | other_collection
            holders | apes       | 30 | earned
            holders | cats       | 0  | other_collection
        """)


class TestListVersionsInWindow:
    def test_gives_each_version_its_part(self) -> None:
        rule = given_rule("holders", "holding", since="2026-01-01", xp_per_token_day=1)
        for number, instant in enumerate(("2026-02-01", "2026-02-15", "2026-03-10"), 2):
            given_rule("holders", "holding", since="2026-01-01", xp_per_token_day=number, as_of=day(instant))
        found = rules.list_versions_in_window(
            rules=[rule.id], window_start=day("2026-02-10"), window_end=day("2026-03-10")
        )
        assert [(version.number, version.starts_at, version.ends_at) for version in found] == [
            (2, day("2026-02-10"), day("2026-02-15")),
            (3, day("2026-02-15"), day("2026-03-10")),
        ]

    def test_gives_nothing_before_the_rule_starts(self) -> None:
        rule = given_rule("holders", "holding", since="2026-03-10", xp_per_token_day=1)
        window = {"window_start": day("2026-02-10"), "window_end": day("2026-03-10")}
        assert rules.list_versions_in_window(rules=[rule.id], **window) == []
