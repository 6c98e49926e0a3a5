"""Places by balance: of one moment, in one order, and naming nobody who does not want it."""

import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from marketplace.registry.models import Link
from rewards import pipeline
from rewards.identity.models import PageChoice
from rewards.ledger import operations as ledger
from rewards.ledger.operations import Holder
from rewards.rules.models import Season
from rewards.standings import operations as standings
from rewards.standings import queries
from rewards.standings.models import Snapshot, Standing
from tests.tab import given
from tests.tables import Table, day, name, table

pytestmark = pytest.mark.django_db

NOW = day("2019-05-01")
MINUTE = timedelta(minutes=1)


def pay(to: int, amount_xp: int) -> None:
    """Give a collector XP, by way of a round."""
    season, shipment = Holder("season", Season.objects.get().id), Holder("shipment", 1)
    for debit, credit, reason in (
        (season, shipment, "fund"),
        (shipment, Holder("collector", to), "award"),
    ):
        ledger.transfer(
            key=str(uuid.uuid4()),
            debit=debit,
            credit=credit,
            amount_xp=amount_xp,
            reason=reason,
            posted_at=NOW,
            shipment_id=1,
        )


@pytest.fixture
def wallets() -> dict[str, int]:
    """Six collectors, five of whom have XP, two the same; ivy's wallet is linked to ann's."""
    given.season()
    made = {who: given.wallet(who) for who in ("ann", "bob", "cat", "dan", "eve", "fay")}
    ivy = given.wallet("ivy", linked_to=made["ann"])
    xp = {"ann": 100, "bob": 500, "cat": 200, "dan": 200, "eve": 50}
    for who, amount_xp in xp.items():
        pay(made[who].id, amount_xp)
    pay(ivy.id, 30)
    return {who: wallet.id for who, wallet in made.items()}


def board(*, of: int | None = None, first: int = 10, around: int = 0) -> Table:
    """The places that a collector is shown."""
    found = queries.get_board(collector_id=of, first=first, around=around)
    assert found is not None
    rows = [
        {
            "place": str(stand.place),
            "who": name(stand.address) if stand.address else "",
            "xp": "" if stand.balance_xp is None else str(stand.balance_xp),
            "own": "yes" if stand.is_own else "",
        }
        for stand in found.stands
    ]
    return Table(["place", "who", "xp", "own"], rows)


class TestPlaces:
    def test_are_by_balance_over_all_wallets_and_shared_by_equals(self, wallets: dict[str, int]) -> None:
        assert standings.take(as_of=NOW)
        assert board() == table("""
            place | who | xp
            1     | bob | 500
            2     | cat | 200
            2     | dan | 200
            4     | ann | 130
            5     | eve | 50
        """)

    def test_of_ones_neighbourhood_are_one_statement(
        self, wallets: dict[str, int], django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        standings.take(as_of=NOW)
        with django_assert_num_queries(1):
            found = board(of=wallets["ann"], first=1, around=1)
        assert found == table("""
            place | who | xp  | own
            1     | bob | 500 |
            2     | dan | 200 |
            4     | ann | 130 | yes
            5     | eve | 50  |
        """)

    def test_are_the_same_moments_as_the_balances_beside_them(self, wallets: dict[str, int]) -> None:
        standings.take(as_of=NOW)
        pay(wallets["eve"], 1_000)
        found = queries.get_board(collector_id=wallets["eve"], first=0, around=0)
        assert found is not None
        assert found.own is not None
        assert (found.taken_at, found.own.place, found.own.balance_xp) == (NOW, 5, 50)
        standings.take(as_of=NOW + MINUTE)
        found = queries.get_board(collector_id=wallets["eve"], first=0, around=0)
        assert found is not None
        assert found.own is not None
        assert (found.own.place, found.own.balance_xp) == (1, 1_050)
        assert (Snapshot.objects.count(), Standing.objects.count()) == (1, 5)

    def test_begin_with_ones_first_xp(self, wallets: dict[str, int]) -> None:
        assert queries.get_board(collector_id=wallets["fay"], first=9, around=1) is None
        standings.take(as_of=NOW)
        found = queries.get_board(collector_id=wallets["fay"], first=0, around=1)
        assert found is not None
        assert (found.own, found.stands, found.collector_count) == (None, [], 5)

    def test_are_counted_in_three_statements(
        self, wallets: dict[str, int], django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        with django_assert_num_queries(5):  # two of them begin and end the transaction
            standings.take(as_of=NOW)


class TestNames:
    def test_are_left_out_at_once_for_who_opts_out_or_is_private(self, wallets: dict[str, int]) -> None:
        standings.take(as_of=NOW)
        for _ in range(2):
            standings.choose_naming(collector_id=wallets["bob"], is_named=False, as_of=NOW)
        PageChoice.objects.create(collector_id=wallets["cat"], is_public=False, chosen_at=NOW)
        Link.objects.create(
            wallet_id=wallets["fay"], collector_id=wallets["dan"], linked_at=NOW, settled_at=NOW
        )
        expected = table("""
            place | who | xp  | own
            1     |     |     |
            2     |     |     |
            2     |     |     |
            4     | ann | 130 |
            5     | eve | 50  |
        """)
        assert board() == expected
        assert board(of=wallets["bob"]) == table("""
            place | who | xp  | own
            1     | bob | 500 | yes
            2     |     |     |
            2     |     |     |
            4     | ann | 130 |
            5     | eve | 50  |
        """)
        standings.choose_naming(collector_id=wallets["bob"], is_named=True, as_of=NOW)
        assert board(first=1) == table("""
            place | who
            1     | bob
        """)


class TestDue:
    def sweep(self, minutes: int) -> int:
        """Sweep so many minutes later, and say how many snapshots there have been."""
        pipeline.list_due(as_of=NOW + minutes * MINUTE)
        latest = Snapshot.objects.order_by("id").last()
        return 0 if latest is None else int((latest.taken_at - NOW) / MINUTE) + 1

    def test_every_few_minutes_while_xp_moves_and_once_more(self, wallets: dict[str, int]) -> None:
        assert self.sweep(0) == 1
        pay(wallets["eve"], 1)
        assert self.sweep(4) == 1
        assert self.sweep(5) == 6
        assert self.sweep(10) == 11
        assert Snapshot.objects.get().is_settled
        assert self.sweep(60) == 11

    def test_at_once_when_a_round_has_gone_out(self, wallets: dict[str, int]) -> None:
        self.sweep(0)
        pay(wallets["eve"], 1)
        made = given.shipment(Season.objects.get(), "may", start="2019-04-01", end="2019-04-02")
        given.ship(made, posted=False)
        type(made).objects.filter(id=made.id).update(shipped_at=NOW + MINUTE)
        assert self.sweep(2) == 3
        assert self.sweep(3) == 3

    def test_not_where_nobody_has_xp(self) -> None:
        given.season()
        assert self.sweep(0) == 0


class TestGuards:
    @pytest.mark.parametrize(
        ("changed", "constraint"),
        [
            ({"balance_xp": 0}, "only_xp_gives_a_place"),
            ({"place": 5}, "place_is_not_behind_its_position"),
            ({"position": 3}, "collector_stands_once"),
        ],
    )
    def test_refuse_a_place_that_cannot_be(self, changed: dict[str, int], constraint: str) -> None:
        fields = {"snapshot_id": 1, "position": 2, "place": 2, "collector_id": 7, "balance_xp": 5}
        Standing.objects.create(**fields)
        other = {"position": 4, "collector_id": 8} if "position" not in changed else {}
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            Standing.objects.create(**(fields | other | changed))
