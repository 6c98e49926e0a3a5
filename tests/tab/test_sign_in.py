"""The pages of signing in and of one's wallets, and what others see of a collector."""

import json
import logging
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from marketplace.registry.models import Wallet
from rewards.identity.models import SignIn
from tests.identity.given import at, key, signed
from tests.tab import given
from tests.tab.given import ETH
from tests.tab.test_views import text
from tests.tables import day

pytestmark = pytest.mark.django_db


def post(client: Client, path: str, told: Any) -> tuple[int, dict[str, str]]:
    """The status and the JSON that a JSON body is answered with."""
    answer = client.post(f"/rewards/{path}/", json.dumps(told), content_type="application/json")
    return answer.status_code, answer.json()


def proven(client: Client, where: str, name: str) -> tuple[int, dict[str, str]]:
    """Ask for a text, sign it, and send the signature."""
    status, made = post(client, f"{where}/text", {"address": key(name).address})
    if status != 200:
        return status, made
    told = {"nonce": made["nonce"], "signature": signed(name, made["text"])}
    return post(client, f"{where}/signature", told)


def signed_in(name: str) -> Client:
    """A browser in which a wallet has signed in."""
    client = Client()
    assert proven(client, "sign-in", name) == (200, {"next": "/rewards/"})
    return client


def unlinking(name: str) -> str:
    """The address of the page that unlinks a wallet."""
    return f"/rewards/wallets/{Wallet.objects.get(address=at(name)).id}/unlink/"


def rounds_of(*names: str) -> None:
    """A round in which each wallet bought a token for 1 ETH, and the wallets, each holding it."""
    season = given.season()
    buying = given.rule(season, "buying", "purchase", given.PURCHASE)
    made = given.shipment(season, "spring-round", start="2019-03-01", end="2019-04-01")
    for number, name in enumerate(names, start=1):
        wallet = Wallet.objects.create(address=at(name), collector_id=0)
        Wallet.objects.filter(id=wallet.id).update(collector_id=wallet.id)
        wallet.refresh_from_db()
        sale = given.event("sale", token_id=str(number), at=day("2019-03-05"), price=ETH)
        given.line(made, wallet, buying, shows=sale, base_xp=100 * number, quantity=ETH)
        given.hold(wallet, token_id=str(number), since=day("2019-03-05"))
    given.ship(made)


class TestSignIn:
    def test_leads_to_ones_own_page_and_out_again(self) -> None:
        rounds_of("ann")
        client = signed_in("ann")
        page = text(client.get("/rewards/"))
        assert "This is your page" in page
        assert "100 XP" in page
        assert client.get("/rewards/")["Cache-Control"] == "private, no-store"
        assert client.get("/rewards/sign-in/").status_code == 302
        assert "XP for those who collect" in text(client.get("/rewards/program/"))
        client.post("/rewards/sign-out/")
        assert "This is your page" not in text(client.get("/rewards/"))
        assert client.get("/rewards/wallets/").status_code == 302

    def test_refuses_a_replay_with_a_sentence(self) -> None:
        client = Client()
        _, made = post(client, "sign-in/text", {"address": at("ann")})
        told = {"nonce": made["nonce"], "signature": signed("ann", made["text"])}
        assert post(client, "sign-in/signature", told)[0] == 200
        status, answer = post(Client(), "sign-in/signature", told)
        assert status == 401
        assert "was signed before" in answer["error"]

    def test_gives_the_text_for_the_address_bar_that_the_visitor_has(self) -> None:
        client = Client(HTTP_HOST="127.0.0.1:8000")
        _, made = post(client, "sign-in/text", {"address": at("ann")})
        assert made["text"].startswith("127.0.0.1:8000 wants you to sign in")
        assert "URI: http://127.0.0.1:8000/rewards/sign-in/" in made["text"]
        told = {"nonce": made["nonce"], "signature": signed("ann", made["text"])}
        assert post(Client(HTTP_HOST="localhost"), "sign-in/signature", told)[0] == 401

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"[]",
            b"{",
            b'{"nonce": 1}',
            b"\xff",
            b"[" * 20_000,
            b'"' + b"x" * 50_000 + b'"',
            b"{}",
            b"null",
        ],
    )
    @pytest.mark.parametrize(
        "where", ["sign-in/text", "sign-in/signature", "wallets/text", "wallets/signature"]
    )
    def test_answers_nonsense_with_a_sentence(self, client: Client, where: str, body: bytes) -> None:
        answer = client.post(f"/rewards/{where}/", body, content_type="application/json")
        assert answer.status_code in (400, 401)
        assert answer.json()["error"].endswith((".", "it."))

    def test_asks_for_a_token_of_the_page(self) -> None:
        client = Client(enforce_csrf_checks=True)
        page = client.get("/rewards/sign-in/").content.decode()
        told = json.dumps({"address": at("ann")})
        path = "/rewards/sign-in/text/"
        assert client.post(path, told, content_type="application/json").status_code == 403
        token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
        answer = client.post(path, told, content_type="application/json", headers={"X-CSRFToken": token})
        assert answer.status_code == 200

    def test_and_staff_are_never_one_session(self, client: Client) -> None:
        sam = User.objects.create(username="sam", is_staff=True)
        client.force_login(sam)
        proven(client, "sign-in", "ann")
        assert "_auth_user_id" not in client.session
        client.force_login(sam)
        assert "This is your page" not in text(client.get("/rewards/"))
        assert client.get("/rewards/wallets/").status_code == 302

    def test_writes_no_secret_into_the_log(self, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level(logging.DEBUG):
            client = signed_in("ann")
            proven(client, "wallets", "bob")
            client.post(unlinking("bob"))
            client.post(unlinking("bob"))
            proven(client, "wallets", "cat")
        own = [record.getMessage() for record in caplog.records if not record.name.startswith("django.db")]
        assert any("identity.use_challenge" in line for line in own)
        for secret in (at("ann"), at("bob"), at("cat"), key("bob").address, "0x"):
            assert not [line for line in own if secret.lower() in line.lower()]

    def test_costs_a_page_two_statements_and_two_for_its_place_and_reports(
        self, client: Client, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        rounds_of("ann")
        with django_assert_num_queries(7):
            client.get(f"/rewards/{at('ann')}/")
        own = signed_in("ann")
        with django_assert_num_queries(11):
            own.get("/rewards/")


class TestWallets:
    def test_are_linked_by_a_second_signature_and_seen_as_one(self) -> None:
        rounds_of("ann", "bob")
        client = signed_in("ann")
        status, answer = proven(client, "wallets", "bob")
        assert (status, answer["next"]) == (200, f"/rewards/wallets/#{key('bob').address}")
        page = text(client.get("/rewards/wallets/"))
        assert "Together they are one collector" in page
        assert "Stands for all of them and keeps their XP" in page
        assert "Your holds and orders are being put together anew" in page
        own = text(client.post("/rewards/rounds/spring-round/open/", follow=True))
        assert "300 XP" in own
        assert "Spring round Shipped 2 April 2019, for 1 to 31 March 2019 +300 XP" in own
        assert "Bought SuperRare #1 for 1 ETH" in own
        assert "Bought SuperRare #2 for 1 ETH" in own
        assert text(signed_in("bob").get("/rewards/")).count("300 XP") == own.count("300 XP")
        assert client.get(f"/rewards/{at('bob')}/rounds/spring-round/").status_code == 200

    def test_are_unlinked_after_what_it_means_was_said(self) -> None:
        client = signed_in("ann")
        proven(client, "wallets", "bob")
        path = unlinking("bob")
        page = text(client.get(path))
        assert "XP that came until now stays with" in page
        assert "For 30 days neither this wallet nor the one that it leaves" in page
        assert client.get(unlinking("ann")).status_code == 302
        refused = client.post(unlinking("ann"))
        assert refused.status_code == 409
        assert "stands for all the others" in text(refused)
        assert client.post(path).status_code == 302
        assert "Link the others that are yours" in text(client.get("/rewards/wallets/"))
        assert client.post(path).status_code == 409
        status, answer = proven(signed_in("cat"), "wallets", "bob")
        assert status == 409
        assert "They can be linked from" in answer["error"]

    def test_sign_out_everywhere(self) -> None:
        here, there = signed_in("ann"), signed_in("ann")
        here.post("/rewards/sign-out/", {"where": "everywhere"})
        assert there.get("/rewards/wallets/").status_code == 302
        assert not SignIn.objects.filter(ended_at=None).exists()

    def test_sign_out_there(self) -> None:
        here, there, other = signed_in("ann"), signed_in("ann"), signed_in("bob")
        page = text(here.get("/rewards/wallets/"))
        assert page.count("Sign out there") == 1
        assert "A browser that does not say which this browser Since" in page
        for client in (there, other):
            one = client.session["sign_in"]
            assert here.post(f"/rewards/sign-out/{one}/")["Location"] == "/rewards/wallets/#out"
        assert there.get("/rewards/wallets/").status_code == 302
        assert other.get("/rewards/wallets/").status_code == 200
        assert "Sign out there" not in text(here.get("/rewards/wallets/"))
        assert (
            Client().post(f"/rewards/sign-out/{here.session['sign_in']}/")["Location"] == "/rewards/sign-in/"
        )

    @pytest.mark.parametrize("path", ["wallets/page/", "sign-out/", "wallets/1/unlink/"])
    def test_are_only_for_who_has_signed_in(self, client: Client, path: str) -> None:
        answer = client.post(f"/rewards/{path}")
        assert (answer.status_code, answer["Location"].startswith("/rewards/")) == (302, True)


def seen(client: Client, name: str) -> int:
    return client.get(f"/rewards/{at(name)}/").status_code


class TestPrivacy:
    """Nobody else sees which wallets are one person's."""

    def test_a_page_is_for_everybody_until_its_collector_says_no(self, client: Client) -> None:
        rounds_of("ann")
        own = signed_in("ann")
        assert (seen(client, "ann"), seen(own, "ann")) == (200, 200)
        own.post("/rewards/wallets/page/", {"public": "no"})
        assert (seen(client, "ann"), seen(own, "ann"), seen(signed_in("bob"), "ann")) == (403, 200, 403)
        assert "This page is private" in text(client.get(f"/rewards/{at('ann')}/"))
        assert client.get(f"/rewards/{at('ann')}/rounds/spring-round/").status_code == 403
        assert at("ann")[:6] not in text(client.get("/rewards/")).lower()

    def test_pages_of_linked_wallets_are_private_from_then_on(self, client: Client) -> None:
        rounds_of("ann", "bob", "cat")
        own = signed_in("ann")
        proven(own, "wallets", "bob")
        assert [seen(client, name) for name in ("ann", "bob", "cat")] == [403, 403, 200]
        assert [seen(own, name) for name in ("ann", "bob", "cat")] == [200, 200, 200]
        front = text(client.get("/rewards/")).lower()
        assert [at(name)[:6] in front for name in ("ann", "bob", "cat")] == [False, False, True]
        # A private page of one wallet says the same, word for word.
        alone = signed_in("cat")
        alone.post("/rewards/wallets/page/", {"public": "no"})
        told = {name: text(client.get(f"/rewards/{at(name)}/")) for name in ("ann", "cat")}
        assert told["ann"][-120:] == told["cat"][-120:]
        own.post(unlinking("bob"))
        assert [seen(client, name) for name in ("ann", "bob")] == [403, 403]

    def test_an_open_page_of_linked_wallets_is_at_one_address(self, client: Client) -> None:
        rounds_of("ann", "bob")
        own = signed_in("ann")
        proven(own, "wallets", "bob")
        own.post("/rewards/wallets/page/", {"public": "yes"})
        assert [seen(client, name) for name in ("ann", "bob")] == [200, 403]
        page = client.get(f"/rewards/{at('ann')}/").content.decode().lower()
        assert at("bob") not in page
        proven(own, "wallets", "cat")
        assert seen(client, "ann") == 403

    def test_a_program_without_public_pages_has_none(self, client: Client, settings: Settings) -> None:
        rounds_of("ann")
        settings.PUBLIC_PAGES = False
        assert (seen(client, "ann"), seen(signed_in("ann"), "ann")) == (403, 200)
        assert "Collectors worth a look" not in text(client.get("/rewards/"))
        assert "this program has no public pages" in text(signed_in("ann").get("/rewards/wallets/"))


class TestPolicy:
    def test_lets_no_page_of_the_tab_run_or_show_anything_inline(self, client: Client) -> None:
        rounds_of("ann")
        own = signed_in("ann")
        proven(own, "wallets", "bob")
        paths = [
            "",
            "program/",
            "sign-in/",
            "wallets/",
            f"wallets/{at('bob')}/unlink/",
            f"{at('ann')}/",
            "none/",
        ]
        for browser in (client, own):
            for path in paths:
                answer = browser.get(f"/rewards/{path}")
                policy = answer["Content-Security-Policy"]
                assert "default-src 'none'" in policy
                assert "unsafe" not in policy
                page = answer.content.decode()
                assert " style=" not in page
                assert "<style" not in page
                assert page.count("<script") == page.count("<script src=")

    def test_of_the_admin_lets_its_theme_work_and_nothing_else_in(self, client: Client) -> None:
        policy = client.get("/admin/login/")["Content-Security-Policy"]
        assert "script-src 'self' 'unsafe-inline' 'unsafe-eval'" in policy
        assert "http" not in policy
