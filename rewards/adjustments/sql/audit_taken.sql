-- Transfers of which more was taken back than they were, or that are none.
SELECT
    entry.takes_back AS key,
    COALESCE(MAX(transfer.amount_xp), 0) AS amount_xp,
    -SUM(entry.amount_xp)::BIGINT AS taken_xp
FROM adjustments_entry AS entry
INNER JOIN adjustments_adjustment AS adjustment ON entry.adjustment_id = adjustment.id
LEFT JOIN ledger_transfer AS transfer ON entry.takes_back = transfer.key
WHERE adjustment.state = 'approved' AND entry.takes_back <> ''
GROUP BY entry.takes_back
HAVING -SUM(entry.amount_xp) > COALESCE(MAX(transfer.amount_xp), 0)
ORDER BY key
