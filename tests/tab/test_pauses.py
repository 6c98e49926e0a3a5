"""Which pauses are on, and when they are said to be."""

import pytest

from rewards.tab import pauses
from tests.tab import made
from tests.tables import day


class TestInForce:
    def test_names_each_pause_once_the_latest_first(self) -> None:
        both, own = made.pause("2019-03-01", None), made.pause("2019-03-05", None, flag="rule.bidding")
        rules = [made.rule("listing", pauses=[both]), made.rule("bidding", pauses=[own, both])]
        assert pauses.in_force(rules, at=day("2019-03-06")) == [own, both]
        assert pauses.in_force(rules, at=day("2019-03-04")) == [both]
        assert pauses.in_force(rules, at=day("2019-02-28")) == []

    def test_leaves_out_what_pauses_no_rule_in_force(self) -> None:
        ended = made.rule(ends_at=day("2019-02-01"), pauses=[made.pause("2019-01-15", None)])
        assert pauses.in_force([ended], at=day("2019-03-06")) == []


class TestSentence:
    @pytest.mark.parametrize(
        ("starts", "ends", "said"),
        [
            ("2018-09-10", "2018-09-20", "Paused 10 to 19 September 2018"),
            ("2018-09-10", "2018-09-11", "Paused 10 September 2018"),
            ("2018-09-10 14:30", "2018-09-10 16:45", "Paused 10 September 2018, 14:30 to 16:45 UTC"),
            (
                "2018-09-10 14:30",
                "2018-09-20 09:00:07",
                "Paused 10 September 2018, 14:30 to 20 September 2018, 09:00:07 UTC",
            ),
            ("2019-04-10", None, "Paused since 10 April 2019, until further notice"),
            (
                "2019-04-09",
                "2019-04-10 00:00:01",
                "Paused since 9 April 2019, until 10 April 2019, 00:00:01 UTC",
            ),
            ("2019-04-09", "2019-04-10", "Paused 9 April 2019"),
        ],
    )
    def test_says_when_and_why(self, starts: str, ends: str | None, said: str) -> None:
        pause = made.pause(starts, ends)
        assert (
            pauses.sentence(pause, day("2019-04-10")) == f"{said}: We looked into orders placed by machines."
        )

    def test_leaves_a_reason_that_is_a_sentence_as_it_is(self) -> None:
        assert pauses.why(made.pause(reason="It comes back.")) == "It comes back."
