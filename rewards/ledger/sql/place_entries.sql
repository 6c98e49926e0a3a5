-- The entries with the accounts that they name, empty where an account is not open yet. Each account is
-- looked up by its holder, so that the cost follows the batch and not the number of all accounts.
WITH entry AS MATERIALIZED (
    {entries}
)

SELECT
    entry.key,
    entry.amount_xp,
    entry.reason,
    entry.shipment_id,
    (
        SELECT account.id
        FROM ledger_account AS account
        WHERE account.kind = entry.debit_kind AND account.holder_id = entry.debit_holder
    ) AS debit_account_id,
    (
        SELECT account.id
        FROM ledger_account AS account
        WHERE account.kind = entry.credit_kind AND account.holder_id = entry.credit_holder
    ) AS credit_account_id
FROM entry
