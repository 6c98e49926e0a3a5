"""The API's page in a real browser: its policy allows enough, and no other host is asked."""

from playwright.sync_api import Browser, expect

from tests.browser.test_admin import browser, pytestmark, server

__all__ = ["browser", "pytestmark", "server"]


class TestDescription:
    def test_is_drawn_from_our_own_files_alone(self, server: str, browser: Browser) -> None:

        page = browser.new_page(viewport={"width": 1280, "height": 900})
        asked: list[str] = []
        said: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text))

        page.goto(f"{server}/api/v1/docs")

        expect(page.get_by_text("/api/v1/ops/status")).to_be_visible(timeout=30_000)
        rules = page.locator("#operations-program-list_rules")
        expect(rules).to_contain_text("The rules, in numbers and in words")
        rules.locator(".opblock-summary-control").click()
        expect(rules.get_by_text("micro_xp_per_purchase").first).to_be_visible()
        rules.get_by_role("button", name="Try it out").click()
        rules.get_by_role("button", name="Execute").click()
        expect(rules.locator(".live-responses-table")).to_contain_text("Listing XP")
        # A report needs the token of a cookie, which the page sends along; without a sign-in it is a 401.
        report = page.locator("#operations-me-report_line")
        report.locator(".opblock-summary-control").click()
        report.get_by_role("button", name="Try it out").click()
        with page.expect_request("**/api/v1/me/appeals") as sent:
            report.get_by_role("button", name="Execute").click()
        assert len(sent.value.headers["x-csrftoken"]) >= 32
        expect(report.locator(".live-responses-table")).to_contain_text("401")

        assert [url for url in asked if not url.startswith((server, "data:"))] == []
        # What was refused is said by the browser; nothing else is, its policy least of all.
        assert [text for text in said if "401" not in text] == []
