"""A collector reports a problem on a line, staff answer with a correction, and the collector sees it."""

import pytest
from playwright.sync_api import Browser, Page, expect

from rewards.staff import operations as staff
from tests.browser.test_wallets import browser, picture, pytestmark, server
from tests.browser.wallet import signed_in
from tests.identity.given import at

__all__ = ["browser", "pytestmark", "server"]

PASSWORD = "a long one for the tests"  # noqa: S105 (of users of a test)


def staff_page(browser: Browser, server: str, name: str) -> Page:
    """A page on which somebody of the staff has signed in."""
    page = browser.new_page()
    page.goto(f"{server}/admin/login/?next=/admin/")
    page.fill("input[name=username]", name)
    page.fill("input[name=password]", PASSWORD)
    page.click("button[type=submit]")
    expect(page.get_by_text("Waits for a decision")).to_be_visible(timeout=30_000)
    return page


@pytest.fixture
def people(server: str) -> None:
    """An operator and an approver, made before the browser takes the thread's loop."""
    for name, role in (("olga", "operator"), ("bob", "approver")):
        staff.put_user(name=name, roles=[role], password=PASSWORD)


class TestAppeals:
    def test_go_from_the_line_to_staff_and_back(self, server: str, people: None, browser: Browser) -> None:
        page, _ = signed_in(browser.new_context(), server, "ann")
        page.set_default_timeout(30_000)
        lines = f"{server}/rewards/{at('ann')}/rounds/spring-round/"
        page.goto(lines)
        picture(page, "appeal-round")
        page.get_by_role("link", name="Something wrong?").click()
        expect(page.get_by_role("heading", name="What is wrong with this line?")).to_be_visible()
        picture(page, "appeal-form")
        page.get_by_label("What happened, and what you expected").fill("I paid 2 ETH, and you counted 1.")
        page.get_by_role("button", name="Send the report").click()
        expect(page.get_by_text("1 report waits for an answer")).to_be_visible()

        olga = staff_page(browser, server, "olga")
        olga.goto(f"{server}/admin/appeals/")
        picture(olga, "staff-appeals")
        olga.get_by_role("link", name="I paid 2 ETH").click()
        expect(olga.get_by_text("events as they came in")).to_be_visible()
        picture(olga, "staff-appeal")
        olga.get_by_label("Answer, which the collector reads").fill("You are right: it was 2 ETH.")
        olga.get_by_label("XP to give").fill("100")
        olga.get_by_role("button", name="Answer", exact=True).click()
        expect(olga.get_by_text("The correction of 100 XP")).to_be_visible()
        page.reload()
        expect(page.get_by_text("waits for approval by a second person")).to_be_visible()

        bob = staff_page(browser, server, "bob")
        bob.get_by_role("link", name="Look at it").click()
        picture(bob, "staff-correction")
        bob.get_by_role("button", name="Approve +100 XP").click()
        expect(bob.get_by_text("Approved and made.")).to_be_visible()

        page.reload()
        expect(page.get_by_text("A correction of 100 XP was made on")).to_be_visible()
        picture(page, "appeal-answered")
        page.goto(lines)
        expect(page.get_by_role("link", name="You reported this; it was answered.")).to_be_visible()
        page.goto(f"{server}/rewards/")
        expect(page.get_by_role("heading", name="Corrections")).to_be_visible()
        expect(page.get_by_text("You are right: it was 2 ETH.")).to_be_visible()
        picture(page, "appeal-corrections")
