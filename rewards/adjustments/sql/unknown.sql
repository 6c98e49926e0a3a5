-- How many wallets of an adjustment no event has named yet.
SELECT COUNT(DISTINCT entry.address) AS wallet_count
FROM adjustments_entry AS entry
WHERE
    entry.adjustment_id = %(adjustment_id)s
    AND NOT EXISTS (SELECT 1 FROM registry_wallet AS wallet WHERE wallet.address = entry.address)
