"""``manage.py webhook``: secrets are shown once, and each act says what it did."""

import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from rewards.staff.models import Change
from rewards.webhooks.models import Delivery, Message
from tests.webhooks.given import announced
from tests.webhooks.receiver import Receiver

pytestmark = pytest.mark.django_db


def command(*words: str) -> tuple[str, str]:
    """Standard output and standard error of ``manage.py webhook``."""
    out, err = io.StringIO(), io.StringIO()
    call_command("webhook", *words, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def listed() -> dict[str, Any]:
    """The one endpoint, as the list has it for scripts."""
    (one,) = json.loads(command("list", "--json")[0])
    assert isinstance(one, dict)
    return one


class TestWebhook:
    def test_adds_tests_rotates_and_revokes(self, receiver: Receiver) -> None:
        secret, said = command("add", "market", receiver.url, "--kind", "flag.paused", "--by", "olga")
        assert secret.startswith("whsec_")
        assert "This is the only time" in said
        assert {one.actor for one in Change.objects.all()} == {"olga"}

        assert command("test", "market", "--by", "olga")[0] == "market took the message and answered 204.\n"
        (got,) = receiver.received
        assert got.is_signed_with(secret.strip())
        assert (got.told["type"], got.told["data"]) == ("webhook.test", {"asked_by": "olga"})

        newer, _ = command("rotate", "market", "--overlap-hours", "0")
        command("test", "market")
        assert receiver.received[-1].is_signed_with(newer.strip())
        assert not receiver.received[-1].is_signed_with(secret.strip())

        command("revoke", "market")
        assert (listed()["state"], listed()["secrets"]) == ("revoked", [])

    def test_a_test_that_fails_says_why(self, receiver: Receiver) -> None:
        receiver.plans = [403]
        command("add", "market", receiver.url)
        with pytest.raises(CommandError, match=r"did not take the message. It answered 403. It said: I said"):
            command("test", "market")

    def test_pauses_resumes_replays_and_lists(self, receiver: Receiver) -> None:
        command("add", "market", receiver.url)
        command("pause", "market")
        announced("one", at=timezone.now())
        assert (listed()["state"], listed()["waiting"], listed()["dead"]) == ("paused", 1, 0)
        assert "webhook resume sends it" in command("pause", "market")[0]
        command("resume", "market")
        Delivery.objects.update(state="dead", problem="It answered 500.", tried_at=timezone.now())
        said, _ = command("list")
        assert "market: on; 0 waiting, 1 given up" in said
        assert "  It answered 500." in said
        assert command("replay", "market")[0].startswith("1 message is sent again to market")
        assert (listed()["waiting"], listed()["dead"]) == (1, 0)

    def test_prunes(self) -> None:
        announced("one")
        assert "1 message is forgotten, of more than 90 days ago" in command("prune")[0]
        assert not Message.objects.exists()

    @pytest.mark.parametrize(
        ("words", "says"),
        [
            (("pause", "market"), "There is no endpoint called market"),
            (("rotate", "market", "--overlap-hours", "-1"), "0 to 2160"),
            (("prune", "--days", "0"), "1 or more"),
            (("add", "market", "file:///etc/passwd"), "must begin with https"),
        ],
    )
    def test_says_what_is_wrong(self, words: tuple[str, ...], says: str) -> None:
        with pytest.raises(CommandError, match=says):
            command(*words)
