"""``manage.py flag`` as staff and scripts meet it."""

import io
import json
from datetime import datetime

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from tests.flags.given import NOON, pauses
from tests.rules.given import given_rule
from tests.tables import day, table

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tenth of March 2026, noon."""
    set_now(monkeypatch, NOON)


def set_now(monkeypatch: pytest.MonkeyPatch, at: datetime) -> None:
    monkeypatch.setattr(timezone, "now", lambda: at)


def flag(*args: str) -> str:
    out = io.StringIO()
    call_command("flag", *args, stdout=out)
    return out.getvalue().strip()


def paused(*more: str) -> str:
    return flag("pause", "liquidity", "--reason", "It drew farmers.", "--by", "ann", *more)


class TestPause:
    def test_says_what_is_off_from_when_on_and_why(self) -> None:
        assert paused() == "liquidity is paused from 2026-03-10 12:00:00 UTC (liquidity): It drew farmers."
        assert pauses() == table("""
            flag      | starts_at        | ends_at | reason           | created_by
            liquidity | 2026-03-10 12:00 |         | It drew farmers. | ann
        """)

    def test_takes_instants_of_any_offset(self) -> None:
        said = paused("--from", "2026-03-11T01:00:00+01:00", "--until", "2026-03-12T00:00:00Z")
        assert "paused from 2026-03-11 00:00:00 UTC until 2026-03-12 00:00:00 UTC" in said
        assert pauses() == table("""
            starts_at  | ends_at
            2026-03-11 | 2026-03-12
        """)

    def test_takes_a_day_for_its_midnight(self) -> None:
        assert "paused from 2026-03-11 00:00:00 UTC" in paused("--from", "2026-03-11")

    @pytest.mark.parametrize("text", ["tomorrow", "2026-03-11T01:00:00"])
    def test_refuses_an_instant_without_an_offset(self, text: str) -> None:
        with pytest.raises(CommandError, match="is no instant with an offset, such as 2026-01-31T12:00:00Z"):
            paused("--from", text)

    def test_says_what_is_wrong_and_exits_with_1(self) -> None:
        with pytest.raises(CommandError, match=r"There is no flag called rule\.nothing\.") as error:
            flag("pause", "rule.nothing", "--reason", "Why not.")
        assert error.value.returncode == 1


class TestResume:
    def test_says_for_which_time_nothing_is_paid_back(self, monkeypatch: pytest.MonkeyPatch) -> None:
        paused()
        set_now(monkeypatch, day("2026-03-11"))
        assert flag("resume", "liquidity", "--by", "bob") == (
            "The pause of liquidity since 2026-03-10 12:00:00 UTC ends at 2026-03-11 00:00:00 UTC; "
            "nothing is paid back for that time."
        )
        assert pauses() == table("""
            ends_at    | created_by | ended_by
            2026-03-11 | ann        | bob
        """)

    def test_says_that_one_that_had_not_begun_is_called_off(self) -> None:
        paused("--from", "2026-03-20T00:00:00Z")
        assert flag("resume", "liquidity") == (
            "The pause of liquidity that was to begin at 2026-03-20 00:00:00 UTC is called off."
        )

    def test_says_that_a_flag_above_keeps_it_off(self, monkeypatch: pytest.MonkeyPatch) -> None:
        paused()
        flag("pause", "liquidity.listing", "--reason", "Listing alone.", "--by", "ann")
        set_now(monkeypatch, day("2026-03-11"))
        assert flag("resume", "liquidity.listing").splitlines()[1:] == [
            "It stays off all the same: paused from 2026-03-10 12:00:00 UTC (liquidity): It drew farmers."
        ]

    def test_says_that_nothing_is_paused(self) -> None:
        with pytest.raises(CommandError, match=r"liquidity is not paused\."):
            flag("resume", "liquidity")


class TestList:
    def test_shows_each_flag_with_what_is_on_it_now_or_to_come(self) -> None:
        given_rule("buyers", "purchase", xp_per_purchase=1)
        paused()
        flag("pause", "rule.buyers", "--reason", "Later.", "--from", "2026-03-20T00:00:00Z")
        assert flag("list").splitlines() == [
            "liquidity          paused from 2026-03-10 12:00:00 UTC (liquidity): It drew farmers.",
            "liquidity.bidding  paused from 2026-03-10 12:00:00 UTC (liquidity): It drew farmers.",
            "liquidity.listing  paused from 2026-03-10 12:00:00 UTC (liquidity): It drew farmers.",
            "rule.buyers        paused from 2026-03-20 00:00:00 UTC (rule.buyers): Later.",
        ]

    def test_shows_what_is_over_or_called_off_as_on(self, monkeypatch: pytest.MonkeyPatch) -> None:
        paused("--until", "2026-03-11T00:00:00Z")
        paused("--from", "2026-03-20T00:00:00Z")
        set_now(monkeypatch, day("2026-03-12"))
        flag("resume", "liquidity")
        assert {line.split()[1] for line in flag("list").splitlines()} == {"on"}

    def test_prints_one_json_list(self) -> None:
        paused("--until", "2026-03-12T00:00:00Z")
        listed = {one["flag"]: one["pauses"] for one in json.loads(flag("list", "--json"))}
        assert sorted(listed) == ["liquidity", "liquidity.bidding", "liquidity.listing"]
        for pauses_of_flag in listed.values():
            assert pauses_of_flag == [
                {
                    "flag": "liquidity",
                    "starts_at": "2026-03-10T12:00:00+00:00",
                    "ends_at": "2026-03-12T00:00:00+00:00",
                    "reason": "It drew farmers.",
                }
            ]
