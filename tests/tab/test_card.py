"""The card for other people's pages: who may frame it, what it says, and what its address can change."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from tests.identity.given import at
from tests.tab.test_sign_in import proven, rounds_of, signed_in
from tests.tab.test_views import text

pytestmark = pytest.mark.django_db


class TestFrames:
    def test_are_refused_unless_an_origin_is_named(self, client: Client, settings: Settings) -> None:
        answer = client.get("/rewards/card/")
        assert answer["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
        settings.EMBED_ORIGINS = ["https://market.example", "https://www.market.example"]
        answer = client.get("/rewards/card/")
        assert "X-Frame-Options" not in answer
        policy = answer["Content-Security-Policy"]
        assert "frame-ancestors https://market.example https://www.market.example" in policy
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy

    @pytest.mark.parametrize("path", ["", "sign-in/", "wallets/", "leaders/", "ledger/", "card/theme.css"])
    def test_of_all_other_pages_are_refused(self, client: Client, settings: Settings, path: str) -> None:
        settings.EMBED_ORIGINS = ["https://market.example"]
        answer = client.get(f"/rewards/{path}")
        assert answer["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]


class TestCard:
    def test_says_what_a_page_says(
        self, client: Client, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        rounds_of("ann", "bob")
        assert "Sign in with your wallet" in text(client.get("/rewards/card/"))
        with django_assert_num_queries(1):
            page = client.get("/rewards/card/", {"wallet": at("ann")})
        assert "100 XP Next round: Not set yet Open" in text(page)
        assert f'href="/rewards/{at("ann")}/" target="_blank" rel="noopener"' in page.content.decode()
        assert "Nothing from this wallet yet" in text(client.get("/rewards/card/?wallet=nonsense"))
        own = signed_in("bob")
        answer = own.get("/rewards/card/")
        assert "200 XP" in text(answer)
        assert answer["Cache-Control"] == "private, no-store"
        proven(own, "wallets", "ann")
        for name in ("ann", "bob"):
            hidden = text(client.get("/rewards/card/", {"wallet": at(name)}))
            assert "This page is private" in hidden
            assert "XP" not in hidden


class TestTheme:
    @pytest.mark.parametrize(
        ("query", "sheet"),
        [
            ("", ":root:root{}\n"),
            ("accent=FF0044&ground=fff", ":root:root{--ground:#fff;--accent:#ff0044;}\n"),
            ("on-accent=000000&radius=4", ":root:root{--on-accent:#000000;--radius:4px;}\n"),
            ("radius=33&accent=red&ink=1234", ":root:root{}\n"),
            ("accent=fff;}body{display:none&muted=%23fff", ":root:root{}\n"),
            ("radius=%D9%A1&line=000%0A", ":root:root{}\n"),
        ],
    )
    def test_takes_colours_and_a_radius_and_nothing_else(
        self, client: Client, query: str, sheet: str
    ) -> None:
        answer = client.get(f"/rewards/card/theme.css?{query}")
        assert answer.content.decode() == sheet
        assert answer["Content-Type"] == "text/css; charset=utf-8"

    def test_comes_with_the_card(self, client: Client) -> None:
        page = client.get("/rewards/card/?accent=ff0044&scheme=dark&ink=zzz").content.decode()
        assert 'href="/rewards/card/theme.css?accent=ff0044"' in page
        assert 'data-scheme="dark"' in page
        assert "scheme=" not in client.get("/rewards/card/?scheme=blue").content.decode()
