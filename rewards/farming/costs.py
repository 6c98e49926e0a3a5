"""What a farmer pays for each thing they do, in wei and basis points."""

from dataclasses import dataclass

WHOLE_BP = 10_000
ETH = 10**18


@dataclass(frozen=True, kw_only=True)
class Costs:
    """
    The fees of a marketplace and of its chain.

    ``fee_bp`` and ``royalty_bp`` are of a sale's price. ``rebate_bp`` is the part of the marketplace's fee
    that comes back to the farmer, such as staking gave X2Y2's. Gas is for one of each; listings and bids are
    signed off the chain, so they cost nothing unless told otherwise.
    """

    fee_bp: int = 250
    royalty_bp: int = 0
    rebate_bp: int = 0
    mint_gas_wei: int = ETH // 10_000
    sale_gas_wei: int = 2 * ETH // 10_000
    listing_gas_wei: int = 0
    bid_gas_wei: int = 0
    cancel_gas_wei: int = ETH // 20_000

    def of_sale(self, *, price_wei: int) -> int:
        """What a sale between two of the farmer's own wallets costs them, whoever of the two pays."""
        fee = price_wei * self.fee_bp // WHOLE_BP
        rebate = fee * self.rebate_bp // WHOLE_BP
        return fee - rebate + price_wei * self.royalty_bp // WHOLE_BP + self.sale_gas_wei


@dataclass(frozen=True, kw_only=True)
class Market:
    """
    The market that a farm stands in, which has nobody else but a crowd.

    ``crowd`` honest collectors each list a token at the floor and bid 90 % of it all the time, and buy one a
    day where a pot is shared. A round has ``days`` days.
    """

    floor_wei: int = ETH // 10
    days: int = 30
    crowd: int = 10
