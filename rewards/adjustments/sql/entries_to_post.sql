-- What the ledger is asked to post for an adjustment.
SELECT
    'adjustment:' || entry.adjustment_id || ':' || entry.number AS key,
    CASE WHEN entry.amount_xp > 0 THEN 'season' ELSE 'collector' END AS debit_kind,
    CASE WHEN entry.amount_xp > 0 THEN adjustment.season_id ELSE entry.collector_id END AS debit_holder,
    CASE WHEN entry.amount_xp > 0 THEN 'collector' ELSE 'season' END AS credit_kind,
    CASE WHEN entry.amount_xp > 0 THEN entry.collector_id ELSE adjustment.season_id END AS credit_holder,
    ABS(entry.amount_xp) AS amount_xp,
    CASE WHEN entry.amount_xp > 0 THEN 'grant' ELSE 'reversal' END AS reason,
    NULL::BIGINT AS shipment_id
FROM adjustments_entry AS entry
INNER JOIN adjustments_adjustment AS adjustment ON entry.adjustment_id = adjustment.id
WHERE entry.adjustment_id = %(adjustment_id)s
