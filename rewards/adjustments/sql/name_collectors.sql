-- Freezes to whom each entry goes: to the collector that its wallet belongs to now.
UPDATE adjustments_entry AS entry
SET collector_id = wallet.collector_id
FROM registry_wallet AS wallet
WHERE
    entry.adjustment_id = %(adjustment_id)s
    AND entry.address = wallet.address
