"""What axe-core and the scripts report of every page: nothing, light and dark, on a desk and on a phone."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Literal, cast

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.test.testcases import LiveServerThread
from django.urls import URLPattern, URLResolver
from playwright.sync_api import Browser, Page, expect

from marketplace.registry.models import Wallet
from rewards.adjustments.models import Adjustment
from rewards.admin import urls as admin_urls
from rewards.admin.site import site
from rewards.appeals.models import Appeal
from rewards.farming import operations as farming
from rewards.shipments.models import Line
from rewards.tab import urls as tab_urls
from tests.browser import world
from tests.browser.test_wallets import browser, pytestmark
from tests.browser.wallet import with_wallet
from tests.conftest import ClonedDatabase
from tests.identity.given import at
from tests.tables import address

if TYPE_CHECKING:
    from rewards.farming.rules import Tried
    from rewards.farming.strategies import Strategy

__all__ = ["browser", "pytestmark"]

AXE = resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")

DARK = "(dark) => document.documentElement.classList.toggle('dark', dark)"

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# What a page is made of is the same in every width and colour; this is what is not.
LOOKS = ["color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size"]

# No colour of ours hangs on a width, so two looks see each colour and each layout.
WAYS: tuple[tuple[int, Literal["light", "dark"], list[str]], ...] = (
    (1280, "light", WCAG),
    (390, "dark", LOOKS),
)

FIND = """async (wanted) => {
    const asked = { runOnly: wanted, resultTypes: ["violations"], elementRef: false, preload: false };
    const found = await axe.run(asked);
    return found.violations.flatMap((rule) => rule.nodes
        .filter((node) => ["serious", "critical"].includes(node.impact))
        .map((node) => `${rule.id}: ${node.html.slice(0, 200)} ${node.failureSummary.slice(0, 300)}`));
}"""

# Addresses that are no page: what is posted to, what a script asks for, and files.
NO_PAGES = {
    *("sign_in_text", "sign_in_signature", "sign_out", "link_text", "link_signature", "choose_page"),
    *("sign_out_there", "open_round", "ledger_csv", "card_theme", "choose_naming"),
    *(
        "pause",
        "resume",
        "fairness_decide",
        "notice_seen",
        "series_pause",
        "series_resume",
        "series_end",
        "series_skip",
        "series_take_back",
    ),
    *("plan", "approve", "ship", "words", "audience", "audience_count", "shipment_progress", "send_back"),
    *("cancel", "halt", "go_on", "retry", "say", "adjustment_write", "adjustment_upload"),
    *("adjustment_approve", "adjustment_send_back", "adjustment_cancel", "appeal_answer", "cohort_upload"),
    *("name_custody", "name_rate", "webhook_pause", "webhook_resume", "webhook_replay"),
}


# Every page, by the name of its address: of everybody, of ann, and of staff.
PUBLIC = """
    front         /rewards/
    front         /rewards/?wallet=0x12
    collector     /rewards/{cat}/
    collector     /rewards/{ann}/
    collector     /rewards/0x1/
    round         /rewards/{cat}/rounds/february/
    leaders       /rewards/leaders/
    card          /rewards/card/
    docs          /api/v1/docs
    login         /admin/login/
"""
OWN = """
    front         /rewards/
    program       /rewards/program/
    wallets       /rewards/wallets/
    unlink        /rewards/wallets/{second}/unlink/
    ledger        /rewards/ledger/
    ledger        /rewards/ledger/?reason=joined
    card          /rewards/card/
    leaders       /rewards/leaders/
    appeals       /rewards/appeals/
    appeal        /rewards/appeals/february/{line}/
    round         /rewards/{ann}/rounds/february/
"""
STAFF = """
    index         /admin/
    flags         /admin/flags/
    fairness      /admin/fairness/
    series        /admin/series/
    series_one    /admin/series/buyers/
    rules         /admin/rules/
    rule          /admin/rule/holders/
    rule_edit     /admin/rule/holders/edit/
    shipments     /admin/shipments/
    shipment_new  /admin/new-shipment/
    shipment      /admin/shipments/march/
    shipment      /admin/shipments/february/
    shipment      /admin/shipments/january/
    shipment      /admin/shipments/april/
    what_if       /admin/what-if/february/?rule=buyers
    adjustments   /admin/adjustments/
    adjustment    /admin/adjustments/{written}/
    appeals       /admin/appeals/
    appeal        /admin/appeals/{waiting}/
    appeal        /admin/appeals/{answered}/
    collectors    /admin/collectors/
    collector     /admin/collectors/{ann}/
    cohorts       /admin/cohorts/
    market        /admin/market/
    webhooks      /admin/webhooks/
    webhook       /admin/webhooks/market/
"""

# Pages that something is pressed on first.
PRESSED = {"sign_in", "farm_check"}


# To play the markets of a farm check takes longer than to look at all pages; what it says has its own tests.
HARVEST = farming.Harvest(
    strategy=cast("Strategy", "Buys from oneself, once a day"),
    days=30,
    wallets=2,
    earned_xp=1_000,
    fees_wei=10**16,
    capital_wei=10**18,
    is_cut=False,
    is_outranked=False,
    boost_bp=10_000,
)
VERDICT = farming.Verdict(
    tried=cast("Tried", None), cheapest=HARVEST, reach=HARVEST, bounds=["A cap"], alarm_wei=10**17
)


def rows(text: str) -> list[tuple[str, str]]:
    """The names and the paths of pages, a line each."""
    parted = [line.split() for line in text.strip().splitlines()]
    return [(name, path) for name, path in parted]


@dataclass(frozen=True, kw_only=True)
class World:
    """A running server, a session of its staff, and what stands for the braces in paths."""

    server: str
    session: str
    filled: dict[str, object]

    def urls(self, text: str) -> list[str]:
        """The addresses of pages."""
        return [self.server + path.format(**self.filled) for _, path in rows(text)]


@pytest.fixture
def server(cloned_database: ClonedDatabase) -> Iterator[World]:
    """A web server on a world of its own. Everything is written before a browser starts."""
    world.fill()
    ann = Wallet.objects.get(address=world.ANN)
    line = Line.objects.filter(collector_id=ann.id, amount_xp__gt=0).earliest("subject")
    filled = {
        "ann": world.ANN,
        "cat": address("cat"),
        "second": Wallet.objects.get(address=at("second")).id,
        "line": f"{line.rule_version_id}/{line.subject}/{line.for_shipment_id}",
        "written": Adjustment.objects.get(title="Thanks for reports").id,
        "waiting": Appeal.objects.get(state="open").id,
        "answered": Appeal.objects.get(state="answered").id,
    }
    session = world.session_of("olga")
    thread = LiveServerThread("127.0.0.1", StaticFilesHandler, connections_override={})
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    if thread.error is not None:
        raise thread.error
    yield World(server=f"http://127.0.0.1:{thread.port}", session=session, filled=filled)
    thread.terminate()


class Look:
    """Looks at pages, and keeps what was found."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.found: list[str] = []
        # A script that fails is found, too: without it a page still reads well, and does less.
        page.on("pageerror", lambda error: self.found.append(f"{page.url}: {error}"))

    def at(self, *urls: str) -> None:
        """Go to pages, and look at each."""
        for url in urls:
            self.page.goto(url)
            self.look()

    def look(self) -> None:
        """Unfold the page that is open, and look at it in each way."""
        self.page.evaluate(AXE)
        self.page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        for width, scheme, wanted in WAYS:
            self.page.set_viewport_size({"width": width, "height": 900})
            self.page.emulate_media(color_scheme=scheme)
            # The admin's frame takes its colours from a class, which it sets once, when the page is loaded.
            self.page.evaluate(DARK, scheme == "dark")
            told: list[str] = self.page.evaluate(FIND, wanted)
            self.found += [f"{self.page.url} {width} {scheme}: {one}" for one in told]
            if self.page.evaluate("document.documentElement.scrollWidth") > width:
                self.found.append(f"{self.page.url} is wider than {width}")


class TestTab:
    def test_has_nothing_serious_on_any_page(self, server: World, browser: Browser) -> None:
        look = Look(browser.new_context(reduced_motion="reduce").new_page())
        look.at(*server.urls(PUBLIC))
        context = browser.new_context(reduced_motion="reduce")
        with_wallet(context, "ann")
        own = Look(context.new_page())
        own.page.goto(f"{server.server}/rewards/sign-in/")
        own.page.get_by_role("button", name="Test wallet").click()
        expect(own.page.get_by_label("The text to sign")).to_contain_text("wants you to sign in")
        own.look()
        own.page.get_by_role("button", name="Sign in").click()
        expect(own.page.get_by_text("This is your page")).to_be_visible()
        own.at(*server.urls(OWN))
        own.page.goto(f"{server.server}/rewards/")
        own.page.get_by_role("button", name="Open it").click()
        expect(own.page.locator("[data-count]")).to_be_visible()
        own.look()
        assert "\n".join(look.found + own.found) == ""


class TestAdmin:
    def test_has_nothing_serious_on_any_page_of_ours(
        self, server: World, browser: Browser, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        context = browser.new_context(reduced_motion="reduce")
        context.add_cookies([{"name": "sessionid", "value": server.session, "url": server.server}])
        look = Look(context.new_page())
        look.at(*server.urls(STAFF))
        look.page.goto(f"{server.server}/admin/rule/buyers/")
        monkeypatch.setattr(farming, "check", lambda **_: [VERDICT])
        look.page.get_by_role("button", name="Farm check").click()
        expect(look.page.get_by_text("that come back")).to_be_visible()
        look.look()
        assert "\n".join(look.found) == ""


class TestLists:
    def test_have_every_page_of_ours(self) -> None:
        looked_at = {name for text in (PUBLIC, OWN, STAFF) for name, _ in rows(text)} | PRESSED
        of_django = {getattr(one, "name", None) for one in site.get_urls()}
        both: list[URLPattern | URLResolver] = [*tab_urls.urlpatterns, *admin_urls.urlpatterns]
        ours = {one.name for one in both if isinstance(one, URLPattern)}
        assert ours - of_django - NO_PAGES - looked_at == set()
