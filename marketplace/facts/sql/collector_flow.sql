SELECT
    token,
    to_collector_id AS holder,
    seq,
    step,
    TRUE AS incoming,
    quantity
FROM edition_moved
WHERE
    to_collector_id IS NOT NULL
    AND from_collector_id IS DISTINCT FROM to_collector_id
UNION ALL
SELECT
    token,
    from_collector_id,
    seq,
    step,
    FALSE,
    quantity
FROM edition_moved
WHERE
    from_collector_id IS NOT NULL
    AND from_collector_id IS DISTINCT FROM to_collector_id
