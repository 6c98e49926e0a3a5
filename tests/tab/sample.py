"""A collector with something of everything, and one with nothing, for tests and for looking at pages."""

from tests.tab import given
from tests.tab.given import ETH
from tests.tables import day

# Token, since when, how many units.
TOKENS = [
    ("377", "2018-09-18", 1),
    ("812", "2019-01-21", 1),
    ("1204", "2018-10-15", 1),
    ("96", "2018-05-02", 1),
    ("1550", "2019-02-11", 1),
    ("431", "2018-12-30", 1),
    ("2031", "2019-03-29", 1),
    ("7", "2018-04-09", 1),
    ("1977", "2019-03-03", 12),
    ("640", "2018-11-19", 1),
    ("1102", "2018-08-08", 1),
    ("2210", "2019-04-02", 1),
]


def fill() -> None:
    """Ann bought, held and received three rounds; dan has a wallet and nothing else."""
    season = given.season()
    buying = given.rule(season, "buying", "purchase", given.PURCHASE)
    holding = given.rule(season, "holding", "holding", given.HOLDING)
    testers = given.rule(season, "beta-testers", "cohort", given.COHORT)
    boost = given.rule(season, "hold-boost", "hold_boost", given.HOLD_BOOST)
    ann = given.wallet("ann")
    given.wallet("dan")
    others = [given.wallet(name) for name in ("eve", "finn", "gus", "hal", "ida")]
    held = {
        number: given.hold(ann, token_id=number, since=day(since), quantity=units)
        for number, since, units in TOKENS
    }

    first = given.shipment(
        season,
        "first-round",
        start="2018-04-01",
        end="2018-12-01",
        message="For everyone who tested before the gates were open. Thank you for every report.",
    )
    given.line(first, ann, testers, base_xp=500)
    given.ship(first)

    second = given.shipment(
        season,
        "winter-round",
        start="2018-12-01",
        end="2019-03-01",
        message="Bought in winter: base XP for each purchase, more for holds of three months and longer.",
    )
    given.boost(second, ann, boost, started=held["377"], hold_days=164, boost_bp=12_500)
    for number, price, at in (
        ("812", 9 * ETH // 10, "2019-01-21"),
        ("431", 2 * ETH, "2018-12-30"),
        ("1550", ETH // 4, "2019-02-11"),
    ):
        sale = given.event("sale", token_id=number, at=day(at), price=price)
        given.line(
            second, ann, buying, shows=sale, base_xp=100 + 100 * price / ETH, boost_bp=12_500, quantity=price
        )
    sale = given.event("sale", token_id="901", at=day("2019-02-20"), price=4 * ETH // 1000)
    given.line(second, ann, buying, shows=sale, reason="below_minimum", quantity=4 * ETH // 1000)
    given.ship(second)

    third = given.shipment(
        season,
        "spring-round",
        start="2019-03-01",
        end="2019-04-01",
        message="A month of collecting. From this round on, holding earns, two XP a day for each token.",
    )
    given.boost(third, ann, boost, started=held["377"], hold_days=195, boost_bp=15_000)
    given.boost(third, ann, boost, started=held["812"], hold_days=69, boost_bp=10_000)
    price = 1_234_567_890_123_456_789
    sale = given.event("sale", token_id="2031", at=day("2019-03-29 14:07"), price=price)
    given.line(third, ann, buying, shows=sale, base_xp=223.456789, boost_bp=15_000, quantity=price)
    price = 9 * ETH // 10
    sale = given.event("sale", token_id="1977", at=day("2019-03-03 08:15"), price=price, currency="WETH")
    given.line(third, ann, buying, shows=sale, base_xp=190, boost_bp=15_000, quantity=price)
    for number in ("377", "1204", "96", "640", "7", "1102", "431", "812"):
        given.line(
            third,
            ann,
            holding,
            shows=held[number],
            base_xp=62,
            boost_bp=15_000,
            quantity=31 * 86_400,
            hold_days=(day("2019-04-01") - held[number].at).days,
        )
    for number in ("2031", "1977"):
        given.line(
            third,
            ann,
            holding,
            shows=held[number],
            reason="under_minimum_days",
            quantity=3 * 86_400,
            hold_days=(day("2019-04-01") - held[number].at).days,
        )
    for price in (ETH // 200, ETH // 400, ETH // 500, ETH // 1000, ETH // 125):
        sale = given.event("sale", token_id=str(2000 + price % 97), at=day("2019-03-10"), price=price)
        given.line(third, ann, buying, shows=sale, reason="below_minimum", quantity=price)
    sale = given.event("sale", token_id="1600", at=day("2019-03-11"), price=ETH)
    given.line(third, ann, buying, shows=sale, reason="own_wallets", quantity=ETH)
    sale = given.event("sale", token_id="1733", at=day("2019-03-12"), price=5 * ETH, currency="RARE")
    given.line(third, ann, buying, shows=sale, reason="no_rate")
    for place, other in enumerate(others):
        sale = given.event("sale", token_id=str(300 + place), at=day("2019-03-15"), price=ETH)
        given.line(third, other, buying, shows=sale, base_xp=200 - 13 * place, quantity=ETH)
    given.ship(third)

    given.shipment(
        season, "early-summer-round", start="2019-04-01", end="2019-05-01", ships_at=day("2019-05-03")
    )
