"""A window that is skipped has no round of its own, and the next round pays for its time (P13)."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from rewards import pipeline
from rewards.rules.models import Season
from rewards.series import operations as series
from rewards.series import queries
from rewards.series.errors import SeriesError
from rewards.series.models import Series, Skip
from rewards.staff.models import Change
from tests.rules.given import awards, given_rule
from tests.series.given import given_series, rounds
from tests.tables import day, given_events, table

pytestmark = pytest.mark.django_db


def skip(number: int, *, at: str = "2025-12-01", reason: str = "Nobody is there to look at it.") -> Skip:
    return series.skip(slug="buyers", number=number, reason=reason, by="bob", as_of=day(at))


def insert(*, number: int, reason: str) -> str:
    return (
        "INSERT INTO series_skip (series_id, number, reason, skipped_by, skipped_at) "
        f"SELECT id, {number}, '{reason}', 'bob', now() FROM series_series"
    )


class TestSkip:
    def test_leaves_its_time_to_the_next_round(self) -> None:
        """Two months and three months in one, in order, without a gap and without an overlap."""
        given_series()
        for number in (2, 4, 5):
            skip(number)
        series.make_due(as_of=day("2026-02-15"))
        assert Series.objects.get().next_number == 3
        series.make_due(as_of=day("2026-07-15"))
        assert rounds() == table("""
            number | start      | end        | title                          | plan       | message
            1      | 2026-01-01 | 2026-02-01 | January 2026                   | 2026-02-03 | For 1 January 2026 to 31 January 2026, round 1.
            3      | 2026-02-01 | 2026-04-01 | February 2026 to March 2026    | 2026-04-03 | For 1 February 2026 to 31 March 2026, round 2 to 3.
            6      | 2026-04-01 | 2026-07-01 | April 2026 to June 2026        | 2026-07-03 | For 1 April 2026 to 30 June 2026, round 4 to 6.
            7      | 2026-07-01 | 2026-08-01 | July 2026                      | 2026-08-03 | For 1 July 2026 to 31 July 2026, round 7.
        """)  # noqa: E501
        first, *_, last = reversed(queries.list_rounds(series=Series.objects.get()))
        assert (first.skipped, last.skipped) == ([], [])

    def test_loses_nobody_a_sale(self) -> None:
        """A sale of the skipped window has its line in the next round."""
        given_events("""
            kind | token | from | to  | at         | price
            sale | a     | cat  | ann | 2026-02-10 | 1 ETH
            sale | b     | cat  | bob | 2026-03-10 | 2 ETH
        """)
        given_series()
        skip(2)
        series.make_due(as_of=day("2026-04-01"))
        pipeline.plan(slug="buyers.2026-02-01", as_of=day("2026-04-03"))
        assert awards() == table("""
            collector | xp
            ann       | 100
            bob       | 200
        """)

    def test_changes_nothing_the_second_time(self) -> None:
        given_series()
        first = skip(2)
        assert skip(2, reason="Another word").id == first.id
        assert Skip.objects.get().reason == "Nobody is there to look at it."

    @pytest.mark.parametrize(
        ("number", "at", "reason", "says"),
        [
            (0, "2025-12-01", "Why", "has no window 0"),
            (13, "2025-12-01", "Why", "has no window 13"),
            (12, "2025-12-01", "Why", "no round comes after it that could pay for its time"),
            (1, "2026-01-01", "Why", "opened at 2026-01-01 00:00 UTC"),
            (2, "2025-12-01", " ", "needs a reason"),
        ],
    )
    def test_refuses(self, number: int, at: str, reason: str, says: str) -> None:
        given_series()
        with pytest.raises(SeriesError, match=says):
            skip(number, at=at, reason=reason)
        assert not Skip.objects.exists()

    def test_of_an_ended_series_is_refused_and_says_what_is_left_unpaid(self) -> None:
        given_series()
        skip(1)
        series.make_due(as_of=day("2026-01-15"))
        series.end(slug="buyers", by="bob", as_of=day("2026-01-20"))
        with pytest.raises(SeriesError, match="has ended"):
            skip(3)
        (row,) = queries.list_series()
        assert row.unpaid is not None
        assert (row.unpaid.starts_at, row.unpaid.ends_at) == (day("2026-01-01"), day("2026-02-01"))
        assert row.following is None


class TestTakeBack:
    def test_gives_the_window_its_round_and_is_in_the_change_log(self) -> None:
        one = given_series()
        skip(2)
        series.take_back_skip(slug="buyers", number=2, as_of=day("2026-01-31 23:59:59"))
        assert len(series.make_due(as_of=day("2026-03-01"))) == 3
        logged = Change.objects.filter(table_name="series_skip", row_key=str(one.id)).order_by("id")
        assert [(change.before is None, change.after is None) for change in logged] == [
            (True, False),
            (False, True),
        ]

    def test_is_refused_once_the_window_opened_or_was_never_skipped(self) -> None:
        given_series()
        skip(2)
        with pytest.raises(SeriesError, match="opened at 2026-02-01"):
            series.take_back_skip(slug="buyers", number=2, as_of=day("2026-02-01"))
        with pytest.raises(SeriesError, match="is not skipped"):
            series.take_back_skip(slug="buyers", number=3, as_of=day("2026-01-01"))


class TestQueries:
    def test_tell_what_comes(self) -> None:
        given_series(since="2026-09-01")
        skip(1)
        one = queries.get(slug="buyers")
        following = queries.get_next(series=one)
        assert following is not None
        assert (following.number, following.window_start, following.draft_due_at) == (
            2,
            day("2026-09-01"),
            day("2026-10-01"),
        )
        coming = queries.list_coming(series=one, as_of=day("2026-08-15"))
        assert [(each.number, each.skip is not None, each.may_skip) for each in coming] == [
            (1, True, True),
            (2, False, True),
            (3, False, True),
            (4, False, False),
        ]
        assert [each.number for each in queries.list_coming(series=one, as_of=day("2026-10-01"))] == [3, 4]


class TestGuards:
    @pytest.mark.parametrize(
        ("change", "constraint"),
        [
            ("UPDATE series_skip SET reason = 'Another'", "A skip stays once its window has opened"),
            ("DELETE FROM series_skip", "A skip stays once its window has opened"),
            ("UPDATE series_skip SET reason = ''", "A skip stays"),
            ("TRUNCATE series_skip", "are logged row by row"),
            (insert(number=1, reason="Why"), "A skip stays once its window has opened"),
            (insert(number=5, reason=""), "skip_has_a_reason"),
            (insert(number=4, reason="Why"), "window_is_skipped_once"),
        ],
    )
    def test_hold_whoever_asks(self, change: str, constraint: str) -> None:
        given_series()
        skip(2)
        series.make_due(as_of=day("2026-03-01"))
        skip(4, at="2026-03-02")
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
                cursor.execute(change)


class TestCommand:
    def test_skips_and_takes_back(self, capsys: pytest.CaptureFixture[str]) -> None:
        year = timezone.now().year + 1
        given_series(since=f"{year}-01-01", season=season_of(year))
        call_command("series", "skip", "buyers", "1", "--reason", "Holidays", "--by", "bob")
        said = capsys.readouterr().out
        assert f"next round 2, window {year}-01-01 to {year}-03-01" in said
        assert "with window 1, skipped: Holidays" in said
        call_command("series", "list", "--json")
        (told,) = json.loads(capsys.readouterr().out)
        assert told["next"]["skipped"] == [{"number": 1, "reason": "Holidays"}]
        call_command("series", "take-back", "buyers", "1", "--by", "bob")
        assert f"next round 1, window {year}-01-01 to {year}-02-01" in capsys.readouterr().out
        with pytest.raises(CommandError, match="is not skipped"):
            call_command("series", "take-back", "buyers", "1", "--by", "bob")


def season_of(year: int) -> Season:
    given_rule("buyers", "purchase", xp_per_eth=100)
    Season.objects.update(starts_at=day(f"{year}-01-01"), ends_at=day(f"{year + 1}-01-01"))
    return Season.objects.get()
