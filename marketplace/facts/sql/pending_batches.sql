-- The oldest batches that are not in the facts yet, up to a number of events, at least one batch.
SELECT
    batch.id,
    batch.event_count
FROM (
    SELECT
        id,
        event_count,
        SUM(event_count) OVER (ORDER BY id) - event_count AS before
    FROM inbox_batch
    WHERE settled_at IS NULL
) AS batch
WHERE batch.before < %(most_events)s
ORDER BY batch.id
