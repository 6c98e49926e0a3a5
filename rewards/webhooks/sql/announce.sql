-- Write each message down once, and whom it is for: the endpoints that ask for its kind. The slot returns
-- rows of key and data.
WITH told AS (
    {messages}
),

written AS (
    INSERT INTO webhooks_message (kind, key, data, announced_at)
    SELECT
        %(kind)s,
        told.key,
        told.data,
        %(announced_at)s
    FROM told
    -- What was announced before stays as it was, and who was told of it is not told again.
    ON CONFLICT (kind, key) DO NOTHING
    RETURNING id
)

INSERT INTO webhooks_delivery (message_id, endpoint_id, next_at)
SELECT
    written.id AS message_id,
    endpoint.id AS endpoint_id,
    %(announced_at)s
FROM written
INNER JOIN webhooks_endpoint AS endpoint
    ON
        endpoint.id = %(only)s
        OR (endpoint.state IN ('on', 'paused') AND %(kind)s = ANY(endpoint.kinds))
-- The message is new, so nobody was told of it yet; a copy by hand would still be one too many.
ON CONFLICT (message_id, endpoint_id) DO NOTHING
