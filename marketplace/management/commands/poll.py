"""Reads OpenSea's events by its REST API: ``manage.py poll opensea --collection NAME --since DAY``."""

import signal
import sys
from argparse import ArgumentParser
from datetime import datetime
from threading import Event
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from config.instants import instant
from marketplace.feeds import operations as feeds
from marketplace.feeds.errors import FeedError, FeedRefused
from marketplace.feeds.rest import Api

# Reasons that are shown of what was not taken in; each with how often.
SHOWN = 10


class Command(BaseCommand):
    """Reads the arguments and makes one call into the feeds a collection, again and again."""

    help = "Read what OpenSea tells of collections, from where it was read last. OPENSEA_API_KEY is the key."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_common(parser)
        parser.add_argument("--once", action="store_true", help="read once and end; 1 if it failed")
        parser.add_argument("--interval", type=float, default=60, help="seconds between readings")

    def handle(self, *_: Any, **options: Any) -> None:
        stop = stopped_by_signals()
        api = opensea_api(stop=stop, tell=self.stderr.write)
        while not stop.is_set():
            for collection in options["collection"]:
                try:
                    self._poll(api, collection, options["since"], stop)
                except FeedRefused as error:
                    raise CommandError(f"{collection}: {error} What was read before is kept.") from error
                except FeedError as error:
                    if options["once"]:
                        raise CommandError(
                            f"{collection}: {error} What was read before is kept; run this again."
                        ) from error
                    self.stderr.write(f"{collection}: {error} It is read on with the next reading.")
            if options["once"]:
                return
            stop.wait(options["interval"])

    def _poll(self, api: Api, collection: str, since: datetime | None, stop: Event) -> None:
        polled = feeds.poll(
            api=api, collection=collection, since=since, as_of=timezone.now(), stopping=stop.is_set
        )
        self.stdout.write(f"{collection}: {told(polled)}")
        for reason, count in polled.problems.most_common(SHOWN):
            self.stderr.write(f"{count:,} × {reason}")


def add_common(parser: ArgumentParser) -> None:
    """What both commands of a feed ask for."""
    parser.add_argument("feed", choices=["opensea"], help="whose feed")
    parser.add_argument(
        "--collection", action="append", required=True, metavar="SLUG", help="which; may be repeated"
    )
    parser.add_argument("--since", type=instant, help="where the first reading begins: a day, or an instant")


def opensea_api(*, stop: Event, tell: Any) -> Api:
    """The API as the settings have it."""
    if not settings.OPENSEA_API_URL.startswith(("https://", "http://")):
        raise CommandError("OPENSEA_API_URL must begin with https:// or http://.")
    return Api(url=settings.OPENSEA_API_URL, key=settings.OPENSEA_API_KEY, wait=stop.wait, tell=tell)


def stopped_by_signals() -> Event:
    """An event that SIGTERM and Ctrl-C set; a second one ends the process at once."""
    stop = Event()

    def handle(number: int, _: Any) -> None:
        if stop.is_set():
            sys.exit(128 + number)
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, handle)
    return stop


def told(polled: feeds.Polled) -> str:
    """What became of the events of a reading, in one line."""
    words = polled.words
    return (
        f"{words['new']:,} new, {words['known']:,} known, {words['conflict']:,} in conflict, "
        f"{words['refused']:,} refused, in {polled.pages:,} pages."
    )
