"""What only its own collector sees of a page: the round to open, the level, the place among others."""

from datetime import timedelta

import pytest
from django.test import Client

from marketplace.registry.models import Wallet
from rewards.rules.models import Season
from rewards.standings import operations as standings
from rewards.tab import levels, seals
from rewards.tab.models import Opening
from rewards.tab.rows import Level, Round
from tests.identity.given import at
from tests.tab import given
from tests.tab.test_sign_in import rounds_of, signed_in
from tests.tab.test_views import text
from tests.tables import day

LEVELS = [Level(name="Newcomer", xp=0), Level(name="Keeper", xp=1_000), Level(name="Curator", xp=5_000)]
PIECE = {"Accept": "text/html+piece"}


class TestLevels:
    @pytest.mark.parametrize(
        ("skipped", "balance_xp", "said"),
        [
            (0, 0, (1, "Newcomer", "Keeper", 1_000, "0.0%")),
            (0, 999, (1, "Newcomer", "Keeper", 1, "99.9%")),
            (0, 1_000, (2, "Keeper", "Curator", 4_000, "0.0%")),
            (0, 2_500, (2, "Keeper", "Curator", 2_500, "37.5%")),
            (0, 5_000, (3, "Curator", None, 0, "100.0%")),
            (1, 250, (0, None, "Keeper", 750, "25.0%")),
        ],
    )
    def test_say_how_far_the_next_is(
        self, skipped: int, balance_xp: int, said: tuple[int, str | None, str | None, int, str]
    ) -> None:
        found = levels.reached(LEVELS[skipped:], balance_xp=balance_xp)
        assert found is not None
        level = found.level.name if found.level else None
        following = found.following.name if found.following else None
        assert (found.number, level, following, found.missing_xp, found.percent) == said

    def test_are_none_where_a_season_has_none(self) -> None:
        assert levels.reached([], balance_xp=5) is None


def came(slug: str, *, award_xp: int = 10, posted: bool = True, opened: bool = False) -> Round:
    """A round as the page lists it."""
    instant = day("2019-04-02")
    return Round(
        shipment_id=1,
        slug=slug,
        title=slug,
        message="",
        state="shipped",
        window_start=day("2019-03-01"),
        window_end=day("2019-04-01"),
        shipping_at=instant,
        shipped_at=instant,
        award_xp=award_xp,
        posted_at=instant if posted else None,
        boosts=[],
        opened_at=instant if opened else None,
    )


class TestSeals:
    @pytest.mark.parametrize(
        ("rounds", "sealed"),
        [
            ([], ""),
            ([came("b"), came("a")], "b"),
            ([came("c"), came("b"), came("a", opened=True), came("z")], "c b"),
            ([came("c", posted=False), came("b"), came("a", opened=True)], "b"),
            ([came("c", award_xp=0), came("b", opened=True)], ""),
            ([came("b", opened=True), came("a")], ""),
        ],
    )
    def test_are_on_what_came_since_the_last_opening(self, rounds: list[Round], sealed: str) -> None:
        assert " ".join(one.slug for one in seals.sealed(rounds)) == sealed


@pytest.mark.django_db
class TestOpening:
    def test_shows_the_lines_once_and_for_good(self) -> None:
        rounds_of("ann")
        client = signed_in("ann")
        page = text(client.get("/rewards/"))
        assert "Spring round has come Shipped 2 April 2019, for 1 to 31 March 2019. Open it" in page
        assert "Bought SuperRare #1" not in page
        for _ in range(2):
            answer = client.post("/rewards/rounds/spring-round/open/")
            assert answer["Location"] == "/rewards/?opened=spring-round#round-spring-round"
        opening = Opening.objects.get()
        assert opening.collector_id == Wallet.objects.get(address=at("ann")).id
        page = text(client.get(answer["Location"]))
        assert "has come" not in page
        assert "Bought SuperRare #1 for 1 ETH" in page

    def test_gives_a_script_the_piece_alone(self) -> None:
        rounds_of("ann")
        answer = signed_in("ann").post("/rewards/rounds/spring-round/open/", headers=PIECE)
        page = answer.content.decode()
        assert 'data-count="100"' in page
        assert "Bought SuperRare #1 for 1 ETH" in text(answer)
        assert "<html" not in page

    def test_is_for_its_own_collector_alone(self, client: Client) -> None:
        rounds_of("ann")
        given.wallet("bob")
        assert client.post("/rewards/rounds/spring-round/open/")["Location"] == "/rewards/sign-in/"
        signed_in("ann")
        assert "has come" not in text(client.get(f"/rewards/{at('ann')}/"))
        stranger = signed_in("zoe")
        assert stranger.post("/rewards/rounds/spring-round/open/").status_code == 404
        assert stranger.post("/rewards/rounds/autumn-round/open/").status_code == 404
        assert not Opening.objects.exists()


@pytest.mark.django_db
class TestOwnPage:
    def test_has_level_place_and_rounds_to_come(self) -> None:
        rounds_of("ann", "bob", "cat")
        season = Season.objects.get()
        Season.objects.update(levels=[{"name": "Newcomer", "xp": 0}, {"name": "Keeper", "xp": 1_000}])
        given.shipment(season, "may", start="2019-04-01", end="2999-05-01", title="A secret name")
        standings.take(as_of=day("2019-05-01 12:00") + timedelta(seconds=7))
        client = signed_in("bob")
        page = text(client.get("/rewards/"))
        assert "Level 1: Newcomer 800 XP to Keeper" in page
        assert "Place 2 of 3" in page
        assert "As counted on 1 May 2019, 12:00 UTC" in page
        assert "2 You 0x" in page
        assert "for 1 April 2019 to 30 April 2999" in page
        assert "A secret name" not in page

    def test_is_named_among_the_leaders_until_it_opts_out(self, client: Client) -> None:
        rounds_of("ann", "bob")
        standings.take(as_of=day("2019-05-01"))
        bob = signed_in("bob")
        link = f"/rewards/{at('bob')}/"
        assert link in client.get("/rewards/leaders/").content.decode()
        assert link in client.get("/rewards/program/").content.decode()
        bob.post("/rewards/leaders/name/", {"named": "no"})
        assert link not in client.get("/rewards/leaders/").content.decode()
        assert link not in client.get("/rewards/program/").content.decode()
        page = text(client.get("/rewards/leaders/"))
        assert "1 A collector who is not named 2" in page
        assert "Let others see my name here" in text(bob.get("/rewards/leaders/"))
        bob.post("/rewards/leaders/name/", {"named": "yes"})
        assert link in client.get("/rewards/leaders/").content.decode()
        assert client.post("/rewards/leaders/name/", {"named": "no"})["Location"] == "/rewards/sign-in/"


@pytest.mark.django_db
class TestOwnPages:
    def test_link_to_each_other_and_say_which_is_open(self) -> None:
        rounds_of("ann")
        own = signed_in("ann")
        pages = ["", "ledger/", "appeals/", "leaders/", "wallets/", "program/"]
        for path in pages:
            page = own.get(f"/rewards/{path}").content.decode()
            row = page.partition('aria-label="Your pages"')[2].partition("</nav>")[0]
            assert [f'href="/rewards/{one}"' in row for one in pages] == [True] * 6
            assert row.count('aria-current="page"') == 1
            assert f'href="/rewards/{path}" aria-current="page"' in row
        assert 'aria-label="Your pages"' not in Client().get("/rewards/").content.decode()
