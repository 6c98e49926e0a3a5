"""Flagged sales in the admin: the queue, the evidence in words, and the decision."""

import pytest
from pytest_django import DjangoAssertNumQueries

from marketplace.facts.models import Sale
from rewards.fairness import operations as fairness
from rewards.fairness.models import Decision
from rewards.rules.models import Season
from rewards.staff.models import Change
from tests.admin.given import signed_in, text
from tests.rules.given import given_market, given_rule, given_season, planned
from tests.tables import day

pytestmark = pytest.mark.django_db

PAGE = "/admin/fairness/"


def given_suspects() -> str:
    """Two sales of one token back and forth, and where the first is decided about."""
    given_market("""
        kind | token | from | to  | at         | price
        sale | a     | ann  | bob | 2026-03-01 | 9 ETH
        sale | a     | bob  | ann | 2026-03-06 | 8 ETH
        sale | b     | dan  | cat | 2026-03-07 | 1 ETH
    """)
    fairness.refresh()
    return f"{PAGE}{Sale.objects.get(at=day('2026-03-01')).key}/decide/"


class TestShow:
    def test_has_what_waits_with_its_evidence_in_words(self) -> None:
        given_suspects()
        said = text(signed_in("viewer").get(PAGE))
        assert "No season has a wash_threshold, so nothing here changes what is paid." in said
        assert "Waiting: 2" in said
        assert "Apes #a score 3" in said
        assert "The token went back to the seller within 5 days." in said
        assert "Within 5 days before, the buyer had sold the token to this seller." in said
        assert "Clear it" not in said

    def test_asks_the_database_as_often_with_many_sales_as_with_few(
        self, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        rows = "".join(
            f"sale | t{n} | ann | bob | 2026-03-01 | 1 ETH\nsale | t{n} | bob | ann | 2026-03-02 | 1 ETH\n"
            for n in range(30)
        )
        given_market(f"kind | token | from | to | at | price\n{rows}")
        fairness.refresh()
        vera = signed_in("viewer")
        with django_assert_max_num_queries(8):
            first = vera.get(PAGE)
        said = first.content.decode()
        # Fifty on a page, and the other ten behind it.
        assert said.count('id="sale-') == 50
        older = said.partition('href="?after=')[2].partition('"')[0]
        assert vera.get(f"{PAGE}?after={older}").content.decode().count('id="sale-') == 10
        assert vera.get(f"{PAGE}?after=nonsense").content.decode().count('id="sale-') == 50


class TestDecide:
    def test_takes_a_sale_off_the_queue_in_the_name_of_the_user(self) -> None:
        where = given_suspects()
        olga = signed_in("operator")
        response = olga.post(where, {"verdict": "cleared", "reason": "They asked for it back."}, follow=True)
        assert "The sale is cleared." in response.content.decode()
        made = Decision.objects.get()
        assert (made.verdict, made.decided_by, made.score) == ("cleared", "olga", 3)
        assert Change.objects.get(table_name="fairness_decision").actor == "olga"
        assert "Waiting: 1" in text(olga.get(PAGE))
        decided = text(olga.get(f"{PAGE}?show=decided"))
        assert "“They asked for it back.” Cleared by olga" in decided
        assert "Apes #a cleared" in decided

    def test_asks_for_a_reason_beside_the_field(self) -> None:
        where = given_suspects()
        response = signed_in("operator").post(where, {"verdict": "confirmed", "reason": " "})
        assert response.status_code == 400
        assert "A decision needs a reason; an appeal is answered by it." in response.content.decode()
        assert not Decision.objects.exists()

    def test_is_for_operators_and_approvers(self) -> None:
        where = given_suspects()
        told = {"verdict": "cleared", "reason": "So."}
        assert signed_in("viewer", name="vera").post(where, told).status_code == 403
        assert signed_in("approver", name="anna").post(where, told).status_code == 302


class TestReview:
    def test_says_what_goes_to_flagged_wallets(self) -> None:
        where = given_suspects()
        given_season()
        given_rule("buyers", "purchase", xp_per_purchase=10)
        planned()
        anna = signed_in("approver")
        said = text(anna.get("/admin/shipments/march/"))
        # ann and bob get 10 XP each of 30.
        assert "66.6 % goes to flagged wallets: 20 XP to 2 collectors, 66.6 % of all" in said
        assert "The season has no threshold, so flagged sales earn like others." in said
        anna.post(where, {"verdict": "cleared", "reason": "So."})
        # Both are still part of the other sale.
        assert "20 XP to 2 collectors" in text(anna.get("/admin/shipments/march/"))
        Season.objects.update(wash_threshold=4)
        assert "0 % goes to flagged wallets" in text(anna.get("/admin/shipments/march/"))
