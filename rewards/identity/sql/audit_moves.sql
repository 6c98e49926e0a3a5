-- Moves without their transfer, and transfers of joined XP without their move.
SELECT
    COALESCE(transfer.key, 'joined:' || move.link_id || ':' || move.number) AS key,
    COALESCE(move.amount_xp, 0) AS noted_xp,
    COALESCE(transfer.amount_xp, 0) AS posted_xp
FROM identity_move AS move
FULL JOIN (
    SELECT
        posted.key,
        posted.amount_xp,
        debit.holder_id AS from_collector_id,
        credit.holder_id AS to_collector_id
    FROM ledger_transfer AS posted
    INNER JOIN ledger_account AS debit ON posted.debit_account_id = debit.id
    INNER JOIN ledger_account AS credit ON posted.credit_account_id = credit.id
    WHERE posted.reason = 'joined'
) AS transfer
    ON
        'joined:' || move.link_id || ':' || move.number = transfer.key
        AND move.amount_xp = transfer.amount_xp
        AND move.from_collector_id = transfer.from_collector_id
        AND move.to_collector_id = transfer.to_collector_id
WHERE move.link_id IS NULL OR transfer.key IS NULL
ORDER BY key
