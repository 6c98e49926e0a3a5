"""What docs/ says of webhooks is what comes: an example of each kind, and code that checks signatures."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from rewards.webhooks.kinds import KINDS
from tests.flags.given import LISTING, pause, resume
from tests.rules.given import shipped
from tests.shipments.given import given_buyers
from tests.tables import day
from tests.webhooks.given import announced, answered, endpoint, run
from tests.webhooks.receiver import Received, Receiver

DOCS = Path(__file__).parent.parent.parent / "docs"

pytestmark = pytest.mark.django_db


def blocks(page: str, language: str) -> list[str]:
    """The pieces of code of a page."""
    text = (DOCS / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def shape(value: Any) -> Any:
    """What is there and of which type, whatever it is; of numbers written as text, how long they are."""
    if isinstance(value, dict):
        return {key: shape(one) for key, one in value.items()}
    return len(value) if isinstance(value, str) and re.fullmatch("[0-9a-f]{64}", value) else type(value)


class TestReference:
    def test_has_every_kind_as_it_comes(self, receiver: Receiver) -> None:
        endpoint(receiver.url)
        given_buyers()
        shipped()
        pause(LISTING)
        resume(LISTING, at=day("2026-03-11"), until=day("2026-03-20"))
        answered("ann", opened=day("2026-05-01"), at=day("2026-05-02"))
        run(at=day("2026-05-02"))

        written = {told["type"]: told for told in map(json.loads, blocks("reference/webhooks.md", "json"))}
        came = {one.told["type"]: one.told for one in receiver.received}
        assert set(written) == set(came) == set(KINDS)
        for kind, told in written.items():
            assert shape(told) == shape(came[kind])
            # Digests and numbers of rows are another one's each time.
            for one in (told["data"], came[kind]["data"]):
                one.pop("digest", None)
                one.pop("appeal", None)
            if kind != "award.posted":
                assert told == came[kind]
        assert written["award.posted"] in [one.told for one in receiver.received]


class TestHowTo:
    @pytest.fixture
    def signed(self, receiver: Receiver) -> tuple[str, Received]:
        """A secret, and a message that was signed with it just now."""
        secret = endpoint(receiver.url)
        announced("one", at=timezone.now())
        run(at=timezone.now())
        return secret, receiver.received[0]

    def test_the_python_knows_what_is_from_us(self, signed: tuple[str, Received]) -> None:
        secret, got = signed
        (code,) = blocks("how-to/receive-webhooks.md", "python")
        known: dict[str, Any] = {}
        exec(code, known)  # noqa: S102 (it is ours)
        is_ours = known["is_from_holdfast"]
        assert is_ours(got.headers, got.body, secret)
        assert not is_ours(got.headers, got.body + b" ", secret)
        assert not is_ours(got.headers | {"webhook-timestamp": "1"}, got.body, secret)

    @pytest.mark.skipif(shutil.which("node") is None, reason="there is no Node.js on this machine")
    def test_the_node_knows_what_is_from_us(self, signed: tuple[str, Received]) -> None:
        secret, got = signed
        (code,) = blocks("how-to/receive-webhooks.md", "js")
        asked = json.dumps([got.headers, got.body.decode(), secret])
        code += f"""
            const [headers, body, secret] = {asked};
            console.log(isFromHoldfast(headers, body, secret), isFromHoldfast(headers, body + " ", secret));
        """
        said = subprocess.run(
            ["node", "-e", code],  # noqa: S607 (whichever the machine has)
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        assert said.stdout.split() == ["true", "false"]
