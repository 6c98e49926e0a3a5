"""What a what-if answers, with numbers worked by hand, and that nothing is left of it."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from rewards.flags import operations as flags
from rewards.program.file import read
from rewards.rules import operations as rules
from rewards.shipments import operations as shipments
from rewards.shipments import planning
from rewards.shipments.models import Shipment
from rewards.whatif import changes as reading
from rewards.whatif import operations as whatif
from rewards.whatif import rounds
from rewards.whatif.changes import AddedPause, Changes
from rewards.whatif.errors import GivenUp, WhatIfError
from rewards.whatif.queries import Comparison
from tests.conftest import ClonedDatabase
from tests.rules.given import PLANNED_AT, approved, given_round, given_rule, planned
from tests.tables import Table, address, day, name, table
from tests.whatif.given import given_program, rows_of_every_table


def asked(*, changes: Changes | None = None, slug: str = "march", **options: Any) -> Comparison:
    of = rounds.of_name(slug=slug)
    return whatif.compare(of=of, changes=changes or Changes(), as_of=PLANNED_AT, **options)


def moved(found: Comparison) -> Table:
    return Table(
        ["collector", "before", "after"],
        [
            {"collector": name(one.address), "before": str(one.before_xp), "after": str(one.after_xp)}
            for one in [*found.winners, *found.losers]
        ],
    )


def setting(*texts: str) -> Changes:
    of = rounds.of_name(slug="march")
    return Changes(params=reading.read_settings(settings=texts, of=of, params={}))


@pytest.mark.django_db
class TestCompare:
    def test_tells_who_gains_and_loses_by_other_numbers_of_a_rule(self) -> None:
        given_program()
        planned()
        # The step of 180 days pays ×4: ann 400 instead of 200. Half of it for all: 200, 150 and 150.
        found = asked(changes=setting("long-holders.curve[1].multiplier=4", "buyers.xp_per_eth=50"))

        assert (found.before.total_xp, found.after.total_xp, found.change_xp) == (800, 500, -300)
        assert moved(found) == table("""
            collector | before | after
            bob       | 300    | 150
            dan       | 300    | 150
        """)
        moves = found.moves
        assert (moves.gain, moves.lose, moves.same, moves.come_in, moves.drop_out) == (0, 2, 1, 0, 0)
        assert (moves.gained_xp, moves.lost_xp) == (0, 300)
        assert [(one.slug, one.before_xp, one.after_xp) for one in found.rules] == [("buyers", 800, 500)]
        step = "days 90, multiplier 1.5"
        assert [f"{said.what}: {said.before} → {said.after}" for said in found.said] == [
            f"long-holders: Curve: {step}; days 180, multiplier 2 → {step}; days 180, multiplier 4",
            "buyers: XP per ETH: 100 → 50",
        ]

    def test_describes_how_the_xp_is_spread(self) -> None:
        given_program()
        planned()
        found = asked()
        plan = found.before

        # 200, 300 and 300. One in a hundred, of at least one, has 300 of 800. Gini: (4 − 2 × 1500 / 800) / 3.
        assert (plan.p10_xp, plan.p50_xp, plan.p90_xp, plan.most_xp) == (200, 300, 300, 300)
        assert (plan.top_bp, plan.gini_bp) == (3750, 833)
        assert [(one.from_xp, one.to_xp, one.before, one.after) for one in found.histogram] == [
            (100, 300, 1, 1),
            (300, 1000, 2, 2),
        ]
        assert (found.said, found.moves.same) == ([], 3)

    def test_adds_pauses_and_lifts_them_for_the_flag_alone(self) -> None:
        given_program()
        flags.pause(
            flag="rule.buyers",
            reason="A look",
            by="olga",
            as_of=PLANNED_AT,
            starts_at=day("2026-03-12"),
            ends_at=day("2026-03-14"),
        )
        planned()
        lifted = asked(changes=Changes(without_pauses=["rule.buyers"]))
        assert moved(lifted) == table("""
            collector | before | after
            dan       | 0      | 300
        """)
        assert (lifted.moves.come_in, asked(changes=Changes(without_pauses=["all"])).change_xp) == (1, 300)
        assert asked(changes=Changes(without_pauses=["liquidity"])).change_xp == 0

        pause = AddedPause(flag="rule.buyers", starts_at=day("2026-03-01"), ends_at=day("2026-03-02"))
        added = asked(changes=Changes(pauses=[pause]))
        assert (added.moves.drop_out, added.change_xp) == (1, -200)
        both = asked(changes=Changes(pauses=[pause], without_pauses=["all"]))
        assert (both.change_xp, both.moves.gain, both.moves.lose) == (100, 1, 1)

    def test_a_pause_over_the_end_of_the_window_stops_a_boost(self) -> None:
        given_program()
        planned()
        pause = AddedPause(flag="rule.long-holders", starts_at=day("2026-03-30"), ends_at=None)
        assert asked(changes=Changes(pauses=[pause])).after.total_xp == 600

    def test_takes_rules_in_and_out(self) -> None:
        given_program()
        given_round(only=["buyers"])
        shipments.plan(slug="march", as_of=PLANNED_AT)

        boosted = asked(changes=Changes(with_rules=["long-holders"]))
        assert (boosted.before.total_xp, boosted.after.total_xp) == (600, 800)
        assert asked(changes=Changes(without_rules=["buyers"])).after.total_xp == 0

    def test_takes_rules_and_lists_from_a_program_file(self, tmp_path: Path) -> None:
        given_program()
        planned()
        path = tmp_path / "other.toml"
        path.write_text(
            """
            [season.genesis]
            title = "Genesis"
            starts_at = 2025-01-01T00:00:00Z
            ends_at = 2027-01-01T00:00:00Z
            budget_xp = 1

            [cohort.friends]
            wallets = ["DAN"]

            [rule.buyers]
            kind = "purchase"
            season = "genesis"
            title = "Buying"
            xp_per_eth = 10

            [rule.friends]
            kind = "cohort"
            season = "genesis"
            title = "Friends"
            xp = 7
            cohort = "friends"

            [rule.elsewhere]
            kind = "purchase"
            season = "genesis"
            title = "Not asked for"
            xp_per_eth = 1000
            """.replace("DAN", address("dan")),
            encoding="utf-8",
        )
        of = rounds.of_name(slug="march")
        changes = reading.read_program(program=read(path), of=of, with_rules=["friends"])
        found = asked(changes=changes)

        # ann 10 × 2, bob 20 × 1.5, dan 30 × 1 and 7 as a friend. The third rule is in no round.
        assert {one.address[:6]: one.after_xp for one in found.losers} == {
            "0x616e": 20,
            "0x626f": 30,
            "0x6461": 37,
        }
        assert [(one.slug, one.after_xp) for one in found.rules] == [("buyers", 80), ("friends", 7)]

    def test_is_for_another_audience(self) -> None:
        given_program()
        planned()
        audience = reading.read_audience(filters=["minimum_spend_eth=2"])
        found = asked(changes=Changes(audience=audience))
        assert (found.after.total_xp, found.moves.drop_out) == (600, 1)

    def test_begins_from_a_shipped_round_that_it_takes_never_to_have_been(self) -> None:
        given_program()
        given_rule("thanks", "cohort", xp=50, cohort="testers")
        rules.put_cohort(slug="testers", addresses=[address("ann")])
        approved()
        shipments.start(slug="march", as_of=PLANNED_AT)
        found = asked(changes=setting("thanks.xp=80"))

        # ann's gift is doubled by her hold, as all that she earns.
        assert (found.before.total_xp, found.after.total_xp) == (900, 960)
        # What is set aside for the round is there to pay for it.
        assert (found.kept_xp, found.left_xp) == (900, 1_000_000)

    def test_begins_from_a_draft_and_from_a_window_without_a_shipment(self) -> None:
        given_program()
        given_round()
        assert asked().before.total_xp == 800
        of = rounds.of_window(window_start=day("2026-03-02"), window_end=day("2026-03-10"))
        found = whatif.compare(of=of, changes=Changes(), as_of=PLANNED_AT)
        # bob's 200 alone, of a token that he has held for 79 days on 10 March.
        assert (found.before.total_xp, found.kept_xp) == (200, None)

    def test_compares_with_what_was_planned_where_asked(self) -> None:
        given_program()
        planned()
        flags.pause(
            flag="rule.buyers",
            reason="A look",
            by="olga",
            as_of=PLANNED_AT,
            starts_at=day("2026-03-12"),
            ends_at=day("2026-03-14"),
        )
        assert (asked().before.total_xp, asked(as_paid=True).before.total_xp) == (500, 800)
        given_round(slug="april", start="2026-04-01", end="2026-05-01")
        with pytest.raises(WhatIfError, match="April has no plan to compare with yet"):
            asked(slug="april", as_paid=True)

    def test_gives_every_difference_the_largest_first(self) -> None:
        given_program()
        planned()
        seen: list[dict[str, Any]] = []
        asked(
            changes=setting("buyers.minimum_price_eth=1.5", "buyers.xp_per_eth=101"), differences=seen.extend
        )
        assert [(name(row["address"]), row["change_xp"], row["outcome"]) for row in seen] == [
            ("ann", -200, "drops out"),
            ("bob", 3, "gains"),
            ("dan", 3, "gains"),
        ]

    @pytest.mark.parametrize(
        ("changes", "says"),
        [
            (Changes(without_rules=["sellers"]), "does not pay sellers, so it cannot be left out"),
            (Changes(with_rules=["sellers"]), "There is no rule called sellers"),
            (Changes(params={"sellers": {}}), "does not pay sellers; say --with sellers"),
            (Changes(without_pauses=["liquid"]), "There is no flag called liquid. There are: liquidity,"),
            (
                Changes(pauses=[AddedPause(flag="liquidity", starts_at=PLANNED_AT, ends_at=PLANNED_AT)]),
                "would end before it starts",
            ),
        ],
    )
    def test_says_what_names_nothing(self, changes: Changes, says: str) -> None:
        given_program()
        planned()
        with pytest.raises(WhatIfError, match=says):
            asked(changes=changes)

    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ("buyers.xp_per_ether=1", "the rule has the fields cap_xp"),
            ("buyers=1", "is no RULE.field=value"),
            ("nobody.xp=1", "is no RULE.field=value"),
            ("buyers.xp_per_eth=-1", "XP per ETH is -1 XP; nothing is ever taken"),
            ("buyers.xp_per_eth=much", "Invalid decimal string"),
            ("long-holders.curve[2].multiplier=3", r"there is nothing at curve\[2\].multiplier"),
            ("long-holders.curve[0].factor=3", "Object contains unknown field"),
        ],
    )
    def test_says_what_a_setting_gets_wrong(self, text: str, says: str) -> None:
        given_program()
        planned()
        with pytest.raises(WhatIfError, match=says):
            setting(text)

    def test_asks_as_much_of_the_database_with_one_collector_as_with_fifty(
        self, django_assert_max_num_queries: Any
    ) -> None:
        given_program()
        planned()
        # The same as with three; the number is what matters, and it does not grow with the market.
        with django_assert_max_num_queries(90):
            asked(changes=setting("buyers.xp_per_eth=101"))


@pytest.mark.django_db
class TestLeavesNothing:
    def test_of_an_answer_an_error_and_a_refusal_to_write(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        given_program()
        approved()
        before = rows_of_every_table()
        changes = setting("buyers.xp_per_eth=50")

        asked(changes=changes)
        assert rows_of_every_table() == before

        def full(rows: Iterator[dict[str, Any]]) -> None:
            next(rows)
            raise OSError(28, "No space left on device", "out.csv")

        with pytest.raises(OSError, match="No space left"):
            asked(changes=changes, differences=full)
        assert rows_of_every_table() == before

        with pytest.raises(GivenUp, match="A number grew beyond what XP can be"):
            asked(changes=Changes(params={"buyers": changes.params["buyers"] | {"micro_xp_per_eth": 10**24}}))
        assert rows_of_every_table() == before

        def slow(**_: Any) -> None:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(60)")

        monkeypatch.setattr(planning, "write", slow)
        with pytest.raises(GivenUp, match=r"longer than 1 seconds and was given up. Nothing was changed"):
            asked(changes=changes, seconds=1)
        assert rows_of_every_table() == before

    def test_that_ships(self) -> None:
        given_program()
        planned()
        seen: list[tuple[str, bool]] = []

        def look(rows: Iterator[dict[str, Any]]) -> None:
            seen.extend(
                (copy.state, copy.ships_at is None and copy.plan_due_at is None)
                for copy in Shipment.objects.filter(author="what-if")
            )
            list(rows)

        asked(changes=setting("buyers.xp_per_eth=50"), differences=look)
        # While it is there, it is a plan that nothing is due for, of rules that count nowhere.
        assert seen == [("planned", True), ("planned", True)]
        assert not Shipment.objects.filter(author="what-if").exists()


KILLED = """
import os, signal
import django
django.setup()
from django.utils import timezone
from rewards.whatif import operations, rounds
from rewards.whatif.changes import Changes

def die(rows):
    next(rows)
    os.kill(os.getpid(), signal.SIGKILL)

from rewards.shipments.models import Shipment
from rewards.whatif import changes as reading
of = rounds.of_name(slug="march")
params = reading.read_settings(settings=["buyers.xp_per_eth=50"], of=of, params={})
operations.compare(of=of, changes=Changes(params=params), as_of=timezone.now(), differences=die)
"""


class TestKilled:
    def test_in_the_middle_leaves_nothing(self, cloned_database: ClonedDatabase) -> None:
        given_program()
        approved()
        before = rows_of_every_table()

        done = subprocess.run(
            [sys.executable, "-c", KILLED],
            env=cloned_database.environment(),
            check=False,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == -9, done.stderr
        for _ in range(100):
            if rows_of_every_table() == before:
                break
            time.sleep(0.1)  # The server notices that its client is gone.
        assert rows_of_every_table() == before
