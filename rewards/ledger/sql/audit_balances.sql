-- Accounts whose balance is not the sum of their transfers.
WITH fold AS (
    SELECT
        leg.account_id,
        sum(leg.change_xp) AS sum_xp
    FROM (
        SELECT
            transfer.debit_account_id AS account_id,
            -transfer.amount_xp AS change_xp
        FROM ledger_transfer AS transfer
        UNION ALL
        SELECT
            transfer.credit_account_id,
            transfer.amount_xp
        FROM ledger_transfer AS transfer
    ) AS leg
    GROUP BY leg.account_id
)

SELECT
    account.id,
    account.kind,
    account.holder_id,
    account.balance_xp,
    coalesce(fold.sum_xp, 0) AS sum_xp
FROM ledger_account AS account
LEFT JOIN fold ON account.id = fold.account_id
WHERE account.balance_xp <> coalesce(fold.sum_xp, 0)
ORDER BY account.id
