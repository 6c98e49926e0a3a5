"""What the pages show of pauses and of orders that rest, on rows of a real database."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from marketplace.registry.models import Collection, Wallet
from rewards.rules.models import RuleVersion
from tests.tab import given
from tests.tab.given import ETH
from tests.tab.test_views import ANN, planned_round, text
from tests.tables import address, day

pytestmark = pytest.mark.django_db

AS_OF = {"as_of": "2019-04-10T12:30:00"}
WHY = "Bidding XP drew farmers instead of collectors."
LOST = "Nothing that you earned is lost."


@pytest.fixture(autouse=True)
def another_instant(settings: Settings) -> None:
    """Pages may be asked for another instant than now."""
    settings.DEBUG = True


@pytest.fixture
def rules() -> dict[str, RuleVersion]:
    """A season in which buying, listing and bidding earn, and ann."""
    season = given.season()
    given.wallet("ann")
    return {
        "buying": given.rule(season, "buying", "purchase", given.PURCHASE),
        "listing": given.rule(season, "listers", "listing", given.LISTING, title="Listing"),
        "bidding": given.rule(season, "bidders", "bidding", given.BIDDING, title="Bidding"),
    }


def ann() -> Wallet:
    return Wallet.objects.get(address=address("ann"))


def page_of_ann(client: Client, **asked: str) -> str:
    return text(client.get(ANN, AS_OF | asked))


class TestPauses:
    @pytest.mark.parametrize("path", [ANN, "/rewards/"])
    def test_stand_at_the_top_of_the_page(
        self, client: Client, rules: dict[str, RuleVersion], path: str
    ) -> None:
        given.pause("liquidity.bidding", starts="2019-03-25 14:30", ends="2019-05-01", reason=WHY)
        page = text(client.get(path, AS_OF))
        said = "Bidding paused since 25 March 2019, 14:30 UTC, until 1 May 2019, 00:00 UTC."
        assert f"{said} {WHY} {LOST}" in page
        assert page.index(said) < page.index("1 XP an hour")
        assert "Bidding paused 1 XP an hour" in page
        assert f"Paused since 25 March 2019, 14:30 UTC, until 1 May 2019, 00:00 UTC: {WHY}" in page
        assert "Listing on 1 XP an hour" in page

    def test_of_a_flag_above_pause_every_rule_below_and_are_said_once(
        self, client: Client, rules: dict[str, RuleVersion]
    ) -> None:
        given.pause("liquidity", starts="2019-04-01", reason=WHY)
        page = page_of_ann(client)
        assert page.count(f"since 1 April 2019, until further notice. {WHY} {LOST}") == 1
        assert page.count(f"Paused since 1 April 2019, until further notice: {WHY}") == 2
        assert page.count(" paused 1 XP an hour") == 2

    def test_each_in_force_has_a_line(self, client: Client, rules: dict[str, RuleVersion]) -> None:
        given.pause("liquidity", starts="2019-04-01", reason="One.")
        given.pause("rule.listers", starts="2019-04-05", reason="Two.")
        page = page_of_ann(client)
        assert page.index(
            f"Listing paused since 5 April 2019, until further notice. Two. {LOST}"
        ) < page.index(f"since 1 April 2019, until further notice. One. {LOST}")

    def test_that_ended_stand_at_their_rule(self, client: Client, rules: dict[str, RuleVersion]) -> None:
        given.pause("rule.listers", starts="2018-09-10", ends="2018-09-20", reason=WHY)
        page = page_of_ann(client)
        assert LOST not in page
        assert f"Counts all collections. Paused 10 to 19 September 2018: {WHY} Version 1" in page

    def test_show_the_latest_and_whichever_is_on(self, client: Client, rules: dict[str, RuleVersion]) -> None:
        given.pause("liquidity", starts="2018-05-01", reason="Long.")
        for month in ("06", "07", "08", "09"):
            given.pause("rule.listers", starts=f"2018-{month}-01", ends=f"2018-{month}-03", reason=month)
        page = page_of_ann(client)
        assert "since 1 May 2018, until further notice. Long." in page
        assert [month for month in ("06", "07", "08", "09") if f": {month}." in page] == ["08", "09"]

    @pytest.mark.parametrize(("starts", "ends"), [("2019-04-11", None), ("2019-04-10 12:30:01", None)])
    def test_to_come_are_not_shown(
        self, client: Client, rules: dict[str, RuleVersion], starts: str, ends: str | None
    ) -> None:
        given.pause("liquidity", starts=starts, ends=ends, reason=WHY)
        assert WHY not in page_of_ann(client)

    def test_change_to_the_second(self, client: Client, rules: dict[str, RuleVersion]) -> None:
        given.pause("liquidity", starts="2019-04-01 10:00:00", ends="2019-04-01 10:00:02", reason=WHY)
        on = [
            LOST in page_of_ann(client, as_of=f"2019-04-01T{clock}")
            for clock in ("09:59:59", "10:00:00", "10:00:01", "10:00:02")
        ]
        assert on == [False, True, True, False]

    def test_write_what_staff_typed_as_text(self, client: Client, rules: dict[str, RuleVersion]) -> None:
        given.pause("liquidity", starts="2019-04-01", reason="<script>alert(1)</script>")
        assert "<script>alert" not in client.get(ANN, AS_OF).content.decode()

    def test_of_a_line_are_those_of_its_round(self, client: Client, rules: dict[str, RuleVersion]) -> None:
        given.pause("liquidity", starts="2018-09-10", ends="2018-09-20", reason="Before.")
        given.pause("liquidity", starts="2019-02-20", ends="2019-03-10", reason="During.")
        made = planned_round(1)
        placed = given.order(ann(), "listing", price=ETH, since=day("2019-03-02"), token_id="7")
        given.line(made, ann(), rules["listing"], shows=placed, reason="paused", quantity=0)
        given.ship(made)
        page = page_of_ann(client)
        assert (
            "Listed SuperRare #7 for 1 ETH, placed 2 March 2019 Paused 20 February to 9 March 2019: During. "
            "Nothing earned outside the pause is lost."
        ) in page

    def test_of_a_purchase_is_the_one_that_it_fell_into(self, client: Client) -> None:
        made = planned_round(1, reason="paused")
        given.pause("rule.buying", starts="2019-03-01", ends="2019-03-02", reason="One.")
        given.pause("rule.buying", starts="2019-03-05", ends="2019-03-06", reason="Two.")
        given.ship(made, posted=False)
        page = page_of_ann(client)
        assert "on 5 March 2019 Paused 5 March 2019: Two. Nothing earned outside the pause is lost." in page


class TestLines:
    def test_show_what_a_listing_earned_and_what_a_cap_took(
        self, client: Client, rules: dict[str, RuleVersion]
    ) -> None:
        made = planned_round(1)
        capped = rules["listing"].rule
        version = RuleVersion.objects.create(
            rule=capped,
            number=2,
            params=given.LISTING | {"cap_xp_per_collector": 30},
            in_force_from=day("2019-03-01"),
            created_at=day("2019-02-01"),
            created_by="ann",
        )
        placed = given.order(ann(), "listing", price=9 * ETH // 10, since=day("2019-03-02"), token_id="812")
        given.line(
            made, ann(), version, shows=placed, base_xp=40.2, cut_xp=10, amount_xp=30, quantity=144_720
        )
        given.ship(made)
        assert (
            "Listed SuperRare #812 for 0.9 ETH: rested 40 h 12 min, placed 2 March 2019 +30 XP "
            "40.2 XP = 40 XP, rounded down, 10 XP over the cap of 30 XP a round"
        ) in page_of_ann(client)

    def test_show_a_bid_for_any_token_of_a_collection(
        self, client: Client, rules: dict[str, RuleVersion]
    ) -> None:
        made = planned_round(1)
        placed = given.order(
            ann(), "bid", price=ETH, since=day("2019-03-02"), token_id=None, trait="Eyes=Laser"
        )
        given.line(made, ann(), rules["bidding"], shows=placed, base_xp=2, quantity=7_200)
        given.ship(made)
        page = page_of_ann(client)
        assert "Bid 1 ETH for any SuperRare with Eyes Laser: rested 2 h, placed 2 March 2019 +2 XP" in page

    def test_say_for_whom_a_round_was(self, client: Client) -> None:
        made = planned_round(1, reason="not_in_audience", audience={"in_cohort": "testers"})
        given.ship(made, posted=False)
        assert "This round was for those who are on the list “testers”." in page_of_ann(client)


class TestOrders:
    def test_say_what_they_earn_an_hour_and_why_one_earns_nothing(
        self, client: Client, rules: dict[str, RuleVersion]
    ) -> None:
        bob = given.wallet("bob")
        given.order(bob, "listing", price=ETH, since=day("2019-04-01"), token_id="1")
        given.order(ann(), "listing", price=5 * ETH // 2, since=day("2019-04-01"), token_id="2")
        given.order(ann(), "listing", price=4 * ETH, since=day("2019-04-01"), token_id="3")
        given.order(ann(), "listing", price=ETH, since=day("2019-04-10 12:12"), token_id="4")
        given.order(ann(), "bid", price=8 * ETH // 10, since=day("2019-04-02"), token_id="1")
        page = page_of_ann(client)
        orders = page[page.index("Resting orders") : page.index("No round yet")]
        for said in (
            "0.8 ETH bid for SuperRare #1 since 2 April 2019 1 XP an hour 1 XP an hour at 0.8 × floor",
            (
                "SuperRare #2 listed for 2.5 ETH since 1 April 2019 0.5 XP an hour "
                "1 XP an hour, × 0.5 at 2.5 × floor"
            ),
            (
                "SuperRare #3 listed for 4 ETH since 1 April 2019 0 XP an hour "
                "A listing earns up to 3 × floor; yours is at 4 × floor."
            ),
            (
                "SuperRare #4 listed for 1 ETH since 10 April 2019 0 XP an hour "
                "Earns once it has rested 30 min, from its beginning on; that is in 12 min."
            ),
        ):
            assert said in orders
        assert orders.index("#1 ") < orders.index("#2 ") < orders.index("#3 ")

    def test_are_those_that_rest_at_the_instant(self, client: Client, rules: dict[str, RuleVersion]) -> None:
        for number, since, ends in (
            ("1", "2019-04-01", None),
            ("2", "2019-04-01", "2019-04-10 12:30:01"),
            ("3", "2019-04-01", "2019-04-10 12:30"),
            ("4", "2019-04-10 12:30", None),
            ("5", "2019-04-10 12:30:01", None),
        ):
            given.order(
                ann(),
                "listing",
                price=ETH,
                since=day(since),
                ends=day(ends) if ends else None,
                token_id=number,
            )
        page = page_of_ann(client)
        shown = [number for number in "12345" if f"SuperRare #{number} listed for" in page]
        assert shown == ["1", "2", "4"]

    def test_of_all_wallets_of_the_collector_and_of_nobody_else(
        self, client: Client, rules: dict[str, RuleVersion]
    ) -> None:
        vault, bob = given.wallet("vault", linked_to=ann()), given.wallet("bob")
        given.order(vault, "listing", price=ETH, since=day("2019-04-01"), token_id="1")
        given.order(bob, "listing", price=ETH, since=day("2019-04-01"), token_id="2")
        page = page_of_ann(client)
        assert "SuperRare #1 listed" in page
        assert "SuperRare #2 listed" not in page

    def test_are_compared_with_the_book_of_the_last_full_hour(
        self, client: Client, rules: dict[str, RuleVersion]
    ) -> None:
        bob = given.wallet("bob")
        given.order(ann(), "listing", price=2 * ETH, since=day("2019-04-01"), token_id="1")
        # Placed since, ended before, and on its way out: only the last was there at noon.
        given.order(bob, "listing", price=ETH // 100, since=day("2019-04-10 12:01"), token_id="2")
        given.order(
            bob,
            "listing",
            price=ETH // 50,
            since=day("2019-04-01"),
            ends=day("2019-04-10 12:00"),
            token_id="3",
        )
        given.order(
            bob, "listing", price=ETH, since=day("2019-04-01"), ends=day("2019-04-10 12:20"), token_id="4"
        )
        assert "1 XP an hour, × 0.5 at 2 × floor" in page_of_ann(client)

    def test_are_compared_within_their_collection(
        self, client: Client, rules: dict[str, RuleVersion]
    ) -> None:
        bob = given.wallet("bob")
        given.order(bob, "listing", price=ETH, since=day("2019-04-01"), token_id="1", collection="apes")
        given.order(ann(), "listing", price=2 * ETH, since=day("2019-04-01"), token_id="2")
        given.order(ann(), "bid", price=ETH, since=day("2019-04-01"), token_id="3", collection="mooncats")
        page = page_of_ann(client)
        assert "1 XP an hour at 1 × floor" in page
        assert "MoonCats had no floor at the last full hour." in page

    def test_in_another_currency_go_by_the_last_rate_of_the_day(
        self, client: Client, rules: dict[str, RuleVersion]
    ) -> None:
        bob = given.wallet("bob")
        given.order(bob, "listing", price=ETH, since=day("2019-04-01"), token_id="1")
        given.order(ann(), "listing", price=400 * ETH, since=day("2019-04-01"), token_id="2", currency="DAI")
        given.order(ann(), "listing", price=400 * ETH, since=day("2019-04-01"), token_id="3", currency="RARE")
        given.rate("DAI", at=day("2019-04-09 23:59"), wei=ETH)
        given.rate("DAI", at=day("2019-04-10 00:00"), wei=ETH)
        given.rate("DAI", at=day("2019-04-10 08:00"), wei=ETH // 200)
        given.rate("DAI", at=day("2019-04-11 00:00"), wei=ETH)
        page = page_of_ann(client)
        assert "SuperRare #2 listed for 400 DAI since 1 April 2019 0.5 XP an hour" in page
        assert "No price of RARE in ETH is known today." in page

    def test_on_one_thing_count_once(self, client: Client, rules: dict[str, RuleVersion]) -> None:
        vault = given.wallet("vault", linked_to=ann())
        given.order(ann(), "listing", price=ETH, since=day("2019-04-01"), token_id="1")
        given.order(vault, "listing", price=ETH, since=day("2019-04-02"), token_id="1")
        given.order(ann(), "bid", price=ETH, since=day("2019-04-03"), token_id="1")
        page = page_of_ann(client)
        assert "SuperRare #1 listed for 1 ETH since 2 April 2019 0 XP an hour Behind an older listing" in page
        assert page.count("Behind an older") == 1

    def test_are_ranked_by_price_and_then_by_age(self, client: Client) -> None:
        season = given.season()
        given.wallet("ann")
        given.rule(season, "listers", "listing", given.LISTING | {"best": 2})
        bob = given.wallet("bob")
        given.order(bob, "listing", price=ETH, since=day("2019-04-01"), token_id="1")
        given.order(bob, "listing", price=99 * ETH // 100, since=day("2019-04-01 06:00"), token_id="1")
        given.order(ann(), "listing", price=11 * ETH // 10, since=day("2019-04-02"), token_id="2")
        given.order(ann(), "listing", price=11 * ETH // 10, since=day("2019-04-03"), token_id="3")
        given.order(ann(), "listing", price=ETH // 10 * 9, since=day("2019-04-10 12:05"), token_id="4")
        page = page_of_ann(client)
        assert "#2 listed for 1.1 ETH since 2 April 2019 1 XP an hour" in page
        assert "Only the 2 lowest of a collection earn; yours is in place 3." in page
        assert "Its place among the others is taken at the next full hour." in page

    def test_earn_nothing_while_paused(self, client: Client, rules: dict[str, RuleVersion]) -> None:
        given.order(ann(), "listing", price=ETH, since=day("2019-04-01"), token_id="1")
        given.pause("liquidity", starts="2019-04-05", reason=WHY)
        said = "SuperRare #1 listed for 1 ETH since 1 April 2019 0 XP an hour Paused since 5 April 2019"
        assert said in page_of_ann(client)

    def test_count_where_the_rule_counts_verified_collections(self, client: Client) -> None:
        season = given.season()
        given.wallet("ann")
        given.rule(season, "listers", "listing", given.LISTING | {"collections": {"of": "verified"}})
        given.order(ann(), "listing", price=ETH, since=day("2019-04-01"), token_id="1")
        assert "Listers counts verified collections." in page_of_ann(client)
        Collection.objects.update(verified=True)
        assert "1 XP an hour at" in page_of_ann(client)

    def test_fold_where_there_are_many(self, client: Client, rules: dict[str, RuleVersion]) -> None:
        for number in range(70):
            given.order(
                ann(), "listing", price=ETH + number * ETH, since=day("2019-04-01"), token_id=f"{number}"
            )
        page = page_of_ann(client)
        assert "54 more orders" in page
        assert "SuperRare #59 listed for 60 ETH 1 April 2019 60 × floor Price too far off" in page
        assert "And 10 orders whose price is further off." in page

    def test_say_what_will_appear_where_none_rests(
        self, client: Client, rules: dict[str, RuleVersion]
    ) -> None:
        assert "No order rests here now" in page_of_ann(client)

    def test_have_no_place_where_no_rule_pays_for_them(self, client: Client) -> None:
        given.ship(planned_round(1))
        given.order(ann(), "listing", price=ETH, since=day("2019-04-01"), token_id="1")
        assert "Resting orders" not in page_of_ann(client)


class TestStatements:
    @pytest.mark.parametrize("many", [1, 50])
    def test_are_one_more_where_orders_can_earn_however_much_there_is(
        self,
        client: Client,
        rules: dict[str, RuleVersion],
        django_assert_num_queries: DjangoAssertNumQueries,
        many: int,
    ) -> None:
        made = planned_round(many, reason="paused")
        for number in range(many):
            given.order(ann(), "listing", price=ETH, since=day("2019-04-01"), token_id=str(number))
            given.hold(ann(), token_id=str(number), since=day("2019-01-01"))
            minute = f"2019-01-01 {number // 60:02}:{number % 60:02}"
            given.pause("rule.listers", starts=f"{minute}:00", ends=f"{minute}:30")
        given.ship(made, posted=False)
        with django_assert_num_queries(8):
            assert client.get(ANN, AS_OF).status_code == 200
        with django_assert_num_queries(4):
            assert client.get("/rewards/", AS_OF).status_code == 200

    def test_leave_the_page_small(self, client: Client, rules: dict[str, RuleVersion]) -> None:
        for number in range(300):
            given.order(
                ann(), "listing", price=ETH * (number + 1), since=day("2019-04-01"), token_id=str(number)
            )
            given.hold(ann(), token_id=str(number), since=day("2019-01-01"))
        given.ship(planned_round(300))
        assert len(client.get(ANN, AS_OF).content) < 100_000


class TestHolds:
    def test_of_verified_collections_come_first_where_a_boost_is_for_those(self, client: Client) -> None:
        season = given.season()
        given.wallet("ann")
        params = given.HOLD_BOOST | {"collections": {"of": "verified"}}
        given.rule(season, "hold-boost", "hold_boost", params)
        given.hold(ann(), token_id="1", since=day("2019-01-15"), collection="apes")
        given.hold(ann(), token_id="2", since=day("2019-03-01"), collection="mooncats")
        Collection.objects.filter(slug="mooncats").update(verified=True)
        page = page_of_ann(client)
        assert page.index("MoonCats #2") < page.index("Apes #1")
        assert page.count("No boost looks at this collection for now.") == 1
