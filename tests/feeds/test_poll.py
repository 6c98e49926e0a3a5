"""P1 over the REST API: read again it is known, broken off it goes on, and it waits when it is told to."""

import io
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from marketplace.feeds import operations as feeds
from marketplace.feeds import rest as feed_rest
from marketplace.feeds.backoff import Backoff
from marketplace.feeds.errors import FeedError, FeedRefused
from marketplace.feeds.models import Mark
from marketplace.feeds.rest import Api
from marketplace.inbox.models import Event
from tests.feeds.servers import Rest, rest_server
from tests.inbox.opensea import rest
from tests.tables import day

SINCE, NOW = day("2026-01-01"), day("2026-01-20")


@pytest.fixture
def server() -> Any:
    with rest_server() as state:
        yield state


class Waits:
    """The seconds that were waited, in place of waiting."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.told: list[str] = []

    def wait(self, seconds: float) -> bool:
        self.seconds.append(seconds)
        return False

    def api(self, server: Rest) -> Api:
        return Api(url=server.url, key="key", wait=self.wait, tell=self.told.append)


def transfer(number: int, at: datetime) -> dict[str, Any]:
    return rest("transfer", transaction=f"0x{number:x}", event_timestamp=int(at.timestamp()))


def poll(server: Rest, *, as_of: datetime = NOW, waits: Waits | None = None, **words: Any) -> list[int]:
    """New, known, in conflict, refused."""
    api = (waits or Waits()).api(server)
    told = feeds.poll(api=api, collection="apes", as_of=as_of, **{"since": SINCE, **words}).words
    return [told[word] for word in ("new", "known", "conflict", "refused")]


@pytest.mark.django_db
class TestPoll:
    def test_p1_reads_all_pages_of_all_windows_and_knows_them_the_second_time(self, server: Rest) -> None:
        server.events = [transfer(n, SINCE + timedelta(days=n, hours=1)) for n in range(19)]
        assert poll(server) == [19, 0, 0, 0]
        assert len({query["after"][0] for query in server.asked}) == 3
        assert server.keys == {"key"}
        Mark.objects.all().delete()
        assert poll(server) == [0, 19, 0, 0]
        assert Event.objects.count() == 19

    def test_goes_on_a_little_before_where_it_was(self, server: Rest) -> None:
        poll(server)
        late = transfer(1, NOW - timedelta(minutes=9))
        server.events = [
            late,
            transfer(2, NOW + timedelta(minutes=1)),
            transfer(3, NOW - timedelta(minutes=11)),
        ]
        assert poll(server, since=None, as_of=NOW + timedelta(minutes=2)) == [2, 0, 0, 0]
        assert Mark.objects.get().read_until == NOW + timedelta(minutes=2)

    def test_keeps_the_windows_before_one_that_fails(self, server: Rest) -> None:
        server.events = [transfer(n, SINCE + timedelta(days=n * 7, hours=1)) for n in range(3)]
        server.faults = [None, *[(500, {})] * feed_rest.ATTEMPTS]
        with pytest.raises(FeedError, match=r"^OpenSea answered 500, 8 times in a row\.$"):
            poll(server)
        assert Mark.objects.get().read_until == SINCE + timedelta(days=7)
        assert poll(server) == [2, 0, 0, 0]

    def test_stops_between_pages_and_marks_nothing_that_it_did_not_read(self, server: Rest) -> None:
        server.events = [transfer(1, SINCE + timedelta(hours=1))]
        assert poll(server, stopping=lambda: True) == [0, 0, 0, 0]
        assert not Mark.objects.exists()

    def test_counts_why_some_were_not_taken_in(self, server: Rest) -> None:
        bad = transfer(2, SINCE) | {"quantity": 0}
        server.events = [transfer(1, SINCE + timedelta(hours=1)), bad]
        polled = feeds.poll(api=Waits().api(server), collection="apes", since=SINCE, as_of=NOW)
        assert dict(polled.words) == {"new": 1, "refused": 1}
        assert dict(polled.problems) == {"quantity must be 1 to 1000000000000000.": 1}

    def test_asks_where_to_begin(self, server: Rest) -> None:
        """And does not ask again every minute what only a person can answer."""
        with pytest.raises(FeedRefused, match=r"^It has not been read yet; say with --since where to begin"):
            poll(server, since=None)


@pytest.mark.django_db
class TestPatience:
    @pytest.mark.parametrize(
        ("fault", "waited", "told"),
        [
            ((429, {"Retry-After": "17"}), 17, "OpenSea answered 429; asking again in 17 s."),
            ((503, {"Retry-After": "nonsense"}), None, "OpenSea answered 503; asking again in"),
            ((429, {"Retry-After": "99999"}), 300, "OpenSea answered 429; asking again in 300 s."),
            ((429, {"Retry-After": "nan"}), None, "OpenSea answered 429; asking again in"),
            ((502, {}), None, "OpenSea answered 502; asking again in"),
            ("drop", None, "OpenSea cannot be reached ("),
            (b'{"asset_events": [', None, "OpenSea answered something that is no page ("),
            (b'{"asset_events": 1}', None, "OpenSea answered something that is no page ("),
            (b"<html>", None, "OpenSea answered something that is no page ("),
        ],
        ids=str,
    )
    def test_asks_again_after_a_failure(
        self, server: Rest, fault: Any, waited: float | None, told: str
    ) -> None:
        server.events = [transfer(1, SINCE + timedelta(hours=1))]
        server.faults, waits = [fault], Waits()
        assert poll(server, waits=waits) == [1, 0, 0, 0]
        (seconds,) = waits.seconds
        assert seconds == waited if waited else 0.5 <= seconds <= 1
        assert waits.told[0].startswith(told)

    def test_waits_until_the_date_that_it_is_told(self, server: Rest) -> None:
        at = timezone.now() + timedelta(seconds=100)
        server.faults, waits = [(429, {"Retry-After": f"{at:%a, %d %b %Y %H:%M:%S} GMT"})], Waits()
        poll(server, waits=waits)
        assert 50 < waits.seconds[0] <= 100

    @pytest.mark.parametrize(
        ("status", "sentence"),
        [
            (400, "OpenSea says that the question is wrong (400)."),
            (401, "OpenSea does not accept the API key; set OPENSEA_API_KEY (401)."),
            (404, "OpenSea knows no such collection (404)."),
        ],
    )
    def test_does_not_ask_again_where_it_is_no_use(self, server: Rest, status: int, sentence: str) -> None:
        server.faults, waits = [(status, {})], Waits()
        with pytest.raises(FeedRefused) as refused:
            poll(server, waits=waits)
        assert (str(refused.value), waits.seconds) == (sentence, [])

    def test_does_not_go_in_a_circle(self, server: Rest) -> None:
        server.faults = [b'{"asset_events": [], "next": "a"}'] * 2
        with pytest.raises(FeedError, match=r"^OpenSea's pages of apes go in a circle at 'a'\.$"):
            poll(server)

    def test_waits_longer_each_time_up_to_the_longest(self) -> None:
        backoff = Backoff(longest=5)
        for longest in (1, 2, 4, 5, 5):
            assert longest / 2 <= backoff.next() <= longest
        backoff.reset()
        assert backoff.next() <= 1


@pytest.mark.django_db
class TestCommand:
    def run(self, *words: str) -> tuple[str, str]:
        out, err = io.StringIO(), io.StringIO()
        call_command("poll", "opensea", "--collection", "apes", "--once", *words, stdout=out, stderr=err)
        return out.getvalue(), err.getvalue()

    def test_reads_once_and_says_what_came(self, server: Rest, settings: Any) -> None:
        settings.OPENSEA_API_URL, settings.OPENSEA_API_KEY = server.url, "key"
        at = timezone.now() - timedelta(hours=1)
        server.events = [transfer(1, at), transfer(2, at) | {"quantity": 0}]
        since = f"{at - timedelta(days=1):%Y-%m-%d}"
        out, err = self.run("--since", since)
        assert out == "apes: 1 new, 0 known, 0 in conflict, 1 refused, in 1 pages.\n"
        assert err == "1 × quantity must be 1 to 1000000000000000.\n"
        assert self.run()[0].startswith("apes: 0 new, 0 known")

    def test_fails_with_a_sentence(self, server: Rest, settings: Any) -> None:
        settings.OPENSEA_API_URL = server.url
        server.faults = [(401, {})]
        with pytest.raises(
            CommandError, match=r"set OPENSEA_API_KEY \(401\)\. What was read before is kept\.$"
        ):
            self.run("--since", f"{timezone.now():%Y-%m-%d}")
        settings.OPENSEA_API_URL = "file:///etc/passwd"
        with pytest.raises(CommandError, match=r"^OPENSEA_API_URL must begin with https:// or http://\.$"):
            self.run("--since", "2026-01-01")
        with pytest.raises(CommandError, match="'yesterday' is no instant with an offset"):
            self.run("--since", "yesterday")
