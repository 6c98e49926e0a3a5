-- Entries of approved adjustments without their transfer, and such transfers without their entry.
WITH due AS (
    SELECT
        'adjustment:' || entry.adjustment_id || ':' || entry.number AS key,
        entry.amount_xp,
        entry.collector_id,
        adjustment.season_id
    FROM adjustments_adjustment AS adjustment
    INNER JOIN adjustments_entry AS entry ON adjustment.id = entry.adjustment_id
    WHERE adjustment.state = 'approved'
),

posted AS (
    SELECT
        transfer.key,
        CASE transfer.reason WHEN 'grant' THEN transfer.amount_xp ELSE -transfer.amount_xp END AS amount_xp,
        CASE transfer.reason WHEN 'grant' THEN credit.holder_id ELSE debit.holder_id END AS collector_id,
        CASE transfer.reason WHEN 'grant' THEN debit.holder_id ELSE credit.holder_id END AS season_id,
        CASE transfer.reason
            WHEN 'grant' THEN (debit.kind, credit.kind) = ('season', 'collector')
            ELSE (debit.kind, credit.kind) = ('collector', 'season')
        END AS is_between_both
    FROM ledger_transfer AS transfer
    INNER JOIN ledger_account AS debit ON transfer.debit_account_id = debit.id
    INNER JOIN ledger_account AS credit ON transfer.credit_account_id = credit.id
    WHERE transfer.reason IN ('grant', 'reversal')
)

SELECT
    COALESCE(due.key, posted.key) AS key,
    COALESCE(due.amount_xp, 0) AS due_xp,
    COALESCE(posted.amount_xp, 0) AS posted_xp
FROM due
FULL JOIN posted ON due.key = posted.key
WHERE
    due.amount_xp IS DISTINCT FROM posted.amount_xp
    OR due.collector_id IS DISTINCT FROM posted.collector_id
    OR due.season_id IS DISTINCT FROM posted.season_id
    OR NOT posted.is_between_both
ORDER BY key
