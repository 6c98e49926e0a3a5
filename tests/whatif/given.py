"""A market and a round that what-ifs begin from, and every table that they must leave as it was."""

from django.db import connection

from rewards.rules.models import Season
from tests.rules.given import given_market, given_rule, given_season
from tests.tables import Table, read

# ann, bob and dan buy for 1, 2 and 3 ETH. ann has held a token for 200 days when March closes, bob for 100.
MARKET = """
    kind | token | from | to  | at         | price
    mint | old   |      | ann | 2025-09-12 |
    mint | newer |      | bob | 2025-12-21 |
    sale | a     | cat  | ann | 2026-03-01 | 1 ETH
    sale | b     | cat  | bob | 2026-03-02 | 2 ETH
    sale | c     | cat  | dan | 2026-03-13 | 3 ETH
"""

CURVE = [{"days": 90, "multiplier": 1.5}, {"days": 180, "multiplier": 2}]


def given_program(*, budget_xp: int = 1_000_000) -> Season:
    """Ann 100 × 2, bob 200 × 1.5 and dan 300 × 1: 200, 300 and 300 XP."""
    given_market(MARKET)
    season = given_season(budget_xp=budget_xp)
    given_rule("buyers", "purchase", xp_per_eth=100)
    given_rule("long-holders", "hold_boost", curve=CURVE, collections="all")
    return season


def rows_of_every_table() -> Table:
    """How many rows each table has, and a digest of them: whatever is left behind, it shows."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace "
            "AND relname ~ '^(facts|flags|inbox|ledger|registry|rules|shipments|staff)_' ORDER BY relname"
        )
        names = [name for (name,) in cursor.fetchall()]
    parts = [
        f"SELECT '{name}' AS name, count(*) AS count, "
        f"md5(string_agg(one::TEXT, ' ' ORDER BY one::TEXT)) AS digest FROM {name} AS one"
        for name in names
    ]
    return read(
        " UNION ALL ".join(parts),
        table=lambda row: row["name"],
        rows=lambda row: str(row["count"]),
        digest=lambda row: str(row["digest"]),
    )
