-- Forget at most so many deliveries that were over before an instant, the oldest first, and their messages
-- where nobody else is still to be told. A delivered or dead one is not tried again by itself, so its next
-- try stays near the last. Two at once each take what the other has not.
WITH old AS (
    SELECT delivery.id
    FROM webhooks_delivery AS delivery
    WHERE
        delivery.state <> 'pending'
        AND delivery.next_at < %(before)s
    ORDER BY delivery.next_at
    LIMIT %(most)s
    FOR UPDATE SKIP LOCKED
),

gone AS (
    DELETE FROM webhooks_delivery AS delivery
    USING old
    WHERE delivery.id = old.id
    RETURNING
        delivery.id,
        delivery.message_id
)

DELETE FROM webhooks_message AS message
WHERE
    message.id IN (SELECT gone.message_id FROM gone)
    AND NOT EXISTS (
        SELECT 1
        FROM webhooks_delivery AS other
        WHERE
            other.message_id = message.id
            AND other.id NOT IN (SELECT gone.id FROM gone)
    )
