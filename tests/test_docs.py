"""The documentation: nothing in it leads nowhere, and nothing of it is hard to find."""

import re
from pathlib import Path

import pytest

from config.settings import BASE_DIR

DOCS = BASE_DIR / "docs"
PAGES = sorted([*BASE_DIR.glob("*.md"), *DOCS.rglob("*.md"), *BASE_DIR.glob("bench/*.md")])

LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)\s]*)?\)")
PICTURE = re.compile(r"(?:src|srcset)=\"([^\"]+)\"")
VARIABLE = re.compile(r"environ(?:\.get\(|\[)\"([A-Z_]+)\"")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(BASE_DIR)))
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    links = [link for link in LINK.findall(text) + PICTURE.findall(text) if "://" not in link]
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_page_is_in_the_list_of_pages() -> None:
    listed = {
        (DOCS / link).resolve() for link in LINK.findall((DOCS / "README.md").read_text(encoding="utf-8"))
    }
    pages = {page for folder in ("how-to", "reference", "explanation") for page in (DOCS / folder).iterdir()}
    assert pages - listed == set()


def test_decisions_are_numbered_one_after_the_other() -> None:
    pages = sorted((DOCS / "adr").iterdir())
    titles = [page.read_text(encoding="utf-8").partition("\n")[0] for page in pages]
    numbers = range(1, len(pages) + 1)
    assert [page.name[:5] for page in pages] == [f"{number:04d}-" for number in numbers]
    assert [title.split()[:2] for title in titles] == [["#", f"{number}."] for number in numbers]


def test_every_variable_of_the_settings_is_explained() -> None:
    settings = (BASE_DIR / "config" / "settings.py").read_text(encoding="utf-8")
    explained = (DOCS / "how-to" / "run.md").read_text(encoding="utf-8")
    assert [name for name in sorted(set(VARIABLE.findall(settings))) if name not in explained] == []
