-- Counts the entries whose transfer says the same, each transfer once, and names the first that differs.
WITH entry AS MATERIALIZED (
    {placed}
),

compared AS (
    SELECT
        entry.key,
        row_number() OVER (PARTITION BY entry.key COLLATE "C") = 1
        AND coalesce(
            entry.payload_hash = (
                SELECT transfer.payload_hash
                FROM ledger_transfer AS transfer
                WHERE transfer.key = entry.key
            ),
            FALSE
        ) AS agrees
    FROM entry
)

SELECT
    count(*) AS entries,
    count(*) FILTER (WHERE compared.agrees) AS matching,
    min(compared.key COLLATE "C") FILTER (WHERE NOT compared.agrees) AS first_key
FROM compared
