"""Two months of a market: February went out, March is planned and waits for a reviewer."""

from marketplace.facts import operations as facts
from rewards.shipments.models import Shipment
from tests.rules.given import PLANNED_AT, given_rule, given_season, planned, shipped
from tests.tables import given_events

# From 0.01 to some 150 ETH, as prices of a market are spread: many small ones and a few large.
COLLECTORS = 240


def given_two_rounds(*, collectors: int = COLLECTORS) -> Shipment:
    """March as ann planned it. A fifth of the collectors are new in it."""
    given_season(budget_xp=2_000_000)
    given_rule("buyers", "purchase", xp_per_eth=100, minimum_price_eth=0.05)
    given_rule("holders", "holding", xp_per_token_day=2, minimum_days=10)
    given_rule("patience", "hold_boost", collections="all", curve=[{"days": 90, "multiplier": 1.5}])
    fifth = collectors // 5
    rows = [f"mint | old{n} | | w{n} | 2025-10-{1 + n % 28:02} | " for n in range(0, collectors, 4)]
    rows += [_sale("feb", n, month=2, days=27) for n in range(collectors - fifth)]
    # Some of February's are gone: they moved what they had bought to somebody else.
    rows += [f"transfer | feb{n} | w{n} | w{n + 1} | 2026-02-28 12:00:00 | " for n in range(1, fifth - 1, 4)]
    rows += [_sale("mar", n, month=3, days=29) for n in range(fifth, collectors)]
    given_events("kind | token | from | to | at | price\n" + "\n".join(rows))
    facts.refresh(as_of=PLANNED_AT)
    rules = ["buyers", "holders", "patience"]
    shipped(slug="february", start="2026-02-01", end="2026-03-01", only=rules)
    return planned(slug="march", start="2026-03-01", end="2026-03-31", only=rules)


def _sale(token: str, number: int, *, month: int, days: int) -> str:
    # A quadratic sequence modulo a prime is spread evenly enough and the same each time.
    place = number * (number + month) % 199
    wei = 10**16 * (1 + place + place**5 // 20_000_000)
    price = f"{wei // 10**18}.{wei % 10**18 // 10**14:04} ETH"
    at = f"2026-{month:02}-{1 + number % days:02}"
    return f"sale | {token}{number} | maker{number} | w{number} | {at} | {price}"
