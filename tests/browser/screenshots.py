"""
Takes pictures of pages, on a desk and on a phone, in light and in dark; without pages, those of the docs.

    python -m tests.browser.screenshots http://127.0.0.1:8000 var/screenshots name=/rewards/ …
    export STAFF_PASSWORD=…
    python -m tests.browser.screenshots http://127.0.0.1:8000 docs/img --staff ann --wallet 0x…

A server must run there; for the docs what `make run` brings, with a round to review, named 2019-04, and one
that is halted, named 2019-01. Chromium is the system's own (Debian: apt-get install chromium).
"""

import argparse
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, BrowserContext, sync_playwright

SIZES = {1280: 900, 390: 844}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@dataclass(frozen=True, kw_only=True)
class Picture:
    """One picture: which page, how wide, how far down (all of it, if empty), and in which colours."""

    name: str
    path: str
    width: int = 1280
    height: int | None = None
    scheme: Literal["light", "dark"] = "light"


def of_the_docs(wallet: str) -> list[Picture]:
    """The pictures in README.md and docs/, by the names that they have there."""
    own = f"/rewards/{wallet}/?as_of=2019-04-09T14:28:22Z"
    return [
        Picture(name="tab-light", path=own, height=1200),
        Picture(name="tab-dark", path=own, height=1200, scheme="dark"),
        Picture(name="tab-phone-light", path=own, width=390, height=1200),
        Picture(name="tab-phone-dark", path=own, width=390, height=1200, scheme="dark"),
        Picture(name="front-light", path="/rewards/", height=1100),
        Picture(name="leaders-phone-dark", path="/rewards/leaders/", width=390, height=1200, scheme="dark"),
        Picture(name="staff-dashboard", path="/admin/", height=900),
        Picture(name="staff-dashboard-phone-dark", path="/admin/", width=390, height=844, scheme="dark"),
        Picture(name="staff-review", path="/admin/shipments/2019-04/", height=1500),
        Picture(name="staff-halted-phone", path="/admin/shipments/2019-01/", width=390, height=900),
        Picture(name="staff-rule-dark", path="/admin/rule/holders/", height=900, scheme="dark"),
        Picture(name="staff-collector", path=f"/admin/collectors/{wallet}/", height=900),
    ]


def every_way(pages: list[str], *, height: int | None) -> list[Picture]:
    """Pages given as name=/path, each in each size and colour scheme."""
    named = [page.split("=", 1) for page in pages]
    return [
        Picture(name=f"{name}-{width}-{scheme}", path=path, width=width, height=height, scheme=scheme)
        for name, path in named
        for width in SIZES
        for scheme in SCHEMES
    ]


def main() -> None:
    """Take the pictures that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("address", help="where the server runs")
    parser.add_argument("folder", type=Path, help="where the pictures go")
    parser.add_argument(
        "pages", nargs="*", metavar="name=/path", help="pages to look at; the docs' own without"
    )
    parser.add_argument("--height", type=int, help="cut the pictures off there instead of taking whole pages")
    parser.add_argument("--staff", help="who signs in to the admin; STAFF_PASSWORD has the password")
    parser.add_argument("--wallet", default="", help="whose rewards the docs show; make run prints one")
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    given = parser.parse_args()
    if not given.pages and not (given.wallet and given.staff):
        parser.error("The pictures of the docs need --wallet and --staff.")
    given.folder.mkdir(parents=True, exist_ok=True)
    pictures = every_way(given.pages, height=given.height) if given.pages else of_the_docs(given.wallet)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=given.chromium, args=["--no-sandbox"])
        state = signed_in(browser, address=given.address, name=given.staff) if given.staff else None
        for picture in pictures:
            context = browser.new_context(
                viewport={"width": picture.width, "height": picture.height or SIZES[picture.width]},
                color_scheme=picture.scheme,
                device_scale_factor=1 if picture.width > 1000 else 2,
                reduced_motion="reduce",
                storage_state=state,
            )
            take(context, picture, address=given.address, folder=given.folder)
            context.close()
        browser.close()


def signed_in(browser: Browser, *, address: str, name: str) -> Any:
    """What a browser keeps once somebody of the staff has signed in."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{address}/admin/")
    page.fill("[name=username]", name)
    page.fill("[name=password]", os.environ["STAFF_PASSWORD"])
    page.click("[type=submit]")
    page.wait_for_selector("text=Waits for a decision")
    state = context.storage_state()
    context.close()
    return state


def take(context: BrowserContext, picture: Picture, *, address: str, folder: Path) -> None:
    """Take a picture, and say when a page is not there, or wider than its window."""
    page = context.new_page()
    answer = page.goto(address + picture.path, wait_until="networkidle")
    file = folder / f"{picture.name}.png"
    page.screenshot(path=file, full_page=picture.height is None)
    wide = page.evaluate("document.documentElement.scrollWidth")
    told = [str(file)]
    if answer is None or not answer.ok:
        told.append(f"shows no page: {answer.status if answer else 'nothing'}")
    if wide > picture.width:
        told.append(f"is {wide} px wide, wider than its window")
    print(*told)


if __name__ == "__main__":
    main()
