-- What a collector put into custody, and what came back to the same collector.
SELECT
    token,
    from_collector_id AS holder,
    seq,
    0 AS step,
    TRUE AS incoming,
    quantity
FROM edition_step
WHERE
    to_custody
    AND NOT from_custody
    AND from_collector_id IS NOT NULL
UNION ALL
SELECT
    token,
    to_collector_id,
    seq,
    0,
    FALSE,
    quantity
FROM edition_step
WHERE
    from_custody
    AND NOT to_custody
    AND to_collector_id IS NOT NULL
