"""Posting: once, whole or not at all, and never more than there is."""

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from rewards.ledger import operations as ledger
from rewards.ledger.errors import InsufficientXp, LedgerMismatch
from rewards.ledger.models import Account, Transfer
from rewards.ledger.operations import ISSUANCE, Posted
from tests.ledger.given import ANN, BOB, ROUND, SEASON, award, balances, entry, given_round, post, transfers
from tests.tables import day, table


class TestPost:
    def test_moves_xp_and_opens_the_accounts_it_needs(self, db: None) -> None:
        given_round(100)
        assert post(award(101, 30), award(102, 20)) == Posted(new=2, known=0, amount_xp=50)
        assert balances() == table("""
            kind      | holder | xp
            issuance  | 0      | -100
            season    | 1      | 0
            shipment  | 7      | 50
            collector | 101    | 30
            collector | 102    | 20
        """)
        assert transfers() == table("""
            key         | xp  | reason  | shipment
            budget:7    | 100 | budget  |
            reserve:7   | 100 | reserve |
            award:7:101 | 30  | award   | 7
            award:7:102 | 20  | award   | 7
        """)

    def test_writes_nothing_the_second_time(self, db: None) -> None:
        given_round(100)
        post(award(101, 30), award(102, 20))
        before = list(Transfer.objects.values_list()), balances()
        again = post(award(101, 30), award(102, 20), at="2026-03-01")
        assert again == Posted(new=0, known=2, amount_xp=0)
        assert (list(Transfer.objects.values_list()), balances()) == before

    @pytest.mark.parametrize("known", [101, 102, 103])
    def test_goes_on_where_a_part_was_posted(self, db: None, known: int) -> None:
        given_round(100)
        post(award(known, 10))
        posted = post(award(101, 10), award(102, 10), award(103, 10))
        assert posted == Posted(new=2, known=1, amount_xp=20)
        assert Account.objects.get(kind="shipment").balance_xp == 70

    def test_posts_nothing_of_no_entries(self, db: None) -> None:
        assert post() == Posted(new=0, known=0, amount_xp=0)
        assert not Account.objects.exists()

    @pytest.mark.parametrize(
        "changed",
        [
            {"amount_xp": 31},
            {"credit_holder": 102},
            {"debit_kind": "season", "debit_holder": 1},
            {"reason": "grant"},
            {"shipment_id": 8},
        ],
        ids=lambda changed: next(iter(changed)),
    )
    def test_refuses_a_known_key_that_says_something_else(self, db: None, changed: dict[str, object]) -> None:
        given_round(100)
        post(award(101, 30))
        before = balances()
        with pytest.raises(LedgerMismatch, match="award:7:101 was posted before with another payload"):
            post(award(100, 1), award(101, 30) | changed, award(102, 5))
        assert balances() == before
        assert not Transfer.objects.filter(key__in=["award:7:100", "award:7:102"]).exists()

    @pytest.mark.parametrize("already", [False, True], ids=["new", "posted before"])
    def test_refuses_a_key_named_twice(self, db: None, already: bool) -> None:
        given_round(100)
        if already:
            post(award(101, 30))
        with pytest.raises(LedgerMismatch, match=r"award:7:101 .* or is named twice here. 1 of 2 entries"):
            post(award(101, 30), award(101, 30))

    def test_takes_no_account_below_zero(self, db: None) -> None:
        given_round(100)
        post(award(100, 10))
        before = balances()
        with pytest.raises(
            InsufficientXp, match="The account of shipment 7 holds 90 XP, but 91 XP were asked of it"
        ):
            post(award(100, 10), award(101, 60), award(102, 31))
        assert balances() == before

    def test_takes_nothing_from_an_account_that_is_not_open(self, db: None) -> None:
        with pytest.raises(InsufficientXp, match="The account of collector 101 holds 0 XP, but 5 XP"):
            post(entry("gift", ANN, BOB, 5))
        assert not Account.objects.exists()

    def test_moves_the_last_xp(self, db: None) -> None:
        given_round(100)
        post(award(101, 100))
        assert Account.objects.get(kind="shipment").balance_xp == 0

    @pytest.mark.parametrize(
        "entry",
        [
            award(101, 0),
            award(101, -5),
            award(101, 5) | {"reason": None},
            award(101, 5) | {"debit_kind": None},
        ],
        ids=["no XP", "less than none", "no reason", "no debit"],
    )
    def test_refuses_a_malformed_entry_as_a_whole(self, db: None, entry: dict[str, object]) -> None:
        given_round(100)
        before = balances()
        with pytest.raises(IntegrityError):
            post(award(100, 1), entry)
        assert balances() == before

    @pytest.mark.parametrize("time", ["first", "second", "third"])
    def test_runs_the_same_queries_for_1_row_and_for_50(self, db: None, time: str) -> None:
        given_round(10_000, shipment=7)
        given_round(10_000, shipment=8)
        one, fifty = [award(1, 5)], [award(collector, 5, shipment=8) for collector in range(100, 150)]
        if time != "first":
            post(*one)
            post(*fifty)
        if time == "third":  # known collectors, new keys: no account has to be opened
            one, fifty = ([each | {"key": each["key"] + "b"} for each in entries] for entries in (one, fifty))
        with CaptureQueriesContext(connection) as for_one:
            post(*one)
        with CaptureQueriesContext(connection) as for_fifty:
            post(*fifty)
        assert len(for_one) == len(for_fifty) == {"first": 5, "second": 3, "third": 3}[time]


class TestTransfer:
    def test_moves_xp_once(self, db: None) -> None:
        for new in (1, 0):
            posted = ledger.transfer(
                key="budget:1",
                debit=ISSUANCE,
                credit=SEASON,
                amount_xp=100,
                reason="budget",
                posted_at=day("2026-01-01"),
            )
            assert posted == Posted(new=new, known=1 - new, amount_xp=100 * new)
        assert balances() == table("""
            kind     | holder | xp
            issuance | 0      | -100
            season   | 1      | 100
        """)

    def test_refuses_more_than_there_is(self, db: None) -> None:
        given_round(100)
        with pytest.raises(InsufficientXp, match="The account of season 1 holds 0 XP, but 1 XP"):
            ledger.transfer(
                key="more",
                debit=SEASON,
                credit=ROUND,
                amount_xp=1,
                reason="reserve",
                posted_at=day("2026-01-02"),
            )
