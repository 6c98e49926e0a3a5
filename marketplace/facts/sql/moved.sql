-- Changes of hands of single tokens: one a settlement, moves into custody left out. It stands where its
-- first move stands, and the token goes where its last move goes, so that in and out in one transaction
-- is no change. The last is one whose receiver sends none of them: where nobody told the positions within a
-- transaction, only that tells which hop came after which.
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
        AND NOT (told.is_sale AND COALESCE(settlement.transferred, FALSE))
),

sender AS (
    SELECT DISTINCT
        settlement,
        from_id
    FROM mover
    WHERE in_steps AND from_id IS NOT NULL
),

step AS (
    SELECT
        mover.*,
        sender.from_id IS NULL AS stays
    FROM mover
    LEFT JOIN sender ON mover.settlement = sender.settlement AND mover.to_id = sender.from_id
    WHERE mover.in_steps AND NOT mover.to_custody
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
    FROM step
    WINDOW
        whole AS (
            PARTITION BY settlement
            ORDER BY stays, at, block, tx_index, log_index, key, source
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
WHERE NOT in_steps AND NOT to_custody
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
