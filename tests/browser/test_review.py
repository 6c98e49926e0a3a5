"""A reviewer's path in a real browser: look, send back, approve, watch it ship, halt, go on."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.cache import cache
from django.db import connections
from django.test.testcases import LiveServerThread
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect, sync_playwright

from config.settings import BASE_DIR
from rewards.shipments import operations as shipments
from rewards.staff import operations as staff
from tests.admin.two_rounds import given_two_rounds
from tests.browser.test_admin import CHROMIUM, PHRASE, signed_in
from tests.conftest import ClonedDatabase

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="There is no Chromium; CHROMIUM names one.")

# A folder for pictures of what the reviewer sees, for the docs; without one none are taken.
PICTURES = os.environ.get("PICTURES")


@pytest.fixture
def server(cloned_database: ClonedDatabase) -> Iterator[str]:
    """The address of a web server with a round that ann planned, and bob who approves and olga who plans."""
    cache.clear()
    given_two_rounds()
    staff.put_user(name="bob", roles=["approver"], password=PHRASE)
    staff.put_user(name="olga", roles=["operator"], password=PHRASE)
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


def aside(work: Callable[[], object]) -> None:
    """Do something on the test's database in another thread; the browser's loop forbids it in this one."""

    def do() -> None:
        try:
            work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as threads:
        threads.submit(do).result()


@contextmanager
def worker(database: ClonedDatabase, folder: Path) -> Iterator[None]:
    """A real worker and the beat that sends it hints from the rows, as `make run` has them."""
    celery = [sys.executable, "-m", "celery", "--app", "config.celery", "worker", "--concurrency", "1"]
    schedule = ["--beat", "--schedule", str(folder / "beat"), "--loglevel", "WARNING"]
    environment = database.environment() | {"SWEEP_SECONDS": "1", "LOCAL": "1"}
    with subprocess.Popen(
        [*celery, *schedule],
        cwd=BASE_DIR,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            yield
        finally:
            process.terminate()
            process.wait(30)


def take(page: Page, name: str) -> None:
    """Take a picture of the page, on a desk and on a phone, in light and in dark."""
    if PICTURES is None:
        return
    for width in (1280, 390):
        for scheme in ("light", "dark"):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)
            # The admin's frame reads the scheme once, when a page is loaded.
            page.reload()
            page.screenshot(path=Path(PICTURES) / f"{name}-{width}-{scheme}.png", full_page=True)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(color_scheme="light")


def say(page: Page, button: str, text: str) -> None:
    """Open what a button asks for, type it, and press the button."""
    asked = page.locator("details.hf-act", has=page.locator("summary", has_text=button))
    asked.locator("summary").click()
    asked.get_by_role("textbox").fill(text)
    asked.get_by_role("button", name=button).click()


def test_a_reviewer_sends_back_approves_and_watches_it_ship(
    server: str, browser: Browser, cloned_database: ClonedDatabase, tmp_path: Path
) -> None:
    march = f"{server}/admin/shipments/march/"
    bob = signed_in(browser, server, "bob")
    bob.goto(march)
    expect(bob.get_by_role("img", name="How many collectors get how much XP")).to_be_visible()
    expect(bob.get_by_role("heading", name="Top awards")).to_be_visible()
    expect(bob.get_by_role("heading", name="Against the last round")).to_be_visible()
    take(bob, "plan")
    for width in (1280, 390):
        bob.set_viewport_size({"width": width, "height": 900})
        assert bob.evaluate("document.documentElement.scrollWidth") <= width
    bob.set_viewport_size({"width": 1280, "height": 900})

    say(bob, "Send back", "The largest award is three times that of February. Is that right?")
    expect(bob.get_by_text("Sent back. Nobody can approve it")).to_be_visible()
    expect(bob.get_by_role("button", name="Approve")).to_have_count(0)

    olga = signed_in(browser, server, "olga")
    olga.goto(march)
    expect(olga.locator("#comments")).to_contain_text("Is that right?")
    say(olga, "Comment", "It is: token mar217 was sold for 100 ETH.")
    olga.get_by_role("button", name="Plan again").click()
    expect(olga.get_by_text("The planning is on the work list.")).to_be_visible()
    aside(lambda: shipments.plan(slug="march", as_of=timezone.now()))

    bob.goto(march)
    expect(bob.locator("#comments")).to_contain_text("It is: token mar217 was sold for 100 ETH.")
    bob.get_by_role("button", name="Approve").click()
    expect(bob.get_by_text("Approved. What was planned is what ships.")).to_be_visible()

    # The page is open before the first batch is posted, and is not loaded again by anybody but itself.
    aside(lambda: shipments.start(slug="march", as_of=timezone.now(), batch_size=20))
    bob.goto(march)
    expect(bob.locator("#progress")).to_contain_text("0 %")
    say(bob, "Halt", "A look at the first awards")
    expect(bob.get_by_text("Nothing more is posted until it goes on.")).to_be_visible()
    take(bob, "halted")
    say(bob, "Go on", "All is well")
    expect(bob.get_by_text("It goes on where it was.")).to_be_visible()
    with worker(cloned_database, tmp_path):
        expect(bob.locator(".hf-chip", has_text="shipped")).to_be_visible(timeout=240_000)
    expect(bob.locator("#progress")).to_contain_text("100 %")
    take(bob, "shipped")
