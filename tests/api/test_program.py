"""What everybody reads of the program, and programs with a key: right, tagged, and in few statements."""

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from config import allowances
from marketplace.registry.models import Wallet
from rewards.flags import operations as flags
from rewards.rules.models import Rule, Season
from rewards.series import operations as series
from rewards.series import windows
from rewards.standings import operations as standings
from tests.api import given as callers
from tests.api.test_me import market, market_more
from tests.identity.given import at
from tests.tab import given
from tests.tab.test_sign_in import signed_in
from tests.tab.test_views import text
from tests.tables import day

pytestmark = pytest.mark.django_db

ROUND = "/api/v1/rounds/round-1"
TO_COME = "/api/v1/rounds-to-come"
TAGGED = ["/api/v1/rules", "/api/v1/seasons", "/api/v1/rounds", ROUND, TO_COME, "/api/v1/leaderboard"]

# Each address that is no collector's own, whose caller it is, and its statements. A key is a statement of its
# own. Rounds to come are shipments, and windows of series. What is on its way is looked for by flags,
# shipments, events and budgets in turn.
STATEMENTS = {
    "/api/v1/rules": ("", 1),
    "/api/v1/seasons": ("", 1),
    "/api/v1/rounds": ("", 1),
    ROUND: ("", 1),
    TO_COME: ("", 2),
    "/api/v1/leaderboard": ("", 1),
    "/api/v1/flags": ("", 2),
    "/api/v1/schema": ("", 0),
    "/api/v1/docs": ("", 0),
    "/api/v1/collectors/{ann}/balance": ("", 1),
    "/api/v1/collectors/{bob}/balance": ("collectors:read", 2),
    "/api/v1/ops/status": ("ops:read", 5),
}


def read(path: str, client: Client | None = None, **query: Any) -> dict[str, Any]:
    """What an address tells."""
    answer = (client or Client()).get(path, query)
    assert answer.status_code == 200, answer.content
    body: dict[str, Any] = answer.json()
    return body


def given_series_of(season: Season, *, slug: str) -> series.Wanted:
    """A monthly series of the season's rule, planned two days late and shipped a day after that."""
    return series.Wanted(
        slug=slug,
        season=season,
        title="{month}",
        message="",
        rules=[Rule.objects.get(slug="buyers")],
        first_start=day("2026-03-01"),
        period=windows.parse_period("monthly"),
        plan_after_seconds=2 * 86_400,
        approve_within_seconds=None,
        ships_after_seconds=86_400,
    )


class TestStatements:
    def test_are_one_or_two_however_much_there_is(self) -> None:
        market("ann", "bob")
        standings.take(as_of=day("2019-05-01"))
        callers_by_scope = {scope: callers.client(*[scope] * bool(scope)) for scope, _ in STATEMENTS.values()}
        for client in callers_by_scope.values():
            client.get("/api/v1/ops/status")  # A key notes its first use.
        for flag in ("liquidity", "liquidity.listing"):
            found = {}
            for path, (scope, _) in STATEMENTS.items():
                asked = path.format(ann=at("ann"), bob=at("bob"))
                with CaptureQueriesContext(connection) as run:
                    assert callers_by_scope[scope].get(asked).status_code == 200
                found[path] = (scope, len(run))
            assert found == STATEMENTS
            market_more("ann")
            standings.take(as_of=day("2019-05-02"))
            flags.pause(flag=flag, reason="A look", by="olga", as_of=timezone.now())

    def test_of_pausing_are_a_few_in_one_transaction(self) -> None:
        client = callers.client("flags:write")
        callers.post(client, "/api/v1/ops/flags/none/pause", {"reason": "A look"})
        with CaptureQueriesContext(connection) as paused:
            assert (
                callers.post(client, "/api/v1/ops/flags/liquidity/pause", {"reason": "A look"}).status_code
                == 201
            )
        with CaptureQueriesContext(connection) as resumed:
            assert callers.post(client, "/api/v1/ops/flags/liquidity/resume").status_code == 200
        counts = [len([one for one in run if "SAVEPOINT" not in one["sql"]]) for run in (paused, resumed)]
        # The key, a turn, the flag, what is there and what was approved, the pause, by whom, the message.
        assert counts == [8, 9]


class TestTags:
    @pytest.mark.parametrize("path", TAGGED)
    def test_say_what_has_not_changed(self, path: str) -> None:
        market("ann")
        standings.take(as_of=day("2019-05-01"))
        first = Client().get(path)
        tag = first["ETag"]
        for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
            again = Client().get(path, headers={"If-None-Match": known})
            assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)
            assert "RateLimit" in again
        for other in ('"other"', tag.strip('"'), ""):
            assert Client().get(path, headers={"If-None-Match": other}).content == first.content
        kept = "public, max-age=300" if path == ROUND else "public, no-cache"
        assert first["Cache-Control"] == kept

    def test_change_with_what_they_tag(self) -> None:
        market("ann")
        tags = {path: Client().get(path)["ETag"] for path in TAGGED}
        market_more("ann")
        flags.pause(flag="rule.buying", reason="A look", by="olga", as_of=timezone.now())
        standings.take(as_of=day("2019-05-01"))
        changed = {path for path, tag in tags.items() if Client().get(path)["ETag"] != tag}
        # What has gone out stays as it was, and none is to come.
        assert changed == set(TAGGED) - {ROUND, TO_COME}

    def test_of_a_balance_are_kept_for_everybody_but_not_by_a_key(self) -> None:
        market("ann")
        path = f"/api/v1/collectors/{at('ann')}/balance"
        public, by_key = Client().get(path), callers.client("collectors:read").get(path)
        assert public.content == by_key.content
        assert (public["Cache-Control"], by_key["Cache-Control"]) == ("public, no-cache", "private, no-store")
        assert Client().get(path, headers={"If-None-Match": public["ETag"]}).status_code == 304


class TestRules:
    def test_have_numbers_words_and_pauses(self) -> None:
        season, now = given.season(), timezone.now()
        given.rule(season, "buying", "purchase", given.PURCHASE)
        given.pause("rule.buying", starts="2020-01-01", ends="2020-02-01", reason="Machines.")
        (rule,) = read("/api/v1/rules")["items"]
        assert any("100 XP" in sentence for sentence in rule["text"])
        assert rule == {
            "slug": "buying",
            "title": "Buying",
            "kind": "purchase",
            "version": 1,
            "state": "on",
            "text": rule["text"],
            "in_force_from": "2018-04-01T00:00:00Z",
            "ends_at": "2030-01-01T00:00:00Z",
            "params": given.PURCHASE,
            "pauses": [
                {
                    "flag": "rule.buying",
                    "starts_at": "2020-01-01T00:00:00Z",
                    "ends_at": "2020-02-01T00:00:00Z",
                    "reason": "Machines.",
                }
            ],
        }
        flags.pause(flag="rule.buying", reason="Again.", by="olga", as_of=now)
        assert read("/api/v1/rules")["items"][0]["state"] == "paused"

    def test_of_a_season_that_is_over_have_ended(self) -> None:
        season = given.season(ends="2020-01-01")
        given.rule(season, "buying", "purchase", given.PURCHASE)
        assert read("/api/v1/rules")["items"][0]["state"] == "ended"


class TestSeasons:
    def test_tell_what_is_left_of_their_budgets(self) -> None:
        market("ann", "bob")
        (season,) = read("/api/v1/seasons")["items"]
        made = Season.objects.get()
        assert season == {
            "season": made.slug,
            "title": made.title,
            "starts_at": "2018-04-01T00:00:00Z",
            "ends_at": "2030-01-01T00:00:00Z",
            "budget_xp": made.budget_xp,
            "left_xp": made.budget_xp - 300,
        }


class TestRounds:
    def test_are_those_that_went_out_page_by_page(self) -> None:
        market("ann", "bob", rounds=3)
        given.shipment(Season.objects.get(), "secret", start="2019-08-01", end="2019-09-01")
        whole = read("/api/v1/rounds")
        assert [one["round"] for one in whole["items"]] == ["round-3", "round-2", "round-1"]
        first = whole["items"][-1]
        assert (first["state"], first["award_count"], first["total_xp"]) == ("shipped", 2, 300)
        assert read(ROUND) == first
        pages: list[list[str]] = []
        query: dict[str, Any] = {"limit": 2}
        while True:
            page = read("/api/v1/rounds", **query)
            pages.append([one["round"] for one in page["items"]])
            if page["next_cursor"] is None:
                break
            query = query | {"cursor": page["next_cursor"]}
        assert pages == [["round-3", "round-2"], ["round-1"]]
        for name in ("secret", "unknown", "a" * 201):
            assert Client().get(f"/api/v1/rounds/{name}").status_code == 404

    def test_to_come_are_announced_or_windows_of_a_series_that_goes_on(self) -> None:
        season = given.season(ends="2026-05-15")
        given.rule(season, "buyers", "purchase", given.PURCHASE)
        given.shipment(season, "secret", start="2026-02-01", end="2026-03-01", ships_at=day("2026-03-02"))
        for slug in ("monthly", "stopped", "over"):
            series.put_series(wanted=given_series_of(season, slug=slug), author="ann")
        series.pause(slug="stopped", by="olga", as_of=timezone.now())
        series.end(slug="over", by="olga", as_of=timezone.now())
        shown = read(TO_COME)["items"]
        assert [
            (one["state"], one["window_start"][:10], one["window_end"][:10], one["due_at"][:10])
            for one in shown
        ] == [
            ("announced", "2026-02-01", "2026-03-01", "2026-03-02"),
            ("planned", "2026-03-01", "2026-04-01", "2026-04-04"),
            ("planned", "2026-04-01", "2026-05-01", "2026-05-04"),
            # The season ends within the last window, which ends with it; none comes after.
            ("planned", "2026-05-01", "2026-05-15", "2026-05-18"),
        ]
        given.wallet(at("ann"))
        page = text(Client().get(f"/rewards/{at('ann')}/"))
        assert "Being prepared planned for 1 to 14 May 2026" in page
        assert page.count("planned for") == 3

    @pytest.mark.parametrize(
        "told",
        [
            ["rounds"],
            ["rounds", "1"],
            ["rounds", 1, 2],
            ["rounds", -1],
            ["rounds", 2**63],
            ["rounds", 1.5],
            ["rounds", True],
            ["rounds", None],
            ["rounds", [1]],
            ["awards", 1],
            {"rounds": 1},
            "rounds",
            3,
            None,
        ],
    )
    def test_refuse_a_forged_cursor_without_an_error_of_ours(self, told: Any) -> None:
        cursor = base64.urlsafe_b64encode(json.dumps(told).encode()).decode()
        refused = Client().get("/api/v1/rounds", {"cursor": cursor})
        assert refused.status_code == 400
        assert "cursor" in refused.json()["detail"]


class TestCursors:
    def test_of_ones_own_lists_are_read_value_by_value(self) -> None:
        """Whatever is in a cursor, the answer is a page or a sentence."""
        market("ann")
        client = signed_in("ann")
        instants = [
            "2019-01-01T00:00:00Z",
            "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:59-14:00",
            "2019-01-01",
            5,
        ]
        keys = ["00000000-0000-0000-0000-000000000000", "{}", "g" * 32, 7, None, ["a"]]
        numbers = [0, 2**63 - 1, 2**63, -1, "1", 1e300, None]
        kinds: dict[str, list[list[Any]]] = {
            "holds": [instants, keys, numbers, numbers],
            "orders": [instants, keys, keys],
            "lines": [numbers, numbers, numbers, keys, numbers],
            "awards": [numbers],
            "ledger": [numbers],
            "appeals": [numbers],
        }
        seen: dict[int, int] = {}
        for name, columns in kinds.items():
            for place, values in enumerate(columns):
                for value in values:
                    told = [name, *[column[0] for column in columns]]
                    told[place + 1] = value
                    cursor = base64.urlsafe_b64encode(json.dumps(told).encode()).decode()
                    status = client.get(f"/api/v1/me/{name}", {"cursor": cursor}).status_code
                    seen[status] = seen.get(status, 0) + 1
        assert set(seen) == {200, 400}


class TestLeaderboard:
    def test_has_the_places_of_the_snapshot_and_names_who_is_public(self, settings: Settings) -> None:
        market("ann", "bob")
        assert read("/api/v1/leaderboard") == {"taken_at": None, "collector_count": 0, "items": []}
        standings.take(as_of=day("2019-05-01"))
        assert read("/api/v1/leaderboard") == {
            "taken_at": "2019-05-01T00:00:00Z",
            "collector_count": 2,
            "items": [
                {"place": 1, "address": at("bob"), "balance_xp": 200},
                {"place": 2, "address": at("ann"), "balance_xp": 100},
            ],
        }
        settings.PUBLIC_PAGES = False
        assert Client().get("/api/v1/leaderboard").status_code == 403


class TestBalance:
    def test_is_told_of_public_pages_and_to_who_may_read_all(self, settings: Settings) -> None:
        market("ann", "bob")
        path = f"/api/v1/collectors/{at('ann')}/balance"
        told = {"address": at("ann"), "balance_xp": 100}
        # However the address is written.
        assert read(path) == read(f"/api/v1/collectors/0x{at('ann')[2:].upper()}/balance") == told
        eve = given.wallet("eve", linked_to=Wallet.objects.get(address=at("ann")))
        reader, other = callers.client("collectors:read"), callers.client("ops:read")
        linked = f"/api/v1/collectors/{eve.address}/balance"
        assert read(linked, reader) == {"address": eve.address, "balance_xp": 100}
        for client in (Client(), other):
            assert client.get(linked).status_code == 403
        settings.PUBLIC_PAGES = False
        assert Client().get(path).status_code == 403
        assert read(path, reader) == told
        for unknown in (at("nobody"), "0x1", "a b", "%F0%9F%92%8E"):
            assert reader.get(f"/api/v1/collectors/{unknown}/balance").status_code == 404


class TestLimits:
    def test_are_told_with_every_answer(self) -> None:
        market("ann")
        standings.take(as_of=day("2019-05-01"))
        everybody = [path for path, (scope, _) in STATEMENTS.items() if not scope and path != "/api/v1/docs"]
        for path in everybody:
            answer = Client().get(path.format(ann=at("ann")))
            assert answer["RateLimit-Policy"] == '"minute";q=120;w=60', path
            assert answer["RateLimit"].startswith('"minute";r='), path

    def test_of_the_minute_begin_anew_with_the_next(self) -> None:
        noon = day("2026-01-01 12:00")
        used = [
            allowances.count(caller="ann", limit=1, at=noon + timedelta(seconds=seconds))
            for seconds in (0, 59, 60)
        ]
        assert [(one.used, one.is_over, one.seconds) for one in used] == [
            (1, False, 60),
            (2, True, 1),
            (1, False, 60),
        ]
