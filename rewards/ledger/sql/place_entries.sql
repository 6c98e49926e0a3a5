-- The entries with the accounts that they name, empty where an account is not open yet, and the digest of
-- what they say. Accounts are looked up by holder, so that the cost follows the batch and not the number of
-- all accounts; a debit account, which most entries of a round share, is looked up once.
WITH entry AS MATERIALIZED (
    {entries}
),

debit AS MATERIALIZED (
    SELECT
        holder.kind,
        holder.holder_id,
        (
            SELECT account.id
            FROM ledger_account AS account
            WHERE account.kind = holder.kind AND account.holder_id = holder.holder_id
        ) AS account_id
    FROM (SELECT DISTINCT debit_kind AS kind, debit_holder AS holder_id FROM entry) AS holder
),

placed AS MATERIALIZED (
    SELECT
        entry.key,
        entry.amount_xp,
        entry.reason,
        entry.shipment_id,
        debit.account_id AS debit_account_id,
        (
            SELECT account.id
            FROM ledger_account AS account
            WHERE account.kind = entry.credit_kind AND account.holder_id = entry.credit_holder
        ) AS credit_account_id
    FROM entry
    LEFT JOIN debit ON entry.debit_kind = debit.kind AND entry.debit_holder = debit.holder_id
)

SELECT
    placed.key,
    placed.debit_account_id,
    placed.credit_account_id,
    placed.amount_xp,
    placed.reason,
    placed.shipment_id,
    -- Of an entry whose account is not open nothing is posted yet, so its digest is not worked out.
    CASE
        WHEN placed.debit_account_id IS NOT NULL AND placed.credit_account_id IS NOT NULL THEN
            ledger_payload_hash(
                placed.key,
                placed.debit_account_id,
                placed.credit_account_id,
                placed.amount_xp,
                placed.reason,
                placed.shipment_id
            )
    END AS payload_hash
FROM placed
