-- Transfers that name an account that is not there.
SELECT
    transfer.id,
    transfer.key,
    CASE
        WHEN debit.id IS NULL THEN transfer.debit_account_id
        ELSE transfer.credit_account_id
    END AS account_id
FROM ledger_transfer AS transfer
LEFT JOIN ledger_account AS debit ON transfer.debit_account_id = debit.id
LEFT JOIN ledger_account AS credit ON transfer.credit_account_id = credit.id
WHERE debit.id IS NULL OR credit.id IS NULL
ORDER BY transfer.id
