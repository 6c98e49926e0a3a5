"""Asks OpenSea's REST API v2 for pages of events, patiently: it may have had enough, or fail for a while."""

import email.utils
import http.client
import math
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec
from django.utils import timezone
from msgspec import Raw, Struct

from marketplace.feeds.backoff import Backoff
from marketplace.feeds.errors import FeedError, FeedRefused

PAGE_ITEMS: Final = 200
PAGE_BYTES: Final = 16 * 1024 * 1024
TIMEOUT_SECONDS: Final = 30
ATTEMPTS: Final = 8
LONGEST_WAIT_SECONDS: Final = 300

# Cancellations are told by the Stream alone.
KINDS: Final = ("sale", "transfer", "mint", "listing", "offer", "trait_offer", "collection_offer")

REFUSED: Final = {
    400: "says that the question is wrong",
    401: "does not accept the API key; set OPENSEA_API_KEY",
    403: "does not let this API key ask; set OPENSEA_API_KEY",
    404: "knows no such collection",
}


class Page(Struct):
    """One answer: events as they were told, and where the next page begins."""

    asset_events: list[Raw]
    next: str | None = None


@dataclass(frozen=True, kw_only=True)
class Api:
    """
    The API at an address. ``wait`` waits for some seconds and returns true if it should be given up.

    Raises FeedRefused where asking again is no use, FeedError after too many failures.
    """

    url: str
    key: str
    wait: Callable[[float], bool]
    tell: Callable[[str], None]

    def pages(self, *, collection: str, after: datetime, before: datetime) -> Iterator[list[bytes]]:
        """Yield the events of a collection between two instants, a page at a time, the ends included."""
        slug = urllib.parse.quote(collection, safe="")
        asked = [
            ("after", str(int(after.timestamp()) - 1)),
            ("before", str(int(before.timestamp()) + 1)),
            ("limit", str(PAGE_ITEMS)),
            *(("event_type", kind) for kind in KINDS),
        ]
        seen: set[str] = set()
        cursor: str | None = None
        while True:
            query = [*asked, ("next", cursor)] if cursor else asked
            page = self._page(f"{self.url}/api/v2/events/collection/{slug}?{urllib.parse.urlencode(query)}")
            yield [bytes(event) for event in page.asset_events]
            cursor = page.next
            if not cursor:
                return
            if cursor in seen:
                raise FeedError(f"OpenSea's pages of {collection} go in a circle at {cursor[:80]!r}.")
            seen.add(cursor)

    def _page(self, url: str) -> Page:
        backoff, reason = Backoff(longest=60), ""
        for _ in range(ATTEMPTS):
            asked_to_wait = 0.0
            try:
                return self._ask(url)
            except urllib.error.HTTPError as error:
                with error:
                    if error.code in REFUSED:
                        raise FeedRefused(f"OpenSea {REFUSED[error.code]} ({error.code}).") from error
                    asked_to_wait = _retry_after(error.headers.get("Retry-After"))
                    reason = f"answered {error.code}"
            except (OSError, http.client.HTTPException) as error:
                reason = f"cannot be reached ({error})"
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
                reason = f"answered something that is no page ({error})"
            seconds = max(backoff.next(), asked_to_wait)
            self.tell(f"OpenSea {reason}; asking again in {seconds:.0f} s.")
            if self.wait(seconds):
                raise FeedError("Stopped while waiting for OpenSea.")
        raise FeedError(f"OpenSea {reason}, {ATTEMPTS} times in a row.")

    def _ask(self, url: str) -> Page:
        request = urllib.request.Request(  # noqa: S310 (settings allow https and http alone)
            url, headers={"accept": "application/json", "x-api-key": self.key, "user-agent": "holdfast"}
        )
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310 (as above)
            data = answer.read(PAGE_BYTES + 1)
        if len(data) > PAGE_BYTES:
            raise FeedError(f"OpenSea's answer is larger than {PAGE_BYTES >> 20} MiB.")
        return msgspec.json.decode(data, type=Page)


def _retry_after(header: str | None) -> float:
    """The seconds that a Retry-After asks for, as a number or as a date; none where it says neither."""
    if not header:
        return 0.0
    try:
        seconds = float(header)
    except ValueError:
        try:
            seconds = (email.utils.parsedate_to_datetime(header) - timezone.now()).total_seconds()
        except (ValueError, TypeError):
            return 0.0
    return 0.0 if math.isnan(seconds) else min(max(seconds, 0.0), LONGEST_WAIT_SECONDS)
