"""The pages of who has signed in, for the row of links above each of them."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse

PAGES = (
    ("Your page", "tab:front"),
    ("Ledger", "tab:ledger"),
    ("Reports", "tab:appeals"),
    ("Leaders", "tab:leaders"),
    ("Wallets", "tab:wallets"),
    ("The program", "tab:program"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPage:
    """A link of the row; ``is_here`` is true of the page that shows it."""

    title: str
    url: str
    is_here: bool


def own_pages(request: HttpRequest) -> list[OwnPage]:
    """The row as a page at this address shows it."""
    links = [(title, reverse(name)) for title, name in PAGES]
    return [OwnPage(title=title, url=url, is_here=url == request.path) for title, url in links]
