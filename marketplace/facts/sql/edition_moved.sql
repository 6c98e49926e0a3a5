-- Moves of editions between wallets: what leaves custody comes from those who put it there, first what
-- was the receiver's own, then the earliest deposits that are left.
CREATE TEMPORARY TABLE edition_moved ON COMMIT DROP AS
WITH released AS (
    SELECT
        0 AS rank,
        returned.*
    FROM returned
    UNION ALL
    SELECT
        1,
        pool.*
    FROM ({pool}) AS pool
    WHERE out_seq IS NOT NULL
),

freed AS (
    SELECT
        token,
        out_seq,
        SUM(quantity) AS quantity
    FROM released
    GROUP BY
        token,
        out_seq
),

passed AS (
    SELECT
        token,
        seq,
        0 AS rank,
        0 AS place,
        from_id,
        from_collector_id,
        quantity
    FROM edition_step
    WHERE NOT from_custody AND NOT to_custody
    UNION ALL
    SELECT
        released.token,
        released.out_seq,
        released.rank,
        released.low,
        depositor.from_id,
        depositor.from_collector_id,
        released.quantity
    FROM released
    INNER JOIN edition_step AS depositor
        ON released.token = depositor.token AND released.in_seq = depositor.seq
    UNION ALL
    SELECT
        step.token,
        step.seq,
        2,
        0,
        NULL,
        NULL,
        step.quantity - COALESCE(freed.quantity, 0)
    FROM edition_step AS step
    LEFT JOIN freed ON step.token = freed.token AND step.seq = freed.out_seq
    WHERE
        step.from_custody
        AND NOT step.to_custody
        AND step.quantity > COALESCE(freed.quantity, 0)
)

SELECT
    step.token,
    step.seq,
    ROW_NUMBER() OVER (PARTITION BY step.token, step.seq ORDER BY passed.rank, passed.place) AS step,
    step.settlement,
    step.event_id,
    step.at,
    step.block,
    step.tx_index,
    step.log_index,
    step.key,
    step.source,
    step.collection_id,
    passed.from_id,
    passed.from_collector_id,
    step.to_id,
    step.to_collector_id,
    passed.quantity
FROM passed
INNER JOIN edition_step AS step ON passed.token = step.token AND passed.seq = step.seq
WHERE passed.from_id IS DISTINCT FROM step.to_id
