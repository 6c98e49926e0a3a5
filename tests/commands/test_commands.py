"""What the commands say, read as somebody who sees them for the first time."""

import csv
import io
import json
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from rewards import tasks
from rewards.management.commands import shipment as shipment_command
from rewards.shipments import cells
from rewards.shipments.models import Batch, Shipment
from tests.program.test_file import PROGRAM
from tests.tables import address, given_events

pytestmark = pytest.mark.django_db

# The same program with a round called march, whose window is over for whoever runs the tests.
MARCH = PROGRAM.replace('"2026.03"', "march").replace("2026-", "2025-").replace("2027-", "2100-")

MARKET = """
    kind | token    | from | to  | at         | price | collection
    mint | old      |      | ann | 2024-01-01 |       | apes
    sale | a        | cat  | ann | 2025-03-01 | 1 ETH | apes
    sale | =SUM(A1) | cat  | bob | 2025-03-02 | 2 ETH | apes
    sale | c        | cat  | dan | 2025-03-03 | 3 ETH | cats
"""


def run(*words: Any, **options: Any) -> str:
    """Run a command and return what it printed."""
    out = io.StringIO()
    call_command(*words, stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "program.toml"
    path.write_text(MARCH, encoding="utf-8")
    return path


@pytest.fixture
def applied(file: Path) -> Path:
    given_events(MARKET)
    run("program", "apply", file, by="ann")
    return file


@pytest.fixture
def planned(applied: Path) -> str:
    """The digest of the plan."""
    run("shipment", "plan", "march", foreground=True)
    digest = Shipment.objects.get().plan_digest
    assert digest is not None
    return digest


@pytest.fixture
def approved(planned: str) -> str:
    run("shipment", "approve", "march", digest=planned, by="bob")
    return planned


class TestProgram:
    def test_says_what_it_did(self, file: Path) -> None:
        assert run("program", "apply", file, by="ann") == (
            "season genesis  new\n"
            "cohort testers  new, 2 wallets\n"
            "rule buyers     new\n"
            "rule holders    new\n"
            "rule thanks     new\n"
            "rule long       new\n"
            "shipment march  new\n"
        )
        assert set(run("program", "apply", file).split()[2::3]) == {"unchanged"}

    def test_names_file_line_and_field_of_what_is_wrong(self, file: Path) -> None:
        file.write_text(MARCH.replace("xp_per_eth = 100.5", "xp_per_eth = -1"), encoding="utf-8")
        with pytest.raises(CommandError) as wrong:
            run("program", "apply", file)
        assert str(wrong.value) == (
            f"{file}:line 14: rule.buyers.xp_per_eth is -1 XP; nothing is ever taken\nNothing was applied."
        )
        assert not Shipment.objects.exists()

    def test_names_a_file_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match=r"nowhere.toml cannot be read: No such file or directory\."):
            run("program", "apply", tmp_path / "nowhere.toml")

    def test_shows_what_is_in_force(self, applied: Path) -> None:
        shown = run("program", "show")
        assert "season genesis: Genesis, 2025-01-01 to 2100-01-01, 1,000,000 of 1,000,000 XP left\n" in shown
        assert (
            "  rule buyers (purchase): Buying\n"
            "    version 1 from 2025-01-01 00:00 UTC\n"
            '      collections: {"of": "named", "slugs": ["apes"]}\n'
            "      micro_xp_per_eth: 100500000\n"
        ) in shown
        assert "  shipment march: March, window 2025-02-28 to 2025-04-01, draft\n" in shown

    def test_shows_how_to_begin(self) -> None:
        assert run("program", "show") == (
            "No program yet. Apply one with: manage.py program apply FILE.toml\n"
        )


class TestShipmentPlan:
    def test_says_what_the_plan_is_and_what_comes_next(self, applied: Path) -> None:
        said = run("shipment", "plan", "march", foreground=True)
        digest = Shipment.objects.get().plan_digest
        assert digest is not None
        words = Shipment.objects.get().words_digest
        # ann: 100.5 × 1.5 = 150.75 → 150, for 455 days of old. bob: 201. dan bought no ape.
        assert said.splitlines() == [
            "march: March, planned",
            "  window    2025-02-28 23:00 to 2025-04-01 00:00 UTC",
            "  awards    2 from 3 lines",
            "  total     351 XP; the season has 1,000,000 XP left",
            f"  digest    {digest}",
            (
                "  buyers               earned                       2 lines        2 "
                "collectors            351 XP"
            ),
            (
                "  buyers               other_collection             1 lines        1 "
                "collectors              0 XP"
            ),
            "  for       everybody",
            f"  words     {words}",
            (
                f"  next      manage.py shipment approve march --digest {digest[:12]} --words {words[:12]} "
                "--by …"
            ),
        ]

    def test_prints_json_for_scripts(self, applied: Path) -> None:
        said = json.loads(run("shipment", "plan", "march", foreground=True, json=True))
        assert said == {
            "name": "march",
            "state": "planned",
            "digest": Shipment.objects.get().plan_digest,
            "words": Shipment.objects.get().words_digest,
            "lines": 3,
            "awards": 2,
            "total_xp": 351,
            "batches": 0,
            "batches_done": 0,
            "batches_failed": 0,
            "xp_posted": 0,
            "problem": "",
        }

    def test_takes_in_what_came_since_the_last_refresh(self, applied: Path) -> None:
        run("shipment", "plan", "march", foreground=True)
        given_events("""
            kind | token | from | to  | at         | price
            sale | late  | cat  | bob | 2025-03-05 | 1 ETH
        """)
        assert "total     451 XP" in run("shipment", "plan", "march", foreground=True)

    def test_says_when_the_total_is_over_the_budget(self, file: Path) -> None:
        given_events(MARKET)
        text = file.read_text(encoding="utf-8").replace("budget_xp = 1_000_000", "budget_xp = 350")
        file.write_text(text, encoding="utf-8")
        run("program", "apply", file, by="ann")
        said = run("shipment", "plan", "march", foreground=True)
        assert "  The total is more than the budget that is left; it cannot be approved.\n" in said
        digest = Shipment.objects.get().plan_digest
        with pytest.raises(CommandError, match="march would pay 351 XP, more than is left of the season's"):
            run("shipment", "approve", "march", digest=digest, by="bob")

    def test_of_an_unknown_shipment(self) -> None:
        with pytest.raises(CommandError, match=r"^There is no shipment called april\.$"):
            run("shipment", "plan", "april", foreground=True)


class TestShipmentApprove:
    def test_says_that_it_is_approved_and_what_comes_next(self, planned: str) -> None:
        said = run("shipment", "approve", "march", digest=planned[:12], by="bob").splitlines()
        assert said[0] == "march: March, approved"
        assert "  total     351 XP; the season has 999,649 XP left" in said
        assert said[-1] == "  next      manage.py shipment ship march"

    def test_is_of_the_words_that_were_seen_as_well(self, planned: str) -> None:
        words = Shipment.objects.get().words_digest
        Shipment.objects.update(message="Something else.")
        with pytest.raises(CommandError, match="were changed since you opened it"):
            run("shipment", "approve", "march", digest=planned, words=words, by="bob")
        said = run("shipment", "status", "march")
        assert "  message   “Something else.”\n" in said
        now = Shipment.objects.get().words_digest
        assert f"--words {now[:12]}" in said
        run("shipment", "approve", "march", digest=planned[:12], words=now[:12], by="bob")
        assert Shipment.objects.get().approved_by == "bob"

    @pytest.mark.parametrize(("answer", "state"), [("yes", "approved"), ("no", "planned")])
    def test_asks_at_a_terminal(
        self, planned: str, monkeypatch: pytest.MonkeyPatch, answer: str, state: str
    ) -> None:
        asked: list[str] = []

        def say(question: str) -> str:
            asked.append(question)
            return answer

        monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
        monkeypatch.setattr("builtins.input", say)
        with nullcontext() if state == "approved" else pytest.raises(CommandError, match="Nothing was"):
            run("shipment", "approve", "march", by="bob")
        assert asked == ["Approve 351 XP to 2 collectors as bob? (yes/no) "]
        assert Shipment.objects.get().state == state

    def test_without_a_terminal_wants_to_be_told_which(self, planned: str) -> None:
        with pytest.raises(CommandError, match="Which plan"):
            run("shipment", "approve", "march", by="bob")

    def test_what_changes_while_somebody_thinks_is_not_approved(
        self, planned: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def think(_: str) -> str:
            Shipment.objects.update(title="Another title")
            return "yes"

        monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
        monkeypatch.setattr("builtins.input", think)
        with pytest.raises(CommandError, match="were changed since"):
            run("shipment", "approve", "march", by="bob")

    def test_says_why_not(self, planned: str) -> None:
        with pytest.raises(CommandError, match="ann wrote march; somebody else has to approve it"):
            run("shipment", "approve", "march", digest=planned, by="ann")


class TestShipmentShip:
    def test_posts_everything_in_the_foreground(self, approved: str) -> None:
        said = run("shipment", "ship", "march", foreground=True, batch_size=1).splitlines()
        assert said[0] == "march: March, shipped"
        assert said[-1] == "  posted    2 of 2 awards, 351 XP, 2 of 2 batches"

    def test_again_says_that_it_is_shipped(self, approved: str) -> None:
        for _ in range(2):
            said = json.loads(run("shipment", "ship", "march", foreground=True, json=True))
        assert (said["state"], said["batches"], said["batches_done"], said["xp_posted"]) == (
            "shipped",
            1,
            1,
            351,
        )

    def test_refuses_a_plan_that_nobody_approved(self, planned: str) -> None:
        with pytest.raises(CommandError, match="march is planned; only an approved shipment ships"):
            run("shipment", "ship", "march", foreground=True)

    @pytest.mark.parametrize("size", [0, -1])
    def test_refuses_batches_of_nothing(self, approved: str, size: int) -> None:
        with pytest.raises(CommandError, match="--batch-size must be at least 1"):
            run("shipment", "ship", "march", foreground=True, batch_size=size)

    def test_says_what_is_wrong_with_a_batch(self, approved: str) -> None:
        run("shipment", "ship", "march", foreground=True)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE shipments_shipment DISABLE TRIGGER USER")
            cursor.execute("UPDATE shipments_shipment SET state = 'shipping'")
        Batch.objects.update(state="pending", done_at=None, award_count=9)
        with pytest.raises(CommandError, match="Batch 1: 2 awards were found where 9 were cut"):
            run("shipment", "ship", "march", foreground=True)
        assert "  Batch 1, 2 tries: 2 awards were found where 9 were cut" in run(
            "shipment", "status", "march"
        )

    def test_says_when_no_worker_takes_the_work(self, approved: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(shipment_command, "PATIENCE_SECONDS", 0)
        monkeypatch.setattr(tasks, "sweep", lambda: None)
        with pytest.raises(CommandError, match="Nothing is lost: the work is on the list in PostgreSQL"):
            run("shipment", "ship", "march", stderr=io.StringIO())
        assert Batch.objects.get().state == "pending"


class TestShipmentCancel:
    def test_says_that_nothing_is_paid(self, approved: str) -> None:
        assert run("shipment", "cancel", "march", reason="Wrong rules", by="bob") == (
            "march is cancelled. Nothing of it was or will be paid.\n"
        )
        assert "march: March, cancelled" in run("shipment", "status", "march")


class TestShipmentExport:
    def test_writes_lines_as_ndjson(self, planned: str) -> None:
        rows = [json.loads(line) for line in run("shipment", "export", "march").splitlines()]
        found = [(row["collector"], row["token_id"], row["amount_xp"], row["reason"]) for row in rows]
        assert found == [
            (address("ann"), "a", 150, "earned"),
            (address("bob"), "=SUM(A1)", 201, "earned"),
            (address("dan"), "c", 0, "other_collection"),
        ]
        assert rows[0]["event_key"]
        assert rows[0]["boost_bp"] == 15_000

    def test_writes_awards_as_csv(self, planned: str) -> None:
        said = run("shipment", "export", "march", what="awards", format="csv")
        assert (
            said == f"shipment,collector,amount_xp\nmarch,{address('ann')},150\nmarch,{address('bob')},201\n"
        )

    def test_writes_no_formula_into_a_csv(self, planned: str) -> None:
        said = run("shipment", "export", "march", format="csv")
        tokens = [row["token_id"] for row in csv.DictReader(io.StringIO(said))]
        assert tokens == ["a", "'=SUM(A1)", "c"]

    @pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
    def test_takes_each_of_these_for_a_formula(self, start: str) -> None:
        assert cells.harmless(f"{start}1") == f"'{start}1"
        assert cells.harmless(f"1{start}") == f"1{start}"

    @pytest.mark.parametrize("format_name", ["ndjson", "csv"])
    def test_writes_nothing_where_there_is_nothing(self, applied: Path, format_name: str) -> None:
        assert run("shipment", "export", "march", format=format_name) == ""


class TestFacts:
    def test_says_what_changed(self) -> None:
        given_events(MARKET)
        said = run("facts", "refresh")
        assert said.startswith("4 new events taken in; 10 facts written, 0 taken away, in ")
        assert run("facts", "refresh").startswith("0 new events taken in; 0 facts written, 0 taken away, in ")

    def test_makes_them_again(self) -> None:
        given_events(MARKET)
        run("facts", "refresh")
        said = run("facts", "rebuild")
        assert said.startswith("0 new events taken in; 10 facts written, 0 taken away, in ")


class TestIngest:
    @pytest.fixture
    def events(self, tmp_path: Path) -> Path:
        path = tmp_path / "events.ndjson"
        mint = {
            "source": "chain",
            "key": "one",
            "kind": "mint",
            "at": "2025-01-01T00:00:00Z",
            "chain": "ethereum",
            "contract": "0x" + "1" * 40,
            "collection": "apes",
            "token_id": "1",
            "to": address("ann"),
        }
        lines = [mint, mint | {"key": "two", "token_id": "2"}, mint | {"at": "yesterday"}]
        path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
        return path

    def test_says_what_became_of_the_events(self, events: Path) -> None:
        said = run("ingest", events, no_facts=True)
        assert said.splitlines()[:4] == [
            "           2 new",
            "           0 known",
            "           0 in conflict",
            "           1 refused",
        ]
        assert f"{events}" in said
        assert "3" in said.splitlines()[-1]

    def test_brings_the_facts_up_to_date_in_the_foreground(self, events: Path) -> None:
        run("ingest", events, foreground=True)
        assert run("facts", "refresh").startswith("0 new events taken in")
        with connection.cursor() as cursor:
            cursor.execute("SELECT COUNT(*) FROM facts_hold")
            assert cursor.fetchone() == (2,)

    def test_strict_writes_nothing_and_fails(self, events: Path) -> None:
        out = io.StringIO()
        with pytest.raises(SystemExit) as ended:
            call_command("ingest", events, strict=True, no_facts=True, stdout=out)
        assert ended.value.code == 1
        assert "Nothing was written, because --strict asks for files without a problem." in out.getvalue()

    def test_prints_json_for_scripts(self, events: Path) -> None:
        said = json.loads(run("ingest", events, no_facts=True, json=True))
        assert (said["new"], said["known"], said["conflicts"], said["refused"]) == (2, 0, 0, 1)
        assert said["problems"][0]["line"] == 3


class TestAudit:
    def test_says_that_all_is_well(self, approved: str) -> None:
        run("shipment", "ship", "march", foreground=True)
        assert run("audit").startswith("Every promise that rows can show is kept (")
        assert json.loads(run("audit", json=True)) == []

    def test_names_what_is_broken_and_fails(self, approved: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER plan_rows_never_change ON shipments_line")
        for options in ({}, {"json": True}):
            out = io.StringIO()
            with pytest.raises(SystemExit) as ended:
                call_command("audit", stdout=out, **options)
            assert ended.value.code == 1
            if options:
                (finding,) = json.loads(out.getvalue())
                assert finding["row"] == "shipments_line trigger plan_rows_never_change"
            else:
                assert out.getvalue() == (
                    "P8  shipments_line trigger plan_rows_never_change: "
                    "The guard is missing or switched off.\n1 broken promises.\n"
                )
