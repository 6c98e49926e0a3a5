"""Listens to OpenSea's Stream: ``manage.py stream opensea --collection NAME``."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from marketplace.feeds import operations as feeds
from marketplace.feeds.errors import FeedRefused
from marketplace.feeds.stream import Listener, Pace
from marketplace.management.commands.poll import add_common, opensea_api, stopped_by_signals, told


class Command(BaseCommand):
    """Reads the arguments, and listens until it is told to stop."""

    help = "Take in what OpenSea's Stream tells as it happens, and read gaps by the REST API."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_common(parser)
        parser.add_argument(
            "--read-every", type=float, default=600, help="seconds between readings by the REST API"
        )

    def handle(self, *_: Any, **options: Any) -> None:
        stop = stopped_by_signals()
        api = opensea_api(stop=stop, tell=self.stderr.write)
        started_at = timezone.now()

        def read() -> None:
            for collection in options["collection"]:
                since = options["since"] or started_at - feeds.OVERLAP
                polled = feeds.poll(
                    api=api, collection=collection, since=since, as_of=timezone.now(), stopping=stop.is_set
                )
                self.stdout.write(f"{collection}, read by the REST API: {told(polled)}")

        listener = Listener(
            url=settings.OPENSEA_STREAM_URL,
            key=settings.OPENSEA_API_KEY,
            collections=options["collection"],
            read=read,
            tell=self.stderr.write,
            stop=stop,
            pace=Pace(reading=options["read_every"]),
        )
        try:
            listener.run()
        except FeedRefused as error:
            raise CommandError(f"{error} What came before is kept.") from error
        counts = ", ".join(f"{count:,} {word}" for word, count in sorted(listener.words.items()))
        self.stdout.write(f"Stopped. Of the Stream's messages: {counts or 'none came'}.")
