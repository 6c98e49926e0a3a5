-- Take up the delivery that has been due longest, or the one that is asked for: no other worker gets it
-- before the lease ends, and the attempt counts even if nobody lives to say what came of it.
UPDATE webhooks_delivery AS delivery
SET
    attempts = delivery.attempts + 1,
    next_at = %(leased_until)s,
    tried_at = %(as_of)s
FROM webhooks_message AS message
WHERE
    delivery.message_id = message.id
    AND delivery.id = (
        SELECT due.id
        FROM webhooks_delivery AS due
        INNER JOIN webhooks_endpoint AS endpoint ON due.endpoint_id = endpoint.id
        WHERE
            due.endpoint_id = %(endpoint_id)s
            AND due.state = 'pending'
            AND due.next_at <= %(as_of)s
            AND (due.id = %(delivery_id)s OR (%(delivery_id)s::BIGINT IS NULL AND endpoint.state = 'on'))
        ORDER BY
            due.next_at,
            due.id
        LIMIT 1
        FOR UPDATE OF due SKIP LOCKED
    )
RETURNING
    delivery.id,
    delivery.attempts,
    message.uid,
    message.kind,
    message.data,
    message.announced_at
