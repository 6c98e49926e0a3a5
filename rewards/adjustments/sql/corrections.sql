-- What corrections gave a collector or took back, the latest first. What went to a wallet before it was
-- joined is its collector's now.
SELECT
    entry.adjustment_id,
    entry.number,
    entry.amount_xp,
    entry.reason,
    entry.evidence,
    entry.takes_back,
    adjustment.title,
    adjustment.approved_at,
    adjustment.author,
    adjustment.approved_by,
    shipment.title AS round_title,
    SUM(entry.amount_xp) OVER ()::BIGINT AS total_xp,
    COUNT(*) OVER () AS correction_count
FROM registry_wallet AS own
INNER JOIN adjustments_entry AS entry ON own.id = entry.collector_id
INNER JOIN adjustments_adjustment AS adjustment ON entry.adjustment_id = adjustment.id
LEFT JOIN ledger_transfer AS taken ON entry.takes_back = taken.key
LEFT JOIN shipments_shipment AS shipment ON taken.shipment_id = shipment.id
WHERE
    own.collector_id = %(collector_id)s
    AND adjustment.state = 'approved'
ORDER BY
    adjustment.approved_at DESC,
    entry.id DESC
LIMIT %(correction_limit)s
