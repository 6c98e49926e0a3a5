"""The pages "What if" and "Farm check": what they say, who may ask, and that nothing is left."""

import csv
import io
from typing import Any

import pytest

from rewards.flags import operations as flags
from tests.admin.given import signed_in, text
from tests.rules.given import PLANNED_AT, given_rule, planned
from tests.tables import address, day
from tests.whatif.given import given_program, rows_of_every_table

pytestmark = pytest.mark.django_db

PAGE = "/admin/what-if/march/"

BUYERS = {
    "based_on": 1,
    "xp_per_purchase": "0",
    "xp_per_eth": "50",
    "minimum_price_eth": "0",
    "collections_of": "all",
    "sales": "all",
    "pays": "buyer",
}


class TestWhatIf:
    def test_compares_and_keeps_nothing(self) -> None:
        given_program()
        planned()
        client = signed_in("operator")
        before = rows_of_every_table()
        typed = {**BUYERS, "ask": "1", "if-without_rules": "long-holders"}
        said = text(client.post(f"{PAGE}?rule=buyers", typed))

        # ann 50, bob 100 and dan 150 instead of 200, 300 and 300.
        assert "−500 XP in all 300 XP in the round, instead of 800 XP" in said
        assert "0 gain 0 XP together" in said
        assert "3 lose 500 XP together" in said
        assert "buyers: XP per ETH 100 50" in said
        assert "long-holders in the round left out" in said
        assert "Buyers 800 XP 300 XP −500 XP" in said
        assert "300 XP 100 XP −200 XP" in said
        assert rows_of_every_table() == before

    def test_adds_and_lifts_pauses(self) -> None:
        given_program()
        reason: dict[str, Any] = {"reason": "A look", "by": "olga", "as_of": PLANNED_AT}
        flags.pause(flag="rule.buyers", starts_at=day("2026-03-12"), ends_at=day("2026-03-14"), **reason)
        planned()
        client = signed_in("approver")
        lifted = text(client.post(PAGE, {"if-without_pauses": "rule.buyers"}))
        assert "+300 XP in all 800 XP in the round" in lifted
        assert "1 had nothing" in lifted
        pause = {"if-pause_flag": "rule.buyers", "if-pause_until": "2026-03-02T00:00:00"}
        paused = text(client.post(PAGE, pause))
        assert "−200 XP in all 300 XP in the round" in paused
        response = client.post(PAGE, {"if-pause_until": "2026-03-02T00:00:00"})
        assert response.status_code == 400
        assert "Say what is paused then." in text(response)

    def test_gives_every_difference_as_csv(self) -> None:
        given_program()
        planned()
        response = signed_in("operator").post(PAGE, {"if-without_rules": "long-holders", "csv": "1"})
        assert response["Content-Disposition"] == 'attachment; filename="what-if-march.csv"'
        rows = list(csv.DictReader(io.StringIO(response.content.decode())))
        assert [(row["address"], row["change_xp"]) for row in rows] == [
            (address("ann"), "-100"),
            (address("bob"), "-100"),
        ]

    def test_is_for_viewers_to_look_at(self) -> None:
        given_program()
        planned()
        vera = signed_in("viewer")
        assert "Operators and approvers can ask." in text(vera.get(PAGE))
        assert vera.post(PAGE, {"ask": "1"}).status_code == 403
        assert vera.get("/admin/what-if/nothing/").status_code == 404

    def test_is_reached_from_a_shipment(self) -> None:
        given_program()
        planned()
        assert PAGE in signed_in("viewer").get("/admin/shipments/march/").content.decode()


class TestFarmCheck:
    def test_says_what_it_costs_those_who_may_ask(self) -> None:
        given_program()
        given_rule("keepers", "cohort", xp=5, cohort="testers")
        olga = signed_in("operator")
        assert "Farm check" in text(olga.get("/admin/rule/keepers/"))
        assert "nothing can be done for it" in text(olga.post("/admin/rule/keepers/farm-check/"))
        assert signed_in("viewer", name="vera").post("/admin/rule/keepers/farm-check/").status_code == 403
