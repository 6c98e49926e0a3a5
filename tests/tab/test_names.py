"""Names of tokens and things."""

import pytest

from rewards.tab import names
from tests.tab import made


class TestTokenName:
    @pytest.mark.parametrize(
        ("collection", "token_id", "name"),
        [
            ("superrare", "812", "SuperRare #812"),
            ("azuki-elementals", "1", "Azuki Elementals #1"),
            ("rarible", "71532390114", "Rarible #71532390114"),
            ("rarible", "715323901145", "Rarible #715323901145"),
            ("rarible", "7153239011450", "Rarible #71532…1450"),
        ],
    )
    def test_is_collection_and_number(self, collection: str, token_id: str, name: str) -> None:
        assert names.token_name(made.token(token_id, collection)) == name


class TestThingName:
    @pytest.mark.parametrize(
        ("collection", "trait", "name"),
        [
            ("superrare", None, "any SuperRare"),
            ("azuki", "Background=Blue", "any Azuki with Background Blue"),
            (None, None, "a token"),
        ],
    )
    def test_is_what_a_bid_without_a_token_is_for(
        self, collection: str | None, trait: str | None, name: str
    ) -> None:
        assert names.thing_name(token=None, collection=collection, trait=trait) == name

    def test_is_the_token_where_there_is_one(self) -> None:
        assert names.thing_name(token=made.token(), collection="superrare", trait=None) == "SuperRare #812"
