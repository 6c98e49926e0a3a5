"""Whom a shipment is for, counted while it is typed, in a real browser."""

import pytest
from playwright.sync_api import Browser, expect

from rewards.rules.models import Season
from tests.browser.test_admin import browser, pytestmark, server, signed_in
from tests.tab import given

__all__ = ["browser", "pytestmark", "server"]


@pytest.fixture
def shipment_page(server: str) -> str:
    """The address of a plan's page, written before the browser starts."""
    given.shipment(Season.objects.get(), "first", start="2019-01-01", end="2019-02-01")
    return f"{server}/admin/shipments/first/"


class TestAudience:
    def test_is_counted_while_it_is_typed_and_saved_by_the_button(
        self, shipment_page: str, server: str, browser: Browser
    ) -> None:
        page = signed_in(browser, server, "olga")
        page.goto(shipment_page)
        reached = page.locator("#reached")
        expect(reached).to_have_text("1 collector")

        page.get_by_label("Bought in the window").check()
        expect(reached).to_have_text("0 collectors", timeout=15_000)
        page.get_by_label("Random share").fill("0.5")
        expect(reached).to_have_text(
            "Seed is missing; without it nobody could check the choice.", timeout=15_000
        )
        page.get_by_label("Random share").fill("")
        expect(reached).to_have_text("0 collectors", timeout=15_000)
        page.get_by_role("button", name="Save").click()
        expect(
            page.get_by_text("Whom the shipment is for is changed. It has to be planned again.")
        ).to_be_visible(timeout=15_000)
