"""The path of staff in a real browser: sign in, pause with a reason, and what a collector then reads."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.test.testcases import LiveServerThread
from playwright.sync_api import Browser, Page, expect, sync_playwright

from rewards.staff import operations as staff
from tests.conftest import ClonedDatabase
from tests.tab import given
from tests.tables import address

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
PHRASE = "quiet-harbour-9"
REASON = "Bids that nobody can fill are being looked at"

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="There is no Chromium; CHROMIUM names one.")


@pytest.fixture
def server(cloned_database: ClonedDatabase) -> Iterator[str]:
    """
    The address of a web server on a database of its own, with a rule for listing and staff of two roles.

    Everything is written before a browser starts, because its event loop forbids the ORM in this thread.
    """
    season = given.season(ends="2100-01-01")
    given.rule(season, "listers", "listing", given.LISTING, title="Listing XP")
    given.rule(season, "buyers", "purchase", given.PURCHASE, title="Buying")
    given.wallet("ann")
    staff.put_user(name="olga", roles=["operator"], password=PHRASE)
    staff.put_user(name="vera", roles=["viewer"], password=PHRASE)
    thread = LiveServerThread("127.0.0.1", StaticFilesHandler, connections_override={})
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    if thread.error is not None:
        raise thread.error
    yield f"http://127.0.0.1:{thread.port}"
    thread.terminate()


@pytest.fixture
def browser(server: str) -> Iterator[Browser]:
    """A browser without a window."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


def signed_in(browser: Browser, server: str, name: str, *, width: int = 1280) -> Page:
    """A page on which somebody signed in by name and password."""
    page = browser.new_context(viewport={"width": width, "height": 900}).new_page()
    page.goto(f"{server}/admin/")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(PHRASE)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Waits for a decision")).to_be_visible()
    return page


class TestPause:
    @pytest.mark.parametrize("width", [1280, 390])
    def test_an_operator_pauses_listing_and_the_tab_says_so(
        self, server: str, browser: Browser, width: int
    ) -> None:
        tab = browser.new_page()
        tab.goto(f"{server}/rewards/{address('ann')}/")
        expect(tab.get_by_label("Paused now")).to_have_count(0)

        page = signed_in(browser, server, "olga", width=width)
        page.goto(f"{server}/admin/rules/")
        listing = page.locator("#listers")
        listing.get_by_text("Pause", exact=True).click()
        listing.get_by_label("Reason, which collectors read").fill(REASON)
        listing.get_by_role("button", name="Pause Listing XP").click()

        expect(page.get_by_text("rule.listers is paused from")).to_be_visible()
        expect(page.locator("#listers")).to_contain_text("paused")
        expect(page.locator("#buyers")).not_to_contain_text("paused")
        tab.reload()
        paused = tab.get_by_label("Paused now")
        expect(paused).to_contain_text("Listing XP paused")
        expect(paused).to_contain_text(REASON)

        page.locator("#listers").get_by_text("Resume", exact=True).click()
        page.locator("#listers").get_by_role("button", name="Resume Listing XP").click()
        expect(page.get_by_text("Nothing is paid back for the pause.")).to_be_visible()
        tab.reload()
        expect(tab.get_by_label("Paused now")).to_have_count(0)

    def test_says_beside_the_field_what_is_missing(self, server: str, browser: Browser) -> None:
        page = signed_in(browser, server, "olga")
        page.goto(f"{server}/admin/flags/")
        listing = page.locator("[id='liquidity.listing']")
        listing.get_by_text("Pause", exact=True).click()
        # The browser asks for a reason by itself; this is what a form without that help would send.
        listing.locator("form").evaluate("form => { form.noValidate = true }")
        listing.get_by_role("button", name="Pause Listing").click()

        wrong = page.locator("[id='liquidity.listing'] .hf-error")
        expect(wrong).to_have_text("A pause needs a reason; collectors read it.")

    def test_a_viewer_reads_and_cannot_pause(self, server: str, browser: Browser) -> None:
        page = signed_in(browser, server, "vera")
        page.goto(f"{server}/admin/rules/")

        expect(page.locator("#listers")).to_contain_text("Listing XP")
        expect(page.get_by_text("Pause", exact=True)).to_have_count(0)
        (token,) = [one["value"] for one in page.context.cookies() if one["name"] == "csrftoken"]
        answer = page.request.post(
            f"{server}/admin/flags/rule.listers/pause/",
            form={"reason": REASON, "csrfmiddlewaretoken": token},
            headers={"Referer": f"{server}/admin/rules/"},
        )
        assert answer.status == 403
        assert "CSRF" not in answer.text()
        tab = browser.new_page()
        tab.goto(f"{server}/rewards/{address('ann')}/")
        expect(tab.get_by_label("Paused now")).to_have_count(0)
