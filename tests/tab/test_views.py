"""The pages of the tab, on rows of a real database."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.test import Client, RequestFactory
from django.views.defaults import page_not_found, server_error
from pytest_django import DjangoAssertNumQueries, Settings

from marketplace.registry.models import Wallet
from rewards.rules.models import RuleVersion
from rewards.shipments.models import Shipment
from rewards.tab import queries
from tests.tab import given, sample
from tests.tab.given import ETH
from tests.tables import address, day

pytestmark = pytest.mark.django_db

ANN = f"/rewards/{address('ann')}/"


class Text(HTMLParser):
    """What a reader sees of a page, white space made even."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self.feed(re.sub(r"<(title|script).*?</\1>", "", html, flags=re.DOTALL))

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in {"a", "b", "small", "span", "time"}:
            self.pieces.append(" ")

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)

    def __str__(self) -> str:
        return " ".join("".join(self.pieces).split())


def text(response: HttpResponseBase) -> str:
    assert isinstance(response, HttpResponse)
    return str(Text(response.content.decode()))


def planned_round(
    lines: int, *, slug: str = "spring-round", reason: str = "earned", **fields: Any
) -> Shipment:
    """A planned round with so many purchases of ann's."""
    buying = RuleVersion.objects.filter(rule__slug="buying").first()
    if buying is None:
        buying = given.rule(given.season(), "buying", "purchase", given.PURCHASE)
        given.wallet("ann")
    season, ann = buying.rule.season, Wallet.objects.get(address=address("ann"))
    made = given.shipment(season, slug, start="2019-03-01", end="2019-04-01", **fields)
    for number in range(1, lines + 1):
        sale = given.event("sale", token_id=str(number), at=day("2019-03-05"), price=ETH)
        given.line(made, ann, buying, shows=sale, base_xp=1_000 - number / 2, reason=reason, quantity=ETH)
    return made


class TestCollector:
    def test_shows_the_balance_the_rounds_and_each_line_in_words(self, client: Client) -> None:
        sample.fill()
        page = text(client.get(ANN))
        assert "2,632 XP" in page
        assert "Rounds received 3" in page
        assert "Tokens held 12" in page
        assert "Spring round Shipped 2 April 2019, for 1 to 31 March 2019 +1,364 XP" in page
        assert (
            "Bought SuperRare #2031 for 1.234 ETH on 29 March 2019 +335 XP "
            "223.45 XP × 1.5 = 335 XP, rounded down, held SuperRare #377 for 195 days"
        ) in page
        assert "Held SuperRare #7 for 31 days of this round +93 XP 62 XP × 1.5 = 93 XP" in page
        assert "SuperRare #377, held 195 days, boosts your XP here." in page
        assert "On the list “beta-testers” +500 XP 500 XP" in page

    def test_says_why_something_earned_nothing(self, client: Client) -> None:
        sample.fill()
        page = text(client.get(ANN))
        assert "Earned nothing, and why: 9 lines" in page
        assert "Below the minimum price 5 Buying, version 1" in page
        assert "A purchase earns from 0.01 ETH on." in page
        assert "No price of RARE in ETH is known on 12 March 2019." in page

    def test_shows_holds_nearest_to_their_next_step_first(self, client: Client, settings: Settings) -> None:
        settings.DEBUG = True
        sample.fill()
        page = text(client.get(ANN, {"as_of": "2019-04-10"}))
        assert "You are looking at holds and rules as of 10 April 2019, 00:00:00 UTC." in page
        found = re.findall(r"SuperRare #(\d+) Held (\d+) days Now", page)
        assert found == [
            ("1204", "177"), ("812", "79"), ("96", "343"), ("1550", "58"), ("640", "142"), ("1977", "38"),
        ]  # fmt: skip
        assert "×1.5 on 13 April 2019 3 days to go" in page
        assert "6 more tokens" in page

    def test_sums_of_what_is_shown_and_what_is_folded_are_the_award(self, client: Client) -> None:
        made = planned_round(50)
        given.ship(made)
        page = text(client.get(ANN))
        shown = [int(xp.replace(",", "")) for xp in re.findall(r"ETH on 5 March 2019 \+([\d,]+) XP", page)]
        (folded,) = re.findall(r"44 more lines \+([\d,]+) XP", page)
        (total,) = re.findall(r"This round ([\d,]+) XP", page)
        assert len(shown) == 6
        assert sum(shown) + int(folded.replace(",", "")) == int(total.replace(",", "")) == made.total_xp

    @pytest.mark.parametrize("lines", [1, 50])
    def test_asks_the_same_number_of_questions_however_much_there_is(
        self, client: Client, django_assert_num_queries: DjangoAssertNumQueries, lines: int
    ) -> None:
        given.ship(planned_round(lines))
        ann = Wallet.objects.get(address=address("ann"))
        for number in range(lines):
            given.hold(ann, token_id=str(number), since=day("2019-01-01"))
        with django_assert_num_queries(7):
            assert client.get(ANN).status_code == 200

    def test_stays_small_for_a_collector_with_thousands_of_lines(self, client: Client) -> None:
        for number in range(8):
            made = planned_round(
                300, slug=f"round-{number}", reason="earned" if number % 2 else "own_wallets"
            )
            given.ship(made, posted=bool(number % 2))
        ann = Wallet.objects.get(address=address("ann"))
        for number in range(300):
            given.hold(ann, token_id=str(number), since=day("2019-01-01"))
        response = client.get(ANN)
        assert len(response.content) < 100_000
        assert "294 more lines" in text(response)

    def test_of_a_linked_wallet_is_private_and_names_no_other(self, client: Client) -> None:
        sample.fill()
        ann = Wallet.objects.get(address=address("ann"))
        given.wallet("vault", linked_to=ann)
        response = client.get(f"/rewards/{address('vault')}/")
        assert response.status_code == 403
        page = response.content.decode()
        assert "2,632" not in page
        assert address("ann") not in page.lower()

    def test_accepts_an_address_in_any_case(self, client: Client) -> None:
        sample.fill()
        shouted = "0x" + address("ann")[2:].upper()
        response = client.get(f"/rewards/{shouted}/")
        assert response.status_code == 200
        assert f'<link rel="canonical" href="{ANN}">' in response.content.decode()

    @pytest.mark.parametrize("states", ["", "approved"])
    def test_keeps_rounds_private_until_they_go_out(self, client: Client, states: str) -> None:
        made = planned_round(1)
        given.ship(made, states=states, posted=False)
        page = text(client.get(ANN))
        assert "Spring round" not in page
        assert "No round yet" in page
        assert client.get(f"{ANN}rounds/spring-round/").status_code == 404

    @pytest.mark.parametrize(
        ("states", "said"),
        [
            ("approved shipping", "On its way to your balance."),
            ("approved shipping halted", "Held back for a check. Nothing that you earned is lost."),
        ],
    )
    def test_says_what_is_not_in_the_balance_yet(self, client: Client, states: str, said: str) -> None:
        given.ship(planned_round(1), states=states, posted=False)
        page = text(client.get(ANN))
        assert f"Going out now, for 1 to 31 March 2019 {said} +999 XP" in page
        assert "Rewards of 0x616e…0000 Copy 0 XP" in page

    def test_writes_what_staff_typed_as_text(self, client: Client) -> None:
        made = planned_round(1)
        Shipment.objects.filter(id=made.id).update(title="<b>&", message="<script>alert(1)</script>")
        made.refresh_from_db()
        given.ship(made)
        page = client.get(ANN).content.decode()
        assert "&lt;b&gt;&amp;" in page
        assert "<script>alert" not in page

    def test_speaks_of_a_collector_with_nothing(self, client: Client) -> None:
        given.wallet("dan")
        page = text(client.get(f"/rewards/{address('dan')}/"))
        assert "0 XP" in page
        assert "No token here yet" in page
        assert "Next round Not set yet" in page

    def test_does_not_know_a_wallet_that_nobody_named(self, client: Client) -> None:
        response = client.get(f"/rewards/{address('eve')}/")
        assert response.status_code == 404
        assert "Nothing from this wallet yet" in text(response)

    @pytest.mark.parametrize("typed", ["0x123", "ann smith", "0x" + "g" * 40, "%00"])
    def test_says_when_it_is_no_address(self, client: Client, typed: str) -> None:
        response = client.get(f"/rewards/{typed}/")
        assert response.status_code == 404
        assert "That is no wallet address" in text(response)

    def test_is_only_for_reading(self, client: Client) -> None:
        assert client.post(ANN).status_code == 405


class TestClock:
    """Who may look at another instant."""

    @pytest.mark.parametrize("as_of", ["2019-04-10", "2019-04-10T00:00:00Z", "2019-04-10T02:00:00+02:00"])
    def test_staff_may(self, client: Client, settings: Settings, as_of: str) -> None:
        settings.LOCAL = False
        sample.fill()
        client.force_login(User.objects.create(username="sam", is_staff=True))
        assert "Held 177 days" in text(client.get(ANN, {"as_of": as_of}))

    @pytest.mark.parametrize("switch", ["DEBUG", "LOCAL"])
    def test_everybody_may_on_a_local_set_up(self, client: Client, settings: Settings, switch: str) -> None:
        settings.DEBUG = settings.LOCAL = False
        setattr(settings, switch, True)
        sample.fill()
        assert "Held 177 days" in text(client.get(ANN, {"as_of": "2019-04-10"}))

    def test_collectors_may_not(self, client: Client, settings: Settings) -> None:
        settings.LOCAL = False
        sample.fill()
        page = text(client.get(ANN, {"as_of": "2019-04-10"}))
        assert "Held 177 days" not in page
        assert "You are looking at" not in page

    @pytest.mark.parametrize("as_of", ["", "yesterday", "2019-02-30", "2019-04-10T25:00:00Z", "10000-01-01"])
    def test_what_is_no_instant_means_now(self, client: Client, settings: Settings, as_of: str) -> None:
        settings.DEBUG = True
        sample.fill()
        response = client.get(ANN, {"as_of": as_of})
        assert response.status_code == 200
        assert "You are looking at" not in text(response)


class TestRound:
    def test_pages_show_every_line_once(self, client: Client) -> None:
        given.ship(planned_round(230))
        tokens: list[str] = []
        for page in (1, 2, 3):
            shown = text(client.get(f"{ANN}rounds/spring-round/", {"page": page}))
            assert f"Page {page} of 3" in shown
            tokens += re.findall(r"Bought SuperRare #(\d+) for", shown)
        assert sorted(map(int, tokens)) == list(range(1, 231))
        assert client.get(f"{ANN}rounds/spring-round/", {"page": 4}).status_code == 404

    @pytest.mark.parametrize("page", ["0", "-1", "x", "²", "9" * 30, ""])
    def test_has_no_other_pages(self, client: Client, page: str) -> None:
        given.ship(planned_round(1))
        assert client.get(f"{ANN}rounds/spring-round/", {"page": page}).status_code == 404

    @pytest.mark.parametrize("lines", [1, 50])
    def test_asks_the_same_number_of_questions_however_much_there_is(
        self, client: Client, django_assert_num_queries: DjangoAssertNumQueries, lines: int
    ) -> None:
        given.ship(planned_round(lines))
        with django_assert_num_queries(3):
            assert client.get(f"{ANN}rounds/spring-round/").status_code == 200

    def test_of_somebody_else_is_not_found(self, client: Client) -> None:
        given.ship(planned_round(1))
        given.wallet("dan")
        assert client.get(f"/rewards/{address('dan')}/rounds/spring-round/").status_code == 404


class TestFront:
    def test_shows_the_program(self, client: Client) -> None:
        sample.fill()
        page = text(client.get("/rewards/"))
        assert "Season one 1 April 2018 to 31 December 2029" in page
        assert "Budget 2,000,000 XP Given out 3,502 XP" in page
        assert "0x616e…0000 2,632 XP in all, ×1.5 boost +1,364 XP" in page
        assert "Spring round 6 collectors, for 1 to 31 March 2019 2,234 XP" in page
        assert "Early summer round" not in page

    def test_works_before_anything_is_declared(self, client: Client) -> None:
        assert client.get("/rewards/").status_code == 200

    def test_opens_the_page_of_a_wallet(self, client: Client) -> None:
        response = client.get("/rewards/", {"wallet": f" {address('ann')} "})
        assert response.status_code == 302
        assert response["Location"] == ANN

    def test_says_when_it_is_no_address(self, client: Client) -> None:
        response = client.get("/rewards/", {"wallet": '0x12"><b>'})
        assert response.status_code == 400
        assert "That is no wallet address." in text(response)
        assert 'value="0x12&quot;&gt;&lt;b&gt;"' in response.content.decode()

    def test_asks_four_questions(
        self, client: Client, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        sample.fill()
        with django_assert_num_queries(4):
            client.get("/rewards/")


class TestEveryPage:
    """What a strict content security policy and a reader without JavaScript need."""

    @pytest.fixture
    def pages(self, client: Client, rf: RequestFactory) -> list[str]:
        sample.fill()
        request = rf.get("/nowhere/")
        responses: list[Any] = [
            client.get("/rewards/"),
            client.get(ANN),
            client.get(f"{ANN}rounds/spring-round/"),
            client.get("/rewards/0x1/"),
            page_not_found(request, Exception()),
            server_error(request),
        ]
        return [response.content.decode() for response in responses]

    def test_has_no_inline_style_or_script(self, pages: list[str]) -> None:
        for page in pages:
            assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", page)
            assert all("src=" in script for script in re.findall(r"<script[^>]*>", page))

    def test_asks_nobody_else_for_anything(self, pages: list[str]) -> None:
        for page in pages:
            assert not re.search(r'(?:src|href|action)="(?:https?:)?//', page)

    def test_has_a_language_a_title_one_heading_and_a_way_to_skip_to_the_content(
        self, pages: list[str]
    ) -> None:
        for page in pages:
            assert '<html lang="en">' in page
            assert re.search(r"<title>\S.* · Holdfast</title>", page)
            assert page.count("<h1") == 1
            assert '<a class="skip" href="#main">' in page
            assert '<main id="main">' in page

    def test_has_no_id_twice(self, pages: list[str]) -> None:
        for page in pages:
            ids = re.findall(r'\sid="([^"]+)"', page)
            assert len(ids) == len(set(ids))


class TestListRules:
    def test_gives_the_version_in_force_or_the_next_to_come(self) -> None:
        version = given.rule(given.season(), "buying", "purchase", given.PURCHASE)
        for number, since in ((2, "2019-01-01"), (3, "2020-01-01")):
            RuleVersion.objects.create(
                rule=version.rule,
                number=number,
                params=given.PURCHASE,
                in_force_from=day(since),
                created_at=day("2018-06-01"),
                created_by="ann",
            )
        numbers = [
            queries.list_rules(as_of=day(as_of))[0].number
            for as_of in ("2018-01-01", "2018-04-01", "2018-12-31 23:59:59", "2019-01-01", "2026-01-01")
        ]
        assert numbers == [1, 1, 1, 2, 3]
