"""Reads of balances and transfers."""

from dataclasses import asdict

from django.db import connection
from django.test.utils import CaptureQueriesContext

from rewards.ledger import queries as ledger
from rewards.ledger.operations import Holder
from tests.ledger.given import ANN, BOB, ROUND, SEASON, award, entry, given_round, post
from tests.tables import day


class TestGetBalance:
    def test_is_what_the_transfers_make(self, db: None) -> None:
        given_round(100)
        post(award(101, 30))
        assert ledger.get_balance(holder=ANN) == 30
        assert ledger.get_balance(holder=ROUND) == 70

    def test_is_nothing_without_an_account(self, db: None) -> None:
        assert ledger.get_balance(holder=ANN) == 0


class TestListBalances:
    def test_names_everybody_asked_for(self, db: None) -> None:
        given_round(100)
        post(award(101, 30), award(103, 5))
        assert ledger.list_balances(kind="collector", holder_ids=[101, 102]) == {101: 30, 102: 0}

    def test_runs_one_query_for_1_row_and_for_50(self, db: None) -> None:
        given_round(100)
        post(*(award(collector, 1) for collector in range(50)))
        for many in (1, 50):
            with CaptureQueriesContext(connection) as queries:
                assert sum(ledger.list_balances(kind="collector", holder_ids=range(many)).values()) == many
            assert len(queries) == 1


class TestListTransfers:
    def test_shows_both_sides_newest_first(self, db: None) -> None:
        given_round(100)
        post(award(101, 30))
        post(entry("back", ANN, SEASON, 10, "reversal"), at="2026-02-02")
        assert [asdict(one) | {"id": None} for one in ledger.list_transfers(holder=ANN)] == [
            {
                "id": None,
                "key": "back",
                "reason": "reversal",
                "change_xp": -10,
                "other": SEASON,
                "shipment_id": None,
                "posted_at": day("2026-02-02"),
            },
            {
                "id": None,
                "key": "award:7:101",
                "reason": "award",
                "change_xp": 30,
                "other": ROUND,
                "shipment_id": 7,
                "posted_at": day("2026-02-01"),
            },
        ]

    def test_pages_reach_every_transfer_once(self, db: None) -> None:
        given_round(100)
        for number in range(7):
            post(award(101, 2) | {"key": f"in {number}"})
            post(entry(f"out {number}", ANN, BOB, 1))
        seen = []
        before = None
        while page := ledger.list_transfers(holder=ANN, before_id=before, limit=3):
            seen += [transfer.key for transfer in page]
            before = page[-1].id
        assert seen == [f"{way} {number}" for number in reversed(range(7)) for way in ("out", "in")]

    def test_is_empty_without_an_account(self, db: None) -> None:
        assert ledger.list_transfers(holder=Holder("collector", 1)) == []

    def test_runs_one_query_for_1_row_and_for_50(self, db: None) -> None:
        given_round(100)
        post(*(award(101, 1) | {"key": str(number)} for number in range(50)))
        for many in (1, 50):
            with CaptureQueriesContext(connection) as queries:
                assert len(ledger.list_transfers(holder=ANN, limit=many)) == many
            assert len(queries) == 1
