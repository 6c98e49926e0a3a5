"""A series in a program file, and on the command line."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from rewards.program import operations as program
from rewards.program.file import ProgramError, read
from rewards.series import operations as series
from rewards.series.models import Series
from rewards.staff.models import Change
from tests.series.given import DAY, given_series
from tests.tables import day

PROGRAM = """\
[season.genesis]
title = "Genesis"
starts_at = 2026-01-01T00:00:00Z
ends_at = 2027-01-01T00:00:00Z
budget_xp = 1_000_000

[rule.buyers]
kind = "purchase"
season = "genesis"
title = "Buying"
xp_per_eth = 100

[series.monthly]
season = "genesis"
title = "{month}"
message = "For {start} to {end}."
window_start = 2026-01-01T00:00:00Z
period = "monthly"
rules = ["buyers"]
plan_after_hours = 48
approve_within_hours = 72
ships_after_hours = 24
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "program.toml"
    path.write_text(PROGRAM, encoding="utf-8")
    return path


def run(*words: str, **options: Any) -> str:
    out = io.StringIO()
    call_command(*words, stdout=out, **options)
    return out.getvalue()


class TestRead:
    @pytest.mark.parametrize(
        ("old", "new", "expected"),
        [
            (
                '"monthly"',
                '"yearly"',
                'line 18: series.monthly.period is "yearly"; a period is weekly, monthly, or a number',
            ),
            (
                "{month}",
                "{moon}",
                "line 15: series.monthly.title has {moon}; what a window fills in is {start}, {end}, {month}",
            ),
            ("{end}.", "{", "line 16: series.monthly.message has a brace that belongs to no name"),
            ("48", "-1", "line 20: series.monthly.plan_after_hours is wrong: expected `int` >= 0"),
            ("72", "0", "line 21: series.monthly.approve_within_hours is wrong: expected `int` >= 1"),
            (
                '["buyers"]',
                '["sellers"]',
                'line 19: series.monthly.rules names "sellers", which is no rule here',
            ),
            (
                'title = "{month}"',
                'title = "{month}"\naudience = { in_cohort = "vips" }',
                'line 16: series.monthly.audience names "vips", which is no cohort here',
            ),
            (
                "[series.monthly]",
                f"[series.{'m' * 81}]",
                f"line 13: series.{'m' * 81} is too long a name; its shipments need room for a date",
            ),
        ],
    )
    def test_names_line_and_field_of_a_mistake(self, file: Path, old: str, new: str, expected: str) -> None:
        text = PROGRAM.replace(old, new)
        assert text != PROGRAM
        file.write_text(text, encoding="utf-8")
        with pytest.raises(ProgramError) as wrong:
            read(file)
        assert str(wrong.value).startswith(expected)

    def test_a_deadline_of_a_shipment_lies_after_its_plan(self, file: Path) -> None:
        file.write_text(
            PROGRAM.partition("[series")[0]
            + '[shipment.one]\ntitle = "One"\nseason = "genesis"\nrules = ["buyers"]\n'
            "window_start = 2026-01-01T00:00:00Z\nwindow_end = 2026-02-01T00:00:00Z\n"
            "approve_by = 2026-02-01T00:00:00Z\n",
            encoding="utf-8",
        )
        with pytest.raises(ProgramError, match=r"line 19: shipment\.one\.approve_by is not after the round"):
            read(file)


@pytest.mark.django_db
class TestApply:
    def test_makes_it_once_and_says_what_cannot_change(self, file: Path) -> None:
        def apply() -> str:
            return str(program.apply(program=read(file), author="ann", as_of=day("2026-01-01"))[-1].done)

        assert [apply(), apply()] == ["new", "unchanged"]
        made = Series.objects.get()
        assert (made.months, made.plan_after_seconds, made.ships_after_seconds) == (1, 2 * DAY, DAY)
        file.write_text(PROGRAM.replace("72", "24"), encoding="utf-8")
        assert apply() == "changed from round 1 on"
        file.write_text(PROGRAM.replace('"monthly"', '"weekly"'), encoding="utf-8")
        with pytest.raises(ProgramError, match=r"line 18: series\.monthly\.period cannot change; end this"):
            apply()

    def test_is_shown_with_what_comes_next(self, file: Path) -> None:
        run("program", "apply", str(file), by="ann")
        assert (
            "  series monthly: monthly, on, next round 1, window 2026-01-01 to 2026-02-01, "
            "planned 2026-02-03 00:00 UTC\n"
        ) in run("program", "show")


@pytest.mark.django_db
class TestCommand:
    def test_switches_in_somebodys_name(self) -> None:
        given_series()
        assert "buyers: monthly, paused, since" in run("series", "pause", "buyers", by="bob")
        assert "buyers: monthly, on, since" in run("series", "resume", "buyers", by="bob")
        assert run("series", "end", "buyers", by="bob").endswith("by bob\n")
        assert {one.actor for one in Change.objects.exclude(before=None)} == {"bob"}
        with pytest.raises(CommandError, match="an ended series does not go on"):
            run("series", "resume", "buyers", by="bob")

    def test_lists_them_for_people_and_scripts(self) -> None:
        assert "No series yet." in run("series", "list")
        given_series()
        series.make_due(as_of=day("2026-01-01"))
        assert "last buyers.2026-01-01, draft, next round 2" in run("series", "list")
        (told,) = json.loads(run("series", "list", json=True))
        assert told["next"]["approve_by"] == "2026-03-06T00:00:00+00:00"

    def test_of_a_series_that_is_not_there(self) -> None:
        with pytest.raises(CommandError, match="There is no series called nobody"):
            run("series", "pause", "nobody")
