-- How far the facts are behind what came in, and the newest event of the last batch that brought any.
SELECT
    last_batch.received_at,
    (SELECT MAX(event.at) FROM inbox_event AS event WHERE event.batch_id = last_batch.id) AS newest_at,
    COALESCE(waiting.batches, 0) AS waiting_batches,
    COALESCE(waiting.events, 0)::BIGINT AS waiting_events,
    waiting.since
FROM (
    SELECT
        COUNT(*) AS batches,
        SUM(event_count) AS events,
        MIN(received_at) AS since
    FROM inbox_batch
    WHERE settled_at IS NULL
) AS waiting
LEFT JOIN (
    SELECT
        id,
        received_at
    FROM inbox_batch
    WHERE event_count > 0
    ORDER BY id DESC
    LIMIT 1
) AS last_batch ON TRUE
