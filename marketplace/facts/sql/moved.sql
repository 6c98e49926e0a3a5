-- Changes of hands of single tokens: one a settlement, moves into custody left out. It stands where its
-- first move stands, and the token goes where its last move goes, so that in and out in one transaction
-- is no change.
CREATE TEMPORARY TABLE moved ON COMMIT DROP AS
WITH settlement AS (
    SELECT
        settlement,
        BOOL_OR(NOT is_sale) AS transferred,
        COUNT(*) FILTER (WHERE is_sale AND NOT to_custody) AS sales,
        COUNT(*) FILTER (WHERE NOT is_sale AND NOT to_custody) AS transfers
    FROM told
    WHERE NOT edition
    GROUP BY settlement
    HAVING COUNT(*) > 1
),

mover AS (
    SELECT
        told.*,
        COALESCE(
            CASE WHEN settlement.transferred THEN settlement.transfers ELSE settlement.sales END > 1,
            FALSE
        ) AS in_steps
    FROM told
    LEFT JOIN settlement ON told.settlement = settlement.settlement
    WHERE
        NOT told.edition
        AND NOT told.to_custody
        AND NOT (told.is_sale AND COALESCE(settlement.transferred, FALSE))
),

stepped AS (
    SELECT DISTINCT ON (settlement)
        token,
        settlement,
        event_id,
        at,
        block,
        tx_index,
        log_index,
        key,
        source,
        collection_id,
        LAST_VALUE(to_id) OVER whole AS to_id,
        LAST_VALUE(to_collector_id) OVER whole AS to_collector_id
    FROM mover
    WHERE in_steps
    WINDOW
        whole AS (
            PARTITION BY settlement
            ORDER BY at, block, tx_index, log_index, key, source
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        )
    ORDER BY settlement, at, block, tx_index, log_index, key, source
)

SELECT
    token,
    settlement,
    event_id,
    at,
    block,
    tx_index,
    log_index,
    key,
    source,
    collection_id,
    to_id,
    to_collector_id
FROM mover
WHERE NOT in_steps
UNION ALL
SELECT
    token,
    settlement,
    event_id,
    at,
    block,
    tx_index,
    log_index,
    key,
    source,
    collection_id,
    to_id,
    to_collector_id
FROM stepped
