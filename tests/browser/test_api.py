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
        assert [url for url in asked if not url.startswith((server, "data:"))] == []
        assert said == []
