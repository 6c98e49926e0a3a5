"""
Takes pictures of the rewards tab, on a desk and on a phone, in light and in dark.

    python -m tests.browser.screenshots http://127.0.0.1:8000 var/screenshots name=/rewards/ …

A server must run there. Chromium is the system's own (Debian: apt-get install chromium).
"""

import argparse
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, sync_playwright

SIZES = {1280: 900, 390: 844}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def main() -> None:
    """Take a picture of each page in each size and colour scheme."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("address", help="where the server runs")
    parser.add_argument("folder", type=Path, help="where the pictures go")
    parser.add_argument("pages", nargs="+", metavar="name=/path", help="pages to look at")
    parser.add_argument("--height", type=int, help="cut the pictures off there instead of taking whole pages")
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=given.chromium, args=["--no-sandbox"])
        for page in given.pages:
            name, path = page.split("=", 1)
            take(browser, url=given.address + path, name=name, folder=given.folder, height=given.height)
        browser.close()


def take(browser: Browser, *, url: str, name: str, folder: Path, height: int | None) -> None:
    """Take one page's pictures, and say when a page is wider than its window."""
    for width, usual_height in SIZES.items():
        for scheme in SCHEMES:
            context = browser.new_context(
                viewport={"width": width, "height": height or usual_height},
                color_scheme=scheme,
                device_scale_factor=1 if width > 1000 else 2,
            )
            page = context.new_page()
            page.goto(url, wait_until="networkidle")
            picture = folder / f"{name}-{width}-{scheme}.png"
            page.screenshot(path=picture, full_page=height is None)
            wide = page.evaluate("document.documentElement.scrollWidth")
            print(picture, f"is {wide} px wide, wider than its window" if wide > width else "")
            context.close()


if __name__ == "__main__":
    main()
