-- Counts the entries whose transfer says the same, each transfer once, and names the first that differs.
WITH placed AS MATERIALIZED (
    {placed}
),

compared AS (
    SELECT
        placed.key,
        coalesce(
            (
                SELECT transfer.payload_hash
                FROM ledger_transfer AS transfer
                WHERE transfer.key = placed.key
            ) = ledger_payload_hash(
                placed.key,
                placed.debit_account_id,
                placed.credit_account_id,
                placed.amount_xp,
                placed.reason,
                placed.shipment_id
            )
            AND row_number() OVER (PARTITION BY placed.key COLLATE "C") = 1,
            FALSE
        ) AS agrees
    FROM placed
)

SELECT
    count(*) AS entries,
    count(*) FILTER (WHERE compared.agrees) AS matching,
    min(compared.key COLLATE "C") FILTER (WHERE NOT compared.agrees) AS first_key
FROM compared
