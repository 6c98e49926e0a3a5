"""Reports about lines by the API: on own lines alone, with the token of our pages, and their answers."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from django.utils import timezone

from rewards.adjustments import operations as adjustments
from rewards.appeals import operations as appeals
from rewards.appeals.models import Appeal
from tests.api.given import post
from tests.api.test_me import get, market, market_more
from tests.tab.test_sign_in import proven, signed_in

pytestmark = pytest.mark.django_db

PATH = "/api/v1/me/appeals"


def line_ids(client: Client) -> list[str]:
    """The ids of a collector's lines, those that earned first."""
    lines = sorted(get(client, "/lines")["items"], key=lambda line: -line["amount_xp"])
    return [line["id"] for line in lines]


def report(client: Client, line: str, text: str = "I paid more.") -> tuple[int, dict[str, Any]]:
    """What a report is answered with."""
    answer = post(client, PATH, {"line": line, "text": text})
    assert answer["Cache-Control"] == "private, no-store"
    return answer.status_code, answer.json()


class TestAppeals:
    def test_go_from_a_line_to_staff_and_back(self) -> None:
        market("ann", "bob")
        ann = signed_in("ann")
        (earned, cheap) = line_ids(ann)
        assert get(ann, "/appeals") == {"items": [], "next_cursor": None}

        status, sent = report(ann, earned, "  I paid <2 ETH>.  ")

        (kept,) = get(ann, "/appeals")["items"]
        assert (status, sent) == (201, kept)
        assert kept == {
            "id": Appeal.objects.get().id,
            "round": "round-1",
            "line": earned,
            "text": "I paid <2 ETH>.",
            "opened_at": kept["opened_at"],
            "state": "open",
            "answer": None,
            "answered_at": None,
            "correction": None,
        }
        again, said = report(ann, earned)
        assert (again, "reported this line already" in said["detail"]) == (409, True)
        assert report(ann, cheap)[0] == 201
        now = timezone.now()
        made = appeals.answer(appeal_id=sent["id"], text="You did.", by="olga", as_of=now, grant_xp=5)
        (second, first) = get(ann, "/appeals")["items"]
        assert second["state"] == "open"
        assert (first["state"], first["answer"]) == ("answered", "You did.")
        assert first["correction"] == {"amount_xp": 5, "state": "waiting", "made_at": None}
        assert made.adjustment is not None
        adjustments.cancel(adjustment_id=made.adjustment.id, reason="No.", as_of=now)
        assert get(ann, "/appeals")["items"][1]["correction"]["state"] == "not approved"
        assert get(signed_in("bob"), "/appeals")["items"] == []

    def test_are_about_own_lines_alone(self) -> None:
        market("ann", "bob")
        ann, bob = signed_in("ann"), signed_in("bob")
        of_ann = line_ids(ann)[0]
        unknown = of_ann.replace("round-1", "round-2")
        too_large = "round-1/9999999999999999999/00000000-0000-0000-0000-000000000000/1"
        for client, line in [(bob, of_ann), (ann, unknown), (ann, too_large)]:
            status, said = report(client, line)
            assert (status, "You have no such line" in said["detail"]) == (404, True), line
        assert not Appeal.objects.exists()
        # Whose wallet joins brings its lines along, and their reports.
        assert report(bob, line_ids(bob)[0])[0] == 201
        assert proven(ann, "wallets", "bob")[0] == 200
        assert len(get(ann, "/appeals")["items"]) == 1

    @pytest.mark.parametrize(
        ("body", "pointer"),
        [
            ({"text": "x"}, "#/line"),
            ({"line": "", "text": "x"}, "#/line"),
            ({"line": "a/b/c/d", "text": "x"}, "#/line"),
            ({"line": "a\0/1/00000000-0000-0000-0000-000000000000/1", "text": "x"}, "#/line"),
            ({"line": "a/1/00000000-0000-0000-0000-000000000000/1\n", "text": " "}, "#/text"),
            ({"line": "a/1/00000000-0000-0000-0000-000000000000/1", "text": "x" * 2_001}, "#/text"),
            ({"line": "a/1/00000000-0000-0000-0000-000000000000/1", "text": "x", "for": "bob"}, "#/for"),
        ],
    )
    def test_name_each_mistake_by_its_place(self, body: dict[str, str], pointer: str) -> None:
        market("ann")
        refused = post(signed_in("ann"), PATH, body)
        assert refused.status_code == 400
        assert [mistake["pointer"] for mistake in refused.json()["errors"]] == [pointer]

    def test_need_the_token_that_the_list_gives(self) -> None:
        market("ann")
        line = line_ids(signed_in("ann"))[0]
        browser = Client(enforce_csrf_checks=True)
        browser.cookies = signed_in("ann").cookies
        browser.cookies.pop("csrftoken", None)
        body = {"line": line, "text": "I paid more."}
        refused = post(browser, PATH, body)
        assert refused.status_code == 403
        assert "X-CSRFToken" in refused.json()["detail"]
        get(browser, "/appeals")
        token = browser.cookies["csrftoken"].value
        for form in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
            other = browser.post(PATH, f"csrfmiddlewaretoken={token}", content_type=form)
            assert other.status_code == 415
        assert post(browser, PATH, body, **{"X-CSRFToken": "0" * 32}).status_code == 403
        assert post(browser, PATH, body, **{"X-CSRFToken": token}).status_code == 201

    def test_take_as_many_statements_however_many_there_are(self) -> None:
        market("ann", rounds=3)
        client = signed_in("ann")
        for _ in range(2):
            line = next(line for line in line_ids(client) if line not in reported(client))
            with CaptureQueriesContext(connection) as read:
                get(client, "/appeals")
            with CaptureQueriesContext(connection) as written:
                assert report(client, line)[0] == 201
            assert len(read) == 2
            # The session, the sign-in, the line; and the report, in a transaction of its own.
            assert len([one for one in written if "SAVEPOINT" not in one["sql"]]) == 4
            market_more("ann")

    def test_come_in_pages(self) -> None:
        market("ann", rounds=3)
        client = signed_in("ann")
        for line in line_ids(client)[:3]:
            report(client, line)
        whole = get(client, "/appeals")["items"]
        first = get(client, "/appeals", limit=2)
        rest = get(client, "/appeals", cursor=first["next_cursor"])
        assert first["items"] + rest["items"] == whole
        assert (len(whole), rest["next_cursor"]) == (3, None)
        of_others = get(client, "/ledger", limit=1)["next_cursor"]
        for cursor in ("x", of_others):
            assert client.get(PATH, {"cursor": cursor}).status_code == 400

    @pytest.mark.usefixtures("one_window")
    def test_count_towards_the_allowance_of_the_browser(self) -> None:
        market("ann")
        client = signed_in("ann")
        line = line_ids(client)[0]
        with override_settings(API_REQUESTS_A_MINUTE=3):
            statuses = [report(client, line)[0] for _ in range(3)]
        assert statuses == [201, 409, 429]


def reported(client: Client) -> set[str]:
    """The lines that a collector has reported."""
    return {one["line"] for one in get(client, "/appeals")["items"]}
