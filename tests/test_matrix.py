"""
Who may ask for what: every route that Django knows, by everybody there is, and nothing of ann's for bob.

The routes come from the URLconf itself. A new one fails here until matrix.txt says who may, in a line.
"""

import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from marketplace.registry.models import Collection, Wallet
from rewards.adjustments import operations as adjustments
from rewards.adjustments.models import Adjustment
from rewards.adjustments.sheet import Row
from rewards.appeals.models import Appeal
from rewards.farming import operations as farming
from rewards.identity.models import SignIn
from rewards.notices.models import Notice
from rewards.rules.models import Rule, RuleVersion
from rewards.series import operations as series
from rewards.series import windows
from rewards.shipments.models import Line, Shipment
from rewards.staff.models import Change
from rewards.standings import operations as standings
from rewards.webhooks import operations as webhooks
from tests.admin import given as staff
from tests.api import given as keys
from tests.identity.given import at
from tests.tab import given
from tests.tab.given import ETH
from tests.tab.test_sign_in import proven, signed_in
from tests.tables import Table, day

pytestmark = pytest.mark.django_db

# What each may: who they are and what the cells say is told at the top of the file.
MATRIX = Path(__file__).with_name("matrix.txt")

ROLES = ["viewer", "operator", "approver"]
SCOPES = ["collectors:read", "flags:write", "ops:read"]

# What only ann, staff and the marketplace's own key may read: XP, a token, her linked wallet, a report.
XP, TOKEN, LINKED, SAID = 77_777, "424242", at("eve"), "a report of hers"


def known() -> dict[str, Table]:
    """The tables of the file by their names."""
    parts = re.split(r"^\[(\w+)\]\n", MATRIX.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {name: drawn(text) for name, text in zip(parts[1::2], parts[2::2], strict=True)}


def drawn(text: str) -> Table:
    """The table that a text draws; a bar without blanks around it belongs to a route."""
    columns, *rows = [re.split(r" +\| +", line.strip()) for line in text.strip().splitlines()]
    return Table(columns, [dict(zip(columns, row, strict=True)) for row in rows])


def routes() -> list[str]:
    """Every route of the URLconf once, as it is written there."""
    return list(dict.fromkeys(_routes(get_resolver().url_patterns, "")))


def _routes(patterns: list[Any], before: str) -> Iterator[str]:
    for found in patterns:
        route = before + str(found.pattern)
        if isinstance(found, URLResolver):
            yield from _routes(found.url_patterns, route)
        else:
            assert isinstance(found, URLPattern)
            yield route


@pytest.fixture
def world() -> dict[str, str]:
    """
    A round that paid ann, who linked eve's wallet, and bob; what stands for each part of a route.

    There is one of each thing that has a page: what is not there is a 404 to everybody and shows nothing.
    """
    season = given.season()
    buying = given.rule(season, "buying", "purchase", given.PURCHASE)
    made = given.shipment(season, "spring", start="2019-03-01", end="2019-04-01")
    given.shipment(season, "summer", start="2019-06-01", end="2019-07-01")
    for name, xp, token_id in (("ann", XP, TOKEN), ("bob", 100, "2"), ("eve", 50, "3")):
        wallet = Wallet.objects.create(address=at(name), collector_id=0)
        Wallet.objects.filter(id=wallet.id).update(collector_id=wallet.id)
        wallet.refresh_from_db()
        sale = given.event("sale", token_id=token_id, at=day("2019-03-05"), price=ETH)
        given.line(made, wallet, buying, shows=sale, base_xp=xp, quantity=ETH)
        given.hold(wallet, token_id=token_id, since=day("2019-03-05"))
        given.order(wallet, "listing", price=ETH, since=day("2019-03-06"), token_id=token_id)
    given.ship(made)
    given.pause("liquidity", starts="2019-03-10")
    return {
        "address": at("ann"),
        "wallet_id": str(Wallet.objects.get(address=at("eve")).id),
        "flag": "liquidity",
        "url": "nothing/",
        "number": "2",
        "app_label": "rules",
        "version": str(buying.id),
        "subject": str(Line.objects.get(amount_xp=XP).subject),
        "paid": str(made.id),
        "key": str(uuid.uuid4()),
        "sign_in_id": str(uuid.uuid4()),
        "object_id": "1",
        "content_type_id": str(ContentType.objects.get_for_model(User).id),
    } | of_staff(made, buying)


def of_staff(made: Shipment, buying: RuleVersion) -> dict[str, str]:
    """One of each thing that only staff look at."""
    ann = Wallet.objects.get(address=at("ann"))
    report = Appeal.objects.create(
        collector_id=ann.id,
        wallet_id=ann.id,
        shipment_id=made.id,
        line_collector_id=ann.id,
        rule_version_id=buying.id,
        subject=Line.objects.get(amount_xp=XP).subject,
        for_shipment_id=made.id,
        text=SAID,
        opened_at=day("2019-05-01"),
    )
    row = Row(line=1, address=at("ann"), amount_xp=5, reason="A gift.", evidence="None.")
    correction: Adjustment = adjustments.write(
        season=made.season, title="A gift", rows=[row], author="olga", as_of=day("2019-05-01")
    )
    webhooks.add_endpoint(
        name="market",
        url="https://market.example/",
        kinds=["round.shipped"],
        by="olga",
        as_of=day("2019-05-01"),
    )
    series.put_series(
        wanted=series.Wanted(
            slug="monthly",
            season=made.season,
            title="{month}",
            message="",
            rules=[Rule.objects.get(slug="buying")],
            first_start=day("2029-01-01"),
            period=windows.parse_period("monthly"),
            plan_after_seconds=0,
            approve_within_seconds=None,
            ships_after_seconds=None,
        ),
        author="olga",
    )
    notice = Notice.objects.create(
        key="approve:summer:0", kind="approve", role="approver", shipment=made, made_at=day("2019-05-01")
    )
    return {
        "appeal_id": str(report.id),
        "adjustment_id": str(correction.id),
        "name": "market",
        "notice_id": str(notice.id),
        "season": str(made.season_id),
        "collection": str(Collection.objects.get(slug="superrare").id),
        "change": str(Change.objects.first().id),  # type: ignore[union-attr]
    }


def path_of(route: str, names: dict[str, str]) -> str:
    """A route's address, with everything that has a name in its place."""
    named = {"flags/": "liquidity", "rule/": "buying", "series/": "monthly", "shipments/": "summer"}
    slug = next((name for part, name in named.items() if f"admin/{part}" in route), "spring")
    tables = {"season": "season", "collection": "collection", "change": "change", "user": "id"}
    row = next((names[name] for table, name in tables.items() if f"/{table}/" in route), None)
    own = names | {"slug": slug} | ({"object_id": row} if row else {})
    filled = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", route).replace("^", "").replace("$", "")
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda part: own[part[1]], filled)


def asked(client: Client, method: str, path: str) -> tuple[str, str]:
    """What a request is answered with, and what it says. Nothing of what it did stays."""
    cache.clear()
    kept = dict(client.cookies)
    client.raise_request_exception = False
    with transaction.atomic():
        body = {"content_type": "application/json"} if method == "post" else {}
        answer = getattr(client, method)(path, **body)
        said = b"".join(answer.streaming_content) if answer.streaming else answer.content
        transaction.set_rollback(True)
    client.cookies.clear()
    client.cookies.update(kept)
    place = answer.headers.get("Location", "")
    status = "in" if place.startswith(("/admin/login/", "/rewards/sign-in/")) else str(answer.status_code)
    assert not status.startswith("5"), (method, path)
    return status, said.decode("utf-8", "replace") + place


def both(client: Client, path: str, *, secret: bool = True) -> str:
    """What GET and POST are answered with; nothing of ann's in it, unless it may tell her secrets."""
    seen = {method: asked(client, method, path) for method in ("get", "post")}
    assert not secret or not tells(seen["get"][1] + seen["post"][1]), path
    return " ".join(status for status, _ in seen.values())


def tells(said: str) -> set[str]:
    """What of ann's is in an answer."""
    text = re.sub(r"(?<=\d),(?=\d)", "", said).lower()
    return {word for word in (str(XP), TOKEN, LINKED, SAID) if word in text}


class TestEveryRoute:
    def test_is_for_those_of_the_tables_and_tells_nobody_of_another(
        self, world: dict[str, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # Who may ask for it is asked here; what it finds takes seconds, and has tests of its own.
        monkeypatch.setattr(farming, "check", lambda **_: [])
        ann, bob, nobody = signed_in("ann"), signed_in("bob"), Client()
        assert proven(ann, "wallets", "eve")[0] == 200
        standings.take(as_of=day("2019-05-01"))
        roles = {role: staff.signed_in(role, name=role) for role in ROLES}
        names = world | {
            "id": str(User.objects.get(username="viewer").id),
            "sign_in_id": str(SignIn.objects.get(wallet_id=Wallet.objects.get(address=at("ann")).id).id),
        }
        by_scope = {scope: keys.client(scope) for scope in SCOPES}
        key = keys.client(*SCOPES)
        pages: list[dict[str, str]] = []
        api: list[dict[str, str]] = []
        admin: list[dict[str, str]] = []
        ann_reads: set[str] = set()
        for route in routes():
            path = path_of(route, names)
            row = {"route": route, "nobody": both(nobody, path)}
            if route.startswith("admin/"):
                for one in (bob, key):
                    assert both(one, path) == row["nobody"], path
                admin.append(row | of_roles(roles, path))
                continue
            seen = {method: asked(ann, method, path) for method in ("get", "post")}
            ann_reads |= tells(seen["get"][1])
            row |= {"ann": " ".join(status for status, _ in seen.values()), "bob": both(bob, path)}
            row["staff"] = both(roles["approver"], path)
            if route.startswith("api/"):
                for scope, one in by_scope.items():
                    may_tell = scope == "collectors:read" and route.endswith("/balance")
                    row[scope] = both(one, path, secret=not may_tell)
                api.append(row)
            else:
                pages.append(row | {"key": both(key, path)})
        # She sees all of it herself, so that an answer with it would have been noticed.
        assert ann_reads == {str(XP), TOKEN, LINKED, SAID}
        expected = known()
        for name, found in (("pages", pages), ("api", api), ("admin", admin)):
            assert Table(expected[name].columns, found) == expected[name]

    def test_asks_browsers_for_a_token_of_our_pages(self, world: dict[str, str]) -> None:
        browsers = []
        for signed in (signed_in("ann"), staff.signed_in("operator", name="viewer")):
            strict = Client(enforce_csrf_checks=True)
            strict.cookies["sessionid"] = signed.cookies["sessionid"].value
            browsers.append(strict)
        names = world | {"id": str(User.objects.get(username="viewer").id)}
        taken = {
            (route, status)
            for route in routes()
            for browser in browsers
            for status, _ in [asked(browser, "post", path_of(route, names))]
            if status != "403"
        }
        # The API reads no cookie but for what is one's own. Who sends events signs them.
        assert [route for route, _ in taken if not route.startswith("api/")] == []
        assert {status for _, status in taken} == {"401", "404", "405"}


def of_roles(roles: dict[str, Client], path: str) -> dict[str, str]:
    """What each role is answered with. What a viewer may look at, every role may: it is drawn once."""
    looked = asked(roles["viewer"], "get", path)[0]
    told = {}
    for role, client in roles.items():
        seen = looked if looked == "200" else asked(client, "get", path)[0]
        told[role] = f"{seen} {asked(client, 'post', path)[0]}"
    return told
