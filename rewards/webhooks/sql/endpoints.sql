-- Every endpoint by name, with what waits for it, what was given up, and the last that it took.
SELECT
    endpoint.id,
    endpoint.name,
    endpoint.url,
    endpoint.kinds,
    endpoint.state,
    endpoint.notice,
    endpoint.failures,
    endpoint.quiet_until,
    endpoint.added_by,
    endpoint.added_at,
    waiting.count AS waiting,
    waiting.since AS waiting_since,
    dead.count AS dead,
    taken.delivered_at,
    failed.problem
FROM webhooks_endpoint AS endpoint
LEFT JOIN LATERAL (
    SELECT
        COUNT(*) AS count,
        MIN(message.announced_at) AS since
    FROM webhooks_delivery AS delivery
    INNER JOIN webhooks_message AS message ON delivery.message_id = message.id
    WHERE
        delivery.endpoint_id = endpoint.id
        AND delivery.state = 'pending'
) AS waiting ON TRUE
LEFT JOIN LATERAL (
    SELECT COUNT(*) AS count
    FROM webhooks_delivery AS delivery
    WHERE
        delivery.endpoint_id = endpoint.id
        AND delivery.state = 'dead'
) AS dead ON TRUE
LEFT JOIN LATERAL (
    SELECT delivery.delivered_at
    FROM webhooks_delivery AS delivery
    WHERE
        delivery.endpoint_id = endpoint.id
        AND delivery.tried_at IS NOT NULL
        AND delivery.state = 'delivered'
    ORDER BY delivery.tried_at DESC
    LIMIT 1
) AS taken ON TRUE
LEFT JOIN LATERAL (
    SELECT delivery.problem
    FROM webhooks_delivery AS delivery
    WHERE
        delivery.endpoint_id = endpoint.id
        AND delivery.tried_at IS NOT NULL
    ORDER BY delivery.tried_at DESC
    LIMIT 1
) AS failed ON TRUE
WHERE %(name)s::TEXT IS NULL OR endpoint.name = %(name)s
ORDER BY endpoint.name
