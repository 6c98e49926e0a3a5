-- A move to the collector who has the token already changes nothing; the others start holds.
WITH owner AS (
    SELECT
        *,
        LAG(to_collector_id) OVER token_order AS had_it
    FROM moved
    WINDOW token_order AS (PARTITION BY token ORDER BY at, block, tx_index, log_index, key, source)
),

change AS (
    SELECT
        *,
        LEAD(at) OVER token_order AS ended_at
    FROM owner
    WHERE to_collector_id IS DISTINCT FROM had_it
    WINDOW token_order AS (PARTITION BY token ORDER BY at, block, tx_index, log_index, key, source)
)

SELECT
    settlement AS key,
    to_id AS wallet_id,
    0 AS part,
    to_collector_id AS collector_id,
    collection_id,
    token,
    FALSE AS edition,
    event_id,
    1::BIGINT AS quantity,
    at AS started_at,
    ended_at
FROM change
WHERE
    to_collector_id IS NOT NULL
    AND (ended_at IS NULL OR ended_at > at)
