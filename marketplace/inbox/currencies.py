"""The currencies whose decimals we know; any other must say its own."""

# Decimals of one whole unit, as the issuing contracts on Ethereum state them.
DECIMALS = {
    "APE": 18,
    "DAI": 18,
    "ETH": 18,
    "MATIC": 18,
    "POL": 18,
    "SOL": 9,
    "USDC": 6,
    "USDT": 6,
    "WETH": 18,
}
