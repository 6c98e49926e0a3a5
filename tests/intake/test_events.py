"""``POST /api/v1/events``: what senders meet, and P1 over HTTP."""

import json
import threading
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from config import allowances
from marketplace import tasks
from marketplace.inbox.models import Batch, Event
from marketplace.intake.models import Delivery
from tests import settings
from tests.conftest import ClonedDatabase
from tests.inbox.given import BOB, event
from tests.inbox.opensea import rest, stream
from tests.intake.given import URL, post, sender, words


def mints(count: int) -> list[dict[str, Any]]:
    return [event("mint", key=f"k{number}", token_id=str(number)) for number in range(count)]


@pytest.mark.django_db
class TestEvents:
    def test_answers_item_by_item_and_keeps_the_good_ones(self) -> None:
        made, other = mints(3), event("mint", key="k9", source="shop")
        answer = post(
            [made[0], made[0], made[0] | {"to": BOB}, made[1] | {"to": "0x1"}, other, 1, made[2]],
            secret=sender(),
        )
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "application/json"
        address = "0x and 40 hex digits, or 1 to 128 of A-Z a-z 0-9 . _ : -"
        assert answer.json() == {
            "id": "msg_1", "new": 2, "known": 1, "conflict": 1, "refused": 3, "nothing": 0,
            "items": [
                {"index": 0, "outcome": "new"},
                {"index": 1, "outcome": "known"},
                {"index": 2, "outcome": "conflict", "pointer": "#/events/2",
                 "reason": "market k0 came before with another to; what came first stands."},
                {"index": 3, "outcome": "refused", "pointer": "#/events/3/to",
                 "reason": f"to must be an address: {address}"},
                {"index": 4, "outcome": "refused", "pointer": "#/events/4/source",
                 "reason": "source is shop, and this sender tells events of source market only."},
                {"index": 5, "outcome": "refused", "pointer": "#/events/5",
                 "reason": "The line must be an object, not a whole number."},
                {"index": 6, "outcome": "new"},
            ],
        }  # fmt: skip
        assert sorted(Event.objects.values_list("key", flat=True)) == ["k0", "k2"]

    def test_tells_what_is_left_of_the_minute_and_refuses_more_before_reading(
        self, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # A minute may turn to the next while this counts in it; a day hardly does.
        monkeypatch.setattr(allowances, "WINDOW", timedelta(days=1))
        cache.clear()
        settings.EVENT_BATCHES_A_MINUTE = 2
        secret, items = sender(), mints(1)
        answers = [post(items, secret=secret), Client().get(URL), post(items, secret=secret, message_id="2")]
        assert [answer.status_code for answer in answers] == [200, 405, 429]
        assert [answer["RateLimit"].split(";")[1] for answer in answers] == ["r=1", "r=0", "r=0"]
        assert {answer["RateLimit-Policy"] for answer in answers} == {'"minute";q=2;w=86400'}
        refused = answers[2]
        assert refused["Content-Type"] == "application/problem+json"
        assert 1 <= int(refused["Retry-After"]) <= 86_400
        assert Delivery.objects.count() == 1
        elsewhere = Client().get(URL, REMOTE_ADDR="192.0.2.1")
        assert elsewhere.status_code == 405
        cache.clear()

    def test_p1_answers_a_replay_alike_and_writes_nothing(self) -> None:
        secret, items = sender(), [*mints(2), {}]
        first = post(items, secret=secret)
        assert words(first) == ["new", "new", "refused"]
        before = (Event.objects.count(), Batch.objects.count(), Delivery.objects.count())
        again = post(items, secret=secret, age=60)
        assert words(again) == ["known", "known", "refused"]
        assert again.json()["items"][2] == first.json()["items"][2]
        assert (Event.objects.count(), Batch.objects.count(), Delivery.objects.count()) == before

    def test_p1_the_same_events_in_another_message_are_known(self) -> None:
        secret = sender()
        post(mints(2), secret=secret)
        assert words(post(mints(3), secret=secret, message_id="msg_2")) == ["known", "known", "new"]

    def test_refuses_a_known_message_with_another_body(self) -> None:
        secret = sender()
        post(mints(1), secret=secret)
        answer = post(mints(2), secret=secret)
        assert answer.status_code == 409
        assert answer.json()["detail"].startswith("Message msg_1 came before with another body.")
        assert Event.objects.count() == 1

    def test_two_senders_may_use_one_message_id(self) -> None:
        market, shop = sender(), sender("shop")
        assert words(post(mints(1), secret=market)) == ["new"]
        assert words(post([event("mint", source="shop")], secret=shop)) == ["new"]

    def test_publishes_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(tasks.settle, "apply_async", lambda **_: pytest.fail("a hint was sent"))
        assert words(post(mints(1), secret=sender())) == ["new"]
        assert Batch.objects.get().settled_at is None

    @pytest.mark.parametrize(
        ("format_name", "item", "outcome"),
        [
            ("opensea-v2", rest("sale"), "new"),
            ("opensea-stream", stream("item_sold"), "new"),
            ("opensea-stream", ["1", None, "t", "item_sold", stream("item_sold")], "new"),
            ("opensea-stream", stream("order_revalidate"), "nothing"),
            ("opensea-v1", {"event_type": "created"}, "refused"),
        ],
    )
    def test_reads_the_formats_of_opensea(self, format_name: str, item: Any, outcome: str) -> None:
        answer = post([item], secret=sender("opensea"), url=f"{URL}?format={format_name}")
        assert words(answer) == [outcome]

    def test_names_the_path_in_a_message_of_the_stream(self) -> None:
        frame = ["1", None, "t", "item_listed", stream("item_listed", maker={"address": "0x1"})]
        answer = post([frame], secret=sender("opensea"), url=f"{URL}?format=opensea-stream")
        assert answer.json()["items"][0]["pointer"] == "#/events/0/4/payload/maker/address"

    @pytest.mark.parametrize(
        ("item", "pointer"),
        [
            ("[" * 900 + "]" * 900, ""),
            (json.dumps(event("mint", token_id="a\0b")), "/token_id"),
            (json.dumps(event("mint", quantity=10**400)), "/quantity"),
            (json.dumps(event("sale", price=str(10**78))), "/price"),
            (json.dumps(event("mint", at="0000-01-01T00:00:00Z")), "/at"),
            (json.dumps(event("mint", at="10000-01-01T00:00:00Z")), "/at"),
            (json.dumps(event("mint", at="1999-01-01T00:00:00Z")), "/at"),
            (json.dumps(event("mint") | {"a\0~/b": 1}), "/a\ufffd~0~1b"),
            (json.dumps(event("mint") | {"x" * 60_000: 1}), "/" + "x" * 489),
            (json.dumps(event("mint", key="k" * 70_000)), ""),
            (json.dumps(event("mint", position=[1, 2, 2**63])), "/position/2"),
            ("null", ""),
        ],
        ids=lambda value: value[:12],
    )
    def test_refuses_what_no_event_is_with_its_place(self, item: str, pointer: str) -> None:
        good = json.dumps(event("mint", key="good"))
        answer = post(f'{{"events": [{item}, {good}]}}'.encode(), secret=sender())
        assert words(answer) == ["refused", "new"]
        assert answer.json()["items"][0]["pointer"] == f"#/events/0{pointer}"

    def test_asks_the_same_number_of_queries_for_one_item_and_for_fifty(self) -> None:
        secret, counts = sender(), []
        for count in (1, 50):
            made = [event("mint", key=f"{count}-{n}", token_id=str(n)) for n in range(count)]
            with CaptureQueriesContext(connection) as queries:
                assert set(words(post(made, secret=secret, message_id=f"msg_{count}"))) == {"new"}
            counts.append(len(queries))
        # Three of them are savepoints, which are the transaction outside of a test.
        assert counts == [12, 12]


@pytest.mark.django_db
class TestRefusalOfTheWhole:
    """What is wrong with a request is a problem document; nothing is written and nothing is a 500."""

    def refused(self, answer: Any, status: int, beginning: str) -> None:
        assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
        told = answer.json()
        assert set(told) == {"type", "title", "status", "detail"}
        assert (told["type"], told["status"]) == ("about:blank", status)
        assert told["detail"].startswith(beginning), told["detail"]
        assert not Event.objects.exists()
        assert not Delivery.objects.exists()

    def test_by_whoever_is_not_a_sender(self) -> None:
        sender()
        answer = post(mints(1), secret="whsec_" + "A" * 32)
        self.refused(answer, 401, "webhook-signature agrees with no sender's secret.")
        assert answer.headers["WWW-Authenticate"] == "Standard-Webhooks"

    def test_without_a_signature(self) -> None:
        answer = Client().post(URL, b"{}", content_type="application/json")
        self.refused(answer, 401, "webhook-id is missing.")

    def test_of_an_old_message(self) -> None:
        self.refused(post(mints(1), secret=sender(), age=301), 401, "webhook-timestamp is more than five")

    @pytest.mark.parametrize(
        ("body", "beginning"),
        [
            (b"{", "The JSON ends before the object is closed."),
            (b"[]", "The body must be an object, not a list."),
            (b"{}", "events is missing."),
            (b'{"events": {}}', "events must be a list, not an object."),
            (b'{"events": [], "more": 1}', "more is not a field"),
            (b'{"events": [{"a":]}', "The body is not JSON"),
            (b'{"events": ["\\ud800"]}', "The body is not JSON: a text or an escape in it is cut short."),
            (b"\xff", "The body is not UTF-8 text"),
            (b'{"events":' + b"[" * 100_000, "The body nests objects deeper"),
        ],
    )  # fmt: skip
    def test_of_a_body_that_is_none(self, body: bytes, beginning: str) -> None:
        self.refused(post(body, secret=sender()), 400, beginning)

    def test_of_too_many_items_and_of_too_many_bytes(self) -> None:
        secret = sender()
        self.refused(post([1] * 1_001, secret=secret), 413, "A batch has at most 1,000 events and this one")
        self.refused(post(b" " * (5 << 20) + b"{}", secret=secret), 413, "The body is larger than 5 MiB.")
        assert len(words(post([1] * 1_000, secret=secret))) == 1_000

    @pytest.mark.parametrize(
        ("changes", "status", "beginning"),
        [
            ({"url": f"{URL}?format=csv"}, 400, "format is 'csv'; it must be one of native, opensea-v1"),
            ({"content_encoding": "gzip"}, 415, "The body must be application/json, and not compressed."),
        ],
    )
    def test_of_another_kind(self, changes: dict[str, Any], status: int, beginning: str) -> None:
        self.refused(post(mints(1), secret=sender(), **changes), status, beginning)

    @pytest.mark.parametrize("length", ["", "-1", "9" * 5_000])
    def test_without_a_length(self, length: str) -> None:
        answer = Client().post(URL, b"{}", content_type="application/json", CONTENT_LENGTH=length)
        self.refused(answer, 411, "Content-Length is missing, or no number of bytes.")

    def test_of_another_method(self) -> None:
        answer = Client().get(URL)
        self.refused(answer, 405, "Events are sent here with POST.")
        assert answer.headers["Allow"] == "POST"


class TestUnderLoad:
    def test_one_effect_of_a_message_that_comes_four_times_at_once_and_503_without_a_connection(
        self, cloned_database: ClonedDatabase
    ) -> None:
        secret, answers = sender(), []
        items = mints(200)

        def send() -> None:
            try:
                answers.append(post(items, secret=secret))
            finally:
                connection.close()

        threads = [threading.Thread(target=send) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        assert [answer.status_code for answer in answers] == [200] * 4
        assert sorted(answer.json()["new"] for answer in answers) == [0, 0, 0, 200]
        assert {answer.json()["new"] + answer.json()["known"] for answer in answers} == {200}
        assert (Event.objects.count(), Batch.objects.count(), Delivery.objects.count()) == (200, 1, 1)
        connection.close()
        with psycopg.connect(settings.SUPERUSER_URL, autocommit=True) as superuser:
            superuser.execute(f'ALTER DATABASE "{cloned_database.name}" ALLOW_CONNECTIONS false')
            answer = post(mints(201), secret=secret, message_id="msg_2")
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
            assert answer.json()["detail"].endswith("Nothing was taken in; send the same message again.")
            superuser.execute(f'ALTER DATABASE "{cloned_database.name}" ALLOW_CONNECTIONS true')
        assert post(mints(201), secret=secret, message_id="msg_2").json()["new"] == 1
