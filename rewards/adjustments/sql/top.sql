-- The entries that move the most XP, with what their collectors have now. A wallet that no event named has
-- nothing and is not known.
SELECT
    entry.number,
    entry.address,
    entry.amount_xp,
    entry.takes_back,
    entry.reason,
    entry.evidence,
    wallet.id IS NOT NULL AS is_known,
    COALESCE(account.balance_xp, 0) AS balance_xp,
    shipment.title AS round_title
FROM adjustments_entry AS entry
LEFT JOIN registry_wallet AS wallet ON entry.address = wallet.address
LEFT JOIN ledger_account AS account
    ON account.kind = 'collector' AND COALESCE(entry.collector_id, wallet.collector_id) = account.holder_id
LEFT JOIN ledger_transfer AS taken ON entry.takes_back = taken.key
LEFT JOIN shipments_shipment AS shipment ON taken.shipment_id = shipment.id
WHERE entry.adjustment_id = %(adjustment_id)s
ORDER BY
    ABS(entry.amount_xp) DESC,
    entry.number ASC
LIMIT %(entry_limit)s
