"""The ledger as its collector reads it: every change, filtered, paged and as CSV."""

import csv
import io
import re

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from marketplace.registry.models import Wallet
from rewards.rules.models import RuleVersion, Season
from rewards.shipments.models import Shipment
from rewards.tab import history
from tests.identity.given import at
from tests.tab import given
from tests.tab.test_sign_in import proven, rounds_of, signed_in
from tests.tab.test_views import text

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> Client:
    """Ann, signed in, with bob's wallet linked: a round of 300 XP together, and one of 7 XP for ann."""
    rounds_of("ann", "bob")
    client = signed_in("ann")
    proven(client, "wallets", "bob")
    later = given.shipment(Season.objects.get(), "may", start="2019-05-01", end="2019-06-01")
    wallet = Wallet.objects.get(address=at("ann"))
    given.line(later, wallet, RuleVersion.objects.get(), base_xp=7)
    Shipment.objects.filter(id=later.id).update(title='=HYPERLINK("x")')
    later.refresh_from_db()
    given.ship(later)
    return client


def changes(page: str) -> list[tuple[str, str]]:
    """The days and the XP of the rows of a page."""
    return re.findall(r"(\d+ \w+ 2019) Award, .*? ([+−]\d+ XP)", page)


class TestPage:
    def test_lists_what_changed_the_balance_over_all_own_wallets(self, ann: Client) -> None:
        page = text(ann.get("/rewards/ledger/"))
        assert changes(page) == [
            ("2 June 2019", "+7 XP"),
            ("2 April 2019", "+200 XP"),
            ("2 April 2019", "+100 XP"),
        ]
        # What moved between own wallets changed nothing.
        assert "Moved with a linked wallet, " not in page

    @pytest.mark.parametrize(
        ("query", "xp"),
        [
            ("round=may", ["+7 XP"]),
            ("reason=award&round=spring-round", ["+200 XP", "+100 XP"]),
            ("reason=joined", []),
            ("from=2019-05-01", ["+7 XP"]),
            ("to=2019-04-02", ["+200 XP", "+100 XP"]),
            ("from=2019-04-03&to=2019-05-31", []),
            ("reason=nonsense&round=none&from=x&to=9999-12-31", ["+7 XP", "+200 XP", "+100 XP"]),
        ],
    )
    def test_filters(self, ann: Client, query: str, xp: list[str]) -> None:
        page = text(ann.get(f"/rewards/ledger/?{query}"))
        assert [told for _, told in changes(page)] == xp
        assert ("Nothing fits these filters" in page) == (not xp)
        rows = csv.DictReader(io.StringIO(ann.get(f"/rewards/ledger.csv?{query}").content.decode()))
        assert [f"+{row['xp']} XP" for row in rows] == xp

    def test_goes_on_where_it_stopped(self, ann: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(history, "ENTRIES", 2)
        page = ann.get("/rewards/ledger/?reason=award").content.decode()
        assert "Newest" not in page
        (earlier,) = re.findall(r'href="(\?reason=award&amp;before=\d+)"', page)
        rest = text(ann.get(f"/rewards/ledger/{earlier.replace('&amp;', '&')}"))
        assert [told for _, told in changes(rest)] == ["+100 XP"]
        assert "Newest" in rest
        assert "Earlier changes" not in rest

    def test_is_four_statements_and_for_its_collector_alone(
        self, ann: Client, client: Client, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        with django_assert_num_queries(4):
            answer = ann.get("/rewards/ledger/")
        assert answer["Cache-Control"] == "private, no-store"
        for path in ("ledger/", "ledger.csv"):
            assert client.get(f"/rewards/{path}")["Location"] == "/rewards/sign-in/"
        assert "Nothing here yet" in text(signed_in("zoe").get("/rewards/ledger/"))
        assert signed_in("zoe").get("/rewards/ledger.csv").content == b"at,what,round,title,xp\n"


class TestExport:
    def test_has_all_in_steps_and_runs_in_no_spreadsheet(
        self, ann: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(history, "ENTRIES_A_READ", 1)
        answer = ann.get("/rewards/ledger.csv")
        assert answer["Content-Type"] == "text/csv; charset=utf-8"
        rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
        assert [row["xp"] for row in rows] == ["7", "200", "100"]
        assert rows[0]["title"] == '\'=HYPERLINK("x")'
        assert rows[0]["at"] == "2019-06-02T00:00:00Z"
