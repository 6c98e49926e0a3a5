"""Markets and rounds that the tests of shipments begin with."""

from marketplace.registry.models import Wallet
from rewards.ledger.models import Account
from rewards.shipments import operations as shipments
from rewards.shipments.models import Batch
from tests.rules.given import (
    PLANNED_AT,
    approved,
    given_market,
    given_rule,
    given_season,
)
from tests.tables import name

# ann earns 100 XP, bob 200 and dan 300.
MARKET = """
    kind | token | from | to  | at         | price
    sale | a     | cat  | ann | 2026-03-01 | 1 ETH
    sale | b     | cat  | bob | 2026-03-02 | 2 ETH
    sale | c     | cat  | dan | 2026-03-03 | 3 ETH
"""


def given_buyers(*, budget_xp: int = 1_000_000, xp_per_eth: float = 100) -> None:
    given_market(MARKET)
    given_season(budget_xp=budget_xp)
    given_rule("buyers", "purchase", xp_per_eth=xp_per_eth)


def balances() -> dict[str, int]:
    """What the season, the rounds together and each collector by name have."""
    collectors = {wallet.id: name(wallet.address) for wallet in Wallet.objects.all()}
    return {
        collectors[account.holder_id] if account.kind == "collector" else account.kind: account.balance_xp
        for account in Account.objects.all()
    }


def started(*, batch_size: int = 2) -> list[Batch]:
    given_buyers()
    approved()
    shipments.start(slug="march", as_of=PLANNED_AT, batch_size=batch_size)
    return list(Batch.objects.order_by("number"))
