"""Pictures for tokens that have none."""

from rewards.tab import tiles
from tests.tab import made


class TestTile:
    def test_is_the_same_for_the_same_token(self) -> None:
        assert tiles.tile(made.token("812")) == tiles.tile(made.token("812"))

    def test_differs_between_tokens_of_a_collection(self) -> None:
        drawn = {tiles.tile(made.token(str(number))) for number in range(1_000)}
        assert len(drawn) == 1_000

    def test_keeps_a_collection_in_one_family_of_colours(self) -> None:
        colours = {tiles.tile(made.token(str(number))).ground for number in range(100)}
        assert any(colours <= {scheme[0] for scheme in family} for family in tiles.FAMILIES)
