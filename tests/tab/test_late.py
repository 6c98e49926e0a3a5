"""Late lines as collectors and support see them, from a round that was shipped to the page (P12, P13)."""

import re

import pytest
from django.test import Client

from marketplace.inbox.models import Batch
from rewards.shipments.models import Award, Shipment
from tests.admin.given import signed_in
from tests.rules.given import given_market, given_rule, shipped
from tests.tab.test_views import text
from tests.tables import address, day

pytestmark = pytest.mark.django_db

PAGE = f"/rewards/{address('ann')}/"


def given_late_lines() -> None:
    """
    March, shipped on 1 April, and April, which pays ann late for three things.

    A purchase that was not known, an old hold that boosts another one, and a purchase below the minimum.
    """
    given_rule("buying", "purchase", xp_per_eth=100, minimum_price_eth=0.5)
    given_rule("loyal", "hold_boost", curve=[{"days": 90, "multiplier": 1.5}], collections="all")
    given_market("""
        kind | token | from | to  | at         | price
        sale | a     | cat  | ann | 2026-03-01 | 2 ETH
    """)
    shipped(slug="march")
    before = list(Batch.objects.values_list("id", flat=True))
    given_market("""
        kind     | token | from | to  | at         | price
        sale     | b     | cat  | ann | 2026-03-12 | 1 ETH
        sale     | c     | cat  | ann | 2026-03-13 | 0.1 ETH
        mint     | old   |      | ann | 2025-10-01 |
        sale     | d     | cat  | ann | 2026-04-12 | 4 ETH
    """)
    shipped(slug="april", start="2026-03-31", end="2026-04-30")
    # Tests take events in when they run; these came in between the two plans.
    Shipment.objects.filter(slug="march").update(planned_at=day("2026-04-01"))
    Batch.objects.exclude(id__in=before).update(received_at=day("2026-04-03 10:00"))


class TestPages:
    @pytest.mark.parametrize("page", ["", "rounds/april/"])
    def test_say_which_round_is_paid_and_what_came_late(self, client: Client, page: str) -> None:
        given_late_lines()
        said = text(client.get(f"{PAGE}{page}"))
        assert (
            "Bought Apes #b for 1 ETH on 12 March 2026 +150 XP Late, for “March”. A sale of 12 March 2026 "
            "came in on 3 April 2026. 100 XP × 1.5 = 150 XP, held Apes #old for 181 days"
        ) in said
        assert (
            "Bought Apes #a for 2 ETH on 1 March 2026 +100 XP Late, for “March”. More is known of its time "
            "now than when it was paid. 200 XP × 1.5 = 300 XP, less 200 XP counted before, held Apes #old "
            "for 181 days"
        ) in said
        assert (
            "Bought Apes #c for 0.1 ETH on 13 March 2026 Late, for “March”. A sale of 13 March 2026 came in "
            "on 3 April 2026. A purchase earns from 0.5 ETH on."
        ) in said
        # Of April itself the same hold is 30 days older.
        assert "400 XP × 1.5 = 600 XP, held Apes #old for 211 days" in said
        shown = [int(xp) for xp in re.findall(r"Bought Apes #\w for \S+ ETH on [\w ]+ \+(\d+) XP", said)]
        april = Shipment.objects.get(slug="april")
        assert sum(shown[:3]) == Award.objects.get(shipment_id=april.id).amount_xp == 850

    def test_support_reads_the_same(self) -> None:
        given_late_lines()
        said = text(signed_in("viewer").get(f"/admin/collectors/{address('ann')}/"))
        assert "Late, for “March”. A sale of 12 March 2026 came in on 3 April 2026." in said
        page = text(signed_in("approver", name="bob").get("/admin/shipments/april/"))
        assert "Of it late, for march: 250 XP in 3 lines of 1 collector." in page
