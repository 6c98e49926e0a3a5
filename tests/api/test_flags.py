"""Flags and the engine's state by the API, and who may."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from rewards.api.urls import urlpatterns
from rewards.flags import operations as flags
from rewards.flags.models import Pause
from rewards.staff.models import Change
from tests.api import given
from tests.tab import given as worlds

pytestmark = pytest.mark.django_db

# Every address with what it needs. A new one fails the first test below until it is here.
ROUTES = {
    "v1/me": ("get", "me"),
    "v1/me/lines": ("get", "me"),
    "v1/me/awards": ("get", "me"),
    "v1/me/ledger": ("get", "me"),
    "v1/me/holds": ("get", "me"),
    "v1/me/orders": ("get", "me"),
    "v1/me/wallets": ("get", "me"),
    "v1/me/appeals": ("get", "me"),
    "v1/collectors/<name:address>/balance": ("get", "public"),
    "v1/rules": ("get", "public"),
    "v1/seasons": ("get", "public"),
    "v1/rounds": ("get", "public"),
    "v1/rounds-to-come": ("get", "public"),
    "v1/rounds/<name:slug>": ("get", "public"),
    "v1/leaderboard": ("get", "public"),
    "v1/schema": ("get", "public"),
    "v1/docs": ("get", "page"),
    "v1/flags": ("get", "public"),
    "v1/ops/status": ("get", "ops:read"),
    "v1/ops/flags/<flag:flag>/pause": ("post", "flags:write"),
    "v1/ops/flags/<flag:flag>/resume": ("post", "flags:write"),
    "": ("get", "public"),
}


class TestRoutes:
    def test_each_says_who_may(self) -> None:
        assert sorted(str(route.pattern) for route in urlpatterns) == sorted(ROUTES)
        for route in urlpatterns:
            method, scope = ROUTES[str(route.pattern)]
            if scope == "page":
                continue
            view: Any = route.callback
            assert view.view_class.scope == scope
            if scope not in {"public", "me"}:
                path = f"/api/{str(route.pattern).replace('<flag:flag>', 'liquidity')}"
                others = {"flags:write", "ops:read"} - {scope}
                assert getattr(Client(), method)(path).status_code == 401
                assert getattr(given.client(*others), method)(path).status_code == 403

    def test_the_description_has_all_of_them(self) -> None:
        described = Client().get("/api/v1/schema").json()
        paths = described["paths"]
        described = {route for route in ROUTES if route not in {"", "v1/schema", "v1/docs"}}
        assert set(paths) == {"/api/" + re.sub(r"<.*?:(.*?)>", r"{\1}", route) for route in described}
        assert paths["/api/v1/ops/status"]["get"]["security"] == [{"key": []}]
        assert "security" not in paths["/api/v1/flags"]["get"]

    def test_the_page_asks_no_other_host_and_has_no_script_of_its_own(self) -> None:
        page = Client().get("/api/v1/docs")
        text = page.content.decode()
        assert "script-src 'self';" in page["Content-Security-Policy"]
        assert "http" not in text.replace('<html lang="en">', "")
        assert "<script>" not in text
        assert "style=" not in text


class TestFlags:
    def test_tells_state_history_and_reasons(self) -> None:
        now = timezone.now()
        flags.pause(flag="liquidity", reason="A look", by="olga", as_of=now - timedelta(days=3))
        flags.resume(flag="liquidity", by="olga", as_of=now - timedelta(days=2))
        flags.pause(flag="liquidity", reason="Wash trades", by="olga", as_of=now - timedelta(days=1))

        answer = Client().get("/api/v1/flags")

        told = {row["flag"]: row for row in answer.json()["flags"]}
        assert told["liquidity"]["state"] == told["liquidity.listing"]["state"] == "paused"
        assert [pause["reason"] for pause in told["liquidity"]["pauses"]] == ["Wash trades", "A look"]
        assert told["liquidity.listing"]["pauses"] == []
        assert [pause["flag"] for pause in told["liquidity.listing"]["paused_by"]] == ["liquidity"]
        assert "olga" not in answer.content.decode()

    def test_reads_as_often_with_fifty_pauses_as_with_one(self) -> None:
        now = timezone.now()
        with CaptureQueriesContext(
            connection,
        ) as few:
            Client().get("/api/v1/flags")
        for days in range(50, 0, -1):
            at = now - timedelta(days=days)
            flags.pause(
                flag="liquidity", reason="A look", by="olga", as_of=at, ends_at=at + timedelta(hours=1)
            )
        with CaptureQueriesContext(connection) as many:
            Client().get("/api/v1/flags")
        assert len(few) == len(many) == 2


class TestPauseAndResume:
    def test_do_what_the_command_does_in_the_name_of_the_key(self) -> None:
        caller = given.client("flags:write")

        made = given.post(caller, "/api/v1/ops/flags/liquidity/pause", {"reason": "Wash trades"})

        assert made.status_code == 201
        assert made.json()["reason"] == "Wash trades"
        assert made.json()["ends_at"] is None
        logged = Change.objects.get(table_name="flags_pause")
        assert logged.actor.startswith("key hfk_")
        assert logged.actor.endswith("(on-call bot)")

        again = given.post(caller, "/api/v1/ops/flags/liquidity/pause", {"reason": "Wash trades"})
        assert again.status_code == 409
        assert "is paused already" in again.json()["detail"]
        assert Pause.objects.count() == 1

        ended = given.post(caller, "/api/v1/ops/flags/liquidity/resume")
        assert ended.status_code == 200
        assert ended.json()["ends_at"] is not None
        assert given.post(caller, "/api/v1/ops/flags/liquidity/resume").status_code == 409

    @pytest.mark.parametrize("act", ["pause", "resume"])
    def test_an_unknown_flag_is_a_404(self, act: str) -> None:
        answer = given.post(
            given.client("flags:write"),
            f"/api/v1/ops/flags/none/{act}",
            {"reason": "A look"} if act == "pause" else {},
        )
        assert answer.status_code == 404
        assert "There is no flag called none." in answer.json()["detail"]

    def test_a_pause_can_be_scheduled(self) -> None:
        body = {
            "reason": "Upkeep",
            "starts_at": "2999-01-01T01:00:00+01:00",
            "ends_at": "2999-01-02T00:00:00Z",
        }
        made = given.post(given.client("flags:write"), "/api/v1/ops/flags/liquidity/pause", body)
        assert made.json()["starts_at"] == "2999-01-01T00:00:00Z"


class TestStatus:
    def test_tells_what_is_on_its_way_and_what_is_left(self) -> None:
        season = worlds.season()
        shipment = worlds.shipment(season, "first", start="2019-01-01", end="2019-02-01")
        worlds.ship(shipment, states="approved shipping", posted=False)
        flags.pause(flag="liquidity", reason="A look", by="olga", as_of=timezone.now())

        told: dict[str, Any] = given.client("ops:read").get("/api/v1/ops/status").json()

        assert [pause["reason"] for pause in told["paused"]] == ["A look"]
        (flight,) = told["shipments"]
        assert (flight["shipment"], flight["state"], flight["batches"]) == ("first", "shipping", 0)
        assert told["events"]["waiting_batches"] == 0
        (budget,) = told["budgets"]
        assert budget["season"] == season.slug
        assert budget["budget_xp"] == season.budget_xp
