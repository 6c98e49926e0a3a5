"""``manage.py ingest`` as staff and scripts meet it."""

import gzip
import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from kombu.exceptions import OperationalError

from marketplace import tasks
from marketplace.facts import operations as facts
from marketplace.inbox.models import Batch, Event
from tests.inbox.given import ANN, BOB, event
from tests.inbox.samples import SAMPLES
from tests.inbox.test_operations import lines, mints

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def hints(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the command asks of the facts, in place of doing it."""
    asked: list[str] = []
    monkeypatch.setattr(tasks.settle, "apply_async", lambda **_: asked.append("hint"))
    monkeypatch.setattr(facts, "refresh", lambda *, as_of: asked.append(f"refresh {as_of.tzinfo}"))
    return asked


@pytest.fixture
def good(tmp_path: Path) -> str:
    path = tmp_path / "good.ndjson"
    path.write_bytes(lines(mints(range(3))))
    return str(path)


@pytest.fixture
def bad(tmp_path: Path) -> str:
    """A good event, one in conflict with it, and 24 lines that are refused."""
    path = tmp_path / "bad.ndjson"
    path.write_bytes(lines([event("mint", key="b1"), event("mint", key="b1", to=BOB)]) + b"{\n" * 24)
    return str(path)


def ingest(*args: str) -> str:
    out = io.StringIO()
    call_command("ingest", *args, stdout=out)
    return out.getvalue()


class TestReport:
    def test_says_what_became_of_the_events(self, good: str) -> None:
        ingest(good)
        assert ingest(good, str(SAMPLES / "superrare.ndjson.gz")).splitlines() == [
            "      11,563 new",
            "          92 known, of them 78 at another place in the chain than before",
            "           0 in conflict",
            "           0 refused",
        ]

    def test_shows_problems_with_file_and_line_and_those_alike_once(self, bad: str) -> None:
        shown = ingest(bad).splitlines()
        assert shown[:5] == [
            "           1 new", "           0 known", "           1 in conflict", "          24 refused", "",
        ]  # fmt: skip
        assert shown[5] == (
            f"conflict  {bad}:2: market b1 came before with another to; what came first stands."
        )
        assert shown[6:] == [
            f"refused  {bad}:3 and 23 more: The JSON ends before the object is closed.",
            "--problems FILE writes each of them.",
        ]

    def test_shows_no_more_than_twenty(self, tmp_path: Path) -> None:
        path = tmp_path / "conflicts.ndjson"
        path.write_bytes(lines([event("mint", key=f"b{n}", to=to) for n in range(25) for to in (ANN, BOB)]))
        shown = ingest(str(path)).splitlines()
        assert len(shown) == 26
        assert shown[25:] == ["… and 5 more; --problems FILE writes all of them."]

    def test_says_how_to_make_lines_of_a_document(self, tmp_path: Path, bad: str) -> None:
        path = tmp_path / "answer.json"
        path.write_text(json.dumps({"asset_events": [event("mint", key="b1")]}, indent=2))
        assert "jq -c '.asset_events[]' FILE makes lines of an answer" in ingest(str(path))
        assert "jq" not in ingest(bad)

    def test_prints_one_json_object_for_scripts(self, bad: str) -> None:
        report = json.loads(ingest(bad, "--json"))
        problems = report.pop("problems")
        assert report == {
            "new": 1, "known": 0, "moved": 0, "conflicts": 1, "refused": 24, "lines": 26, "written": True,
        }  # fmt: skip
        assert len(problems) == 25
        assert problems[1] == {
            "outcome": "refused",
            "file": bad,
            "line": 3,
            "reason": "The JSON ends before the object is closed.",
        }

    def test_writes_all_problems_to_a_file(self, bad: str, tmp_path: Path) -> None:
        ingest(bad, "--problems", str(tmp_path / "problems"))
        told = [json.loads(line) for line in (tmp_path / "problems").read_text().splitlines()]
        assert sorted(problem["line"] for problem in told) == list(range(2, 27))


class TestFiles:
    def test_reads_gzip(self, tmp_path: Path) -> None:
        path = tmp_path / "events.ndjson.gz"
        path.write_bytes(gzip.compress(lines(mints(range(3)))))
        ingest(str(path))
        assert Event.objects.count() == 3

    def test_reads_standard_input(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(lines(mints(range(3))) + b"{")))
        assert "standard input:4: The JSON ends" in ingest("-")
        assert Event.objects.count() == 3

    def test_reads_opensea(self) -> None:
        ingest("--format", "opensea-v1", str(SAMPLES / "knownorigin.ndjson.gz"))
        assert Event.objects.count() == 973

    def test_reads_nothing_if_one_file_is_not_there(self, good: str) -> None:
        with pytest.raises(CommandError, match=r"^nowhere cannot be opened: .*\. Nothing was read\.$"):
            ingest(good, "nowhere")
        assert not Event.objects.exists()

    @pytest.mark.parametrize(
        ("data", "sentence"),
        [
            (gzip.compress(lines(mints(range(3))))[:-9], "ends in the middle of its gzip data."),
            (b"no gzip at all", r"is not a sound gzip file: Not a gzipped file \(b'no'\)\."),
        ],
    )
    def test_says_what_is_wrong_with_a_broken_file(
        self, data: bytes, sentence: str, good: str, tmp_path: Path
    ) -> None:
        path = tmp_path / "broken.gz"
        path.write_bytes(data)
        with pytest.raises(CommandError, match=f"{sentence} Events that were written before that stay"):
            ingest(good, str(path))
        assert Event.objects.count() == 3
        with pytest.raises(CommandError, match=f"{sentence} Nothing was written"):
            ingest("--strict", str(path))


class TestStrict:
    def test_exits_with_1_and_writes_nothing(self, good: str, bad: str, hints: list[str]) -> None:
        with pytest.raises(SystemExit) as left:
            ingest("--strict", good, bad)
        assert left.value.code == 1
        assert not Event.objects.exists()
        assert not Batch.objects.exists()
        assert not hints

    def test_writes_all_if_nothing_is_wrong(self, good: str) -> None:
        assert "3 new" in ingest("--strict", good)


class TestFacts:
    @pytest.mark.parametrize(
        ("options", "asked"), [([], ["hint"]), (["--foreground"], ["refresh UTC"]), (["--no-facts"], [])]
    )
    def test_are_asked_for_as_the_options_say(
        self, good: str, hints: list[str], options: list[str], asked: list[str]
    ) -> None:
        ingest(good, *options)
        assert hints == asked

    def test_a_broker_out_of_reach_is_said_and_is_no_failure(
        self, good: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        def fail(**_: Any) -> None:
            raise OperationalError("connection refused")

        monkeypatch.setattr(tasks.settle, "apply_async", fail)
        assert "3 new" in ingest(good)
        assert capsys.readouterr().err.startswith("The message broker cannot be reached. The events are safe")
