"""Applying a program: all of it or nothing, again without a change, forward only (P6)."""

from datetime import datetime
from pathlib import Path

import pytest

from rewards.ledger import queries as ledger
from rewards.ledger.operations import Holder
from rewards.program import operations as program
from rewards.program.file import ProgramError, read
from rewards.rules.models import CohortMember, Rule, RuleVersion, Season
from rewards.shipments.models import Shipment
from tests.program.test_file import PROGRAM
from tests.rules.given import planned
from tests.tables import day

pytestmark = pytest.mark.django_db

APPLIED_AT = day("2026-02-01")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "program.toml"
    path.write_text(PROGRAM, encoding="utf-8")
    return path


def apply(file: Path, *changes: tuple[str, str], as_of: datetime = APPLIED_AT) -> list[str]:
    """Apply the program after its texts were changed for good, and say what was done."""
    text = file.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    file.write_text(text, encoding="utf-8")
    done = program.apply(program=read(file), author="ann", as_of=as_of)
    return [f"{change.table} {change.name}: {change.done}" for change in done]


def everything() -> list[object]:
    """All that a program makes, row by row."""
    models = (Season, CohortMember, Rule, RuleVersion, Shipment)
    return [row for model in models for row in model.objects.order_by("id").values()]


class TestApply:
    def test_sets_the_score_of_a_wash_trade_and_lifts_it_where_it_is_left_out(self, file: Path) -> None:
        apply(file)
        budget = "budget_xp = 1_000_000\n"
        threshold = "wash_threshold = 3\n"
        assert apply(file, (budget, budget + threshold))[0] == "season genesis: changed"
        assert Season.objects.get().wash_threshold == 3
        assert apply(file, (threshold, ""))[0] == "season genesis: changed"
        assert Season.objects.get().wash_threshold is None

    def test_sets_raises_and_lifts_limits_and_leaves_those_that_it_no_longer_names(self, file: Path) -> None:
        apply(file)
        budget = "budget_xp = 1_000_000\n"
        limits = "cap_xp_per_shipment = 9_000\ncap_xp_per_collector = 50\n"
        assert apply(file, (budget, budget + limits))[0] == (
            "season genesis: cap_xp_per_collector 50, cap_xp_per_shipment 9,000"
        )
        assert apply(file)[0] == "season genesis: unchanged"
        assert apply(file, (limits, 'cap_xp_per_shipment = "none"\n'))[0] == (
            "season genesis: cap_xp_per_shipment lifted"
        )
        season = Season.objects.get()
        assert (season.cap_xp_per_collector, season.cap_xp_per_shipment) == (50, None)

    def test_sets_levels_and_takes_them_away_where_they_are_left_out(self, file: Path) -> None:
        """They pay nothing, so they may change at any time; again changes nothing."""
        budget = "budget_xp = 1_000_000"
        levels = f'{budget}\nlevels = [{{ name = "Newcomer", xp = 0 }}, {{ name = "Keeper", xp = 1000 }}]'
        apply(file, (budget, levels))
        assert Season.objects.get().levels == [
            {"name": "Newcomer", "xp": 0},
            {"name": "Keeper", "xp": 1_000},
        ]
        assert "season genesis: unchanged" in apply(file)
        apply(file, (levels, budget))
        assert Season.objects.get().levels == []

    def test_makes_everything_that_the_file_names(self, file: Path) -> None:
        assert apply(file) == [
            "season genesis: new",
            "cohort testers: new, 2 wallets",
            "rule buyers: new",
            "rule holders: new",
            "rule thanks: new",
            "rule long: new",
            "shipment 2026.03: new",
        ]
        shipment = Shipment.objects.get()
        assert (shipment.author, shipment.plan_due_at) == ("ann", day("2026-04-01"))
        assert set(shipment.rules.values_list("slug", flat=True)) == {"buyers", "long"}
        assert set(RuleVersion.objects.values_list("in_force_from", flat=True)) == {day("2026-01-01")}

    def test_again_changes_nothing(self, file: Path) -> None:
        apply(file)
        before = everything()
        assert {line.split(": ")[1] for line in apply(file, as_of=day("2026-03-05"))} == {"unchanged"}
        assert everything() == before

    def test_a_changed_rule_has_a_new_version_from_now_on(self, file: Path) -> None:
        apply(file)
        done = apply(file, ("xp_per_eth = 100.5", "xp_per_eth = 200"), as_of=day("2026-03-05 06:07:08"))
        assert "rule buyers: version 2 from 2026-03-05 06:07:08 UTC" in done
        assert done.count("rule holders: unchanged") == 1
        first, second = RuleVersion.objects.filter(rule__slug="buyers").order_by("number")
        assert first.params["micro_xp_per_eth"] == 100_500_000
        assert (second.number, second.params["micro_xp_per_eth"]) == (2, 200_000_000)

    def test_a_rule_changed_before_its_season_starts(self, file: Path) -> None:
        apply(file, as_of=day("2025-06-01"))
        done = apply(file, ("xp_per_eth = 100.5", "xp_per_eth = 200"), as_of=day("2025-06-02"))
        assert "rule buyers: version 2 from 2026-01-01 00:00:00 UTC" in done

    def test_raises_a_budget(self, file: Path) -> None:
        apply(file)
        done = apply(file, ("budget_xp = 1_000_000", "budget_xp = 1_500_000"))
        assert done[0] == "season genesis: budget raised to 1,500,000 XP"
        assert ledger.get_balance(holder=Holder("season", Season.objects.get().id)) == 1_500_000

    @pytest.mark.parametrize(
        ("old", "new", "expected"),
        [
            (
                "budget_xp = 1_000_000",
                "budget_xp = 999_999",
                "line 5: season.genesis.budget_xp is below the 1,000,000 XP that the season was funded with",
            ),
            (
                "ends_at = 2027-01-01",
                "ends_at = 2028-01-01",
                "line 4: season.genesis.ends_at is 2027-01-01 in the season that exists",
            ),
            (
                (
                    'kind = "purchase"\nseason = "genesis"\ntitle = "Buying"\nxp_per_eth = '
                    "100.5\nminimum_price_eth = 0.05"
                ),
                'kind = "holding"\nseason = "genesis"\ntitle = "Buying"\nxp_per_token_day = 1',
                "line 11: rule.buyers.kind cannot change in a rule that exists; make a new rule instead",
            ),
            (
                'title = "Buying"',
                'title = "Buying"\nstarts_at = 2026-02-01T00:00:00Z',
                "line 14: rule.buyers.starts_at cannot change in a rule that exists; make a new rule instead",
            ),
        ],
    )
    def test_refuses_what_never_changes_and_applies_nothing(
        self, file: Path, old: str, new: str, expected: str
    ) -> None:
        apply(file)
        before = everything()
        with pytest.raises(ProgramError) as wrong:
            apply(file, ("xp = 500", "xp = 600"), (old, new))
        assert str(wrong.value) == expected
        assert everything() == before

    def test_refuses_to_change_what_is_planned(self, file: Path) -> None:
        apply(file, ('[shipment."2026.03"]', "[shipment.march]"))
        planned()
        with pytest.raises(ProgramError) as wrong:
            apply(file, ('title = "March"', 'title = "Mars"'))
        assert str(wrong.value) == (
            "line 43: shipment.march is planned already, so it can no longer be changed"
        )

    def test_refuses_a_second_round_for_the_same_time(self, file: Path) -> None:
        again = PROGRAM[PROGRAM.index("[shipment.") :].replace("2026.03", "again")
        with pytest.raises(ProgramError) as wrong:
            apply(file, (PROGRAM, f"{PROGRAM}\n{again}"))
        assert str(wrong.value) == (
            "line 50: shipment.again has a rule that another shipment pays for a part of the same window"
        )
        assert everything() == []

    def test_leaves_what_the_file_no_longer_names(self, file: Path) -> None:
        apply(file)
        apply(file, (PROGRAM[PROGRAM.index("[shipment.") :], ""))
        assert Shipment.objects.count() == 1

    def test_a_changed_draft_is_planned_when_its_new_window_closes(self, file: Path) -> None:
        apply(file)
        done = apply(file, ("window_end = 2026-04-01", "window_end = 2026-05-01"))
        assert "shipment 2026.03: changed" in done
        assert Shipment.objects.get().plan_due_at == day("2026-05-01")
        done = apply(file, ('rules = ["buyers"', 'plan_at = 2026-05-02T00:00:00Z\nrules = ["buyers"'))
        assert "shipment 2026.03: changed" in done
        assert Shipment.objects.get().plan_due_at == day("2026-05-02")
