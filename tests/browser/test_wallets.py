"""Signing in with a wallet in a real browser, linking a second one, and signing out."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.test.testcases import LiveServerThread
from playwright.sync_api import Browser, Page, Request, expect, sync_playwright

from config.local.postgres import SUPERUSER
from tests.browser.wallet import sign_in, signed_in, with_wallet
from tests.conftest import ClonedDatabase
from tests.identity.given import key
from tests.tab.test_sign_in import rounds_of

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
# A folder where pictures of the pages go, for looking at them.
PICTURES = os.environ.get("PICTURES")

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="There is no Chromium; CHROMIUM names one.")


@pytest.fixture
def server(cloned_database: ClonedDatabase) -> Iterator[str]:
    """The address of a web server on a database of its own, in which ann and bob received a round."""
    rounds_of("ann", "bob")
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


def picture(page: Page, name: str) -> None:
    """Take pictures on a desk and on a phone, in light and in dark, if a folder is named."""
    if PICTURES is None:
        return
    for width in (1280, 390):
        for scheme in ("light", "dark"):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)
            page.screenshot(path=Path(PICTURES) / f"{name}-{width}-{scheme}.png", full_page=True)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, name
    page.set_viewport_size({"width": 1280, "height": 900})


def replayed(page: Page, server: str, body: str) -> tuple[int, str]:
    """What a browser without a wallet is answered when it sends what another one sent to sign in."""
    page.goto(f"{server}/rewards/sign-in/")
    expect(page.get_by_text("No wallet was found in this browser.")).to_be_visible()
    picture(page, "no-wallet")
    status, said = page.evaluate(
        """async (body) => {
            const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
            const headers = { "X-CSRFToken": token, "Content-Type": "application/json" };
            const answer = await fetch("signature/", { method: "POST", headers, body });
            return [answer.status, (await answer.json()).error];
        }""",
        body,
    )
    return status, said


def open_round(page: Page) -> None:
    """Open what the first round brought."""
    picture(page, "sealed")
    page.get_by_role("button", name="Open it").click()
    expect(page.get_by_text("100 XP").first).to_be_visible()


class TestWallets:
    def test_sign_in_link_and_sign_out(self, server: str, browser: Browser) -> None:
        context = browser.new_context()
        troubles: list[str] = []
        sent: list[Request] = []
        context.on("console", lambda told: troubles.append(told.text) if told.type == "error" else None)
        context.on("weberror", lambda error: troubles.append(str(error.error)))
        context.on("request", lambda request: sent.append(request))  # noqa: PLW0108 (a list takes no marks of Playwright)

        page, wallet = signed_in(context, server, "ann")
        open_round(page)
        expect(page.get_by_text("SuperRare #1", exact=True).first).to_be_visible()
        expect(page.get_by_text("SuperRare #2", exact=True)).to_have_count(0)
        picture(page, "own")

        # The same nonce and signature, sent by somebody who listened.
        (told,) = [one.post_data for one in sent if one.url.endswith("/sign-in/signature/")]
        thief = browser.new_context().new_page()
        status, said = replayed(thief, server, told or "")
        assert status == 401
        assert "signed before" in said
        assert set(json.loads(told or "")) == {"nonce", "signature"}

        page.get_by_role("link", name="Wallets", exact=True).click()
        page.get_by_text("Choose the wallet to link").click()
        wallet.account = "bob"
        page.get_by_role("button", name="Test wallet").click()
        text = page.get_by_label("The text to sign")
        expect(text).to_contain_text(f"Link this wallet to {key('ann').address}")
        picture(page, "linking")
        wallet.agrees = False
        page.get_by_role("button", name="Link this wallet").click()
        expect(page.get_by_text("You did not sign in your wallet, so nothing was changed.")).to_be_visible()
        wallet.agrees = True
        page.get_by_role("button", name="Link this wallet").click()
        expect(page.get_by_text("Together they are one collector")).to_be_visible()
        assert [told.splitlines()[1] for told in wallet.signed] == [key("ann").address, key("bob").address]
        picture(page, "wallets")

        page.goto(f"{server}/rewards/")
        expect(page.get_by_text("300 XP").first).to_be_visible()
        expect(page.get_by_text("Bought SuperRare #2 for 1 ETH").first).to_be_visible()
        thief.goto(f"{server}/rewards/{key('bob').address}/")
        expect(thief.get_by_role("heading", name="This page is private")).to_be_visible()
        picture(thief, "private")

        page.goto(f"{server}/rewards/wallets/")
        page.get_by_role("link", name="Unlink").click()
        expect(page.get_by_text("XP that came until now stays")).to_be_visible()
        picture(page, "unlink")
        page.get_by_role("link", name="Keep it linked").click()

        page.get_by_role("button", name="Sign out", exact=True).click()
        expect(page.get_by_role("link", name="Sign in", exact=True)).to_be_visible()
        page.goto(f"{server}/rewards/wallets/")
        expect(page.get_by_role("heading", name="Sign in with your wallet")).to_be_visible()
        picture(page, "sign-in")
        assert troubles == []

    def test_a_text_that_is_over_is_said_and_asked_for_anew(
        self, server: str, browser: Browser, cloned_database: ClonedDatabase
    ) -> None:
        context = browser.new_context()
        with_wallet(context, "ann")
        page = context.new_page()
        page.goto(f"{server}/rewards/sign-in/")
        page.get_by_role("button", name="Test wallet").click()
        expect(page.get_by_label("The text to sign")).to_be_visible()
        with cloned_database.connect(role=SUPERUSER) as superuser:
            superuser.execute(
                "UPDATE identity_challenge SET issued_at = issued_at - interval '1 hour', "
                "expires_at = expires_at - interval '1 hour'"
            )
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("alert")).to_contain_text("more than five minutes have passed")
        sign_in(page, server)
