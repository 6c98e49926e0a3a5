-- Accounts below zero, other than the one that XP is issued from.
SELECT
    account.id,
    account.kind,
    account.holder_id,
    account.balance_xp
FROM ledger_account AS account
WHERE account.balance_xp < 0 AND account.kind <> 'issuance'
ORDER BY account.id
