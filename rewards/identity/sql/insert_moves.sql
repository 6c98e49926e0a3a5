-- Freezes what the accounts of joined wallets hold, so that the ledger is asked for the same however often it
-- reads: one row a wallet, numbered within its link. Callers take turns, so a number is used once.
INSERT INTO identity_move (
    link_id,
    number,
    from_collector_id,
    to_collector_id,
    amount_xp,
    moved_at
)
SELECT
    link.id,
    (SELECT COUNT(*) + 1 FROM identity_move AS earlier WHERE earlier.link_id = link.id),
    link.wallet_id,
    link.collector_id,
    account.balance_xp,
    %(as_of)s
FROM registry_link AS link
INNER JOIN ledger_account AS account ON account.kind = 'collector' AND link.wallet_id = account.holder_id
WHERE
    link.ended_at IS NULL
    AND account.balance_xp > 0
    AND (%(wallet_id)s::bigint IS NULL OR link.wallet_id = %(wallet_id)s)
ORDER BY link.id
RETURNING
    link_id,
    number
