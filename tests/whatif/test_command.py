"""The command ``shipment what-if``, read as somebody who sees it for the first time."""

import csv
import json
from pathlib import Path

import pytest
from django.core.management import CommandError

from marketplace.registry.models import Wallet
from tests.commands.test_commands import run
from tests.rules.given import given_market, planned
from tests.tables import address
from tests.whatif.given import given_program, rows_of_every_table

pytestmark = pytest.mark.django_db

ASK = ("shipment", "what-if", "march")


class TestWhatIf:
    def test_says_what_would_be_other_and_that_nothing_is(self) -> None:
        given_program()
        planned()
        before = rows_of_every_table()
        said = run(*ASK, "--set", "long-holders.curve[1].multiplier=4", "--without-pauses", "all")

        assert said.splitlines()[:5] == [
            "What if: march: March, planned",
            "  long-holders: Curve",
            "    was      days 90, multiplier 1.5; days 180, multiplier 2",
            "    what if  days 90, multiplier 1.5; days 180, multiplier 4",
            "  Every flag: its pauses → never paused",
        ]
        for line in (
            "XP in all 800 1,000 +200 (+25.0 %)",
            "XP, median 300 300 ±0",
            "Share of the top 1 % 37.5 % 40.0 %",
            f"{address('ann')} 200 400 +200 (+100.0 %)",
            "1 gain 200 XP.",
            "It would fit: 999,000 XP of 1,000,000 XP would be left.",
            "Nothing was changed, and nothing of this can ship.",
        ):
            assert line in " ".join(said.split())
        assert rows_of_every_table() == before

    def test_says_where_the_budget_would_not_do(self) -> None:
        given_program()
        planned()
        assert "It would not fit: there are 700 XP to pay, 100 XP too few." in run(*ASK, budget=700)

    def test_writes_every_difference_so_that_no_spreadsheet_runs_it(self, tmp_path: Path) -> None:
        given_program()
        given_market("kind | token | from | to | at | price\nsale | d | cat | eve | 2026-03-04 | 1 ETH")
        planned()
        Wallet.objects.filter(address=address("eve")).update(address="-1+1")
        for suffix in ("csv", "ndjson"):
            run(*ASK, "--set", "buyers.xp_per_eth=50", "--export", str(tmp_path / f"moved.{suffix}"))
        with (tmp_path / "moved.csv").open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        assert [row["change_xp"] for row in rows] == ["-150", "-150", "-100", "-50"]
        assert rows[-1]["address"] == "'-1+1"
        told = [json.loads(line) for line in (tmp_path / "moved.ndjson").read_text().splitlines()]
        assert [row["outcome"] for row in told] == ["loses"] * 4
        assert sorted(path.name for path in tmp_path.iterdir()) == ["moved.csv", "moved.ndjson"]

    def test_prints_json(self) -> None:
        given_program()
        planned()
        told = json.loads(run(*ASK, "--without", "long-holders", "--json"))
        assert (told["before"]["total_xp"], told["after"]["total_xp"]) == (800, 600)
        assert (told["moves"]["lose"], told["fits_the_budget"], told["shipment"]) == (2, True, "march")

    def test_begins_from_a_window(self) -> None:
        given_program()
        said = run("shipment", "what-if", "--window", "2026-03-01T00:00:00Z", "2026-03-10T00:00:00Z")
        assert "What if: 2026-03-01 00:00 to 2026-03-10 00:00 UTC, a window without a shipment" in said
        assert "Nothing is changed; this is the round as it would be planned today." in said

    @pytest.mark.parametrize(
        ("words", "says"),
        [
            (("shipment", "what-if"), "Name a shipment to begin from, or a --window without one."),
            (("shipment", "what-if", "may"), "There is no shipment called may"),
            ((*ASK, "--export", "out.xls"), "out.xls ends neither in .csv nor in .ndjson"),
            ((*ASK, "--export", "nowhere/out.csv"), "nowhere/out.csv.part cannot be used: No such file"),
            ((*ASK, "--program", "nowhere.toml"), "nowhere.toml cannot be used: No such file"),
            ((*ASK, "--pause", "liquidity", "monday", "friday"), "'monday' is no instant with an offset"),
            ((*ASK, "--audience", "rich=yes"), "The audience is wrong: Object contains unknown field `rich`"),
        ],
    )
    def test_says_what_is_wrong(self, words: tuple[str, ...], says: str) -> None:
        given_program()
        planned()
        with pytest.raises(CommandError) as wrong:
            run(*words)
        assert says in str(wrong.value)
