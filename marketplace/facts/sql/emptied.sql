-- The moves that left a wallet without any unit of an edition of which it had some. A balance never
-- counts below zero: units that leave without having come are from before our records.
WITH change AS (
    SELECT
        token,
        to_id AS wallet_id,
        quantity AS units,
        seq,
        step
    FROM edition_moved
    WHERE to_id IS NOT NULL
    UNION ALL
    SELECT
        token,
        from_id,
        -quantity,
        seq,
        step
    FROM edition_moved
    WHERE from_id IS NOT NULL
),

summed AS (
    SELECT
        *,
        SUM(units) OVER (PARTITION BY token, wallet_id ORDER BY seq, step) AS balance
    FROM change
),

clipped AS (
    SELECT
        *,
        balance + GREATEST(MAX(-balance) OVER (PARTITION BY token, wallet_id ORDER BY seq, step), 0) AS kept
    FROM summed
),

compared AS (
    SELECT
        *,
        LAG(kept, 1, 0) OVER (PARTITION BY token, wallet_id ORDER BY seq, step) AS kept_before
    FROM clipped
)

SELECT
    compared.token,
    compared.wallet_id,
    moved.at,
    moved.block,
    moved.tx_index,
    moved.log_index,
    moved.key,
    moved.source
FROM compared
INNER JOIN edition_moved AS moved
    ON
        compared.token = moved.token
        AND compared.seq = moved.seq
        AND compared.step = moved.step
WHERE
    compared.units < 0
    AND compared.kept = 0
    AND compared.kept_before > 0
