-- Whether some endpoint asks for a kind of message.
SELECT
    EXISTS(
        SELECT 1
        FROM webhooks_endpoint AS endpoint
        WHERE
            endpoint.state IN ('on', 'paused')
            AND %(kind)s = ANY(endpoint.kinds)
    ) AS is_asked_for
