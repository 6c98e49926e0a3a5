-- Transfers that issued XP past a season's budget.
SELECT
    transfer.id,
    transfer.key,
    transfer.amount_xp,
    credit.kind,
    credit.holder_id
FROM ledger_account AS issuance
INNER JOIN ledger_transfer AS transfer ON issuance.id = transfer.debit_account_id
INNER JOIN ledger_account AS credit ON transfer.credit_account_id = credit.id
WHERE issuance.kind = 'issuance' AND credit.kind <> 'season'
ORDER BY transfer.id
