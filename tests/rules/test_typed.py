"""What a version keeps, back in the units that people type."""

from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from rewards.program import file
from rewards.program.file import stored
from rewards.rules import typed
from rewards.rules.kinds import KINDS

PROGRAMS = sorted(Path("rewards/samples").rglob("*.toml"))


class TestTypedOf:
    @pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
    def test_stores_to_the_same_version_for_every_rule_of_the_samples(self, path: Path) -> None:
        for rule in file.read(path).rules.values():
            kind = KINDS[rule.head.kind]
            fields = typed.typed_of(kind=kind, params=rule.params)

            assert stored(kind=kind, typed=msgspec.convert(fields, kind.schema)) == rule.params

    @drawn(
        base=st.integers(0, 10**6),
        over_root=st.integers(0, 10**7),
        best=st.integers(1, 60),
    )
    def test_finds_a_rank_that_stores_to_the_same_weights(self, base: int, over_root: int, best: int) -> None:
        kind = KINDS["listing"]
        fields = {
            "xp_per_hour": Decimal(1),
            "bands": [{"price": Decimal(1), "weight": Decimal(1)}],
            "best": best,
            "rank": {"base": Decimal(base) / 10_000, "over_root": Decimal(over_root) / 10_000},
        }
        params = stored(kind=kind, typed=msgspec.convert(fields, kind.schema))

        again = msgspec.convert(typed.typed_of(kind=kind, params=params), kind.schema)
        assert stored(kind=kind, typed=again) == params


class TestListDifferences:
    def test_has_the_fields_that_differ_in_words(self) -> None:
        kind = KINDS["hold_boost"]
        before = {
            "shape": "steps",
            "curve": [{"days": 90, "bp": 12_500}],
            "mode": "best_hold",
            "collections": {"of": "all"},
            "boosts": [],
        }
        after = before | {
            "curve": [{"days": 90, "bp": 15_000}],
            "collections": {"of": "named", "slugs": ["apes"]},
        }

        assert [
            (one.label, one.before, one.after)
            for one in typed.list_differences(kind=kind, before=before, after=after)
        ] == [
            ("Curve", "days 90, multiplier 1.25", "days 90, multiplier 1.5"),
            ("Collections", "all", "apes"),
        ]

    def test_shows_whole_numbers_without_an_exponent(self) -> None:
        assert typed.shown(typed.decimal(100_000_000, places=6)) == "100"
        assert typed.shown(typed.decimal(1_250_000_000_000, places=6)) == "1,250,000"
