"""What can be wrong in a program file, each with its line, its field and its sentence."""

from pathlib import Path

import pytest

from rewards.program.file import ProgramError, read

PROGRAM = """\
[season.genesis]
title = "Genesis"
starts_at = 2026-01-01T00:00:00Z
ends_at = 2027-01-01T00:00:00Z
budget_xp = 1_000_000

[cohort.testers]
wallets = ["0x00000000000000000000000000000000000000AA", "tz1abc"]

[rule.buyers]
kind = "purchase"
season = "genesis"
title = "Buying"
xp_per_eth = 100.5
minimum_price_eth = 0.05
collections = ["apes"]

[rule.holders]
kind = "holding"
season = "genesis"
title = "Holding"
xp_per_token_day = 1
collections = { top_volume = 3, minimum_buyers = 5 }

[rule.thanks]
kind = "cohort"
season = "genesis"
title = "Thanks"
xp = 500
cohort = "testers"

[rule.long]
kind = "hold_boost"
season = "genesis"
title = "Long"
collections = "all"
boosts = ["buyers"]
curve = [
    { days = 90, multiplier = 1.25 },
    { days = 180, multiplier = 1.5 },
]

[shipment."2026.03"]
season = "genesis"
title = "March"
window_start = 2026-03-01T00:00:00+01:00
window_end = 2026-04-01T00:00:00Z
rules = ["buyers", "long"]
"""


def mistakes(tmp_path: Path, *changes: tuple[str, str]) -> list[str]:
    """What is wrong with the program after its texts were changed."""
    text = PROGRAM
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    file = tmp_path / "program.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ProgramError) as wrong:
        read(file)
    return [str(mistake) for mistake in wrong.value.mistakes]


NO_LIMITS = {"cap_xp_per_collector": None, "cap_xp": None, "pot_xp": None, "pot_xp_per_day": None}


class TestRead:
    def test_turns_what_people_write_into_integers(self, tmp_path: Path) -> None:
        file = tmp_path / "program.toml"
        file.write_text(PROGRAM, encoding="utf-8")
        program = read(file)
        assert program.rules["buyers"].params == {
            "micro_xp_per_purchase": 0,
            "micro_xp_per_eth": 100_500_000,
            "minimum_price_wei": "50000000000000000",
            "collections": {"of": "named", "slugs": ["apes"]},
            "sales": "all",
            "pays": "buyer",
            "cap_xp_per_day": None,
            **NO_LIMITS,
        }
        assert program.rules["holders"].params == {
            "micro_xp_per_token_day": 1_000_000,
            "curve": [],
            "minimum_days": 0,
            "collections": {"of": "top_volume", "count": 3, "minimum_buyers": 5},
            **NO_LIMITS,
        }
        assert program.rules["thanks"].params == {"micro_xp": 500_000_000, "cohort": "testers"}
        assert program.rules["long"].params == {
            "shape": "steps",
            "curve": [{"days": 90, "bp": 12_500}, {"days": 180, "bp": 15_000}],
            "mode": "best_hold",
            "collections": {"of": "all"},
            "boosts": ["buyers"],
        }
        assert program.cohorts == {"testers": ["0x00000000000000000000000000000000000000aa", "tz1abc"]}
        window_start = program.shipments["2026.03"].window_start
        assert window_start.isoformat() == "2026-02-28T23:00:00+00:00"

    def test_reads_the_sample_program(self) -> None:
        program = read(Path("rewards/samples/superrare.toml"))
        assert set(program.shipments) == {"2019-02", "2019-03"}

    @pytest.mark.parametrize(
        ("old", "new", "expected"),
        [
            ('title = "Genesis"', "title = ", "line 2: TOML invalid value"),
            (
                '[rule.thanks]\nkind = "cohort"',
                '[gift.thanks]\nkind = "cohort"',
                "line 25: gift is not known; a program has season, cohort, rule, pause, shipment, series",
            ),
            (
                '[shipment."2026.03"]',
                "[shipment.MARCH]",
                "line 43: shipment.MARCH needs a name of a-z, 0-9, dot, dash and underscore",
            ),
            ('title = "Genesis"\n', "", "line 1: season.genesis.title is missing"),
            (
                "starts_at = 2026-01-01T00:00:00Z",
                "starts_at = 2026-01-01T00:00:00",
                (
                    "line 3: season.genesis.starts_at must be an instant with an offset, such "
                    "as 2026-01-31T00:00:00Z"
                ),
            ),
            (
                "starts_at = 2026-01-01T00:00:00Z",
                "starts_at = 2026-01-01",
                (
                    "line 3: season.genesis.starts_at must be an instant with an offset, such "
                    "as 2026-01-31T00:00:00Z"
                ),
            ),
            (
                "ends_at = 2027-01-01",
                "ends_at = 2026-01-01",
                "line 4: season.genesis.ends_at is not after starts_at",
            ),
            (
                "budget_xp = 1_000_000",
                "budget_xp = 0",
                "line 5: season.genesis.budget_xp is wrong: expected `int` >= 1",
            ),
            (
                "budget_xp = 1_000_000",
                "budget_xp = 1.5",
                "line 5: season.genesis.budget_xp is wrong: expected `int`, got `decimal`",
            ),
            (
                "budget_xp = 1_000_000",
                "budget_xp = 1_000_000_000_000_000_001",
                "line 5: season.genesis.budget_xp is wrong: expected `int` <= 1000000000000000000",
            ),
            (
                "budget_xp = 1_000_000",
                "budget_xp = 1_000_000\ncap_xp_per_shipment = 0",
                "line 6: season.genesis.cap_xp_per_shipment is wrong: expected `int` >= 1",
            ),
            (
                '"tz1abc"]',
                '"0xabc"]',
                "line 8: cohort.testers.wallets has '0xabc', which is no wallet's address",
            ),
            (
                'wallets = ["0x',
                'file = "nowhere.txt"\nwallets = ["0x',
                "line 8: cohort.testers.file cannot be read: No such file or directory",
            ),
            (
                'kind = "purchase"',
                'kind = "purchases"',
                (
                    'line 11: rule.buyers.kind is "purchases"; the kinds are purchase, '
                    "holding, listing, bidding, cohort, hold_boost"
                ),
            ),
            (
                "xp_per_eth = 100.5",
                "xp_per_ether = 100.5",
                "line 14: rule.buyers.xp_per_ether is not a field here",
            ),
            (
                "xp_per_eth = 100.5",
                "xp_per_eth = -1",
                "line 14: rule.buyers.xp_per_eth is -1 XP; nothing is ever taken",
            ),
            (
                "xp_per_eth = 100.5",
                "xp_per_eth = 0.0000001",
                (
                    "line 14: rule.buyers.xp_per_eth has more than six decimals; the smallest "
                    "amount is 0.000001 XP"
                ),
            ),
            (
                "xp_per_eth = 100.5",
                "xp_per_eth = 1_000_000_001",
                (
                    "line 14: rule.buyers.xp_per_eth is 1000000001 XP; more than 1,000,000,000 "
                    "for one unit is taken for a mistake"
                ),
            ),
            (
                "xp_per_eth = 100.5",
                'xp_per_eth = "many"',
                "line 14: rule.buyers.xp_per_eth is wrong: invalid decimal string",
            ),
            (
                "minimum_price_eth = 0.05",
                "minimum_price_eth = 0.0000000000000000001",
                (
                    "line 15: rule.buyers.minimum_price_eth has more than eighteen decimals; "
                    "the smallest amount is one wei"
                ),
            ),
            (
                "minimum_price_eth = 0.05",
                "minimum_price_eth = -0.05",
                "line 15: rule.buyers.minimum_price_eth is -0.05 ETH; a price is not below zero",
            ),
            (
                'collections = ["apes"]',
                'collections = "apes"',
                (
                    'line 16: rule.buyers.collections must be "all", "verified", a list of slugs, or { '
                    "top_volume = …, minimum_buyers = … }"
                ),
            ),
            (
                'collections = ["apes"]',
                "collections = []",
                "line 16: rule.buyers.collections names no collection",
            ),
            (
                "top_volume = 3",
                "top_volume = 0",
                "line 23: rule.holders.collections.top_volume is wrong: expected `int` >= 1",
            ),
            (
                "top_volume = 3",
                "top_volumes = 3",
                "line 23: rule.holders.collections.top_volumes is not a field here",
            ),
            (
                "xp_per_token_day = 1\n",
                "xp_per_token_day = 1\nminimum_days = -1\n",
                "line 23: rule.holders.minimum_days is wrong: expected `int` >= 0",
            ),
            (
                'cohort = "testers"',
                'cohort = "tester"',
                'line 30: rule.thanks.cohort names "tester", which is no cohort here',
            ),
            (
                'boosts = ["buyers"]',
                'boosts = ["long"]',
                'line 37: rule.long.boosts names "long", which is no rule to boost here',
            ),
            (
                "days = 180",
                "days = 90",
                "line 38: rule.long.curve must list its days once each, from the fewest on",
            ),
            (
                "multiplier = 1.25",
                "multiplier = 0",
                "line 38: rule.long.curve is ×0; a multiplier lies above 0 and is at most 1000",
            ),
            (
                "multiplier = 1.25",
                "multiplier = 1.25001",
                "line 38: rule.long.curve has more than four decimals; the smallest step is 0.0001",
            ),
            (
                'season = "genesis"\ntitle = "Buying"',
                'season = "other"\ntitle = "Buying"',
                'line 12: rule.buyers.season names "other", which is no season here',
            ),
            (
                'title = "Buying"',
                'title = "Buying"\nstarts_at = 2025-01-01T00:00:00Z',
                "line 14: rule.buyers.starts_at lies outside its season",
            ),
            (
                'season = "genesis"\ntitle = "March"',
                'season = "other"\ntitle = "March"',
                'line 44: shipment.2026.03.season names "other", which is no season here',
            ),
            (
                "window_end = 2026-04-01",
                "window_end = 2026-02-01",
                "line 47: shipment.2026.03.window_end is not after window_start",
            ),
            (
                "budget_xp = 1_000_000",
                'budget_xp = 1_000_000\nlevels = [{ name = "New", xp = 5 }, { name = "Keeper", xp = 5 }]',
                'line 6: season.genesis.levels has "Keeper" at 5 XP, not above "New" before it',
            ),
            (
                "budget_xp = 1_000_000",
                'budget_xp = 1_000_000\nlevels = [{ name = "New", xp = 5, color = "red" }]',
                "line 6: season.genesis.levels[0].color is not a field here",
            ),
            (
                "budget_xp = 1_000_000",
                'budget_xp = 1_000_000\nlevels = { name = "New", xp = 5 }',
                "line 6: season.genesis.levels is wrong: expected `array`, got `object`",
            ),
            (
                'rules = ["buyers", "long"]',
                "rules = []",
                "line 48: shipment.2026.03.rules is wrong: expected `array` of length >= 1",
            ),
            (
                'rules = ["buyers", "long"]',
                'rules = ["buyer"]',
                'line 48: shipment.2026.03.rules names "buyer", which is no rule here',
            ),
            (
                'rules = ["buyers", "long"]',
                'rules = ["buyers"]\nplan_at = 2026-03-31T00:00:00Z',
                "line 49: shipment.2026.03.plan_at lies before the window closes",
            ),
        ],
    )
    def test_names_line_and_field_of_a_mistake(
        self, tmp_path: Path, old: str, new: str, expected: str
    ) -> None:
        assert mistakes(tmp_path, (old, new)) == [expected]

    def test_names_every_mistake_by_line_and_none_twice(self, tmp_path: Path) -> None:
        # A season and a rule that are wrong themselves are not told of again where others name them.
        assert mistakes(
            tmp_path,
            ('rules = ["buyers", "long"]', 'rules = ["buyers", "long"]\nmesage = "Hi"'),
            ("budget_xp = 1_000_000", "budget_xp = 0"),
            ("xp_per_eth = 100.5", "xp_per_eth = -1"),
        ) == [
            "line 5: season.genesis.budget_xp is wrong: expected `int` >= 1",
            "line 14: rule.buyers.xp_per_eth is -1 XP; nothing is ever taken",
            "line 49: shipment.2026.03.mesage is not a field here",
        ]

    def test_refuses_a_file_that_is_no_text(self, tmp_path: Path) -> None:
        file = tmp_path / "program.toml"
        file.write_bytes(b"\xff\xfe")
        with pytest.raises(ProgramError, match="line 1: TOML is not text in UTF-8"):
            read(file)

    def test_reads_a_cohort_from_a_file_beside_it(self, tmp_path: Path) -> None:
        wallets = "0x00000000000000000000000000000000000000BB\n\ntz1def\n"
        (tmp_path / "testers.txt").write_text(wallets, encoding="utf-8")
        file = tmp_path / "program.toml"
        file.write_text(
            PROGRAM.replace('wallets = ["0x', 'file = "testers.txt"\nwallets = ["0x'), encoding="utf-8"
        )
        assert read(file).cohorts["testers"] == [
            "0x00000000000000000000000000000000000000aa",
            "tz1abc",
            "0x00000000000000000000000000000000000000bb",
            "tz1def",
        ]
