"""Linking wallets into one collector."""

import pytest

from marketplace.registry import operations as registry
from marketplace.registry.models import Link, Wallet
from tests.tables import Table, address, day, name, table

pytestmark = pytest.mark.django_db

NOW = day("2026-01-01")


def link(*names: str) -> int:
    return registry.link(addresses=[address(one) for one in names], as_of=NOW)


def wallets() -> Table:
    """Who is whose collector, by name."""
    found = {wallet.id: wallet for wallet in Wallet.objects.all()}
    rows = [
        {"wallet": name(wallet.address), "collector": name(found[wallet.collector_id].address)}
        for wallet in found.values()
    ]
    return Table(["wallet", "collector"], rows)


class TestLink:
    def test_makes_the_first_one_the_collector_of_all(self) -> None:
        assert link("ann", "amy", "abe") == Wallet.objects.get(address=address("ann")).id
        assert wallets() == table("""
            wallet | collector
            ann    | ann
            amy    | ann
            abe    | ann
        """)

    def test_brings_along_who_was_linked_before(self) -> None:
        link("amy", "abe")
        link("ann", "abe")
        assert wallets() == table("""
            wallet | collector
            ann    | ann
            amy    | ann
            abe    | ann
        """)

    def test_joins_the_first_ones_collector(self) -> None:
        link("ann", "amy")
        link("amy", "bob")
        assert wallets() == table("""
            wallet | collector
            ann    | ann
            amy    | ann
            bob    | ann
        """)

    def test_leaves_others_alone(self) -> None:
        link("bob", "ben")
        link("ann", "amy")
        assert wallets() == table("""
            wallet | collector
            ann    | ann
            amy    | ann
            bob    | bob
            ben    | bob
        """)

    def test_notes_each_wallet_that_moved_until_the_facts_have_it(self) -> None:
        link("amy", "abe")
        Link.objects.update(settled_at=NOW)
        link("ann", "abe")
        moved = Link.objects.filter(settled_at=None)
        names = {name(Wallet.objects.get(id=one.wallet_id).address) for one in moved}
        assert names == {"amy", "abe"}
        assert set(moved.values_list("linked_at", flat=True)) == {NOW}

    def test_again_changes_nothing(self) -> None:
        link("ann", "amy")
        before = (list(Wallet.objects.values()), list(Link.objects.values()))
        link("ann", "amy")
        link("amy", "ann")
        link("ann")
        assert (list(Wallet.objects.values()), list(Link.objects.values())) == before


class TestUnlink:
    def test_makes_a_wallet_its_own_collector_and_ends_the_link(self) -> None:
        link("ann", "amy", "abe")
        left = registry.unlink(address=address("amy"), as_of=day("2026-02-01"))
        assert left == Wallet.objects.get(address=address("ann")).id
        assert wallets() == table("""
            wallet | collector
            ann    | ann
            amy    | amy
            abe    | ann
        """)
        (ended,) = Link.objects.exclude(ended_at=None)
        assert (ended.wallet_id, ended.collector_id) == (Wallet.objects.get(address=address("amy")).id, left)
        assert (ended.linked_at, ended.ended_at) == (NOW, day("2026-02-01"))

    def test_leaves_alone_who_is_not_linked_or_stands_for_others(self) -> None:
        link("ann", "amy")
        before = list(Wallet.objects.values())
        for one in ("ann", "stranger"):
            assert registry.unlink(address=address(one), as_of=NOW) is None
        assert list(Wallet.objects.values()) == before
        assert not Link.objects.exclude(ended_at=None).exists()


class TestGetOrAddWallet:
    def test_makes_a_wallet_its_own_collector_once(self) -> None:
        first = registry.get_or_add_wallet(address=address("ann"))
        assert first.collector_id == first.id
        assert registry.get_or_add_wallet(address=address("ann")) == first
        assert Wallet.objects.count() == 1
