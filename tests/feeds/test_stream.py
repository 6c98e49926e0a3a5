"""The Stream's client: what it hears is kept once, and what it cannot have heard is read by the REST API."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from marketplace.feeds import operations as feeds
from marketplace.feeds.rest import Api
from marketplace.feeds.stream import Listener, Pace
from marketplace.inbox.models import Event
from tests.conftest import ClonedDatabase
from tests.feeds.servers import Rest, Stream, rest_server, stream_server, until
from tests.inbox.given import ANN, BOB
from tests.inbox.opensea import TX, paid_in, rest, stream

PACE = Pace(heartbeat=0.5, flush=0.05, flush_items=50, reading=600, longest_pause=0.2, first_pause=0.05)


def framed(kind: str, **changes: Any) -> list[Any]:
    return ["1", None, "collection:apes", kind, stream(kind, **changes)]


def moved(number: int) -> list[Any]:
    return framed("item_transferred", transaction={"hash": f"0x{number:x}"})


def told_by_rest(number: int) -> dict[str, Any]:
    now = int(timezone.now().timestamp()) - 60
    return rest("transfer", transaction=f"0x{number:x}", event_timestamp=now)


def stored() -> set[str | None]:
    return set(Event.objects.values_list("tx_hash", flat=True))


class Run:
    """A listener in a thread of its own, with what it said."""

    def __init__(self, server: Stream, api_server: Rest, pace: Pace) -> None:
        self.told: list[str] = []
        self.readings = 0
        self.stop = threading.Event()
        self.error: BaseException | None = None
        self._api = Api(url=api_server.url, key="key", wait=self.stop.wait, tell=self.told.append)
        self.listener = Listener(
            url=server.url, key="key", collections=["apes"], read=self._read, tell=self.told.append,
            stop=self.stop, pace=pace,
        )  # fmt: skip
        self.thread = threading.Thread(target=self._run)

    def _read(self) -> None:
        now = timezone.now()
        feeds.poll(api=self._api, collection="apes", since=now - timedelta(hours=1), as_of=now)
        self.readings += 1

    def _run(self) -> None:
        try:
            self.listener.run()
        except BaseException as error:  # noqa: BLE001 (the test's own thread raises it)
            self.error = error
        finally:
            connection.close()


@contextmanager
def listening(pace: Pace = PACE) -> Iterator[tuple[Run, Stream, Rest]]:
    with stream_server() as server, rest_server() as api_server:
        run = Run(server, api_server, pace)
        run.thread.start()
        try:
            yield run, server, api_server
        finally:
            run.stop.set()
            run.thread.join(60)
            assert not run.thread.is_alive()


class TestListener:
    def test_keeps_each_event_once_over_drops_duplicates_and_nonsense(
        self, cloned_database: ClonedDatabase
    ) -> None:
        with listening() as (run, server, api_server):
            assert server.joins.get(timeout=60) == "collection:apes"
            until(lambda: run.readings == 1)
            # Twice, in both envelopes, among frames that say nothing or are none.
            first = stream("item_transferred", transaction={"hash": "0x1"})
            server.send(
                moved(1), {"topic": "t", "event": "item_transferred", "payload": first, "ref": None},
                "{", b"\xff", [], 7, framed("order_revalidate"), framed("item_sold", taker=None), moved(2),
            )  # fmt: skip
            until(lambda: stored() == {"0x1", "0x2"})
            # Who sold is not said, and then it is.
            server.send(framed("item_sold", payment_token=paid_in("WETH")))
            until(lambda: server.beats > 2)
            assert stored() == {"0x1", "0x2"}
            server.send(
                framed("item_transferred", from_account={"address": BOB}, to_account={"address": ANN})
            )
            until(
                lambda: Event.objects.filter(kind="sale", tx_hash=TX, from_wallet=BOB, to_wallet=ANN).exists()
            )
            # The connection breaks; what was told meanwhile is in the REST API, some of it known already.
            api_server.events = [told_by_rest(2), told_by_rest(3)]
            server.drop()
            assert server.joins.get(timeout=60) == "collection:apes"
            until(lambda: "0x3" in stored())
            server.send(moved(3), moved(4))
            until(lambda: "0x4" in stored())
            # A closed channel and a server that falls silent are left, too.
            server.send([None, None, "collection:apes", "phx_close", {}])
            assert server.joins.get(timeout=60) == "collection:apes"
            server.answers_beats = False
            assert server.joins.get(timeout=60) == "collection:apes"
            server.answers_beats = True
            server.send(moved(5))
            until(lambda: "0x5" in stored())
            until(lambda: run.readings >= 4)
        assert run.error is None
        assert stored() == {"0x1", "0x2", "0x3", "0x4", "0x5", TX}
        assert Event.objects.count() == 7
        assert set(server.tokens) == {"key"}
        assert run.listener.words["malformed"] == 2
        assert any("was closed by the other side" in line for line in run.told)
        assert any("no answer to a heartbeat" in line for line in run.told)
        assert any(line.startswith("refused: ") and "taker is missing" in line for line in run.told)

    def test_writes_what_it_holds_when_it_stops(self, cloned_database: ClonedDatabase) -> None:
        with listening(Pace(flush=3600, reading=600, flush_items=3)) as (run, server, _):
            server.joins.get(timeout=60)
            server.send(moved(1), moved(2), moved(3))
            until(lambda: len(stored()) == 3)
            server.send(moved(4))
            until(lambda: len(run.listener._held) == 1)
            assert len(stored()) == 3
        assert len(stored()) == 4

    def test_ends_where_the_api_says_no(self, cloned_database: ClonedDatabase) -> None:
        with stream_server() as server, rest_server() as api_server:
            api_server.faults = [(401, {})]
            run = Run(server, api_server, PACE)
            run.thread.start()
            run.thread.join(60)
            assert str(run.error) == "OpenSea does not accept the API key; set OPENSEA_API_KEY (401)."

    def test_tries_again_where_it_may_not_join(self, cloned_database: ClonedDatabase) -> None:
        with listening() as (run, server, _):
            server.refuses_joins = True
            server.drop() if server.socket else None
            until(lambda: any("apes cannot be joined" in line for line in run.told))
            server.refuses_joins = False
            until(lambda: any(line == "Listening to apes." for line in run.told))
