"""The command ``farm-check``, on rules in force and on a program file."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError

from rewards.program import operations as program
from rewards.program.file import ProgramError, read
from rewards.rules.models import Season
from tests.commands.test_commands import run
from tests.tables import day

pytestmark = pytest.mark.django_db

PROGRAM = """
[season.genesis]
title = "Genesis"
starts_at = 2025-01-01T00:00:00Z
ends_at = 2027-01-01T00:00:00Z
budget_xp = 1_000_000
farm_alarm_eth_per_1000_xp = 0.5

[rule.holders]
kind = "holding"
season = "genesis"
title = "Holding"
xp_per_token_day = 1
"""

QUICK = ("--days", "2", "--crowd", "2", "--wallets", "2")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "program.toml"
    path.write_text(PROGRAM, encoding="utf-8")
    return path


class TestFarmCheck:
    def test_warns_of_a_rule_that_is_cheaper_than_its_season_allows(self, file: Path) -> None:
        program.apply(program=read(file), author="ann", as_of=day("2025-01-01"))
        assert Season.objects.get().farm_alarm_wei_per_1000_xp == 5 * 10**17
        said = " ".join(run("farm-check", *QUICK).split())

        # Their own token costs the gas of a mint and earns two XP in two days: 500 mints for 1,000 XP.
        assert "1,000 XP 0.05 ETH in fees" in said
        assert "in a collection of the farmer's own" in said
        assert "WARNING cheaper than the 0.5 ETH that 1,000 XP have to cost" in said
        assert said.endswith("Too cheap: holders.")

    def test_tries_another_threshold_of_wash_trades_than_the_seasons(self, file: Path) -> None:
        said = run("farm-check", "--program", file, *QUICK)
        assert "Wash trades: no season's wash_threshold keeps them from earning." in said
        said = run("farm-check", "--program", file, "--wash-threshold", "3", *QUICK)
        assert "Wash trades: a sale with a score of 3 or more earns nothing." in said

    def test_reads_a_program_file_and_prints_json(self, file: Path) -> None:
        (told,) = json.loads(
            run("farm-check", "--program", file, "--rule", "holders", "--json", "--alarm", "0.05", *QUICK)
        )
        assert (told["wei_per_1000_xp"], told["is_too_cheap"]) == (str(5 * 10**16), False)
        assert not Season.objects.exists()

    @pytest.mark.parametrize(
        ("words", "says"),
        [
            (("--program", "nowhere.toml"), "nowhere.toml cannot be read: No such file"),
            (("--season", "none"), "There is no such season"),
            (("--fee", "much"), "'much' is no percentage"),
            (("--floor", "-1"), "'-1' is no amount of ETH"),
            (("--days", "0"), "--days must be at least 1."),
        ],
    )
    def test_says_what_is_wrong(self, words: tuple[str, ...], says: str) -> None:
        with pytest.raises(CommandError) as wrong:
            run("farm-check", *words)
        assert says in str(wrong.value)

    def test_refuses_an_alarm_of_nothing(self, file: Path) -> None:
        file.write_text(PROGRAM.replace("= 0.5", "= 0"), encoding="utf-8")
        with pytest.raises(ProgramError, match="farm_alarm_eth_per_1000_xp is not above zero"):
            read(file)
