"""What collectors read of themselves: right, theirs alone, page by page, and two statements a request."""

import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from marketplace.registry.models import Wallet
from rewards.ledger import queries as ledger
from rewards.ledger.operations import Holder
from rewards.standings import operations as standings
from tests.identity.given import at
from tests.tab import given
from tests.tab.given import ETH
from tests.tab.test_sign_in import proven, signed_in
from tests.tables import day

pytestmark = pytest.mark.django_db

LISTS = ["lines", "awards", "ledger", "holds", "orders"]
OWN = ["", *(f"/{name}" for name in [*LISTS, "wallets"])]


def get(client: Client, path: str = "", **query: Any) -> dict[str, Any]:
    """What a collector reads."""
    answer = client.get(f"/api/v1/me{path}", query)
    assert answer.status_code == 200, answer.content
    assert answer["Cache-Control"] == "private, no-store"
    body: dict[str, Any] = answer.json()
    return body


def market(*names: str, rounds: int = 1) -> None:
    """Rounds in which each wallet bought a token that it holds, bids for one, and got nothing for another."""
    season = given.season()
    buying = given.rule(season, "buying", "purchase", given.PURCHASE)
    wallets = []
    for name in names:
        wallet = Wallet.objects.create(address=at(name), collector_id=0)
        Wallet.objects.filter(id=wallet.id).update(collector_id=wallet.id)
        wallet.refresh_from_db()
        wallets.append(wallet)
    for number in range(1, rounds + 1):
        made = given.shipment(
            season, f"round-{number}", start=f"2019-0{number}-01", end=f"2019-0{number + 1}-01"
        )
        for place, wallet in enumerate(wallets, start=1):
            token_id = str(100 * number + place)
            sale = given.event("sale", token_id=token_id, at=day(f"2019-0{number}-05"), price=ETH)
            given.line(made, wallet, buying, shows=sale, base_xp=100 * place, quantity=ETH)
            cheap = given.event("sale", token_id=f"9{token_id}", at=day(f"2019-0{number}-06"), price=5)
            given.line(made, wallet, buying, shows=cheap, reason="below_minimum", quantity=5)
            given.hold(wallet, token_id=token_id, since=day(f"2019-0{number}-05"))
            given.order(
                wallet, "bid", price=ETH // 2, since=day(f"2019-0{number}-07"), token_id=f"7{token_id}"
            )
        given.ship(made)


class TestMe:
    def test_tells_the_balance_that_the_ledger_has(self) -> None:
        market("ann", "bob", rounds=2)
        given.shipment(given.season(), "to-come", start="2019-05-01", end="2019-06-01")
        ann = Wallet.objects.get(address=at("ann"))
        assert get(signed_in("ann"))["place"] is None
        standings.take(as_of=day("2019-05-02"))
        assert get(signed_in("ann")) == {
            "address": at("ann"),
            "signed_in_as": at("ann"),
            "balance_xp": ledger.get_balance(holder=Holder("collector", ann.id)),
            "wallet_count": 1,
            "place": 2,
            "next_round_at": "2019-06-01T00:00:00Z",
        }
        assert get(signed_in("bob"))["balance_xp"] == 400

    def test_is_one_collector_whichever_wallet_signed_in(self) -> None:
        market("ann", "bob")
        ann = signed_in("ann")
        assert proven(ann, "wallets", "bob")[0] == 200
        me, as_bob = get(ann), get(signed_in("bob"))
        assert (me["balance_xp"], me["wallet_count"]) == (300, 2)
        assert as_bob == me | {"signed_in_as": at("bob")}
        wallets = get(ann, "/wallets")["items"]
        assert [wallet["address"] for wallet in wallets] == [at("ann"), at("bob")]
        assert [wallet["stands"] for wallet in wallets] == [True, False]
        assert wallets[0]["linked_at"] is None and wallets[1]["linked_at"].endswith("Z")  # noqa: PT018
        assert all(wallet["is_settling"] for wallet in wallets)
        # What moved between the own accounts changed nothing; two awards of a round are one.
        moved = [(row["reason"], row["change_xp"]) for row in get(ann, "/ledger")["items"]]
        assert sorted(moved) == [("award", 100), ("award", 200)]
        assert [award["amount_xp"] for award in get(ann, "/awards")["items"]] == [300]

    def test_is_nobody_else(self) -> None:
        market("ann", "bob")
        ann, bob = signed_in("ann"), signed_in("bob")
        for path in OWN[1:]:
            assert get(ann, path) != get(bob, path), path
        for path in OWN:
            text = bob.get(f"/api/v1/me{path}").content.decode()
            assert at("ann") not in text
            for token_id in ("101", "9101", "7101"):
                assert f'"{token_id}"' not in text

    @pytest.mark.parametrize("path", OWN)
    def test_is_for_a_sign_in_that_counts(self, path: str) -> None:
        market("ann")
        client = signed_in("ann")
        assert client.get(f"/api/v1/me{path}").status_code == 200
        client.post("/rewards/sign-out/")
        for stranger in (client, Client(), Client(headers={"Authorization": "Bearer hfk_1"})):
            refused = stranger.get(f"/api/v1/me{path}")
            assert refused.status_code == 401
            assert refused["Content-Type"] == "application/problem+json"
            assert refused["Cache-Control"] == "private, no-store"
            assert refused["WWW-Authenticate"].startswith("Cookie")

    def test_ends_with_a_sign_in_that_is_over_while_its_session_is_not(self) -> None:
        market("ann")
        client, elsewhere = signed_in("ann"), signed_in("ann")
        elsewhere.post("/rewards/sign-out/", {"where": "everywhere"})
        for path in OWN:
            assert client.get(f"/api/v1/me{path}").status_code == 401, path

    def test_takes_two_statements_however_much_there_is_and_a_third_for_rules(self) -> None:
        market("ann", rounds=1)
        client = signed_in("ann")
        for _ in range(2):
            for path in OWN:
                with CaptureQueriesContext(connection) as run:
                    get(client, path)
                # What holds grow to and orders earn is said by the rules in force.
                expected = 3 if path in ("/holds", "/orders") else 2
                assert len(run) == expected, [query["sql"][:80] for query in run]
            market_more("ann")


def market_more(name: str) -> None:
    """Ten more holds and bids, and a round of ten more lines."""
    wallet = Wallet.objects.get(address=at(name))
    season = given.season()
    rule = given.rule(season, f"more-{uuid.uuid4().hex}", "purchase", given.PURCHASE)
    made = given.shipment(season, f"more-{uuid.uuid4().hex}", start="2019-07-01", end="2019-08-01")
    for number in range(10):
        bought = given.hold(wallet, token_id=f"{number}-{made.id}", since=day("2019-07-01"))
        given.order(wallet, "bid", price=5, since=day("2019-07-01"), token_id=f"{number}-{made.id}")
        given.line(made, wallet, rule, shows=bought, base_xp=5)
    given.ship(made)


class TestLines:
    def test_have_rule_version_reason_and_words(self) -> None:
        market("ann")
        lines = sorted(get(signed_in("ann"), "/lines")["items"], key=lambda line: -line["amount_xp"])
        assert [(line["reason"], line["amount_xp"]) for line in lines] == [
            ("earned", 100),
            ("below_minimum", 0),
        ]
        assert lines[0] == {
            "round": "round-1",
            "id": lines[0]["id"],
            "late_for": None,
            "rule": {"slug": "buying", "title": "Buying", "kind": "purchase", "version": 1},
            "reason": "earned",
            "text": "Bought SuperRare #101 for 1 ETH",
            "why": "100 XP",
            "amount_xp": 100,
            "base_micro_xp": 100_000_000,
            "boost_bp": 10_000,
            "cut_xp": 0,
            "earlier_xp": 0,
            "hold_days": None,
            "at": "2019-01-05T00:00:00Z",
            "collection": "superrare",
            "contract": lines[0]["contract"],
            "token_id": "101",
            "price": str(ETH),
            "currency": "ETH",
            "decimals": 18,
        }
        assert lines[1]["why"] == "A purchase earns from 0.01 ETH on."

    def test_are_of_a_round_where_it_is_named(self) -> None:
        market("ann", rounds=3)
        client = signed_in("ann")
        assert {line["round"] for line in get(client, "/lines")["items"]} == {"round-1", "round-2", "round-3"}
        assert {line["round"] for line in get(client, "/lines", round="round-2")["items"]} == {"round-2"}
        assert get(client, "/lines", round="unknown") == {"items": [], "next_cursor": None}
        assert client.get("/api/v1/me/lines", {"round": "a\0"}).status_code == 400


class TestPages:
    @pytest.mark.parametrize("name", LISTS)
    def test_together_are_the_list(self, name: str) -> None:
        market("ann", rounds=3)
        client = signed_in("ann")
        whole = get(client, f"/{name}")
        assert whole["next_cursor"] is None
        assert len(whole["items"]) == (6 if name == "lines" else 3)
        for limit in (1, 2, len(whole["items"])):
            found: list[Any] = []
            query: dict[str, Any] = {"limit": limit}
            while True:
                page = get(client, f"/{name}", **query)
                assert 1 <= len(page["items"]) <= limit
                found += page["items"]
                if page["next_cursor"] is None:
                    break
                query["cursor"] = page["next_cursor"]
            assert found == whole["items"]

    @pytest.mark.parametrize("name", LISTS)
    def test_begin_at_a_place_that_stays_right_when_rows_are_added(self, name: str) -> None:
        market("ann", rounds=2)
        client = signed_in("ann")
        first = get(client, f"/{name}", limit=1)
        rest = get(client, f"/{name}", cursor=first["next_cursor"])["items"]
        market_more("ann")
        assert get(client, f"/{name}", cursor=first["next_cursor"])["items"][: len(rest)] == rest

    @pytest.mark.parametrize("name", LISTS)
    def test_refuse_what_is_no_cursor_of_theirs(self, name: str) -> None:
        market("ann", rounds=2)
        client = signed_in("ann")
        others = [get(client, f"/{other}", limit=1)["next_cursor"] for other in LISTS if other != name]
        for cursor in ["", "x", "W10=", "WyJsaW5lcyJd", "é", "A" * 500, *others]:
            refused = client.get(f"/api/v1/me/{name}", {"cursor": cursor})
            assert refused.status_code == 400, cursor
            assert "cursor" in refused.json()["detail"]
        for limit in ("0", "201", "-1", "ten", "", "١"):
            assert client.get(f"/api/v1/me/{name}", {"limit": limit}).status_code == 400, limit


class TestHolds:
    def test_and_orders_are_those_that_are_open(self) -> None:
        market("ann")
        client = signed_in("ann")
        (hold,) = get(client, "/holds")["items"]
        assert (hold["token_id"], hold["started_at"]) == ("101", "2019-01-05T00:00:00Z")
        assert hold["hold_days"] > 2500
        (order,) = get(client, "/orders")["items"]
        shown = {"side": "bid", "token_id": "7101", "price": "500000000000000000", "decimals": 18}
        assert order == order | shown | {"currency": "ETH", "ends_at": None}
